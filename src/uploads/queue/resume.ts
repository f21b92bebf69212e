import { rm } from 'node:fs/promises';
import type { UploadFile } from '../../database/generated/client.js';
import { kindOf, Problem, problem } from '../../errors.js';
import { distinctNotices, type Notice } from '../../notice.js';
import type { UploadsContext } from '../context.js';
import { isAtZenodo } from '../model.js';
import { storedNotices, storedParts } from '../rows/json-columns.js';
import type { UploadWithFiles } from '../rows/upload-reads.js';
import { stagedBytesLost, stagingFault } from '../staging/faults.js';
import { hashStaged } from '../staging/running-digest.js';
import { createStagedFile } from '../staging/staged-file.js';
import { readDraftFiles } from '../transfer/read-draft.js';
import { completeTusUpload } from '../tus/complete-upload.js';
import type { LiveFiles } from '../tus/live-files.js';
import { sendZip, zipsOf } from '../worker/folders.js';
import { startWorker, type UploadWorker } from '../worker/worker.js';

/** Seconds until the next try for an upload whose draft could not be read. */
const WAIT = 30;

/**
 * Continues an upload whose lease this process has just taken. Bytes on the disk are hashed again
 * before they are trusted, and incomplete zips are created again. Null if it cannot continue now:
 * its row says why.
 */
export async function resumeUpload(
  context: UploadsContext,
  live: LiveFiles,
  upload: UploadWithFiles,
): Promise<UploadWorker | null> {
  const { id } = upload;
  const since = performance.now();
  const lost = new AbortController();
  const letGo = context.leases.hold(id, (_kind, reason) => lost.abort(reason));
  try {
    await context.staging.requireVolume();
    const caller = await context.callerOf(upload);
    const draft = await readDraftFiles(context, caller, Number(upload.depositionId), {
      signal: lost.signal,
      createdAt: upload.depositionCreatedAt,
    });
    const worker = startWorker(context, { id, caller, draft });
    worker.detach();
    const work =
      upload.completion === null
        ? resumeFiles(context, upload, worker)
        : completeUpload(context, live, upload, worker);
    // Without its rows this process cannot continue. Another one does when the lease expires.
    work.catch(async (err: unknown) => {
      context.log.error({ err, upload_id: id }, 'an upload is left to another process');
      await worker.stop('lost', asProblem(err));
    });
    return worker;
  } catch (error) {
    if (!lost.signal.aborted) await setBack(context, id, since, error);
    return null;
  } finally {
    letGo();
  }
}

/** A tus upload is completed by the process that resumes it. */
async function completeUpload(
  context: UploadsContext,
  live: LiveFiles,
  upload: UploadWithFiles,
  worker: UploadWorker,
): Promise<void> {
  const since = performance.now();
  try {
    await completeTusUpload(context, live, upload, worker);
  } catch (error) {
    await worker.stop('refused', asProblem(error));
    const { state } = await worker.ended;
    if (state === 'refused') await setBack(context, upload.id, since, error);
  }
}

async function resumeFiles(
  context: UploadsContext,
  upload: UploadWithFiles,
  worker: UploadWorker,
): Promise<void> {
  // The process that accepted the upload may not have done this.
  const closing = context.manifests.restrict(worker.caller, worker.draft.depositionId);
  const news: Notice[] = [];
  for (const file of upload.files) {
    if (isAtZenodo(file.state)) worker.addSafe(file.name);
    else {
      await resumeFile(context, file, worker).then(
        (more) => void news.push(...more),
        (error: unknown) => worker.addLost(file, error),
      );
    }
  }
  const notices = distinctNotices([...storedNotices(upload), ...news, ...(await closing)]);
  await context.uploadRepository.notify(upload.id, notices).catch((error: unknown) => {
    context.log.warn({ err: error, upload_id: upload.id }, 'an event of an upload could not be recorded');
  });
  worker.complete(upload.sync);
}

/** Continues one file. Returns notices. */
async function resumeFile(
  context: UploadsContext,
  file: UploadFile,
  worker: UploadWorker,
): Promise<readonly Notice[]> {
  const { id, name, attempts, uploadId } = file;
  const path = context.staging.pathOf(uploadId, id);
  const parts = storedParts(file);
  if (file.md5 !== null) {
    const sealed = await hashStaged(path);
    if (sealed?.md5 !== file.md5) throw stagedBytesLost();
    worker.add({
      id,
      name,
      size: sealed.size,
      staged: createStagedFile(path, name, sealed),
      attempts,
      sent: 0,
    });
    return [];
  }
  if (parts === null) throw stagedBytesLost();
  for (const part of parts) {
    if (part.offset !== undefined) continue;
    const found = await hashStaged(context.staging.pathOf(uploadId, part.id));
    if (found?.md5 !== part.md5) throw stagedBytesLost();
    worker.check();
  }
  if (parts.some(({ unmerged }) => unmerged)) {
    const fresh = parts.map(({ unmerged: _joined, ...part }) => part);
    const { zips, notices } = await zipsOf({ context, worker }, [{ id, name, fresh }], 'merge');
    for (const zip of zips) await zip.make();
    return notices;
  }
  await rm(path, { force: true });
  await sendZip({ context, worker }, { id, name, size: Number(file.size), attempts }, parts);
  return [];
}

/**
 * The upload waits for its user or for Zenodo, or has ended. `since`: when the work on it began, by
 * `performance.now()`.
 */
async function setBack(context: UploadsContext, id: string, since: number, error: unknown): Promise<void> {
  const { uploadRepository, staging, log } = context;
  const fault = asProblem(error);
  const { about, retry, busy } = kindOf(fault);
  log.warn({ err: error, upload_id: id, code: fault.code }, 'an upload cannot continue now');
  const said = { code: fault.code, detail: fault.detail };
  if (fault.code === 'reauthorization_required') {
    await uploadRepository.park(id, (performance.now() - since) / 1000, said);
  } else if (
    about !== undefined ||
    fault.code === 'staged_bytes_lost' ||
    (fault.status < 500 && !retry && !busy)
  ) {
    // Another process may work on it.
    if (await uploadRepository.end(id, { state: 'failed', error: said })) await staging.remove(id);
  } else {
    await uploadRepository.release(id, { seconds: WAIT, error: said });
  }
}

function asProblem(error: unknown): Problem {
  const known = error instanceof Problem ? error : stagingFault(error);
  return known ?? problem('internal_error', 'Something failed in this service.', {}, error);
}
