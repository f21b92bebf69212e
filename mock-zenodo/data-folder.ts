import { mkdir, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { because, codeOf } from './system-errors.js';

/** The folder in which a mock stores its state and files. */
export interface DataFolder {
  path: string;
  /** Releases the folder for the next mock. A temporary folder is deleted. */
  release(): Promise<void>;
}

/** The owner of a folder, with enough data to see later whether that process still runs. */
interface Holder {
  pid: number;
  host: string;
  /** The start time of the process in the kernel's count. Null if it cannot be found out. */
  began: string | null;
}

/** Folders in use by mocks of this process, in whose locks the process id says nothing. */
const held = new Set<string>();

/**
 * Opens a folder for one mock, and creates it if necessary. Without a path, the folder exists as
 * long as the mock. A lock that a killed mock on this machine left behind is taken over. Throws if
 * another running mock uses the folder.
 */
export async function openDataFolder(wanted: string | undefined): Promise<DataFolder> {
  if (wanted === undefined) {
    const path = await mkdtemp(join(tmpdir(), 'mock-zenodo-'));
    return { path, release: () => rm(path, { recursive: true, force: true }) };
  }
  const path = resolve(wanted);
  const refused = (error: unknown) => because(`${path} cannot be used as the data folder`, error);
  await makeFolder(path).catch((error: unknown) => {
    throw refused(error);
  });
  const lock = join(path, 'lock.json');
  if (held.has(path)) throw inUse(path, process.pid);
  held.add(path);
  try {
    await takeLock(path, lock);
  } catch (error) {
    held.delete(path);
    throw codeOf(error) === undefined ? error : refused(error);
  }
  const release = async () => {
    await rm(lock, { force: true });
    held.delete(path);
  };
  return { path, release };
}

/** Not `recursive`, which never returns below /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = codeOf(error);
    const parent = dirname(path);
    if (code === 'EEXIST' && (await isFolder(path))) return;
    if (code !== 'ENOENT' || (await isFolder(parent))) throw error;
    await makeFolder(parent);
    await makeFolder(path);
  }
}

async function takeLock(path: string, lock: string): Promise<void> {
  const mine: Holder = { pid: process.pid, host: hostname(), began: await beginOf(process.pid) };
  try {
    const file = await open(lock, 'wx');
    await file.writeFile(JSON.stringify(mine)).finally(() => file.close());
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const holder = await readFile(lock, 'utf8').then(parseHolder, () => null);
    if (holder !== null && (await isRunning(holder))) throw inUse(path, holder.pid);
    await rm(lock, { force: true });
    await takeLock(path, lock);
  }
}

/** Null for half a file, which a mock leaves if it is killed while it writes. */
function parseHolder(text: string): Holder | null {
  try {
    const { pid, host, began } = JSON.parse(text);
    return Number.isInteger(pid) && pid > 0 ? { pid, host, began } : null;
  } catch {
    return null;
  }
}

/**
 * Processes on other machines are invisible, and so are those in other containers: their locks do
 * not count.
 */
async function isRunning({ pid, host, began }: Holder): Promise<boolean> {
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
  }
  return (await beginOf(pid)) === began;
}

/**
 * Field 22 of Linux's `/proc/PID/stat`. The name before it may contain anything, and ends at the
 * last bracket.
 */
async function beginOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function inUse(path: string, pid: number): Error {
  return new Error(
    `${path} is in use by the mock with process id ${pid}. Stop it, or choose another folder.`,
  );
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
