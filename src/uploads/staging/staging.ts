import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const VOLUME_FILE = 'volume-id';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type Staging = Awaited<ReturnType<typeof openStaging>>;

/**
 * The folder for bytes on their way, made with mode 0700 if need be. It carries an id of its own, so that processes which
 * share the volume know that they do. Everything below is named by id: nothing that a caller sends reaches a path.
 */
export async function openStaging(folder: string) {
  const root = resolve(folder);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const volume = await volumeId(join(root, VOLUME_FILE));
  const folderOf = (uploadId: string) => join(root, idOf(uploadId));
  return {
    /** Id of the volume, the same for all processes that share it. */
    volume,
    folderOf,
    pathOf: (uploadId: string, fileId: string) => join(folderOf(uploadId), idOf(fileId)),
    create: (uploadId: string) => mkdir(folderOf(uploadId), { recursive: true, mode: 0o700 }),
    remove: (uploadId: string) => rm(folderOf(uploadId), { recursive: true, force: true }),
    /** Ids of all uploads that have a folder here. */
    async list(): Promise<string[]> {
      return (await readdir(root)).filter((name) => UUID.test(name));
    },
    /** Throws if nothing can be written here. */
    async probe(): Promise<void> {
      const path = join(root, `.probe-${randomUUID()}`);
      await writeFile(path, 'x', { flag: 'wx', mode: 0o600 }).finally(() => rm(path, { force: true }));
    },
    /** Bytes of the volume: all of them, and those that a process without privileges may still take. */
    async space(): Promise<{ total: number; free: number }> {
      const { blocks, bavail, bsize } = await statfs(root);
      return { total: blocks * bsize, free: bavail * bsize };
    },
  };
}

/** Whether a write failed because there is no room left, for anybody or for this user. */
export function isVolumeFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

async function volumeId(path: string): Promise<string> {
  const kept = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return makeVolumeId(path);
  });
  const id = kept.trim();
  if (!UUID.test(id)) throw new Error(`${path} does not hold the id of a staging volume: remove it`);
  return id;
}

/** All of it at once: another process never reads half of it, and a full volume keeps no empty one. Whoever is first gives the id. */
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
