import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Sealed } from '../model.js';
import { type WriteLimits, writeBatches } from './batched-writes.js';
import {
  checked,
  chunkDiffers,
  diskFault,
  incompleteBody,
  stagedBytesLost,
  tooLong,
  wrongSize,
} from './faults.js';
import { createNotifier } from './notifier.js';
import { createRunningDigest } from './running-digest.js';

/** Bytes per read. */
const BATCH = 512 * 1024;

/**
 * A socket that gets this many bytes at once asks for more only when it has sent them. It may hold
 * several smaller chunks.
 */
const LARGE = 128 * 1024;

/** WriteLimits of one fill. */
interface FillLimits extends WriteLimits {
  /** Exact number of bytes. Throws size_mismatch. */
  size?: number | undefined;
  /** Expected MD5 in hexadecimal. Throws checksum_mismatch. */
  md5?: string | undefined;
}

/** WriteLimits of one append. */
interface AppendLimits extends WriteLimits {
  /** Size of the complete file. Throws size_mismatch before more is written. */
  size: number;
  /** Bytes of this append; null if unknown. Throws incomplete_body. */
  length: number | null;
  /** Checksum of the bytes of this append. None of them counts until all have been verified. */
  sum?: { algorithm: string; digest: Buffer } | undefined;
}

export type StagedFile = ReturnType<typeof createStagedFile>;

/**
 * A staged file that can be read from its first byte on while it grows, by any number of readers.
 * It is written by one `fill`, or by several `append`s, and then sealed. `label`: its name for the
 * caller. `written`: bytes that are already on the disk.
 */
export function createStagedFile(path: string, label: string, sealed: Sealed | null = null, written = 0) {
  const notifier = createNotifier();
  const digest = createRunningDigest(path, () => staged.written);

  const staged = {
    path,
    label,
    /** Bytes that readers can see. */
    written: sealed?.size ?? written,
    /** Null until all bytes have arrived and match what was announced. */
    sealed,

    /**
     * Writes all bytes of a source. They are on the disk when it resolves, so that a row may say
     * their checksum. Throws size_mismatch, checksum_mismatch, staging_full, or what
     * the source throws. Readers then fail too.
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
          notifier.notify();
          // Readers need not wait for the disk.
          await handle.datasync();
          return staged.sealed;
        } finally {
          await handle.close();
        }
      } catch (error) {
        const fault = diskFault(error, path);
        notifier.fail(fault);
        throw fault;
      }
    },

    /**
     * Appends bytes. If the source fails, earlier bytes stay, and readers wait for more. Of bytes
     * with a checksum all stay, or none. Throws size_mismatch, incomplete_body,
     * chunk_checksum_mismatch, staging_full, or what the source throws.
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
        if (length !== null && received !== from + length) throw incompleteBody();
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

    /** Hashes from the disk what is missing, before the seal. */
    catchUp(): void {
      digest.catchUp();
    },

    /**
     * All bytes have arrived, and are on the disk when it resolves. Throws checksum_mismatch if
     * they are not the announced ones.
     */
    async seal(md5?: string): Promise<Sealed> {
      await digest.whenCaughtUp();
      staged.sealed ??= { size: staged.written, md5: checked(digest.hex(), label, md5) };
      notifier.notify();
      await sync(path);
      return staged.sealed;
    },

    /**
     * Reads from the first byte, and follows a growing file up to `size`. The last byte is held
     * back until the file is sealed, so that a reader never sees all of a file that turns out to be
     * wrong. Throws WaitTimeout if nothing arrives for `timeout` milliseconds. A large chunk is
     * valid until the next one is requested.
     */
    async *follow(size: number, timeout = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
      const ready = () => (staged.sealed ? size : Math.min(staged.written, size - 1));
      // The file may not exist yet.
      while (staged.written === 0) await notifier.next(timeout);
      const handle = await openAgain(path);
      const reused = Buffer.allocUnsafeSlow(Math.min(BATCH, size));
      try {
        for (let position = 0; position < size; ) {
          while (ready() <= position) await notifier.next(timeout);
          const wanted = Math.min(BATCH, ready() - position);
          const buffer = wanted < LARGE ? Buffer.allocUnsafe(wanted) : reused;
          const { bytesRead } = await handle.read(buffer, 0, wanted, position);
          if (bytesRead === 0) throw stagedBytesLost();
          position += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await handle.close();
      }
    },

    /** Waits until all bytes have arrived. Throws the error of the fill, or the signal's reason. */
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

/** Bytes that were written by any handle survive a crash of the machine from now on. */
async function sync(path: string): Promise<void> {
  const handle = await openAgain(path);
  await handle.datasync().finally(() => handle.close());
}

function openAgain(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? stagedBytesLost(error) : error;
  });
}
