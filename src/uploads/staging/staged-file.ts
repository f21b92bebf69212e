import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Sealed } from '../model.js';
import { type Limits, writeBatches } from './batched-writes.js';
import { brokenOff, bytesGone, checked, chunkDiffers, diskFault, tooLong, wrongSize } from './faults.js';
import { createNotifier } from './notifier.js';
import { createRunningDigest } from './running-digest.js';

/** How much is read at once, in bytes. */
const BATCH = 512 * 1024;

/**
 * A socket that was given so many bytes at once is not ready for more before it has sent them; of
 * fewer it may keep several.
 */
const LARGE = 128 * 1024;

/** Limits of one fill. */
interface FillLimits extends Limits {
  /** Bytes that must come, no more and no less. Throws size_mismatch. */
  size?: number | undefined;
  /** Hex; must be what the bytes hash to. Throws checksum_mismatch. */
  md5?: string | undefined;
}

/** Limits of one append. */
interface AppendLimits extends Limits {
  /** Bytes that the whole file will have. Throws size_mismatch before more is written. */
  size: number;
  /** Bytes that must come now; null if that was not said. Throws incomplete_body. */
  length: number | null;
  /** What the bytes that come now must hash to: until all of them do, none of them counts. */
  sum?: { algorithm: string; digest: Buffer } | undefined;
}

export type StagedFile = ReturnType<typeof createStagedFile>;

/**
 * A file on its way, readable from the first byte on, by any number of readers, any number of
 * times. It is written at once, with `fill`, or by one `append` after the other, and then sealed.
 * `label`: what the caller calls it. `written`: bytes that lie on the disk already.
 */
export function createStagedFile(path: string, label: string, sealed: Sealed | null = null, written = 0) {
  const notifier = createNotifier();
  const digest = createRunningDigest(path, () => staged.written);

  const staged = {
    path,
    label,
    /** Bytes that readers can see. */
    written: sealed?.size ?? written,
    /** Null until all bytes are in and as announced. */
    sealed,

    /**
     * Takes all bytes of a source. Throws size_mismatch, checksum_mismatch, staging_full, or what
     * the source throws; then readers fail too.
     */
    async fill(source: AsyncIterable<Uint8Array>, limits: FillLimits = {}): Promise<Sealed> {
      try {
        const handle = await open(path, 'wx', 0o600);
        try {
          const { size, md5, ...checks } = limits;
          const received = await writeBatches(source, handle, staged, {
            ...checks,
            take(chunk, position) {
              if (size !== undefined && position + chunk.length > size) throw wrongSize(label, size);
              digest.update(chunk, position);
            },
            notify: notifier.notify,
          });
          if (size !== undefined && received !== size) throw wrongSize(label, size, received);
          staged.sealed = { size: received, md5: checked(digest.hex(), label, md5) };
        } finally {
          await handle.close();
        }
        notifier.notify();
        return staged.sealed;
      } catch (error) {
        const fault = diskFault(error, path);
        notifier.fail(fault);
        throw fault;
      }
    },

    /**
     * Takes bytes behind those that are there. What came before the source failed stays, and
     * readers wait for more; of bytes with a sum all stay or none. Throws size_mismatch,
     * incomplete_body, chunk_checksum_mismatch, staging_full, or what the source throws.
     */
    async append(source: AsyncIterable<Uint8Array>, limits: AppendLimits): Promise<void> {
      const { size, length, sum, ...checks } = limits;
      const from = staged.written;
      const end = length === null ? size : Math.min(size, from + length);
      const hash = sum === undefined ? null : createHash(sum.algorithm);
      const unseen = { written: from };
      const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      try {
        const received = await writeBatches(source, handle, hash === null ? staged : unseen, {
          ...checks,
          take(chunk, position) {
            if (position + chunk.length > end) throw tooLong(label, size);
            if (hash === null) digest.update(chunk, position);
            else hash.update(chunk);
          },
          notify() {
            notifier.notify();
            digest.catchUp();
          },
          keep: true,
        });
        if (length !== null && received !== from + length) throw brokenOff();
        if (sum !== undefined && hash?.digest().equals(sum.digest) !== true) throw chunkDiffers(label);
        staged.written = received;
      } catch (error) {
        if (hash !== null) await handle.truncate(from);
        throw diskFault(error, path);
      } finally {
        await handle.close();
        digest.rewind();
        notifier.notify();
      }
    },

    /** Hashes what was not hashed while it came, ahead of the seal. */
    catchUp(): void {
      digest.catchUp();
    },

    /**
     * All bytes are there, by one append or more. Throws checksum_mismatch if they are not those
     * that were announced.
     */
    async seal(md5?: string): Promise<Sealed> {
      await digest.whenCaughtUp();
      staged.sealed ??= { size: staged.written, md5: checked(digest.hex(), label, md5) };
      notifier.notify();
      return staged.sealed;
    },

    /**
     * Reads from the first byte, following a file that is still growing up to `size`. The last byte
     * is held back until the file is sealed, so that a reader never sees the whole of a file that
     * is not what it was announced to be. Throws WaitTimeout if nothing comes for `timeout`
     * milliseconds. A large chunk is valid until the next one is asked for.
     */
    async *follow(size: number, timeout = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
      const ready = () => (staged.sealed ? size : Math.min(staged.written, size - 1));
      // The file may not have been begun yet.
      while (staged.written === 0) await notifier.next(timeout);
      const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? bytesGone(error) : error;
      });
      const reused = Buffer.allocUnsafeSlow(Math.min(BATCH, size));
      try {
        for (let position = 0; position < size; ) {
          while (ready() <= position) await notifier.next(timeout);
          const wanted = Math.min(BATCH, ready() - position);
          const buffer = wanted < LARGE ? Buffer.allocUnsafe(wanted) : reused;
          const { bytesRead } = await handle.read(buffer, 0, wanted, position);
          if (bytesRead === 0) throw bytesGone();
          position += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await handle.close();
      }
    },

    /** Waits until all bytes are in. Throws what ended the fill, or the signal's reason. */
    async whenSealed(signal?: AbortSignal): Promise<Sealed> {
      signal?.addEventListener('abort', notifier.notify);
      try {
        while (staged.sealed === null) {
          signal?.throwIfAborted();
          await notifier.next();
        }
        return staged.sealed;
      } finally {
        signal?.removeEventListener('abort', notifier.notify);
      }
    },
  };
  return staged;
}
