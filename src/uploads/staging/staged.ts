import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { problem } from '../../errors.js';
import { fileFault, quoted } from '../file-names.js';
import { createBell } from './bell.js';
import { bytesGone, stagingFault, stagingFull } from './staging.js';
import { turnOf } from './turns.js';

/** How much is written or read at once, in bytes, and how long bytes may wait in memory, in milliseconds. */
const BATCH = 512 * 1024;
const MAX_WAIT = 50;

/** A socket that was given so many bytes at once is not ready for more before it has sent them; of fewer it may keep several. */
const LARGE = 128 * 1024;

/** The bytes of a file once all are there. */
export interface Sealed {
  size: number;
  /** Hex. */
  md5: string;
}

/** Limits of one fill. */
export interface FillLimits {
  /** Bytes that must come, no more and no less. Throws size_mismatch. */
  size?: number | undefined;
  /** Hex; must be what the bytes hash to. Throws checksum_mismatch. */
  md5?: string | undefined;
  /** Called with the length of every chunk; throws if the rest need not be taken. */
  check?: (bytes: number) => void;
  /** Asked before every write; throws if there is no room. */
  room?: () => Promise<void>;
}

export type Staged = ReturnType<typeof createStaged>;

/** A file on its way: written once, readable from the first byte on, by any number of readers, any number of times. */
export function createStaged(path: string, label: string, sealed: Sealed | null = null) {
  const bell = createBell();
  const staged = {
    path,
    /** What the caller calls it. */
    label,
    /** Bytes that readers can see. */
    written: sealed?.size ?? 0,
    /** Null until all bytes are in and as announced. */
    sealed,

    /** Takes all bytes of a source. Throws size_mismatch, checksum_mismatch, staging_full, or what the source throws; then readers fail too. */
    async fill(source: AsyncIterable<Uint8Array>, limits: FillLimits = {}): Promise<Sealed> {
      try {
        const handle = await open(path, 'wx', 0o600);
        try {
          staged.sealed = await pour(source, handle, limits, staged, bell.ring);
        } finally {
          await handle.close();
        }
        bell.ring();
        return staged.sealed;
      } catch (error) {
        const fault = diskFault(error, path);
        bell.fail(fault);
        throw fault;
      }
    },

    /**
     * Reads from the first byte, following a file that is still growing up to `size`. The last byte is held back until
     * the file is sealed, so that a reader never sees the whole of a file that is not what it was announced to be.
     * Throws Starved if nothing comes for `patience` milliseconds. A large chunk is valid until the next one is asked for.
     */
    async *follow(size: number, patience = Number.POSITIVE_INFINITY): AsyncGenerator<Uint8Array> {
      const ready = () => (staged.sealed ? size : Math.min(staged.written, size - 1));
      // The file may not have been begun yet.
      while (staged.written === 0) await bell.next(patience);
      const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
        throw error.code === 'ENOENT' ? bytesGone(error) : error;
      });
      const reused = Buffer.allocUnsafeSlow(Math.min(BATCH, size));
      try {
        for (let position = 0; position < size; ) {
          while (ready() <= position) await bell.next(patience);
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
      signal?.addEventListener('abort', bell.ring);
      try {
        while (staged.sealed === null) {
          signal?.throwIfAborted();
          await bell.next();
        }
        return staged.sealed;
      } finally {
        signal?.removeEventListener('abort', bell.ring);
      }
    },

    remove: () => rm(path, { force: true }),
  };
  return staged;
}

/** Hashes what lies on the disk, all of it or `size` bytes from `offset`. Null if there is no file. */
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

/** Writes batch after batch, hashing what comes while the last batch is being written. */
async function pour(
  source: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  limits: FillLimits,
  progress: { written: number; label: string },
  ring: () => void,
): Promise<Sealed> {
  const hash = createHash('md5');
  let received = 0;
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
      received += chunk.length;
      if (limits.size !== undefined && received > limits.size) throw wrongSize(progress.label, limits.size);
      hash.update(chunk);
      batch.push(chunk);
      waiting += chunk.length;
      if (waiting >= BATCH) await flush();
      else timer ??= setTimeout(flush, MAX_WAIT);
    }
    await flush();
    await writing;
  } finally {
    clearTimeout(timer);
  }
  if (limits.size !== undefined && received !== limits.size) {
    throw wrongSize(progress.label, limits.size, received);
  }
  const md5 = hash.digest('hex');
  if (limits.md5 !== undefined && limits.md5 !== md5) {
    throw problem(
      'checksum_mismatch',
      `${quoted(progress.label)} does not have the md5 that was announced.`,
      {
        errors: [fileFault(progress.label, `has the md5 ${md5}, announced was ${limits.md5}`)],
      },
    );
  }
  return { size: received, md5 };
}

function wrongSize(label: string, announced: number, received?: number) {
  const came = received === undefined ? 'more' : `only ${received}`;
  return problem(
    'size_mismatch',
    `${quoted(label)} was announced with ${announced} bytes, but ${came} came.`,
    {
      errors: [fileFault(label, `has ${came} bytes, announced were ${announced}`)],
    },
  );
}

/** `path` is the file that was being written: another one that is missing was to be read. */
function diskFault(error: unknown, path: string): unknown {
  const { code, path: missing } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && missing !== undefined && missing !== path) return bytesGone(error);
  return stagingFault(error) ?? error;
}
