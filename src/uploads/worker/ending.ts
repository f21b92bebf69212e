import type { Caller } from '../../connections/caller.js';
import type { Problem } from '../../errors.js';
import type { UploadsContext } from '../context.js';
import { forFile, isTransient, isWorthKeeping } from '../failures.js';
import type { DraftFiles } from '../model.js';
import { LeaseLost } from '../rows/lease-lost.js';
import { removeFiles } from '../transfer/other-files.js';

/**
 * Seconds until the next try for an upload that no caller waits for, if Zenodo did not accept it.
 */
const REST = 60;

/**
 * Why work on an upload stops early. `lost`: another process works on it now. `released`: another
 * process may.
 */
export type StopKind = 'refused' | 'cancelled' | 'lost' | 'released';

/** The outcome of the work on an upload. `problem` is the caller's error, if any. */
export interface UploadOutcome {
  state: 'done' | 'failed' | 'waiting_for_authorization' | StopKind;
  problem: Problem | null;
}

/** Whose files go where. */
export interface UploadTask {
  id: string;
  caller: Caller;
  draft: DraftFiles;
}

/** The state of the work on an upload. */
export interface Work extends UploadTask {
  /** When the work began, by `performance.now()`. */
  since: number;
  /** The files of the draft when the work began. */
  before: DraftFiles['files'];
  /** Names of the upload's files at Zenodo. */
  names: Set<string>;
  /** Why files were not sent. */
  faults: Problem[];
  /** Why the work stops early. */
  stopped: StopKind | null;
  /** A caller waits for the outcome. */
  interactive: boolean;
  /** How it fails is decided: it no longer matters whether a caller waits. */
  failing: boolean;
  /** All other files are to be removed from the draft. */
  sync: boolean;
  /** Aborted when the work stops. */
  signal: AbortSignal;
}

/** Records how the work on an upload ended. Nothing of it is running any more. */
export async function endUpload(context: UploadsContext, work: Work): Promise<UploadOutcome> {
  const { uploadRepository, log } = context;
  const { id, draft, names, faults } = work;
  if (work.stopped === null && faults.length === 0 && work.sync) await removeOthers(context, work);
  // This process ends, or was told to release the upload.
  if (work.stopped === 'released' && (await uploadRepository.release(id)))
    log.info({ upload_id: id }, 'an upload is returned to the queue');
  if (work.stopped === 'cancelled' && (await uploadRepository.end(id, { state: 'cancelled' })))
    await clear(context, id);
  if (work.stopped !== null) return { state: work.stopped, problem: null };
  const [fault] = faults.toSorted((a, b) => Number(isTransient(a)) - Number(isTransient(b)));
  if (fault !== undefined) return giveUp(context, work, fault);
  const others = draft.files.filter(({ filename }) => !names.has(filename));
  const otherFiles = others.map(({ filename }) => filename);
  if (!(await uploadRepository.end(id, { state: 'done', otherFiles }))) throw new LeaseLost();
  await clear(context, id);
  return { state: 'done', problem: null };
}

/** Whether the upload is tried again later because of a fault: no caller waits for it. */
export function mayRest({ interactive }: Work, fault: Problem): boolean {
  return !interactive && isTransient(fault);
}

/**
 * Only files that were there at the beginning: others were brought by other uploads meanwhile.
 */
async function removeOthers(context: UploadsContext, work: Work): Promise<void> {
  const { id, caller, draft, names, before, signal } = work;
  const kept = new Set([...names, ...(await context.sentFiles.broughtMeanwhile(id))]);
  const old = before.filter(({ filename }) => !kept.has(filename));
  const gone = new Set(old.map(({ filename }) => filename));
  const { depositionId } = draft;
  const removal = { caller, depositionId, signal, waitsForLimit: true };
  await removeFiles(context, removal, old).catch((error: unknown) => {
    if (work.stopped === null) work.faults.push(forFile(error, 'sync'));
  });
  draft.files = draft.files.filter(({ filename }) => !gone.has(filename));
}

/** Bytes are kept if the user may authorize again, or the operator may retry. */
async function giveUp(context: UploadsContext, work: Work, fault: Problem): Promise<UploadOutcome> {
  const { uploadRepository, limits, log } = context;
  work.failing = true;
  const { id, caller, interactive } = work;
  const error = { code: fault.code, detail: fault.detail };
  if (mayRest(work, fault)) {
    if (!(await uploadRepository.release(id, { seconds: REST, error }))) throw new LeaseLost();
    log.info({ upload_id: id, code: fault.code, seconds: REST }, 'an upload waits for its next attempt');
    return { state: 'released', problem: null };
  }
  if (fault.code === 'reauthorization_required') {
    const seconds = (performance.now() - work.since) / 1000;
    if (!(await uploadRepository.park(id, seconds, error))) throw new LeaseLost();
    return { state: 'waiting_for_authorization', problem: fault };
  }
  // A waiting caller is told at once, and can send the files again.
  const kept = !interactive && caller.kind === 'connection' && isWorthKeeping(fault);
  const keepHours = kept ? limits.keepFailedHours : 0;
  if (!(await uploadRepository.end(id, { state: 'failed', error, keepHours }))) throw new LeaseLost();
  if (keepHours === 0) await clear(context, id);
  return { state: 'failed', problem: fault };
}

/** What cannot be removed now is removed by the cleanup. */
async function clear({ staging, log }: UploadsContext, id: string): Promise<void> {
  await staging
    .remove(id)
    .catch((err: unknown) => log.warn({ err, upload_id: id }, 'staged bytes could not be removed'));
}
