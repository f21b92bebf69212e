import { type Caller, uploadLinkOf } from '../connections/caller.js';
import { problem, ServiceEnds } from '../errors.js';
import { joinReads } from '../joined-reads.js';
import { noteSubject } from '../log-subject.js';
import { countdown, poll, withDeadline, within } from '../time.js';
import { startCleanup } from './cleanup.js';
import type { UploadsContext } from './context.js';
import { openReceiver, type Receiver } from './intake/receiver.js';
import type { UploadRequest } from './intake/upload-request.js';
import { createProgressStreams, type Reader } from './progress-events.js';
import { startQueue } from './queue/claimer.js';
import { cancelled } from './rows/tus-repository.js';
import type { UploadHead, UploadWithFiles } from './rows/upload-reads.js';
import { isVolumeFull } from './staging/faults.js';
import { idReused } from './transfer/read-draft.js';
import { createDraftReads } from './tus/draft-reads.js';
import { createLiveFiles } from './tus/live-files.js';
import { createTusIntake } from './tus/tus-intake.js';
import type { UploadOutcome } from './worker/ending.js';
import type { UploadWorker } from './worker/worker.js';

export type Uploads = ReturnType<typeof createUploads>;

/**
 * How long a cancelled upload may take to end, in milliseconds: its holder notices within 5 s, or
 * loses its lease within 15.
 */
const CANCEL_WAIT = 20_000;

/** Milliseconds between two looks whether they have ended. */
const POLL = 200;

/** How long transfers continue after the last response when the process ends, in milliseconds. */
const GRACE = 5000;

/** The uploads of this process, and operations on those of all processes. */
export function createUploads(context: UploadsContext, now: () => number, stagingMinFree: number) {
  const { uploadQueue, uploadReads, sentFiles } = context;
  const find = joinReads(uploadReads.find);
  const queue = startQueue(context, () => live);
  const drafts = createDraftReads(context);
  const live = createLiveFiles(context, drafts, queue.nudge);
  const cleanup = startCleanup(context, live, now, stagingMinFree);
  const streams = createProgressStreams(uploadReads, context.streamSilence);
  const closing = new AbortController();
  let draining = false;

  const busy = () => context.leases.count() + live.running();

  /**
   * Ends the uploads that `ask` names as still held: those of this process at once. Waits for the
   * others. False if some have not ended.
   */
  const untilEnded = async (ask: () => Promise<string[]>): Promise<boolean> => {
    const look = async () => {
      const held = await ask();
      for (const id of held) {
        context.leases.cancel(id);
        live.stop(id, cancelled());
      }
      return held.length === 0 || null;
    };
    return (await poll(look, { interval: POLL, left: countdown(CANCEL_WAIT) })) ?? false;
  };

  const cancel = (where: { id: string } | { depositionId: number }) =>
    untilEnded(() => uploadQueue.cancel(where));

  return {
    /**
     * Begins to receive the files of one request. Throws service_unavailable if the process is
     * shutting down.
     */
    receive(request: UploadRequest): Receiver {
      if (draining) throw new ServiceEnds();
      return openReceiver(context, request);
    },

    /** Files that arrive by tus, in requests of their own. */
    tus: createTusIntake(context, drafts, live, {
      queue,
      cancel: (id) => cancel({ id }),
      isDraining: () => draining,
    }),

    /**
     * Accepts no more uploads, from callers or from the queue, and waits at most this long for
     * running ones.
     */
    async drain(milliseconds: number): Promise<void> {
      draining = true;
      await queue.close();
      const running = busy();
      context.log.info({ running }, 'no more uploads are accepted');
      const look = async () => busy() === 0 || null;
      await poll(look, { interval: 50, left: countdown(milliseconds) });
      const left = busy();
      if (left > 0) context.log.info({ left }, 'uploads are left to another process, or to the next start');
    },

    /** The draft was changed, published or deleted: the next file by tus reads it again. */
    forgetDraft: (depositionId: number) => drafts.forget(depositionId),

    /** Whether no more uploads are accepted. */
    isDraining: () => draining,

    /** Throws if the staging volume is not writable. False if it is full. */
    async isStagingWell(): Promise<boolean> {
      try {
        await context.staging.probe();
      } catch (error) {
        if (isVolumeFull(error)) return false;
        throw error;
      }
      return context.reservations.hasSpace();
    },

    /**
     * How the worker ended; null if it has not after `milliseconds`, or its caller is `gone`, or
     * this process is about to end. Then it goes on by itself. An end that is being recorded is
     * waited for: its bytes are not kept.
     */
    async wait(worker: UploadWorker, milliseconds: number, gone: AbortSignal): Promise<UploadOutcome | null> {
      const outcome = await withDeadline(milliseconds, closing.signal, (signal) =>
        Promise.race([worker.ended, aborted(signal), aborted(gone)]),
      );
      return outcome === null && !worker.detach() ? worker.ended : outcome;
    },

    /**
     * An upload of this caller, or of their upload link. Throws upload_not_found, also for another
     * user's.
     */
    async read(id: string, caller: Caller): Promise<UploadWithFiles> {
      return requireTheirs(await find(id), caller);
    },

    /** The same with only the first parts of its zips. */
    async readHead(id: string, caller: Caller): Promise<UploadHead> {
      const head = await uploadReads.findHead(id);
      if (head === null) throw notFound();
      requireTheirs(head.upload, caller);
      return head;
    },

    /** The parts of a zip that this service sent, by its MD5 in hexadecimal; null if unknown. */
    partsOfZip: (name: string, md5: string) => sentFiles.partsOfZip(name, md5),

    /** Cancels an upload in any process. What is already at Zenodo stays there. */
    cancel: (id: string) => cancel({ id }),

    /**
     * Cancels all uploads to a deposition. Resolves when none can write there any more. Throws
     * upload_unfinished.
     */
    async cancelFor(depositionId: number): Promise<void> {
      if (await cancel({ depositionId })) return;
      throw problem(
        'upload_unfinished',
        'A cancelled upload to this draft has not ended yet. Try again in a minute.',
        {
          retry_after: 60,
        },
      );
    },

    /** The id of the oldest upload to the deposition that is not over; null if there is none. */
    openUpload: uploadQueue.openUpload,

    /** Continues uploads of a connection whose user has authorized again. */
    async resumeFor(connectionId: string): Promise<void> {
      if ((await uploadQueue.resumeFor(connectionId)) > 0) queue.nudge();
    },

    /** Ends uploads of a connection that, after a reset of Zenodo, belongs to another person. */
    async failFor(connectionId: string): Promise<void> {
      const faultOf = (depositionId: number) => {
        const { code, detail } = idReused(depositionId);
        return { code, detail };
      };
      await untilEnded(() => uploadQueue.failFor(connectionId, faultOf));
    },

    /** Unfinished uploads of all processes, by state. */
    countOpen: () => uploadQueue.countOpen(),

    /** Files of this process that are being sent, and those that wait for a slot. */
    transfers: () => context.semaphore.load(),

    /**
     * The staging volume in bytes: its size, and what uploads use or have reserved. If the database
     * is down, or silent for `timeout` milliseconds, only the former.
     */
    async space(timeout = 10_000): Promise<Record<string, number>> {
      const sums = within(
        timeout,
        context.stagingVolumes.held(context.staging.volume),
        () => new Error('silent'),
      );
      const held = sums.catch(() => ({}));
      return { ...(await context.staging.space()), ...(await held) };
    },

    /** Opens a stream of events about an upload. Throws too_many_requests. */
    watch: (upload: UploadWithFiles, reader: Reader) => streams.open(upload, reader),

    /**
     * From now on callers do not wait for uploads here: they are told that the upload continues,
     * and tus clients that they can continue elsewhere.
     */
    answerAll(): void {
      closing.abort();
      streams.close();
      live.endRequests();
    },

    /** Returns unfinished uploads to the queue, for another process or the next start. */
    async close(): Promise<void> {
      closing.abort();
      await queue.close();
      await Promise.all([context.leases.release(GRACE), live.close()]);
      await Promise.all([cleanup.close(), context.waitingFiles.close()]);
    },
  };
}

/** Throws upload_not_found for another user's upload, or one of another upload link. */
function requireTheirs(upload: UploadWithFiles | null, caller: Caller): UploadWithFiles {
  const link = uploadLinkOf(caller);
  if (upload?.owner !== caller.owner || (link !== null && upload.uploadLinkId !== link.id)) throw notFound();
  noteSubject({ deposition_id: Number(upload.depositionId), container_id: upload.containerId });
  return upload;
}

function notFound() {
  return problem('upload_not_found', 'This upload does not exist, or belongs to another user.');
}

/** Resolves with null when the signal is aborted. */
async function aborted(signal: AbortSignal): Promise<null> {
  if (!signal.aborted) await new Promise((come) => signal.addEventListener('abort', come, { once: true }));
  return null;
}
