import type { Caller } from '../../connections/caller.js';
import { isDatabaseUnavailable } from '../../database/failures.js';
import { Problem, problem } from '../../errors.js';
import { backOff } from '../../time.js';
import { md5Of } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import { isForbidden, isTransient } from '../failures.js';
import type { DraftFiles } from '../model.js';
import type { OutgoingFile } from '../outgoing-file.js';
import { WaitTimeout } from '../staging/notifier.js';
import type { TransferTimings } from '../timings.js';
import { removeFiles } from './other-files.js';
import { holds, rereadDraft } from './read-draft.js';
import { type GuardedBody, guardBody } from './stall-guard.js';

/** One file on its way to a draft. */
export interface Transfer {
  caller: Caller;
  draft: DraftFiles;
  file: OutgoingFile;
  signal: AbortSignal;
}

/**
 * Sends one file to Zenodo and makes sure that Zenodo stored what was staged. Retries with growing,
 * jittered waits. After a lost answer, reads the draft, which also updates `draft`. Throws a
 * Problem if retrying does not help, WaitTimeout if bytes do not arrive, or the signal's reason.
 */
export async function transferFile(context: UploadsContext, transfer: Transfer): Promise<void> {
  const { caller, draft, file, signal } = transfer;
  let failures = 0;
  for (;;) {
    const fault = await attempt(context, transfer);
    if (fault === null) return context.metrics.attempts.inc({ outcome: 'stored', code: 'none' });
    file.sent = 0;
    if (wasMade(fault)) {
      file.attempts += 1;
      context.metrics.attempts.inc({ outcome: 'failed', code: fault.code });
    }
    // A 403 or 404 may also mean that the draft was published or deleted meanwhile, so it is read.
    if (!isTransient(fault) && !isForbidden(fault)) {
      await note(context, file, fault, null);
      throw fault;
    }
    if (fault.code !== 'too_many_requests') {
      failures += 1;
      const looked = await rereadDraft(context, caller, draft, signal);
      const { sealed } = file.staged;
      // Only the answer was lost.
      if (looked && sealed !== null && holds(draft, file.name, sealed.md5)) {
        await note(context, file, fault, null);
        return context.metrics.attempts.inc({ outcome: 'stored', code: 'none' });
      }
      const refused = looked && isForbidden(fault);
      if (refused || failures >= context.timings.attempts) {
        await note(context, file, fault, null);
        if (!refused && fault.code === 'transfer_failed') await removeWrong(context, transfer);
        throw fault;
      }
    }
    const wait = waitFor(fault, failures, context.timings);
    context.metrics.retries.inc({ code: fault.code });
    await note(context, file, fault, wait);
    await context.waitingFiles.pause(file.id, wait, signal);
    await context.fileRepository.attemptBegins(file).catch(unlessAway(context, file));
    // Its last byte may take long to arrive. Others need the slot.
    if (file.staged.sealed === null) throw new WaitTimeout('not all here');
  }
}

/** Whether Zenodo was called. The rate limit may hold a call back. */
function wasMade({ code, members }: Problem): boolean {
  return code !== 'too_many_requests' || members.zenodo !== undefined;
}

/**
 * Records a failed attempt. While the database is down it is only logged, so that the transfer does
 * not wait.
 */
async function note(
  context: UploadsContext,
  file: OutgoingFile,
  fault: Problem,
  wait: number | null,
): Promise<void> {
  const { code, detail, members } = fault;
  const { id, attempts } = file;
  const made = wasMade(fault);
  if (made)
    context.log.warn({ file_id: id, attempts, code, wait }, 'an attempt to send a file to Zenodo failed');
  else context.log.info({ file_id: id, attempts, code, wait }, 'a file waits because of Zenodo’s rate limit');
  const zenodoStatus = members.zenodo?.status ?? null;
  await context.fileRepository
    .attemptFailed({ file, attempts, made, error: { code, detail }, zenodoStatus, wait })
    .catch(unlessAway(context, file));
}

function unlessAway({ log }: UploadsContext, { id }: Pick<OutgoingFile, 'id'>) {
  return (err: unknown) => {
    if (!isDatabaseUnavailable(err)) throw err;
    log.warn({ err, file_id: id }, 'an attempt could not be recorded');
  };
}

/**
 * Makes one PUT. Null if Zenodo now has the file, else what went wrong. Throws what retrying cannot
 * fix.
 */
async function attempt(
  context: UploadsContext,
  { caller, draft, file, signal }: Transfer,
): Promise<Problem | null> {
  let guarded: GuardedBody | undefined;
  try {
    const stored = await context.zenodoFor(caller, { signal }).deposits.putFile(draft.bucketId, file.name, {
      size: file.size,
      depositionId: draft.depositionId,
      own: true,
      open: () => {
        guarded = guardBody(context, file, signal);
        return { body: guarded.body, signal: guarded.signal, close: guarded.stop };
      },
    });
    const { md5, size } = await file.staged.whenSealed(signal);
    if (md5Of(stored) === md5 && stored.size === size) return null;
    return problem(
      'transfer_failed',
      `Zenodo did not store what was sent: it reports ${stored.size} bytes with md5 ${md5Of(stored)}.`,
    );
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const ours = guarded?.failure();
    if (ours !== undefined) throw ours;
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Removes a file that is certainly not what was sent. */
async function removeWrong(
  context: UploadsContext,
  { caller, draft, file, signal }: Transfer,
): Promise<void> {
  const wrong = draft.files.find(({ filename }) => filename === file.name);
  if (wrong === undefined) return;
  await removeFiles(context, { caller, depositionId: draft.depositionId, signal }, [wrong]).catch(
    (error: unknown) =>
      context.log.warn({ err: error, file_id: file.id }, 'a wrong file could not be removed'),
  );
}

/** Milliseconds until the next attempt: Zenodo's Retry-After, else doubling with jitter. */
function waitFor(fault: Problem, failures: number, { firstWait, longestWait }: TransferTimings): number {
  const asked = fault.members.retry_after;
  if (asked !== undefined) return asked * 1000;
  return backOff(failures, { first: firstWait, most: longestWait }) * (0.5 + Math.random() / 2);
}
