import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { promisify } from 'node:util';

/** Debian's packages belong to Debian's interpreter; another build may come first on the path. */
export const PYTHON = '/usr/bin/python3';
export const CHROMIUM = '/usr/bin/chromium';

/**
 * What a test of other people's programs lacks on this machine, for its `skip` option: false if
 * nothing. `npm test` installs no system packages; CI installs them first and lets nothing be
 * skipped.
 */
type Lack = string | false;

/** Modules that are not named as their packages are. */
const MODULES: Record<string, string> = { 'python3-tuspy': 'tusclient' };

/** For packages such as `python3-requests-oauthlib`, by importing them. */
export async function lackOfPython(...packages: string[]): Promise<Lack> {
  const modules = packages.map((name) => MODULES[name] ?? name.replace(/^python3-/, '').replaceAll('-', '_'));
  return lack(packages, promisify(execFile)(PYTHON, ['-c', `import ${modules.join(', ')}`]));
}

export function lackOfChromium(): Promise<Lack> {
  return lack(['chromium'], access(CHROMIUM));
}

/** Where Debian puts faketime. */
export const FAKETIME_PROGRAM = '/usr/bin/faketime';

export function lackOfFaketime(): Promise<Lack> {
  return lack(['faketime'], access(FAKETIME_PROGRAM));
}

/** Where Debian puts nginx. */
export const NGINX = '/usr/sbin/nginx';

export function lackOfNginx(): Promise<Lack> {
  return lack(['nginx-light'], access(NGINX));
}

/** Where Debian puts the programs of its PostgreSQL; there is one version of it in each release. */
export const POSTGRES = '/usr/lib/postgresql/15/bin';

/** For backups: the programs that make them must be as new as the server. */
export function lackOfPostgres(): Promise<Lack> {
  return lack(['postgresql'], access(`${POSTGRES}/pg_restore`));
}

/** For any other program, by its path. */
export function lackOfProgram(path: string, ...packages: string[]): Promise<Lack> {
  return lack(packages, access(path));
}

function lack(packages: string[], proof: Promise<unknown>): Promise<Lack> {
  return proof.then(
    () => false as const,
    () => `needs packages of Debian: apt-get install ${packages.join(' ')}`,
  );
}
