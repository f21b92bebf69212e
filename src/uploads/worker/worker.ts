import type { Caller } from '../../connections/caller.js';
import { databaseAway, isDatabaseUnavailable } from '../../database/failures.js';
import { kindOf, Problem } from '../../errors.js';
import type { UploadsContext } from '../context.js';
import { forFile, isWorthKeeping, mayPass } from '../failures.js';
import type { OutgoingFile } from '../outgoing-file.js';
import { refuseEmpty } from '../plan/limits.js';
import { keepProgress } from '../progress.js';
import type { StagedFile } from '../staging/staged-file.js';
import { deliverFile } from '../transfer/deliver.js';
import type { DraftFiles } from '../transfer/draft-files.js';
import { removeFiles } from '../transfer/other-files.js';

/**
 * Why work on an upload stops before its end. `lost`: another process works on it now. `released`:
 * another process may.
 */
type StopKind = 'refused' | 'cancelled' | 'lost' | 'released';

/** How work on an upload ended. `problem` is what the caller is told unless all is well. */
export interface UploadOutcome {
  state: 'done' | 'failed' | 'waiting_for_authorization' | StopKind;
  problem: Problem | null;
}

/** A part whose bytes have been taken, or are being taken. */
export interface ReceivedFile {
  id: string;
  /** As sent. */
  path: string;
  staged: StagedFile;
  /** Its name on Zenodo once that is certain; then the worker has it. */
  name: string | null;
}

/** Who brings what where. */
interface UploadTask {
  id: string;
  caller: Caller;
  draft: DraftFiles;
}

/** An upload that this process works on. */
export interface UploadWorker extends UploadTask {
  /**
   * Throws if it makes no sense to take more bytes: a user who must authorize again will, and finds
   * them here.
   */
  check(): void;
  /**
   * Takes a file that was received, under its final name, and writes its row; its bytes may still
   * be arriving. Throws empty_file.
   */
  addReceived(
    file: ReceivedFile,
    name: string,
    known: { size: number; md5?: string | undefined; position: number },
  ): Promise<void>;
  /** Takes a file that has its row. */
  add(file: OutgoingFile): void;
  /** A file that was brought to the draft by an earlier worker. */
  addSafe(name: string): void;
  /** A file that cannot be brought there. */
  addLost(file: Pick<OutgoingFile, 'id' | 'name' | 'attempts'>, error: unknown): Promise<void>;
  /**
   * No file will be added any more. `sync`: remove all others from the draft, once these are safe.
   */
  complete(sync: boolean): void;
  /** So many bytes are still to be staged. */
  expect(bytes: number): void;
  /** The caller has been told to ask later: from now on there is no hurry to fail. */
  detach(): void;
  /** Gives up. Resolves when nothing runs any more. */
  stop(kind: StopKind, reason: Problem): Promise<void>;
  ended: Promise<UploadOutcome>;
}

/**
 * Seconds until an upload that no caller waits for is tried again when Zenodo would not take it.
 */
const REST = 60;

/**
 * Works on one upload in this process, which holds its lease: sends each file as soon as it is
 * added and slots allow, and writes down how it went. Ends when `complete` was called and all files
 * are settled, or when it is stopped.
 */
export function startWorker(context: UploadsContext, { id, caller, draft }: UploadTask): UploadWorker {
  const { uploadRepository, fileRepository, staging, leases, log } = context;
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
      // Whether the file is there cannot be written down now: the process that takes the upload
      // over looks.
      if (isDatabaseUnavailable(error)) leave(error);
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
    // What is about the draft or the user is about all other files too.
    if (kindOf(fault).about !== undefined) stopping.abort(fault);
    log.warn(
      { err: error, upload_id: id, file_id: file.id, code: fault.code },
      'a file was not sent to Zenodo',
    );
    await fileRepository
      .updateFile(file.id, {
        state: fault.code === 'reauthorization_required' || mayRest(fault) ? 'staged' : 'failed',
        attempts: file.attempts,
        error: { code: fault.code, detail: fault.detail },
        sent: 0,
        rate: 0,
        nextAt: null,
      })
      .catch(leave);
  }

  /** Without its rows this process cannot go on; when the lease has run out another one will. */
  function leave(cause: unknown): void {
    log.error({ err: cause, upload_id: id }, 'an upload is left to another process');
    halt('lost', isDatabaseUnavailable(cause) ? databaseAway(cause) : cause);
  }

  /** What cannot be removed now is swept later. */
  async function clear(): Promise<void> {
    await staging
      .remove(id)
      .catch((err: unknown) => log.warn({ err, upload_id: id }, 'staged bytes could not be removed'));
  }

  const mayRest = (fault: Problem) => !interactive && mayPass(fault);

  async function end(): Promise<UploadOutcome> {
    await completed;
    await Promise.all(deliveries);
    await stopProgress();
    if (stopped === null && faults.length === 0 && sync) await removeOthers();
    if (stopped === 'released') await release();
    if (stopped === 'cancelled') await uploadRepository.end(id, { state: 'cancelled' });
    if (stopped === 'cancelled') await clear();
    if (stopped !== null) return { state: stopped, problem: null };
    const [fault] = faults.toSorted((a, b) => Number(mayPass(a)) - Number(mayPass(b)));
    if (fault !== undefined) return giveUp(fault);
    const others = draft.files.filter(({ filename }) => !names.has(filename));
    await uploadRepository.end(id, { state: 'done', otherFiles: others.map(({ filename }) => filename) });
    await clear();
    return { state: 'done', problem: null };
  }

  /** This process ends, or was told to let go. */
  async function release(): Promise<void> {
    await uploadRepository.release(id);
    log.info({ upload_id: id }, 'an upload is returned to the queue');
  }

  /**
   * Only what was there from the beginning: what other uploads have brought meanwhile was promised
   * to their callers.
   */
  async function removeOthers(): Promise<void> {
    const kept = new Set([...names, ...(await fileRepository.broughtMeanwhile(id))]);
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

  /** Bytes stay if the user may come back for them, or the operator may have them tried again. */
  async function giveUp(fault: Problem): Promise<UploadOutcome> {
    const error = { code: fault.code, detail: fault.detail };
    if (mayRest(fault)) {
      await uploadRepository.release(id, { seconds: REST, error });
      log.info({ upload_id: id, code: fault.code, seconds: REST }, 'an upload waits for its next attempt');
      return { state: 'released', problem: null };
    }
    const parked = fault.code === 'reauthorization_required';
    const state = parked ? 'waiting_for_authorization' : 'failed';
    // A caller who waits is told at once, and has the files: they send them again themselves.
    const kept = !parked && !interactive && caller.kind === 'connection' && isWorthKeeping(fault);
    const keepHours = kept ? context.limits.keepFailedHours : 0;
    await uploadRepository.end(id, { state, error, keepHours });
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
