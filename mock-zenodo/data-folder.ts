import { mkdir, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { because, codeOf } from './system-errors.js';

/** The folder that a mock keeps its state and files in. */
export interface DataFolder {
  path: string;
  /** Lets the next mock have the folder; one that is not to be kept goes. */
  release(): Promise<void>;
}

/** Who has a folder: enough to see later whether that process still runs. */
interface Holder {
  pid: number;
  host: string;
  /** When the process began, as the kernel counts; null where that cannot be known. */
  began: string | null;
}

/** Folders that mocks of this process hold: a lock with its own process id tells nothing. */
const held = new Set<string>();

/**
 * Opens a folder for one mock alone, made if it is missing; without a path one that lives as long
 * as the mock. A lock that a killed mock of this machine left is taken over. Throws when another
 * running mock has the folder.
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

/** Not `recursive`: below /proc that never returns. */
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

/** Null for half a file, which a mock that was killed while it wrote leaves. */
function parseHolder(text: string): Holder | null {
  try {
    const { pid, host, began } = JSON.parse(text);
    return Number.isInteger(pid) && pid > 0 ? { pid, host, began } : null;
  } catch {
    return null;
  }
}

/**
 * Another machine's processes cannot be seen, and containers are machines here: their locks do not
 * count.
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
 * Field 22 of Linux's `/proc/PID/stat`; the name before it may hold anything but ends at the last
 * bracket.
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
