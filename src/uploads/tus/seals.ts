import type { Problem } from '../../errors.js';
import { within } from '../../time.js';
import type { UploadsContext } from '../context.js';
import { forFile } from '../failures.js';
import { PLAIN } from '../rows/tus-repository.js';
import type { LiveFile } from './live-file.js';

/**
 * How long the response to the last chunk waits while earlier bytes are hashed again, in
 * milliseconds.
 */
const SEAL_WAIT = 20_000;

/** Remembered seals. Files whose seal was forgotten are hashed again. */
const MAX_SEALS = 20_000;

/** What sealing needs from the live files. */
interface SealEffects {
  /** Closes a file. */
  close(one: LiveFile, fault: Problem | null): Promise<void>;
  /** Called when an upload is complete. */
  completed(): void;
}

/**
 * What happens when all bytes of a tus file have arrived: its checksum is verified and its rows say
 * so. An upload of one file is then complete.
 */
export function createSeals(context: UploadsContext, { close, completed }: SealEffects) {
  const { tusRepository, log } = context;
  /** Files whose checksum is of the bytes that arrived, not of those on the disk. */
  const sealedHere = new Set<string>();

  /** All bytes have arrived. Throws checksum_mismatch; all of them must then be sent again. */
  async function seal(one: LiveFile): Promise<void> {
    try {
      const sealed = await one.staged.seal(one.announcedMd5);
      sealedHere.add(one.id);
      const [oldest] = sealedHere;
      if (sealedHere.size > MAX_SEALS && oldest !== undefined) sealedHere.delete(oldest);
      // A file that goes into a zip is closed at once.
      one.released = one.outgoing === null;
      await tusRepository.seal(one.id, sealed, one.released ? one.token : null);
      one.sealSaid = true;
      context.metrics.tusFiles.inc({ event: 'ended' });
    } catch (error) {
      one.discard = one.staged.sealed === null;
      const fault = forFile(error, one.staged.label);
      void close(one, fault);
      throw fault;
    }
    try {
      if (one.single && (await tusRepository.complete(one.uploadId, PLAIN))) completed();
    } finally {
      if (!one.delivering) void close(one, null);
    }
  }

  function start(one: LiveFile): Promise<void> {
    one.sealing ??= seal(one);
    one.sealing.catch((err: unknown) => log.warn({ err, file_id: one.id }, 'a file could not be sealed'));
    return one.sealing;
  }

  /**
   * After a request, however it ended: seals a complete file, and closes one that another process
   * has sealed.
   */
  function afterRequest(one: LiveFile): void {
    if (one.staged.written < one.size || one.sealing !== null || one.closing !== null) return;
    if (one.staged.sealed === null) void start(one);
    else if (!one.delivering) void close(one, null);
  }

  return {
    start,
    afterRequest,
    wasSealedHere: (id: string): boolean => sealedHere.has(id),
    forget: (id: string): void => void sealedHere.delete(id),
  };
}

/** Waits for a seal, but not too long: it continues by itself. */
export async function awaitSeal(sealing: Promise<unknown>): Promise<void> {
  const slow = new Error('what came before is still being hashed');
  await within(SEAL_WAIT, sealing, () => slow).catch((error: unknown) => {
    if (error !== slow) throw error;
  });
}
