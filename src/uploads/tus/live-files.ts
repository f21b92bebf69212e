import { randomUUID } from 'node:crypto';
import { truncate } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../../connections/caller.js';
import type { TusFile } from '../../database/generated/client.js';
import { type Problem, ServiceEnds } from '../../errors.js';
import { subjectOfRow, underSubject } from '../../log-subject.js';
import { pause } from '../../time.js';
import type { UploadsContext } from '../context.js';
import { isAtZenodo } from '../model.js';
import { type Created, type TusFileOf, uploadFault } from '../rows/tus-repository.js';
import { createDeliveries } from './deliveries.js';
import type { DraftReads } from './draft-reads.js';
import { fenced, leaseLost, locked, noSuchFile } from './faults.js';
import { startRenewals, takeLease } from './file-leases.js';
import { bytesThere, isSilent, type LiveFile, leaseTime, liveFile, patchOf } from './live-file.js';
import { awaitSeal, createSeals } from './seals.js';
import { type Chunk, takeChunk } from './take-chunk.js';

/** Milliseconds between two looks whether another request of this process is over. */
const POLL = 100;

/** A request with a chunk. `fresh`: it also announced the file. */
interface ChunkRequest {
  chunk: Chunk;
  raw: IncomingMessage;
  fresh?: Created;
}

export type LiveFiles = ReturnType<typeof createLiveFiles>;

/**
 * The files whose leases this process holds: only it receives their bytes, and sends them to Zenodo
 * while they arrive. `completed` is called when an upload is complete.
 */
export function createLiveFiles(context: UploadsContext, drafts: DraftReads, completed: () => void) {
  const { fileRepository, tusRepository, tusLeases, staging, log } = context;
  const { fileWait } = context.timings;
  const live = new Map<string, LiveFile>();
  const opening = new Map<string, Promise<LiveFile>>();
  let closed = false;
  const deliveries = createDeliveries(context, drafts, { close, stop });
  const seals = createSeals(context, { close, completed });
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
      if (closed) throw new ServiceEnds();
      if (caller !== null) deliveries.start(one, caller, handedOver);
      return one;
    } catch (error) {
      live.delete(file.id);
      await tusLeases.release(file.id, token, Number(file.received)).catch(() => undefined);
      throw error;
    }
  }

  /** Reads the file again under the lease. Throws if it accepts no more bytes. */
  async function readAgain(id: string): Promise<Created> {
    const file = await tusRepository.find(id);
    if (file === null) throw noSuchFile();
    const fault = uploadFault(file.upload);
    if (fault !== null) throw fault;
    const row = await fileRepository.fileById(id);
    // What is at Zenodo is not sent again.
    return { file, name: row === null || isAtZenodo(row.state) ? null : row.name };
  }

  /** Opens a file and takes its lease. Concurrent calls share one opening. */
  function opened(file: TusFileOf, caller: Caller | null, fresh?: Created): Promise<LiveFile> {
    const known = live.get(file.id);
    if (known !== undefined) return Promise.resolve(known);
    const pending = opening.get(file.id) ?? open(file, caller, fresh).finally(() => opening.delete(file.id));
    opening.set(file.id, pending);
    return pending;
  }

  /**
   * Closes a file. Its bytes stay, and the process that takes the lease continues it. `fault`: for
   * the requests that are sending it.
   */
  function close(one: LiveFile, fault: Problem | null): Promise<void> {
    one.fault ??= fault ?? leaseLost();
    one.patch?.end(one.fault);
    one.control.abort(one.fault);
    one.closing ??= putDown(one).catch((err: unknown) =>
      underSubject(one.subject, () => log.warn({ err, file_id: one.id }, 'a lease expires')),
    );
    return one.closing;
  }

  async function putDown(one: LiveFile): Promise<void> {
    try {
      await one.patch?.over;
      await one.delivery;
      await one.sealing?.catch(() => undefined);
      if (one.discard) await truncate(one.staged.path, 0);
      if (one.outgoing !== null) await fileRepository.giveUpName(one);
      // It is complete, but no row says so: it is recovered when the lease has expired.
      if (one.staged.written === one.size && !one.sealSaid && !one.discard) return;
      if (one.released && one.sealSaid) return;
      await tusLeases.release(one.id, one.token, one.discard ? 0 : one.staged.written);
    } finally {
      if (live.get(one.id) === one) live.delete(one.id);
    }
  }

  /** Closes all files of an upload. */
  function stop(uploadId: string, fault: Problem): void {
    for (const one of live.values()) if (one.uploadId === uploadId) void close(one, fault);
  }

  /**
   * Waits until no other request of this process sends the file, and ends a dead one. Throws
   * upload_locked.
   */
  async function seize(file: TusFileOf, caller: Caller, { raw, fresh }: ChunkRequest) {
    const since = performance.now();
    while (performance.now() < since + fileWait) {
      if (closed) throw new ServiceEnds();
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
        await pause(POLL);
      }
    }
    throw locked(file.path);
  }

  /** Continues a file whose process died. */
  async function recover(id: string): Promise<void> {
    const file = await tusRepository.find(id);
    if (file === null) return;
    await underSubject(subjectOfRow({ ...file.upload, uploadId: file.uploadId }), () =>
      resume(file).catch((err: unknown) => log.warn({ err, file_id: id }, 'a file could not be resumed')),
    );
  }

  async function resume(file: TusFileOf): Promise<void> {
    const caller = await context.callerOf(file.upload).catch(() => null);
    const one = await opened(file, caller);
    if (one.staged.written === one.size) await seals.start(one);
    else if (!one.delivering) await close(one, null);
  }

  return {
    /**
     * Receives one chunk. Returns how many bytes of the file are here. Bytes of a broken chunk are
     * kept.
     */
    async patch(file: TusFileOf, caller: Caller, request: ChunkRequest): Promise<number> {
      const { one, done } = await seize(file, caller, request);
      try {
        await takeChunk(context, one, request.chunk, request.raw);
      } finally {
        one.patch = null;
        done();
        await tusLeases
          .keep([one.uploadId])
          .catch((err: unknown) =>
            log.warn({ err, upload_id: one.uploadId }, 'an upload is not kept longer'),
          );
        seals.afterRequest(one);
      }
      if (one.staged.written === one.size) {
        const sealing = one.staged.sealed === null ? seals.start(one) : one.sealing;
        if (sealing !== null) await awaitSeal(sealing);
      }
      return one.staged.written;
    },

    /** How many bytes of a file are here. Does not disturb requests. */
    async offset(file: TusFile): Promise<number> {
      if (file.md5 !== null) return Number(file.size);
      const one = live.get(file.id);
      if (one !== undefined) return one.discard ? 0 : one.staged.written;
      return bytesThere(staging.pathOf(file.uploadId, file.id), file.unverifiedFrom);
    },

    recover,

    /**
     * Seals complete files, unless other processes hold them. Waits as long as the last chunk of a
     * file does.
     */
    async sealWhole(ids: string[]): Promise<void> {
      const work = ids.map(async (id) => {
        await live.get(id)?.patch?.over;
        if (live.has(id) || !(await tusLeases.isTaken(id))) await recover(id);
      });
      await awaitSeal(Promise.allSettled(work));
    },

    /** Seals an empty file, which is complete from the beginning. */
    async sealEmpty(file: TusFileOf): Promise<void> {
      const one = await opened(file, null);
      await one.staged.append(nothing(), { size: 0, length: 0 });
      await seals.start(one);
    },

    /** Closes a file if this process has it. Resolves when nothing is running any more. */
    async drop(id: string, fault: Problem): Promise<void> {
      const one = live.get(id);
      if (one !== undefined) await close(one, fault);
    },

    /** Resolves when no request for a file and no transfer of it runs in this process. */
    async whenDown(id: string): Promise<void> {
      const one = live.get(id);
      if (one === undefined) return;
      await one.sealing?.catch(() => undefined);
      await one.delivery;
      await one.closing;
    },

    wasSealedHere: seals.wasSealedHere,
    forgetSeal: seals.forget,
    stop,
    /** Number of files that are being received or sent. */
    running: (): number =>
      [...live.values()].filter(
        ({ patch, sealing, delivering, staged }) =>
          patch !== null || sealing !== null || (delivering && staged.sealed !== null),
      ).length,

    /** Ends requests with bytes. What has arrived stays, and can be continued anywhere. */
    endRequests(): void {
      for (const one of live.values()) if (one.patch !== null) void close(one, new ServiceEnds());
    },

    /** Closes all files, for other processes or the next start. */
    async close(): Promise<void> {
      closed = true;
      await Promise.all([...live.values()].map((one) => close(one, new ServiceEnds())));
      await renewals.stop();
      await deliveries.stopProgress();
    },
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
