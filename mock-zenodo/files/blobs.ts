import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Received, type Transfer, transfer } from './blob-writer.js';

const READ_CHUNK = 262_144;
const PART = '.part';

/** The stored bytes of files, named by `FileEntry.blobId`. */
export interface Blobs {
  /**
   * Stores all of a source under a new id. If it fails, nothing is left: with `tooLarge()` beyond
   * `limit` bytes, with TransferCut if the source ends too early.
   */
  receive(id: string, source: Readable, limit?: number, tooLarge?: () => Error): Promise<Received>;
  /**
   * The bytes of a blob. With `hashOnly`, the same number of zero bytes. Throws ENOENT for an
   * unknown id.
   */
  read(id: string, size: number): Promise<Readable>;
  remove(id: string): Promise<void>;
  /** Removes all other blobs. */
  keepOnly(ids: ReadonlySet<string>): Promise<void>;
  /** Ends running transfers and removes what they left behind. */
  close(): Promise<void>;
}

/**
 * Opens the blob store in a folder, which is created if necessary. Remains of an interrupted run
 * are removed. `hashOnly` stores no bytes, so that load tests measure the client and not this disk:
 * checksums and sizes are correct, downloads are zeros.
 */
export async function createBlobs(folder: string, hashOnly: boolean): Promise<Blobs> {
  const underWay = new Map<Transfer, Promise<Received>>();
  const pathOf = (id: string) => join(folder, id);
  const removeFiles = async (wanted: (name: string) => boolean) => {
    for (const name of await readdir(folder)) if (wanted(name)) await rm(pathOf(name), { force: true });
  };
  if (!hashOnly) {
    await mkdir(folder, { recursive: true });
    await removeFiles((name) => name.endsWith(PART));
  }

  async function settle(id: string, current: Transfer): Promise<Received> {
    const part = `${pathOf(id)}${PART}`;
    try {
      const received = await current.done;
      if (!hashOnly) await rename(part, pathOf(id));
      return received;
    } catch (error) {
      if (!hashOnly) await rm(part, { force: true });
      throw error;
    } finally {
      underWay.delete(current);
    }
  }

  return {
    receive(id, source, limit = Number.POSITIVE_INFINITY, tooLarge = () => new Error('Too large.')) {
      const current = transfer(source, hashOnly ? null : `${pathOf(id)}${PART}`, limit, tooLarge);
      const settled = settle(id, current);
      underWay.set(current, settled);
      return settled;
    },
    async read(id, size) {
      if (hashOnly) return zeros(size);
      const handle = await open(pathOf(id));
      return handle.createReadStream({ highWaterMark: READ_CHUNK });
    },
    async remove(id) {
      if (!hashOnly) await rm(pathOf(id), { force: true });
    },
    async keepOnly(ids) {
      if (!hashOnly) await removeFiles((name) => !name.endsWith(PART) && !ids.has(name));
    },
    async close() {
      for (const current of underWay.keys()) current.abort();
      await Promise.allSettled(underWay.values());
    },
  };
}

function zeros(size: number): Readable {
  const chunk = Buffer.alloc(Math.min(size, READ_CHUNK));
  let left = size;
  return new Readable({
    highWaterMark: READ_CHUNK,
    read() {
      const next = Math.min(left, chunk.length);
      left -= next;
      this.push(next === 0 ? null : chunk.subarray(0, next));
    },
  });
}
