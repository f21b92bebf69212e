import { execFile } from 'node:child_process';
import { readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * How long a server whose owner has just died may take to end by itself, and after a signal, in
 * milliseconds.
 */
const PATIENCE = 5000;

/**
 * Cleans up after a run that did not end properly. It removes a lock file whose process is gone or
 * belongs to something else by now, and stops a server that outlived its owner. Throws if the
 * server is in use because its owner, process `keeper`, is still its parent.
 */
export async function clearStaleLock(cluster: string, keeper: number | undefined): Promise<void> {
  const lock = join(cluster, 'postmaster.pid');
  const text = await readFile(lock, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  if (text === '') return;
  if (!(pid > 0) || !(await servesFrom(pid, cluster))) return rm(lock, { force: true });
  const kept = (await parentOf(pid)) === keeper;
  if (kept && (await ends(pid))) return;
  if (kept && (await parentOf(pid)) === keeper) {
    throw new Error(`the database under ${cluster} is in use by another process (PostgreSQL runs as ${pid})`);
  }
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(pid, signal);
    if (await ends(pid)) return;
  }
  throw new Error(`PostgreSQL, process ${pid}, was left by an earlier run and does not stop`);
}

async function ends(pid: number): Promise<boolean> {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await sleep(25)) {
    if (!isAlive(pid)) return true;
  }
  return false;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** PostgreSQL’s working directory is its data directory. */
async function servesFrom(pid: number, cluster: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return (await ask(pid, 'command')).includes(cluster);
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  return cwd === (await realpath(cluster));
}

async function parentOf(pid: number): Promise<number> {
  if (process.platform !== 'linux') return Number.parseInt(await ask(pid, 'ppid'), 10);
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
}

async function ask(pid: number, column: string): Promise<string> {
  const { stdout } = await execute('ps', ['-o', `${column}=`, '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout;
}
