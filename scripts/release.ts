import { execFile, spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { readDockerfile, texts } from './dockerfile.js';
import { buildingPython, buildPython } from './python-package.js';
import { releaseFaults } from './release-check.js';

/**
 * Builds what a release publishes in `release/`: the tarballs of both npm packages, and the Python
 * client in `release/python/`. Each is installed in an empty folder, must print no warning there,
 * and is run. `--dry-run` also lays out the files of the image and prints what a tag would publish.
 * It continues without the Python client if Python cannot build it.
 *
 * REPOSITORY_URL is the one setting for `repository`, `homepage` and `bugs` of all packages. CI
 * sets it. RELEASE_TAG is the tag, which must be that of the packages' version.
 */
const run = promisify(execFile);
const root = join(import.meta.dirname, '..');
const out = join(root, 'release');
const repository = process.env['REPOSITORY_URL']?.replace(/(\.git)?\/?$/, '');

/** How long a program may take until it says that it is ready, in milliseconds. */
const START_TIMEOUT = 120_000;

/** How long a program may take to stop, in milliseconds. */
const STOP_TIMEOUT = 20_000;

interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  repository?: { type: string; url: string; directory?: string };
  homepage?: string;
  bugs?: string;
}

interface Released {
  folder: string;
  /**
   * Shows that the installed package runs: arguments of its command, and what the command prints.
   */
  arguments: string[];
  says: RegExp;
  answers: string;
}

const PACKAGES: Released[] = [
  { folder: '.', arguments: [], says: /service +(http:\S+)/, answers: '/readyz' },
  { folder: 'mock-zenodo', arguments: ['--port', '0'], says: /^(http:\S+)/, answers: '/api/records' },
];

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/**
 * The version of this release. Throws if it cannot be released. A dry run only says what is left
 * to do.
 */
async function versionToRelease(dryRun: boolean): Promise<string> {
  const read = (path: string) => readFile(join(root, path), 'utf8');
  const manifests = await Promise.all(PACKAGES.map(({ folder }) => manifestOf(join(root, folder))));
  const { always, published } = releaseFaults({
    manifests,
    pyproject: await read('clients/python/pyproject.toml').catch(() => null),
    changelog: await read('CHANGELOG.md'),
    contract: await read('openapi.yaml'),
    lastContract: await read('test/contract/last-release.yaml'),
    tag: process.env['RELEASE_TAG'],
  });
  if (dryRun) for (const fault of published) process.stdout.write(`Before a tag: ${fault}\n`);
  const faults = dryRun ? always : [...always, ...published];
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return manifests[0]?.version ?? '';
}

/** Packs a package with its links set. Returns the path of the tarball. */
async function pack(folder: string, work: string): Promise<string> {
  const source = join(root, folder);
  const packed = await mkdtemp(join(work, 'packed-'));
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', packed], {
    cwd: source,
    maxBuffer: 10_000_000,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await run('tar', ['-xzf', filename], { cwd: packed });
  const manifest = await manifestOf(join(packed, 'package'));
  if (repository !== undefined) {
    manifest.repository = { type: 'git', url: `git+${repository}.git` };
    if (folder !== '.') manifest.repository.directory = folder;
    manifest.homepage = folder === '.' ? repository : `${repository}/tree/main/${folder}`;
    manifest.bugs = `${repository}/issues`;
    await writeFile(join(packed, 'package/package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  }
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', out], { cwd: join(packed, 'package') });
  return join(out, filename);
}

/**
 * The variables by which npm reaches the registry: the service calls npm for PostgreSQL. All others
 * are kept from the programs, for example DATABASE_URL.
 */
function networkSettings(): NodeJS.ProcessEnv {
  const needed = /^(NODE_EXTRA_CA_CERTS|(https?|no)_proxy|npm_config_.*)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => needed.test(name)));
}

/**
 * Installs a tarball where nothing else is installed, and waits until it prints what it should.
 * Throws for any warning.
 */
async function tryOut(
  tarball: string,
  { folder, arguments: args, says, answers }: Released,
  work: string,
): Promise<void> {
  const empty = await mkdtemp(join(work, 'installed-'));
  const installed = await run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: empty });
  if (/warn/i.test(installed.stderr)) throw new Error(`installing ${tarball} says:\n${installed.stderr}`);
  const { name } = await manifestOf(join(root, folder));
  const child = spawn(join(empty, 'node_modules/.bin', name), args, {
    cwd: empty,
    env: { ...networkSettings(), PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let said = '';
  try {
    const url = await new Promise<string>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`${name} says nothing of a URL:\n${said}`)),
        START_TIMEOUT,
      );
      const listen = (text: Buffer) => {
        said += text;
        const found = says.exec(said)?.[1];
        if (found === undefined) return;
        clearTimeout(late);
        resolve(found);
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.once('exit', () => {
        clearTimeout(late);
        reject(new Error(`${name} ended:\n${said}`));
      });
    });
    const { status } = await fetch(url + answers, { signal: AbortSignal.timeout(START_TIMEOUT) });
    if (status !== 200) throw new Error(`${name} answers ${status} to ${answers}`);
  } finally {
    child.kill('SIGTERM');
    // What it started may hold its pipes open.
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    }, STOP_TIMEOUT);
    await closed;
    clearTimeout(late);
  }
}

/**
 * Builds the Python client and returns the names of its files. Throws if Python lacks the modules
 * for it, unless nothing is to be released.
 */
async function client(version: string, work: string, dryRun: boolean): Promise<string[]> {
  const python = await buildingPython();
  if (python === undefined) {
    const missing = 'no Python here has the modules build, setuptools and wheel';
    if (!dryRun) throw new Error(`clients/python is not built: ${missing}`);
    process.stdout.write(`  clients/python: left out, ${missing}\n`);
    return [];
  }
  const [source, into] = [join(root, 'clients/python'), join(out, 'python')];
  const built = await buildPython(python, { source, out: into, work, version, repository });
  for (const name of built) process.stdout.write(`  release/python/${name}: built\n`);
  return built;
}

/**
 * Lays out the files that the Dockerfile copies into the image, without a container engine. Returns
 * their size in MB.
 */
async function imageTree(at: string): Promise<number> {
  const image = (await readDockerfile(join(root, 'Dockerfile'))).at(-1);
  for (const text of texts(image, 'COPY')) {
    const [source = '', target = ''] = text.replace(/^--from=\S+ \/app\//, '').split(' ');
    const into = target.endsWith('/') ? join(at, target, source) : join(at, target);
    await mkdir(dirname(into), { recursive: true });
    await cp(join(root, source), into, { recursive: true });
  }
  const { stdout } = await run('du', ['-sm', at]);
  return Number.parseInt(stdout, 10);
}

async function main(dryRun: boolean): Promise<void> {
  const version = await versionToRelease(dryRun);
  process.stdout.write(`Release ${version}, repository ${repository ?? 'not set (REPOSITORY_URL)'}\n`);
  const work = await mkdtemp(join(tmpdir(), 'zenodo-service-release-'));
  try {
    await rm(out, { recursive: true, force: true });
    await mkdir(out);
    await run('npm', ['run', 'build'], { cwd: root });
    await run('npm', ['run', 'build', '-w', 'mock-zenodo'], { cwd: root });
    for (const released of PACKAGES) {
      const tarball = await pack(released.folder, work);
      await tryOut(tarball, released, work);
      process.stdout.write(`  ${tarball.slice(root.length + 1)}: installs without a warning, and runs\n`);
    }
    const built = await client(version, work, dryRun);
    if (!dryRun) return;
    process.stdout.write(
      `  image: ${await imageTree(join(work, 'image'))} MB besides Node.js\n\nA tag v${version} would run:\n`,
    );
    for (const name of (await readdir(out)).filter((name) => name.endsWith('.tgz')))
      process.stdout.write(`  npm publish --provenance --access public release/${name}\n`);
    if (built.length > 0) process.stdout.write('  twine upload --attestations release/python/*\n');
    for (const name of ['zenodo-service', 'mock-zenodo']) {
      process.stdout.write(
        `  docker push REGISTRY/${name}:${version}\n  docker push REGISTRY/${name}:latest\n`,
      );
    }
  } finally {
    await rm(work, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

await main(process.argv.includes('--dry-run')).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
