import type { FileHandle } from 'node:fs/promises';
import { stagingFull } from './faults.js';
import { turnOf } from './hashing-turns.js';

/**
 * How much is written at once, in bytes, and how long bytes may wait in memory, in milliseconds.
 */
const BATCH = 512 * 1024;
const MAX_WAIT = 50;

/** Limits of what is taken at once. */
export interface Limits {
  /** Called with the length of every chunk; throws if the rest need not be taken. */
  check?: (bytes: number) => void;
  /** Asked before every write; throws if nothing may be written. */
  beforeWrite?: () => Promise<void>;
}

/** What becomes of the bytes on their way to the disk. */
interface Sink extends Limits {
  /** Told every chunk and where it begins; throws if it must not be written. */
  take(chunk: Uint8Array, position: number): void;
  /** Called after every write. */
  notify(): void;
  /** Also writes what had come when the source failed. */
  keep?: boolean;
}

/**
 * Writes batch after batch behind `progress.written`, and takes what comes while the last batch is
 * being written. Answers where it ended.
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
