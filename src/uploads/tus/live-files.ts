import { randomUUID } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../../connections/caller.js';
import type { TusFile } from '../../database/generated/client.js';
import { type Problem, serviceEnds } from '../../errors.js';
import { pause, within } from '../../time.js';
import type { UploadsContext } from '../context.js';
import { forFile } from '../failures.js';
import { type Created, PLAIN, type TusFileOf, uploadFault } from '../rows/tus-repository.js';
import { createDeliveries } from './deliveries.js';
import type { DraftReads } from './draft-reads.js';
import { fenced, leaseLost, locked, noSuchFile } from './faults.js';
import { startRenewals, takeLease } from './file-leases.js';
import { bytesThere, isSilent, type LiveFile, leaseTime, liveFile, patchOf } from './live-file.js';
import { type Chunk, takeChunk } from './take-chunk.js';

/**
 * How long the last chunk of a file is not answered because what came before is hashed again, in
 * milliseconds.
 */
const SEAL_WAIT = 20_000;

/** How often is looked whether another request of this process is over, in milliseconds. */
const LOOK = 100;

/** Sums remembered at once; files whose sum is forgotten are hashed again. */
const MOST_SEALS = 20_000;

/** A request that brings a chunk. `fresh`: the file was announced with it. */
interface ChunkRequest {
  chunk: Chunk;
  raw: IncomingMessage;
  fresh?: Created;
}

export type LiveFiles = ReturnType<typeof createLiveFiles>;

/**
 * The files of which this process has the lease: it alone takes bytes of them, and sends them to
 * Zenodo while they come. `completed` is called when an upload has become complete.
 */
export function createLiveFiles(context: UploadsContext, drafts: DraftReads, completed: () => void) {
  const { fileRepository, tusRepository, staging, log } = context;
  const { fileWait } = context.timings;
  const live = new Map<string, LiveFile>();
  const opening = new Map<string, Promise<LiveFile>>();
  /** Files whose sums were made of what came, not of what lies on the disk. */
  const sealedHere = new Set<string>();
  let closed = false;
  const deliveries = createDeliveries(context, drafts, { close, stop });
  const renewals = startRenewals(context, live, close);

  async function open(file: TusFileOf, caller: Caller | null, fresh?: Created): Promise<LiveFile> {
    const token = randomUUID();
    const { handedOver, at } = await takeLease(context, file, token);
    try {
      const { file: now, name } = fresh ?? (await readAgain(file.id));
      await staging.create(now.uploadId);
      const path = staging.pathOf(now.uploadId, now.id);
      const one = await liveFile(now, path, token, name);
      one.safeUntil = at + leaseTime();
      one.staged.catchUp();
      live.set(one.id, one);
      if (closed) throw serviceEnds();
      if (caller !== null) deliveries.start(one, caller, handedOver);
      return one;
    } catch (error) {
      live.delete(file.id);
      await tusRepository.release(file.id, token, Number(file.received)).catch(() => undefined);
      throw error;
    }
  }

  /** The file as it is once the lease on it is ours. Throws why it takes no more bytes. */
  async function readAgain(id: string): Promise<Created> {
    const file = await tusRepository.find(id);
    if (file === null) throw noSuchFile();
    const fault = uploadFault(file.upload);
    if (fault !== null) throw fault;
    const row = await fileRepository.fileById(id);
    // What is at Zenodo already is not sent again.
    const isThere = row?.state === 'uploaded' || row?.state === 'unchanged';
    return { file, name: isThere ? null : (row?.name ?? null) };
  }

  /**
   * The file, with the lease on it. Of several that come at once for one that is not open, one
   * opens it.
   */
  function opened(file: TusFileOf, caller: Caller | null, fresh?: Created): Promise<LiveFile> {
    const known = live.get(file.id);
    if (known !== undefined) return Promise.resolve(known);
    const pending = opening.get(file.id) ?? open(file, caller, fresh).finally(() => opening.delete(file.id));
    opening.set(file.id, pending);
    return pending;
  }

  /** All bytes are here. Throws checksum_mismatch; then they must all come again. */
  async function seal(one: LiveFile): Promise<void> {
    try {
      const sealed = await one.staged.seal(one.announcedMd5);
      sealedHere.add(one.id);
      const [oldest] = sealedHere;
      if (sealedHere.size > MOST_SEALS && oldest !== undefined) sealedHere.delete(oldest);
      // What goes into a zip is put down at once.
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

  function startSeal(one: LiveFile): Promise<void> {
    one.sealing ??= seal(one);
    one.sealing.catch((err: unknown) =>
      log.warn({ err, file_id: one.id }, 'a file did not match its announcement'),
    );
    return one.sealing;
  }

  /**
   * A request is over, however it ended: a file whose bytes are all here is sealed, and one that
   * another process has sealed meanwhile is put down.
   */
  function settle(one: LiveFile): void {
    if (one.staged.written < one.size || one.sealing !== null || one.closing !== null) return;
    if (one.staged.sealed === null) void startSeal(one);
    else if (!one.delivering) void close(one, null);
  }

  /**
   * Puts a file down: its bytes stay, and the process that takes the lease goes on with it.
   * `fault`: what those are told who send it.
   */
  function close(one: LiveFile, fault: Problem | null): Promise<void> {
    one.fault ??= fault ?? leaseLost();
    one.patch?.end(one.fault);
    one.control.abort(one.fault);
    one.closing ??= putDown(one).catch((err: unknown) =>
      log.warn({ err, file_id: one.id }, 'a lease expires'),
    );
    return one.closing;
  }

  async function putDown(one: LiveFile): Promise<void> {
    try {
      await one.patch?.over;
      await one.delivery;
      await one.sealing?.catch(() => undefined);
      if (one.discard) await truncate(one.staged.path, 0);
      if (one.outgoing !== null) await fileRepository.giveUpName(one.id);
      // All bytes are here, and no row says so: once the lease has run out that is done as after a
      // death.
      if (one.staged.written === one.size && !one.sealSaid && !one.discard) return;
      if (one.released && one.sealSaid) return;
      await tusRepository.release(one.id, one.token, one.discard ? 0 : one.staged.written);
    } finally {
      if (live.get(one.id) === one) live.delete(one.id);
    }
  }

  /** Puts down all files of an upload. */
  function stop(uploadId: string, fault: Problem): void {
    for (const one of live.values()) if (one.uploadId === uploadId) void close(one, fault);
  }

  /**
   * Waits until no other request of this process sends the file, and ends one that is dead. Throws
   * upload_locked.
   */
  async function seize(file: TusFileOf, caller: Caller, { raw, fresh }: ChunkRequest) {
    const since = performance.now();
    while (performance.now() < since + fileWait) {
      if (closed) throw serviceEnds();
      const one = await opened(file, caller, fresh);
      if (one.closing !== null) await one.closing;
      else if (one.patch === null) {
        const patch = patchOf(raw);
        one.patch = patch;
        one.lastByteAt = performance.now();
        return { one, done: patch.done };
      } else if (one.lastByteAt > since) break;
      else {
        if (isSilent(one)) one.patch.end(fenced(file.path));
        await pause(LOOK);
      }
    }
    throw locked(file.path);
  }

  /** Goes on with a file over which a process died. */
  async function recover(id: string): Promise<void> {
    const file = await tusRepository.find(id);
    if (file === null) return;
    const caller = await context.callerOf(file.upload).catch(() => null);
    const one = await opened(file, caller);
    if (one.staged.written === one.size) await startSeal(one);
    else if (!one.delivering) await close(one, null);
  }

  return {
    /**
     * Takes one chunk; answers how many bytes of the file are here. What has come of a chunk that
     * breaks off stays.
     */
    async patch(file: TusFileOf, caller: Caller, request: ChunkRequest): Promise<number> {
      const { one, done } = await seize(file, caller, request);
      try {
        await takeChunk(context, one, request.chunk, request.raw);
      } finally {
        one.patch = null;
        done();
        await tusRepository
          .keep([one.uploadId])
          .catch((err: unknown) =>
            log.warn({ err, upload_id: one.uploadId }, 'an upload is not kept longer'),
          );
        settle(one);
      }
      if (one.staged.written === one.size) {
        const sealing = one.staged.sealed === null ? startSeal(one) : one.sealing;
        if (sealing !== null) await soon(sealing);
      }
      return one.staged.written;
    },

    /** How many bytes of a file are here. Disturbs no request. */
    async offset(file: TusFile): Promise<number> {
      if (file.md5 !== null) return Number(file.size);
      const one = live.get(file.id);
      if (one !== undefined) return one.discard ? 0 : one.staged.written;
      return bytesThere(staging.pathOf(file.uploadId, file.id), file.unverifiedFrom);
    },

    recover,

    /**
     * Has files sealed whose bytes are all here, unless another process has them. Waits for that as
     * long as for the last chunk of a file.
     */
    async sealWhole(ids: string[]): Promise<void> {
      const work = ids.map(async (id) => {
        await live.get(id)?.patch?.over;
        if (live.has(id) || !(await tusRepository.isTaken(id))) await recover(id);
      });
      await soon(Promise.allSettled(work));
    },

    /** A file of no bytes is complete from the beginning. */
    async sealEmpty(file: TusFileOf): Promise<void> {
      const one = await opened(file, null);
      await one.staged.append(nothing(), { size: 0, length: 0 });
      await startSeal(one);
    },

    /** Puts a file down if this process has it; resolves when nothing runs any more. */
    async drop(id: string, fault: Problem): Promise<void> {
      const one = live.get(id);
      if (one !== undefined) await close(one, fault);
    },

    /** Resolves once no request and no sending of a file runs in this process. */
    async whenDown(id: string): Promise<void> {
      const one = live.get(id);
      if (one === undefined) return;
      await one.sealing?.catch(() => undefined);
      await one.delivery;
      await one.closing;
    },

    wasSealedHere: (id: string): boolean => sealedHere.has(id),
    forgetSeal: (id: string): void => void sealedHere.delete(id),
    stop,
    /** Files that a request brings, or that are here and on their way. */
    running: (): number =>
      [...live.values()].filter(
        ({ patch, sealing, delivering, staged }) =>
          patch !== null || sealing !== null || (delivering && staged.sealed !== null),
      ).length,

    /** Ends requests that bring bytes: what has come stays, and can go on anywhere. */
    endRequests(): void {
      for (const one of live.values()) if (one.patch !== null) void close(one, serviceEnds());
    },

    /** Puts down all files, for other processes or the next start. */
    async close(): Promise<void> {
      closed = true;
      await Promise.all([...live.values()].map((one) => close(one, serviceEnds())));
      await renewals.stop();
      await deliveries.stopProgress();
    },
  };
}

/** Waits for a seal, but not for ever: what is slow goes on by itself. */
async function soon(sealing: Promise<unknown>): Promise<void> {
  const slow = new Error('what came before is still being hashed');
  await within(SEAL_WAIT, sealing, () => slow).catch((error: unknown) => {
    if (error !== slow) throw error;
  });
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A file of no bytes.
}
