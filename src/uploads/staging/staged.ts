import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { problem } from '../../errors.js';
import { fileFault, quoted } from '../file-names.js';
import { brokenOff } from '../intake/form-faults.js';
import { turnOf } from './fair-share.js';
import { createNotifier } from './notifier.js';
import { bytesGone, stagingFault, stagingFull } from './staging.js';

/**
 * How much is written or read at once, in bytes, and how long bytes may wait in memory, in
 * milliseconds.
 */
const BATCH = 512 * 1024;
const MAX_WAIT = 50;

/**
 * A socket that was given so many bytes at once is not ready for more before it has sent them; of
 * fewer it may keep several.
 */
const LARGE = 128 * 1024;

/** The bytes of a file once all are there. */
export interface Sealed {
  size: number;
  /** Hex. */
  md5: string;
}

/** Limits of what is taken at once. */
interface Limits {
  /** Called with the length of every chunk; throws if the rest need not be taken. */
  check?: (bytes: number) => void;
  /** Asked before every write; throws if nothing may be written. */
  room?: () => Promise<void>;
}

/** Limits of one fill. */
export interface FillLimits extends Limits {
  /** Bytes that must come, no more and no less. Throws size_mismatch. */
  size?: number | undefined;
  /** Hex; must be what the bytes hash to. Throws checksum_mismatch. */
  md5?: string | undefined;
}

/** Limits of one append. */
export interface AppendLimits extends Limits {
  /** Bytes that the whole file will have. Throws size_mismatch before more is written. */
  size: number;
  /** Bytes that must come now; null if that was not said. Throws incomplete_body. */
  length: number | null;
  /** What the bytes that come now must hash to: until all of them do, none of them counts. */
  sum?: { algorithm: string; digest: Buffer } | undefined;
}

export type Staged = ReturnType<typeof createStaged>;

/**
 * A file on its way, readable from the first byte on, by any number of readers, any number of
 * times. It is written at once, with `fill`, or by one `append` after the other, and then sealed.
 * `written`: bytes that lie on the disk already.
 */
export function createStaged(path: string, label: string, sealed: Sealed | null = null, written = 0) {
  const notifier = createNotifier();
  /**
   * Of the bytes up to `position`. What came before this process, or was not to count at first, is
   * hashed from the disk.
   */
  const digest = { md5: createHash('md5'), position: 0 };
  let catching: Promise<void> | null = null;

  const catchUp = async () => {
    if (digest.position >= staged.written) return;
    const handle = await open(path, 'r');
    const buffer = Buffer.allocUnsafeSlow(BATCH);
    try {
      while (digest.position < staged.written) {
        const wanted = Math.min(BATCH, staged.written - digest.position);
        const { bytesRead } = await handle.read(buffer, 0, wanted, digest.position);
        if (bytesRead === 0) throw bytesGone();
        await turnOf(bytesRead);
        digest.md5.update(buffer.subarray(0, bytesRead));
        digest.position += bytesRead;
      }
    } finally {
      await handle.close();
    }
  };
  /** Joins the hashing that is under way. */
  const caughtUp = () => {
    catching ??= catchUp().finally(() => {
      catching = null;
    });
    return catching;
  };

  const staged = {
    path,
    /** What the caller calls it. */
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
          const { size } = limits;
          const received = await pour(source, handle, limits, staged, {
            take(chunk, position) {
              if (size !== undefined && position + chunk.length > size) throw wrongSize(label, size);
              digest.md5.update(chunk);
            },
            ring: notifier.ring,
          });
          if (size !== undefined && received !== size) throw wrongSize(label, size, received);
          staged.sealed = { size: received, md5: checked(digest.md5.digest('hex'), label, limits.md5) };
        } finally {
          await handle.close();
        }
        notifier.ring();
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
      const { size, length, sum } = limits;
      const from = staged.written;
      const end = length === null ? size : Math.min(size, from + length);
      const hash = sum === undefined ? null : createHash(sum.algorithm);
      const unseen = { written: from };
      const take = (chunk: Uint8Array, position: number) => {
        if (position + chunk.length > end) throw tooLong(label, size);
        if (hash !== null) hash.update(chunk);
        else if (digest.position === position) {
          digest.md5.update(chunk);
          digest.position += chunk.length;
        }
      };
      const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
      try {
        const seen = hash === null ? staged : unseen;
        const ring = () => {
          notifier.ring();
          staged.catchUp();
        };
        const received = await pour(source, handle, limits, seen, { take, ring, keep: true });
        if (length !== null && received !== from + length) throw brokenOff();
        if (sum !== undefined && hash?.digest().equals(sum.digest) !== true) throw chunkDiffers(label);
        staged.written = received;
      } catch (error) {
        if (hash !== null) await handle.truncate(from);
        throw diskFault(error, path);
      } finally {
        await handle.close();
        // What was hashed and could not be written comes again, perhaps in other pieces.
        if (digest.position > staged.written) Object.assign(digest, { md5: createHash('md5'), position: 0 });
        notifier.ring();
      }
    },

    /** Hashes what was not hashed while it came, ahead of the seal. */
    catchUp(): void {
      if (digest.position < staged.written) caughtUp().catch(() => undefined);
    },

    /**
     * All bytes are there, by one append or more. Throws checksum_mismatch if they are not those
     * that were announced.
     */
    async seal(md5?: string): Promise<Sealed> {
      while (digest.position < staged.written) await caughtUp();
      staged.sealed ??= { size: staged.written, md5: checked(digest.md5.digest('hex'), label, md5) };
      notifier.ring();
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
      signal?.addEventListener('abort', notifier.ring);
      try {
        while (staged.sealed === null) {
          signal?.throwIfAborted();
          await notifier.next();
        }
        return staged.sealed;
      } finally {
        signal?.removeEventListener('abort', notifier.ring);
      }
    },

    remove: () => rm(path, { force: true }),
  };
  return staged;
}

/**
 * Hashes what lies on the disk, all of it or `size` bytes from `offset`. Null if there is no file.
 */
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

/** What becomes of the bytes on their way to the disk. */
interface Sink {
  /** Told every chunk and where it begins; throws if it must not be written. */
  take(chunk: Uint8Array, position: number): void;
  ring(): void;
  /** Also writes what had come when the source failed. */
  keep?: boolean;
}

/**
 * Writes batch after batch behind `progress.written`, and takes what comes while the last batch is
 * being written. Answers where it ended.
 */
async function pour(
  source: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  limits: Limits,
  progress: { written: number },
  { take, ring, keep = false }: Sink,
): Promise<number> {
  let received = progress.written;
  let batch: Uint8Array[] = [];
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const writeBatch = async () => {
    if (waiting === 0) return;
    await limits.room?.();
    clearTimeout(timer);
    const [chunks, bytes, position] = [batch, waiting, received - waiting];
    [batch, waiting, timer] = [[], 0, undefined];
    const { bytesWritten } = await handle.writev(chunks, position);
    if (bytesWritten !== bytes) throw stagingFull();
    progress.written = position + bytes;
    ring();
  };

  /** Writes what waits once the batch before it is written; resolves when that is. */
  const flush = (): Promise<void> => {
    const before = writing;
    writing = before.then(writeBatch);
    // The next to await it sees the failure; until then it must not count as unhandled.
    writing.catch(() => undefined);
    return before;
  };

  try {
    for await (const chunk of source) {
      await turnOf(chunk.length);
      limits.check?.(chunk.length);
      take(chunk, received);
      received += chunk.length;
      batch.push(chunk);
      waiting += chunk.length;
      if (waiting >= BATCH) await flush();
      else timer ??= setTimeout(flush, MAX_WAIT);
    }
    await flush();
    await writing;
  } catch (error) {
    if (keep)
      await flush()
        .then(
          () => writing,
          () => undefined,
        )
        .catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return received;
}

/** The sum, if it is the one that was announced. */
function checked(md5: string, label: string, announced: string | undefined): string {
  if (announced === undefined || announced === md5) return md5;
  throw problem(
    'checksum_mismatch',
    `${quoted(label)} does not match its announced MD5 checksum. Send it again.`,
    {
      errors: [fileFault(label, `has the MD5 checksum ${md5}, but ${announced} was announced`)],
    },
  );
}

function tooLong(label: string, size: number) {
  return problem(
    'size_mismatch',
    `${quoted(label)} was announced with ${size} bytes, but this chunk exceeds them or its Content-Length.`,
    { errors: [fileFault(label, `has more than the announced ${size} bytes`)] },
  );
}

function chunkDiffers(label: string) {
  return problem(
    'chunk_checksum_mismatch',
    `The chunk of ${quoted(label)} does not match Upload-Checksum. Nothing of it was kept. Send it again from the same offset.`,
  );
}

function wrongSize(label: string, announced: number, received?: number) {
  const came = received === undefined ? 'more' : `only ${received}`;
  return problem(
    'size_mismatch',
    `${quoted(label)} was announced with ${announced} bytes, but ${came} arrived. Send it again.`,
    {
      errors: [fileFault(label, `has ${came} bytes, but ${announced} were announced`)],
    },
  );
}

/** `path` is the file that was being written: another one that is missing was to be read. */
function diskFault(error: unknown, path: string): unknown {
  const { code, path: missing } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && missing !== undefined && missing !== path) return bytesGone(error);
  return stagingFault(error) ?? error;
}
