import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Waits for another test file that installs at the same time. */
const APT = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=3'];

/**
 * Makes Debian packages available, installing them when `isThere` says no and we are root.
 * Throws an Error with a sentence that says what to install when that cannot be.
 */
export async function needDebian(packages: string[], isThere: () => Promise<boolean>): Promise<void> {
  if (await isThere()) return;
  const command = `apt-get install -y ${packages.join(' ')}`;
  const wish = `This test needs packages of Debian. Run: ${command}`;
  if (process.getuid?.() !== 0) throw new Error(wish);
  try {
    await install(packages);
  } catch (error) {
    throw new Error(`${wish} (it was tried and failed: ${error instanceof Error ? error.message : error})`);
  }
  if (!(await isThere())) throw new Error(`${wish} (it was done, and they still cannot be used)`);
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
