import type { IncomingMessage } from 'node:http';
import type { UploadsContext } from '../context.js';
import { bodyOf } from '../intake/request-body.js';
import { incompleteBody } from '../staging/faults.js';
import { beyondLength, leaseLost, wrongOffset } from './faults.js';
import type { LiveFile } from './live-file.js';

/** What a request says about its chunk. */
export interface Chunk {
  offset: number;
  /** Length in bytes, if it is known. */
  length: number | null;
  sum: { algorithm: string; digest: Buffer } | undefined;
}

/**
 * Receives one chunk of a file, whose lease and only request this process has. Bytes of a broken
 * chunk are kept. Throws a Problem.
 */
export async function takeChunk(
  { tusRepository, metrics, reservations }: UploadsContext,
  one: LiveFile,
  { offset, length, sum }: Chunk,
  raw: IncomingMessage,
): Promise<void> {
  const { size, staged } = one;
  if (raw.destroyed && !raw.complete) throw incompleteBody();
  if (offset !== staged.written) throw wrongOffset(staged.label, offset, staged.written);
  if (length !== null && offset + length > size) throw beyondLength(staged.label, size);
  const mark = async (from: number | null) => {
    if (one.unverifiedFrom === from) return;
    if (!(await tusRepository.markUnverified(one.id, one.token, from))) throw leaseLost();
    one.unverifiedFrom = from;
  };
  fence(one);
  await mark(sum === undefined ? null : offset);
  const count = (event: string) => metrics.tusFiles.inc({ event });
  if (one.brokenOff) count('resumed');
  one.brokenOff = false;
  const taken = staged.append(bodyOf(raw), {
    size,
    length,
    sum,
    check(bytes) {
      one.lastByteAt = performance.now();
      metrics.received.inc(bytes);
      if (one.fault !== null) throw one.fault;
    },
    async beforeWrite() {
      await reservations.check();
      fence(one);
    },
  });
  await taken.catch((error: unknown) => {
    one.brokenOff = true;
    count('broken_off');
    throw error;
  });
  await mark(null);
}

/** Throws unless the lease is certainly ours. Called before every write. */
function fence(one: LiveFile): void {
  if (one.fault !== null) throw one.fault;
  if (performance.now() > one.safeUntil) throw leaseLost();
}
