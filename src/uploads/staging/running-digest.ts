import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Sealed } from '../model.js';
import { stagedBytesLost } from './faults.js';
import { waitToHash } from './hash-queue.js';

/** Bytes per read. */
const BATCH = 512 * 1024;

/**
 * The MD5 of a growing file. What arrived before this process, or did not count at first, is hashed
 * from the disk. `written`: bytes on the disk.
 */
export function createRunningDigest(path: string, written: () => number) {
  let md5 = createHash('md5');
  let position = 0;
  let catching: Promise<void> | null = null;

  const readOn = async () => {
    if (position >= written()) return;
    const handle = await open(path, 'r');
    const buffer = Buffer.allocUnsafeSlow(BATCH);
    try {
      while (position < written()) {
        const wanted = Math.min(BATCH, written() - position);
        const { bytesRead } = await handle.read(buffer, 0, wanted, position);
        if (bytesRead === 0) throw stagedBytesLost();
        await waitToHash(bytesRead);
        md5.update(buffer.subarray(0, bytesRead));
        position += bytesRead;
      }
    } finally {
      await handle.close();
    }
  };
  /** Joins a running catch-up. */
  const caughtUp = () => {
    catching ??= readOn().finally(() => {
      catching = null;
    });
    return catching;
  };

  return {
    /** Adds bytes as they arrive, if it has all earlier ones. */
    update(chunk: Uint8Array, at: number): void {
      if (at !== position) return;
      md5.update(chunk);
      position += chunk.length;
    },
    /**
     * Starts again if it has more than was written: those bytes will arrive again, perhaps in other
     * pieces.
     */
    rewind(): void {
      if (position <= written()) return;
      md5 = createHash('md5');
      position = 0;
    },
    /** Hashes from the disk what is missing, before the end. */
    catchUp(): void {
      if (position < written()) caughtUp().catch(() => undefined);
    },
    /** Resolves when everything written is hashed. */
    async whenCaughtUp(): Promise<void> {
      while (position < written()) await caughtUp();
    },
    /** In hexadecimal. Ends the hash. */
    hex: (): string => md5.digest('hex'),
  };
}

/** Hashes a staged file, or `size` bytes of it from `offset`. Null if there is no file. */
export async function hashStaged(
  path: string,
  range?: { offset: number; size: number },
): Promise<Sealed | null> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return null;
  const hash = createHash('md5');
  let size = 0;
  const part = range === undefined ? {} : { start: range.offset, end: range.offset + range.size - 1 };
  if (range?.size === 0) await handle.close();
  else
    for await (const chunk of handle.createReadStream({ highWaterMark: BATCH, ...part })) {
      hash.update(chunk as Buffer);
      size += (chunk as Buffer).length;
    }
  return { size, md5: hash.digest('hex') };
}
