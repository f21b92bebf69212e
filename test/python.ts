import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian's packages belong to Debian's interpreter; another build may come first on the path. */
const PYTHON = '/usr/bin/python3';

/** Waits for another test file that installs at the same time. */
const APT = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];

/**
 * The path of a Python that can import Debian packages such as `python3-requests-oauthlib`. Missing ones are installed with
 * apt-get when running as root. Throws an Error with a sentence that says what to install when that cannot be.
 */
export async function debianPython(packages: string[]): Promise<string> {
  if (await importable(packages)) return PYTHON;
  const wish = `apt-get install -y ${packages.join(' ')}`;
  if (process.getuid?.() !== 0) throw new Error(`This test needs Python packages of Debian. Run: ${wish}`);
  try {
    await install(packages);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`This test needs Python packages of Debian, and \`${wish}\` failed: ${reason}`);
  }
  if (await importable(packages)) return PYTHON;
  throw new Error(
    `This test needs Python packages of Debian that ${PYTHON} still cannot import after: ${wish}`,
  );
}

async function importable(packages: string[]): Promise<boolean> {
  const modules = packages.map((name) => name.replace(/^python3-/, '').replaceAll('-', '_'));
  return run(PYTHON, ['-c', `import ${modules.join(', ')}`]).then(
    () => true,
    () => false,
  );
}

async function install(packages: string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) => run('apt-get', [...APT, ...args], { env, timeout: 150_000 });
  const wanted = ['install', '-y', '--no-install-recommends', ...packages];
  try {
    await apt(...wanted);
  } catch {
    // The package lists may be missing or stale.
    await apt('update');
    await apt(...wanted);
  }
}
