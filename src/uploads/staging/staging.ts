import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const VOLUME_FILE = 'volume-id';

/** How long another process may take to write it: so many times so many milliseconds. */
const WRITING_TURNS = 40;
const WRITING_TURN = 50;

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

async function volumeId(path: string): Promise<string> {
  try {
    await writeFile(path, randomUUID(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const read = async () => (await readFile(path, 'utf8')).trim();
  let id = await read();
  // Another process that starts at the same moment has made the file, but not yet written it.
  for (let turn = 0; id === '' && turn < WRITING_TURNS; turn += 1) {
    await sleep(WRITING_TURN);
    id = await read();
  }
  if (!UUID.test(id)) throw new Error(`${path} does not hold the id of a staging volume`);
  return id;
}

function idOf(id: string): string {
  if (!UUID.test(id)) throw new TypeError('not the id of an upload or file');
  return id;
}
