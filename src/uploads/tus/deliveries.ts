import type { Caller } from '../../connections/caller.js';
import { isDatabaseUnavailable } from '../../database/failures.js';
import type { Problem } from '../../errors.js';
import type { UploadsContext } from '../context.js';
import { concernsAll, forFile } from '../failures.js';
import type { OutgoingFile } from '../outgoing-file.js';
import { keepProgress } from '../progress.js';
import { LeaseLost } from '../rows/lease-lost.js';
import { deliverFile } from '../transfer/deliver.js';
import type { DraftReads } from './draft-reads.js';
import { leaseLost } from './faults.js';
import type { LiveFile } from './live-file.js';

/** What deliveries need from the live files. */
interface LiveFilesControl {
  /** Closes a file. */
  close(one: LiveFile, fault: Problem | null): Promise<void>;
  /** Closes all files of an upload. */
  stop(uploadId: string, fault: Problem): void;
}

/** Sends tus files to Zenodo while they arrive. */
export function createDeliveries(
  context: UploadsContext,
  drafts: DraftReads,
  { close, stop }: LiveFilesControl,
) {
  const { fileRepository, tusRepository, log } = context;
  const outgoing: OutgoingFile[] = [];
  const stopProgress = keepProgress(fileRepository, 'uploads by tus', outgoing, log);

  async function deliver(one: LiveFile, sent: OutgoingFile, caller: Caller, late: boolean): Promise<void> {
    const { signal } = one.control;
    try {
      if (late) await one.staged.whenSealed(signal);
      const draft = await drafts.get(caller, one.depositionId, one.depositionCreatedAt);
      signal.throwIfAborted();
      await deliverFile(context, { caller, draft, file: sent, signal, mayYield: () => true });
    } catch (error) {
      if (!signal.aborted) await undelivered(one, sent, error);
    }
  }

  /** It is sent again when the upload is complete, unless its draft or user is the reason. */
  async function undelivered(one: LiveFile, sent: OutgoingFile, error: unknown): Promise<void> {
    const fault = forFile(error, sent.name);
    const said = { code: fault.code, detail: fault.detail };
    log.warn(
      { err: error, upload_id: one.uploadId, file_id: one.id, code: fault.code },
      'a file cannot be sent now',
    );
    if (isDatabaseUnavailable(error) || error instanceof LeaseLost) return void close(one, leaseLost());
    const over = concernsAll(fault) && fault.code !== 'reauthorization_required';
    try {
      const state = one.staged.sealed === null ? 'receiving' : 'staged';
      await fileRepository.failed(sent, { state, error: said });
      if (!over) return;
      drafts.forget(one.depositionId);
      await tusRepository.fail(one.uploadId, said);
      stop(one.uploadId, fault);
    } catch (err) {
      log.warn({ err, file_id: one.id }, 'the outcome of a file could not be recorded');
    }
  }

  return {
    /**
     * Sends a file while it arrives. One that another process began (`late`) is sent when it is
     * complete.
     */
    start(one: LiveFile, caller: Caller, late: boolean): void {
      const { outgoing: sent } = one;
      if (sent === null) return;
      outgoing.push(sent);
      one.delivering = true;
      one.delivery = deliver(one, sent, caller, late).finally(() => {
        one.delivering = false;
        outgoing.splice(outgoing.indexOf(sent), 1);
        if (one.staged.sealed !== null) void close(one, null);
      });
    },
    /** Stops recording progress. */
    stopProgress,
  };
}
