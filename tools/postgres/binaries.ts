import { execFile } from 'node:child_process';
import { chmod, cp, lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from './account.js';
import { packageOfPlatform } from './package-of-platform.js';

const execute = promisify(execFile);

/** Where the programs of PostgreSQL are for the user who is to run them. */
interface Binaries {
  initdb: string;
  postgres: string;
  /** Removes the copy, if one was made. */
  discard(): Promise<void>;
}

/** What Debian's `faketime` sets: the database uses the same clock as its callers. */
const CLOCK = ['LD_PRELOAD', 'FAKETIME'].flatMap((name) => {
  const value = process.env[name];
  return process.env['FAKETIME'] === undefined || value === undefined ? [] : [[name, value]];
});

/**
 * The environment of PostgreSQL's programs, without the `PG…` variables and secrets of this
 * process.
 */
export const SERVER_ENVIRONMENT: Record<string, string> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
  ...Object.fromEntries(CLOCK),
};

/**
 * Finds the programs in the npm package for this platform. If `account` cannot reach them, as in a
 * clone under root's private home, it gets a copy in a temporary folder. The file `note` remembers
 * the copy, so that a copy left behind by a killed process is used again. Throws if there is no
 * package or the programs cannot be run.
 */
export async function findBinaries(account: Account | undefined, note: string): Promise<Binaries> {
  const native = join(await packageOfPlatform(join(dirname(note), 'packages')), 'native');
  await completeLinks(native);
  if (account === undefined || (await runs(native, account))) return programs(native, async () => undefined);
  const remembered = await readFile(note, 'utf8').catch(() => '');
  const copy = (await usable(remembered, account)) ? remembered : await copyFor(account, native);
  await writeFile(note, copy, { mode: 0o600 });
  return programs(copy, async () => {
    await rm(note, { force: true });
    await rm(copy, { recursive: true, force: true });
  });
}

function programs(native: string, discard: () => Promise<void>): Binaries {
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres'), discard };
}

/** The package's install script creates these links; `npm ci --ignore-scripts` does not run it. */
async function completeLinks(native: string): Promise<void> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(native, '..', target);
    const known = await lstat(path).catch(() => null);
    if (known === null) await symlink(relative(dirname(target), source), path);
  }
}

async function runs(native: string, account: Account): Promise<boolean> {
  return execute(join(native, 'bin/postgres'), ['--version'], {
    ...account,
    cwd: '/',
    env: SERVER_ENVIRONMENT,
  }).then(
    () => true,
    () => false,
  );
}

/** The copy of an earlier run, if nobody else can have put anything in its place. */
async function usable(folder: string, account: Account): Promise<boolean> {
  const found = folder === '' ? null : await lstat(folder).catch(() => null);
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (await runs(folder, account));
}

async function copyFor(account: Account, native: string): Promise<string> {
  for (const parent of new Set([tmpdir(), '/var/tmp', '/tmp'])) {
    const folder = await mkdtemp(join(parent, 'zenodo-service-postgres-')).catch(() => null);
    if (folder === null) continue;
    await cp(native, folder, { recursive: true, verbatimSymlinks: true });
    await openToAll(folder);
    if (await runs(folder, account)) return folder;
    await rm(folder, { recursive: true, force: true });
  }
  throw new Error(
    `PostgreSQL’s programs under ${native} can neither be run as another user nor copied to where they can`,
  );
}

/** Independent of the umask of the installation. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const program = entry.parentPath.endsWith('/bin');
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() || program ? 0o755 : 0o644);
  }
}
