import { type Caller, uploadLinkOf } from '../connections/caller.js';
import { problem, serviceEnds } from '../errors.js';
import { joinReads } from '../joined-reads.js';
import { countdown, poll, withDeadline, within } from '../time.js';
import { startCleanup } from './cleanup.js';
import type { UploadsContext } from './context.js';
import { openReceiver, type Receiver } from './intake/receiver.js';
import type { UploadRequest } from './intake/upload-request.js';
import { createProgressStreams, type Reader } from './progress-events.js';
import { startQueue } from './queue/claimer.js';
import type { ButFor } from './rows/link-use.js';
import type { UploadQueue } from './rows/upload-queue.js';
import type { UploadHead, UploadWithFiles } from './rows/upload-reads.js';
import { isVolumeFull } from './staging/faults.js';
import { numberGivenAgain } from './transfer/draft-files.js';
import { createDraftReads } from './tus/draft-reads.js';
import { createLiveFiles } from './tus/live-files.js';
import { createTusIntake } from './tus/tus-intake.js';
import type { UploadOutcome, UploadWorker } from './worker/worker.js';

export type Uploads = ReturnType<typeof createUploads>;

/**
 * How long a cancelled upload may take to end, in milliseconds: its holder hears of it within 5 s,
 * or loses its lease within 15.
 */
const CANCEL_WAIT = 20_000;

/** How often is looked whether they have ended, in milliseconds. */
const LOOK = 200;

/** How long transfers go on after the last answer when the process ends, in milliseconds. */
const GRACE = 5000;

/** The uploads of this process, and the door to all others. */
export function createUploads(
  context: UploadsContext,
  claims: UploadQueue,
  now: () => number,
  stagingMinFree: number,
) {
  const { uploadRepository, uploadReads, fileRepository } = context;
  const find = joinReads(uploadReads.find);
  const queue = startQueue(context, claims, () => live);
  const drafts = createDraftReads(context);
  const live = createLiveFiles(context, drafts, queue.nudge);
  const cleanup = startCleanup(context, claims, live, now, stagingMinFree);
  const streams = createProgressStreams(uploadReads, context.streamSilence);
  const closing = new AbortController();
  let draining = false;

  const busy = () => context.leases.count() + live.running();

  /**
   * Ends what this process holds at once, waits for what others hold, and ends what none holds
   * any more. False if something goes on.
   */
  const cancel = async (where: { id: string } | { depositionId: number }): Promise<boolean> => {
    const look = async () => {
      const held = await claims.cancel(where);
      for (const id of held) {
        context.leases.cancel(id);
        live.stop(id, cancelled());
      }
      return held.length === 0 || null;
    };
    return (await poll(look, { interval: LOOK, left: countdown(CANCEL_WAIT) })) ?? false;
  };

  return {
    /**
     * Begins to take the files of one request. Throws service_unavailable if the process is about
     * to end.
     */
    receive(request: UploadRequest): Receiver {
      if (draining) throw serviceEnds();
      return openReceiver(context, request);
    },

    /** Files that come by tus, each in requests of its own. */
    tus: createTusIntake(context, drafts, live, {
      queue,
      cancel: (id) => cancel({ id }),
      isDraining: () => draining,
    }),

    /**
     * Takes no more uploads, from callers or from the queue, and lets those that run here end, for
     * at most so many milliseconds.
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

    /** True once no more uploads are taken. */
    isDraining: () => draining,

    /** Throws if the staging volume cannot be written to; false if it is as full as it may get. */
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
     * How the worker ended; null if it has not after `milliseconds`, or this process is about to
     * end. Then it goes on by itself.
     */
    async wait(worker: UploadWorker, milliseconds: number): Promise<UploadOutcome | null> {
      const outcome = await withDeadline(milliseconds, closing.signal, ({ signal }) =>
        Promise.race([worker.ended, aborted(signal)]),
      );
      if (outcome === null) worker.detach();
      return outcome;
    },

    /**
     * An upload of this caller's, or of their upload link. Throws upload_not_found, also if it is
     * somebody else's.
     */
    async read(id: string, caller: Caller): Promise<UploadWithFiles> {
      return requireTheirs(await find(id), caller);
    },

    /** The same with the first parts of its zips. */
    async readHead(id: string, caller: Caller): Promise<UploadHead> {
      const head = await uploadReads.findHead(id);
      if (head === null) throw notFound();
      requireTheirs(head.upload, caller);
      return head;
    },

    /**
     * What a zip of a folder holds that was brought to Zenodo from here, by its md5 in hex; null if
     * that is not known.
     */
    partsOfZip: (name: string, md5: string) => fileRepository.partsOfZip(name, md5),

    /** What the uploads of a link bring or have brought. */
    usedByLink: (uploadLinkId: string, butFor?: ButFor) => uploadRepository.usedByLink(uploadLinkId, butFor),

    /** Those of these names that a link has brought. */
    broughtByLink: (uploadLinkId: string, names: readonly string[]) =>
      uploadRepository.broughtByLink(uploadLinkId, names),

    /** Ends an upload wherever it runs. What it has brought to Zenodo already stays there. */
    cancel: (id: string) => cancel({ id }),

    /**
     * Ends all uploads to a deposition, wherever they run; resolves once none can write there any
     * more. Throws upload_unfinished.
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

    /** True if some upload to the deposition is not over. */
    isOpen: async (depositionId: number) => (await claims.openFor(depositionId)).length > 0,

    /** The user of a connection authorized again: what waited for them goes on. */
    async resumeFor(connectionId: string): Promise<void> {
      if ((await claims.resumeFor(connectionId)) > 0) queue.nudge();
    },

    /** Zenodo began anew, and a connection is another person's: what it had under way ends. */
    async failFor(connectionId: string): Promise<void> {
      const faultOf = (depositionId: number) => {
        const { code, detail } = numberGivenAgain(depositionId);
        return { code, detail };
      };
      const look = async () => {
        const held = await claims.failFor(connectionId, faultOf);
        for (const id of held) context.leases.cancel(id);
        return held.length === 0 || null;
      };
      await poll(look, { interval: LOOK, left: countdown(CANCEL_WAIT) });
    },

    /** Uploads of all processes that are not over, by state. */
    countOpen: () => claims.countOpen(),

    /** Files of this process on their way to Zenodo, and in line for it. */
    transfers: () => context.semaphore.load(),

    /**
     * The staging volume, in bytes: what there is, and what uploads have taken of it or will.
     * Without a database, or if that is silent for `timeout` milliseconds, only the former.
     */
    async space(timeout = 10_000): Promise<Record<string, number>> {
      const sums = within(timeout, claims.held(context.staging.volume), () => new Error('silent'));
      const held = sums.catch(() => ({}));
      return { ...(await context.staging.space()), ...(await held) };
    },

    /** A stream of events about an upload. Throws too_many_requests. */
    watch: (upload: UploadWithFiles, reader: Reader) => streams.open(upload, reader),

    /**
     * From now on no caller waits here: those who did are answered that the upload goes on, and
     * those who bring bytes by tus that they go on elsewhere.
     */
    answerAll(): void {
      closing.abort();
      streams.close();
      live.endRequests();
    },

    /** Gives what is not finished back to the queue, for another process or the next start. */
    async close(): Promise<void> {
      closing.abort();
      await queue.close();
      await Promise.all([context.leases.release(GRACE), live.close()]);
      await Promise.all([cleanup.close(), context.waits.close()]);
    },
  };
}

/** Throws upload_not_found for an upload of somebody else's, or of another upload link. */
function requireTheirs(upload: UploadWithFiles | null, caller: Caller): UploadWithFiles {
  const link = uploadLinkOf(caller);
  if (upload?.owner !== caller.owner || (link !== null && upload.uploadLinkId !== link.id)) throw notFound();
  return upload;
}

function notFound() {
  return problem('upload_not_found', 'This upload does not exist, or belongs to another user.');
}

function cancelled() {
  return problem('upload_gone', 'The upload was cancelled. Files that are already at Zenodo stay there.');
}

/** Null once the signal comes. */
async function aborted(signal: AbortSignal): Promise<null> {
  if (!signal.aborted) await new Promise((come) => signal.addEventListener('abort', come, { once: true }));
  return null;
}
