import type { Caller } from '../../connections/caller.js';
import { databaseAway, isDatabaseUnavailable } from '../../database/failures.js';
import { kindOf, Problem } from '../../errors.js';
import type { UploadsContext } from '../context.js';
import { forFile, isTransient, isWorthKeeping } from '../failures.js';
import type { OutgoingFile } from '../outgoing-file.js';
import { refuseEmpty } from '../plan/limits.js';
import { keepProgress } from '../progress.js';
import { LeaseLost } from '../rows/lease-lost.js';
import type { StagedFile } from '../staging/staged-file.js';
import { deliverFile } from '../transfer/deliver.js';
import type { DraftFiles } from '../transfer/draft-files.js';
import { removeFiles } from '../transfer/other-files.js';

/**
 * Why work on an upload stops early. `lost`: another process works on it now. `released`: another
 * process may.
 */
type StopKind = 'refused' | 'cancelled' | 'lost' | 'released';

/** The outcome of the work on an upload. `problem` is the caller's error, if any. */
export interface UploadOutcome {
  state: 'done' | 'failed' | 'waiting_for_authorization' | StopKind;
  problem: Problem | null;
}

/** A file whose bytes have arrived, or are arriving. */
export interface ReceivedFile {
  id: string;
  /** As sent. */
  path: string;
  staged: StagedFile;
  /** Its name at Zenodo if that is certain. The worker then has it. */
  name: string | null;
}

/** Whose files go where. */
interface UploadTask {
  id: string;
  caller: Caller;
  draft: DraftFiles;
}

/** An upload that this process works on. */
export interface UploadWorker extends UploadTask {
  /**
   * Throws if receiving more bytes is pointless. A user who must authorize again will find their
   * bytes here, so that does not count.
   */
  check(): void;
  /**
   * Adds a received file under its final name, and writes its row. Its bytes may still be arriving.
   * Throws empty_file.
   */
  addReceived(
    file: ReceivedFile,
    name: string,
    known: { size: number; md5?: string | undefined; position: number },
  ): Promise<void>;
  /** Adds a file that has a row. */
  add(file: OutgoingFile): void;
  /** Adds a file that an earlier worker delivered. */
  addSafe(name: string): void;
  /** Adds a file that cannot be delivered. */
  addLost(file: Pick<OutgoingFile, 'id' | 'name' | 'attempts'>, error: unknown): Promise<void>;
  /** No more files will be added. `sync`: remove all others from the draft when these are there. */
  complete(sync: boolean): void;
  /** The number of bytes that are still to be staged. */
  expect(bytes: number): void;
  /** The caller has been told to poll: from now on retries may take long. */
  detach(): void;
  /** Stops. Resolves when nothing is running any more. */
  stop(kind: StopKind, reason: Problem): Promise<void>;
  ended: Promise<UploadOutcome>;
}

/**
 * Seconds until the next try for an upload that no caller waits for, if Zenodo did not accept it.
 */
const REST = 60;

/**
 * Works on one upload, whose lease this process holds: sends each file when it is added and a slot
 * is free, and records the outcome. Ends when `complete` was called and all files are settled, or
 * when it is stopped.
 */
export function startWorker(context: UploadsContext, { id, caller, draft }: UploadTask): UploadWorker {
  const { uploadRepository, fileRepository, sentFiles, staging, leases, log } = context;
  const stopping = new AbortController();
  const files: OutgoingFile[] = [];
  const names = new Set<string>();
  const before = draft.files;
  const faults: Problem[] = [];
  const deliveries: Promise<void>[] = [];
  const stopProgress = keepProgress(fileRepository, `upload ${id}`, files, log);
  let stopped: StopKind | null = null;
  let interactive = true;
  let sync = false;
  let complete: () => void = () => undefined;
  const completed = new Promise<void>((resolve) => {
    complete = resolve;
  });

  const halt = (kind: StopKind, reason: unknown) => {
    stopped ??= kind;
    stopping.abort(reason);
    complete();
  };

  async function deliver(file: OutgoingFile): Promise<void> {
    try {
      const { signal } = stopping;
      await deliverFile(context, { caller, draft, file, signal, mayYield: () => !interactive });
    } catch (error) {
      if (stopping.signal.aborted) return;
      // The outcome cannot be recorded now. The process that takes the upload over checks.
      if (isDatabaseUnavailable(error) || error instanceof LeaseLost) leave(error);
      else await fail(file, error);
    }
  }

  function add(file: OutgoingFile): void {
    files.push(file);
    names.add(file.name);
    if (!stopping.signal.aborted) deliveries.push(deliver(file));
  }

  async function fail(file: Pick<OutgoingFile, 'id' | 'name' | 'attempts'>, error: unknown): Promise<void> {
    const fault = forFile(error, file.name);
    faults.push(fault);
    // A fault of the draft or the user applies to all other files too.
    if (kindOf(fault).about !== undefined) stopping.abort(fault);
    log.warn(
      { err: error, upload_id: id, file_id: file.id, code: fault.code },
      'a file was not sent to Zenodo',
    );
    const state = fault.code === 'reauthorization_required' || mayRest(fault) ? 'staged' : 'failed';
    await fileRepository
      .failed(file, { state, error: { code: fault.code, detail: fault.detail } })
      .catch(leave);
  }

  /** Without its rows this process cannot continue. Another one does when the lease expires. */
  function leave(cause: unknown): void {
    log.error({ err: cause, upload_id: id }, 'an upload is left to another process');
    halt('lost', isDatabaseUnavailable(cause) ? databaseAway(cause) : cause);
  }

  /** What cannot be removed now is removed by the cleanup. */
  async function clear(): Promise<void> {
    await staging
      .remove(id)
      .catch((err: unknown) => log.warn({ err, upload_id: id }, 'staged bytes could not be removed'));
  }

  const mayRest = (fault: Problem) => !interactive && isTransient(fault);

  async function end(): Promise<UploadOutcome> {
    await completed;
    await Promise.all(deliveries);
    await stopProgress();
    if (stopped === null && faults.length === 0 && sync) await removeOthers();
    if (stopped === 'released') await release();
    if (stopped === 'cancelled' && (await uploadRepository.end(id, { state: 'cancelled' }))) await clear();
    if (stopped !== null) return { state: stopped, problem: null };
    const [fault] = faults.toSorted((a, b) => Number(isTransient(a)) - Number(isTransient(b)));
    if (fault !== undefined) return giveUp(fault);
    const others = draft.files.filter(({ filename }) => !names.has(filename));
    const otherFiles = others.map(({ filename }) => filename);
    if (!(await uploadRepository.end(id, { state: 'done', otherFiles }))) throw new LeaseLost();
    await clear();
    return { state: 'done', problem: null };
  }

  /** This process ends, or was told to release the upload. */
  async function release(): Promise<void> {
    if (await uploadRepository.release(id)) log.info({ upload_id: id }, 'an upload is returned to the queue');
  }

  /**
   * Only files that were there at the beginning: others were brought by other uploads meanwhile.
   */
  async function removeOthers(): Promise<void> {
    const kept = new Set([...names, ...(await sentFiles.broughtMeanwhile(id))]);
    const old = before.filter(({ filename }) => !kept.has(filename));
    const gone = new Set(old.map(({ filename }) => filename));
    const { depositionId } = draft;
    await removeFiles(context, { caller, depositionId, signal: stopping.signal }, old).catch(
      (error: unknown) => {
        if (stopped === null) faults.push(forFile(error, 'sync'));
      },
    );
    draft.files = draft.files.filter(({ filename }) => !gone.has(filename));
  }

  /** Bytes are kept if the user may authorize again, or the operator may retry. */
  async function giveUp(fault: Problem): Promise<UploadOutcome> {
    const error = { code: fault.code, detail: fault.detail };
    if (mayRest(fault)) {
      if (!(await uploadRepository.release(id, { seconds: REST, error }))) throw new LeaseLost();
      log.info({ upload_id: id, code: fault.code, seconds: REST }, 'an upload waits for its next attempt');
      return { state: 'released', problem: null };
    }
    const parked = fault.code === 'reauthorization_required';
    const state = parked ? 'waiting_for_authorization' : 'failed';
    // A waiting caller is told at once, and can send the files again.
    const kept = !parked && !interactive && caller.kind === 'connection' && isWorthKeeping(fault);
    const keepHours = kept ? context.limits.keepFailedHours : 0;
    if (!(await uploadRepository.end(id, { state, error, keepHours }))) throw new LeaseLost();
    if (!parked && keepHours === 0) await clear();
    return { state, problem: fault };
  }

  let coming = 0;
  const letGo = leases.hold(id, halt, () => coming);
  const ended = end()
    .catch((error: unknown): UploadOutcome => {
      log.error({ err: error, upload_id: id }, 'an upload is left to another process');
      return { state: 'lost', problem: null };
    })
    .finally(letGo);

  return {
    id,
    caller,
    draft,
    ended,
    check(): void {
      const { aborted, reason } = stopping.signal;
      if (!aborted || (reason instanceof Problem && reason.code === 'reauthorization_required')) return;
      throw reason;
    },
    async addReceived(file, name, { size, md5, position }): Promise<void> {
      refuseEmpty(file.path, size);
      file.name = name;
      const { staged } = file;
      const sealed = staged.sealed?.md5 ?? null;
      await fileRepository.addFile({
        id: file.id,
        uploadId: id,
        depositionId: draft.depositionId,
        name,
        sentAs: file.path.includes('/') ? file.path : null,
        position,
        size,
        md5: sealed,
        received: staged.written,
        state: sealed === null ? 'receiving' : 'staged',
      });
      add({ id: file.id, name, size, staged, announcedMd5: md5, attempts: 0, sent: 0 });
    },
    add,
    addSafe: (name) => void names.add(name),
    async addLost(file, error): Promise<void> {
      names.add(file.name);
      await fail(file, error);
    },
    complete(alone): void {
      sync = alone;
      complete();
    },
    expect(bytes): void {
      coming = Math.max(0, bytes);
    },
    detach(): void {
      interactive = false;
    },
    async stop(kind, reason): Promise<void> {
      halt(kind, reason);
      await ended;
    },
  };
}
