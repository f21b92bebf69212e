import { databaseAway, isDatabaseUnavailable } from '../../database/failures.js';
import { isProblem, type Problem } from '../../errors.js';
import type { UploadsContext } from '../context.js';
import { concernsAll, forFile } from '../failures.js';
import type { OutgoingFile } from '../outgoing-file.js';
import { refuseEmpty } from '../plan/limits.js';
import { keepProgress } from '../progress.js';
import { LeaseLost } from '../rows/lease-lost.js';
import type { StagedFile } from '../staging/staged-file.js';
import { deliverFile } from '../transfer/deliver.js';
import {
  endUpload,
  mayRest,
  type StopKind,
  type UploadOutcome,
  type UploadTask,
  type Work,
} from './ending.js';

/** A file whose bytes have arrived, or are arriving. */
export interface ReceivedFile {
  id: string;
  /** As sent. */
  path: string;
  staged: StagedFile;
  /** Its name at Zenodo if that is certain. The worker then has it. */
  name: string | null;
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
   * `check` is called before any is sent: of two uploads that come at once, at least one sees the
   * row of the other. Throws empty_file.
   */
  addReceived(
    file: ReceivedFile,
    name: string,
    known: { size: number; md5?: string | undefined; position: number },
    check: () => Promise<void>,
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
  /**
   * The caller is told to poll: from now on retries may take long. False if the upload is failing
   * at this moment, as one whose caller waits.
   */
  detach(): boolean;
  /** Stops. Resolves when nothing is running any more. */
  stop(kind: StopKind, reason: Problem): Promise<void>;
  ended: Promise<UploadOutcome>;
}

/**
 * Works on one upload, whose lease this process holds: sends each file when it is added and a slot
 * is free, and records the outcome. Ends when `complete` was called and all files have ended, or
 * when it is stopped.
 */
export function startWorker(context: UploadsContext, { id, caller, draft }: UploadTask): UploadWorker {
  const { fileRepository, leases, log } = context;
  const stopping = new AbortController();
  const files: OutgoingFile[] = [];
  const deliveries: Promise<void>[] = [];
  const stopProgress = keepProgress(fileRepository, `upload ${id}`, files, log);
  const work: Work = {
    id,
    caller,
    draft,
    since: performance.now(),
    before: draft.files,
    names: new Set(),
    faults: [],
    stopped: null,
    interactive: true,
    failing: false,
    sync: false,
    signal: stopping.signal,
  };
  let complete: () => void = () => undefined;
  const completed = new Promise<void>((resolve) => {
    complete = resolve;
  });

  const halt = (kind: StopKind, reason: unknown) => {
    work.stopped ??= kind;
    stopping.abort(reason);
    complete();
  };

  async function deliver(file: OutgoingFile): Promise<void> {
    try {
      const { signal } = stopping;
      await deliverFile(context, { caller, draft, file, signal, mayYield: () => !work.interactive });
    } catch (error) {
      if (stopping.signal.aborted) return;
      // The outcome cannot be recorded now. The process that takes the upload over checks.
      if (isDatabaseUnavailable(error) || error instanceof LeaseLost) leave(error);
      else await fail(file, error);
    }
  }

  function add(file: OutgoingFile): void {
    files.push(file);
    work.names.add(file.name);
    if (!stopping.signal.aborted) deliveries.push(deliver(file));
  }

  async function fail(file: Pick<OutgoingFile, 'id' | 'name' | 'attempts'>, error: unknown): Promise<void> {
    const fault = forFile(error, file.name);
    work.faults.push(fault);
    if (concernsAll(fault)) stopping.abort(fault);
    log.warn(
      { err: error, upload_id: id, file_id: file.id, code: fault.code },
      'a file was not sent to Zenodo',
    );
    const state = fault.code === 'reauthorization_required' || mayRest(work, fault) ? 'staged' : 'failed';
    await fileRepository
      .failed(file, { state, error: { code: fault.code, detail: fault.detail } })
      .catch(leave);
  }

  /** Without its rows this process cannot continue. Another one does when the lease expires. */
  function leave(cause: unknown): void {
    log.error({ err: cause, upload_id: id }, 'an upload is left to another process');
    halt('lost', isDatabaseUnavailable(cause) ? databaseAway(cause) : cause);
  }

  async function whenOver(): Promise<UploadOutcome> {
    // Before that more files may be added.
    await completed;
    await Promise.all(deliveries);
    await stopProgress();
    return endUpload(context, work);
  }

  let coming = 0;
  const letGo = leases.hold(id, halt, () => coming);
  const ended = whenOver()
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
      if (!aborted || isProblem(reason, 'reauthorization_required')) return;
      throw reason;
    },
    async addReceived(file, name, { size, md5, position }, check): Promise<void> {
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
      await check();
      add({ id: file.id, name, size, staged, announcedMd5: md5, attempts: 0, sent: 0 });
    },
    add,
    addSafe: (name) => void work.names.add(name),
    async addLost(file, error): Promise<void> {
      work.names.add(file.name);
      // As in `deliver`: of an upload that was cancelled meanwhile, nothing is left to record.
      if (!stopping.signal.aborted) await fail(file, error);
    },
    complete(alone): void {
      work.sync = alone;
      complete();
    },
    expect(bytes): void {
      coming = Math.max(0, bytes);
    },
    detach(): boolean {
      if (work.failing) return false;
      work.interactive = false;
      return true;
    },
    async stop(kind, reason): Promise<void> {
      halt(kind, reason);
      await ended;
    },
  };
}
