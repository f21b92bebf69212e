import { execFile } from 'node:child_process';
import { appendFile, cp, mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where a Python with the module `build` may be. The first one that has it is used. */
const PYTHONS = ['python3', '/usr/bin/python3'];

/**
 * A Python that can build packages without a registry, because it has `build`, `setuptools` and
 * `wheel`. Undefined if there is none.
 */
export async function buildingPython(): Promise<string | undefined> {
  for (const python of PYTHONS) {
    const found = await run(python, ['-c', 'import build.__main__, setuptools, wheel']).then(
      () => true,
      () => false,
    );
    if (found) return python;
  }
  return undefined;
}

/**
 * Builds the sdist and the wheel of a Python package into `out`, with `repository` as its address
 * if there is one. Imports the wheel where nothing else is installed. Returns the names of both
 * files. Throws if the wheel cannot be imported or has another version.
 */
export async function buildPython(
  python: string,
  {
    source,
    out,
    work,
    version,
    repository,
  }: {
    source: string;
    out: string;
    work: string;
    version: string;
    repository: string | undefined;
  },
): Promise<string[]> {
  // Setuptools writes its own files beside the sources, so it gets a copy.
  const copy = join(await mkdtemp(join(work, 'python-')), 'package');
  await cp(source, copy, { recursive: true });
  if (repository !== undefined) {
    const urls = `\n[project.urls]\nHomepage = "${repository}"\nIssues = "${repository}/issues"\n`;
    await appendFile(join(copy, 'pyproject.toml'), urls);
  }
  await run(python, ['-m', 'build', '--no-isolation', '--outdir', out, copy], { maxBuffer: 10_000_000 });
  const built = await readdir(out);
  const wheel = built.find((name) => name.endsWith('.whl'));
  if (wheel === undefined || built.length !== 2) throw new Error(`python built ${built.join(', ')}`);
  const installed = await mkdtemp(join(work, 'python-installed-'));
  await run(python, ['-m', 'zipfile', '-e', join(out, wheel), installed]);
  const says =
    'import zenodo_service_client, importlib.metadata as m; print(m.version("zenodo-service-client"))';
  const { stdout } = await run(python, ['-W', 'error', '-c', says], {
    cwd: installed,
    env: { PYTHONPATH: installed },
  });
  if (stdout.trim() !== version) throw new Error(`${wheel} says it is version ${stdout.trim()}`);
  return built.toSorted();
}
