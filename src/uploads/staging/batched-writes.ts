import type { FileHandle } from 'node:fs/promises';
import { stagingFull } from './faults.js';
import { waitToHash } from './hash-queue.js';

/** Bytes that are written at once, and how long bytes may wait in memory, in milliseconds. */
const BATCH = 512 * 1024;
const MAX_WAIT = 50;

/** WriteLimits while bytes are received. */
export interface WriteLimits {
  /** Called with the length of every chunk. Throws if receiving more is pointless. */
  check?: (bytes: number) => void;
  /** Called before every write. Throws if nothing may be written. */
  beforeWrite?: () => Promise<void>;
}

/** Where the bytes go. */
interface Sink extends WriteLimits {
  /** Called with every chunk and its position. Throws if it must not be written. */
  take(chunk: Uint8Array, position: number): void;
  /** Called after every write. */
  notify(): void;
  /** Whether bytes are written if the source fails after them. */
  keep?: boolean;
}

/**
 * Writes batches from `progress.written` on, and receives the next one while the last is being
 * written. Returns where it ended.
 */
export async function writeBatches(
  source: AsyncIterable<Uint8Array>,
  handle: FileHandle,
  progress: { written: number },
  sink: Sink,
): Promise<number> {
  let received = progress.written;
  let batch: Uint8Array[] = [];
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const writeBatch = async () => {
    if (waiting === 0) return;
    await sink.beforeWrite?.();
    clearTimeout(timer);
    const [chunks, bytes, position] = [batch, waiting, received - waiting];
    [batch, waiting, timer] = [[], 0, undefined];
    const { bytesWritten } = await handle.writev(chunks, position);
    if (bytesWritten !== bytes) throw stagingFull();
    progress.written = position + bytes;
    sink.notify();
  };

  /** Writes what is waiting when the previous batch is written. Resolves when that is done. */
  const flush = (): Promise<void> => {
    const before = writing;
    writing = before.then(writeBatch);
    // The next one to await it sees the failure. Until then it must not count as unhandled.
    writing.catch(() => undefined);
    return before;
  };

  try {
    for await (const chunk of source) {
      await waitToHash(chunk.length);
      sink.check?.(chunk.length);
      sink.take(chunk, received);
      received += chunk.length;
      batch.push(chunk);
      waiting += chunk.length;
      if (waiting >= BATCH) await flush();
      else timer ??= setTimeout(flush, MAX_WAIT);
    }
    await flush();
    await writing;
  } catch (error) {
    if (sink.keep)
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
