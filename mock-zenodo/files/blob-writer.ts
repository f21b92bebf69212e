import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Readable } from 'node:stream';

/** Number of bytes that wait for the disk before the sender has to wait too. */
const WRITE_BUFFER = 1_048_576;

/** The source ended too early: the client disconnected, or the mock closes. */
export class TransferCut extends Error {}

/** What was transferred. */
export interface Received {
  size: number;
  /** Hex. */
  md5: string;
}

/** A running transfer. */
export interface Transfer {
  /**
   * Rejects with TransferCut, the disk's error, or the result of `tooLarge`. The file is closed by
   * then.
   */
  done: Promise<Received>;
  /** Ends it early; `done` rejects with TransferCut. */
  abort(): void;
}

/**
 * Transfers the bytes of a source through md5 to `path`, or to nowhere if it is null. It uses plain
 * `data` events instead of a pipeline: no copy and no extra stream per chunk, because the mock is
 * also the yardstick of benchmarks.
 */
export function transfer(
  source: Readable,
  path: string | null,
  limit: number,
  tooLarge: () => Error,
): Transfer {
  const hash = createHash('md5');
  const file = path === null ? null : createWriteStream(path, { flags: 'wx', highWaterMark: WRITE_BUFFER });
  let abort: () => void = () => {};
  const done = new Promise<Received>((resolve, reject) => {
    let size = 0;
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        fail(tooLarge());
        return;
      }
      hash.update(chunk);
      if (file !== null && !file.write(chunk)) source.pause();
    };
    const onDrain = () => source.resume();
    const onEnd = () => {
      detach();
      const received = () => resolve({ size, md5: hash.digest('hex') });
      if (file === null) received();
      else file.once('error', reject).end(received);
    };
    const onCut = () => fail(new TransferCut('The transfer was cut.'));
    const detach = () => {
      source.off('data', onData).off('end', onEnd).off('close', onCut);
      file?.off('drain', onDrain).off('error', fail);
    };
    const fail = (reason: Error) => {
      detach();
      // Prevents a paused source from keeping its connection open for ever.
      source.resume();
      closed(file, () => reject(reason));
    };
    abort = onCut;
    file?.on('drain', onDrain).on('error', fail);
    source.on('error', onCut).on('end', onEnd).on('close', onCut);
    if (source.destroyed) onCut();
    else source.on('data', onData);
  });
  return { done, abort: () => abort() };
}

function closed(file: WriteStream | null, then: () => void): void {
  if (file === null || file.closed) then();
  else
    file
      .once('close', then)
      .on('error', () => {})
      .destroy();
}
