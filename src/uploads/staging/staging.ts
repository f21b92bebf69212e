import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { systemMessage } from '../../system-message.js';
import { within } from '../../time.js';
import { volumeSilent } from './faults.js';

/** How long the volume may take to respond, in milliseconds. */
const LONGEST_LOOK = 8000;

const VOLUME_FILE = 'volume-id';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Staging = Awaited<ReturnType<typeof openStaging>>;

/**
 * The folder for staged bytes, created with mode 0700 if needed. A file in it identifies the
 * volume, so that processes know whether they share it. All other paths are made of ids: nothing
 * that a caller sends reaches a path.
 */
export async function openStaging(folder: string) {
  const root = resolve(folder);
  const opening = makeFolder(root).then(() => volumeId(join(root, VOLUME_FILE)));
  const volume = await within(LONGEST_LOOK, opening, () => new Error(`${root} does not respond`));
  const folderOf = (uploadId: string) => join(root, idOf(uploadId));
  return {
    /** Id of the volume, the same for all processes that share it. */
    volume,
    folderOf,
    pathOf: (uploadId: string, fileId: string) => join(folderOf(uploadId), idOf(fileId)),
    /**
     * Creates the folder of an upload. A missing staging folder is not created again, because its
     * contents are gone too.
     */
    async create(uploadId: string): Promise<void> {
      await mkdir(folderOf(uploadId), { mode: 0o700 }).catch(unlessFolder(folderOf(uploadId)));
    },
    remove: (uploadId: string) => rm(folderOf(uploadId), { recursive: true, force: true }),
    /** Ids of all uploads with a folder here. */
    async list(): Promise<string[]> {
      return (await readdir(root)).filter((name) => UUID.test(name));
    },
    /** Throws unless the volume is there. Bytes of one that is away are not lost. */
    async requireVolume(): Promise<void> {
      if ((await readFile(join(root, VOLUME_FILE), 'utf8')).trim() !== volume) throw volumeSilent();
    },
    /** Throws if the folder is not writable. */
    async probe(): Promise<void> {
      const path = join(root, `.probe-${randomUUID()}`);
      await writeFile(path, 'x', { flag: 'wx', mode: 0o600 }).finally(() => rm(path, { force: true }));
    },
    /**
     * Bytes of the volume: its size, and what an unprivileged process can still use. Throws
     * service_unavailable if the volume does not respond.
     */
    async space(): Promise<{ total: number; free: number }> {
      const { blocks, bavail, bsize } = await within(LONGEST_LOOK, statfs(root), volumeSilent);
      return { total: blocks * bsize, free: bavail * bsize };
    },
  };
}

/**
 * Creates a folder and its parents. Node's `recursive` loops for ever where folders cannot be
 * created, such as below /proc.
 */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || dirname(path) === path) return unlessFolder(path)(error);
    await makeFolder(dirname(path));
    await mkdir(path, { mode: 0o700 }).catch(unlessFolder(path));
  });
}

/** Rethrows a failed creation, unless the folder exists. */
function unlessFolder(path: string) {
  return async (error: NodeJS.ErrnoException): Promise<void> => {
    const found = error.code === 'EEXIST' ? await stat(path) : null;
    if (found?.isDirectory() !== true) throw error;
  };
}

async function volumeId(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    // Node's message does not contain the path.
    if (error.code !== 'ENOENT') throw new Error(`${path}: ${systemMessage(error)}`, { cause: error });
    return makeVolumeId(path);
  });
  const id = kept.trim();
  if (!UUID.test(id)) throw new Error(`${path} does not contain the id of a staging volume: remove it`);
  return id;
}

/**
 * Written atomically: other processes never read half of it, and a full volume does not keep an
 * empty one. The first process decides.
 */
async function makeVolumeId(path: string): Promise<string> {
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, randomUUID(), { flag: 'wx', mode: 0o600 });
    await link(fresh, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(fresh, { force: true });
  }
  return readFile(path, 'utf8');
}

function idOf(id: string): string {
  if (!UUID.test(id)) throw new TypeError('not the id of an upload or file');
  return id;
}
