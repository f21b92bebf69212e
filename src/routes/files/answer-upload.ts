import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Upload } from '../../database/generated/client.js';
import { type ErrorCode, type Problem, problem } from '../../errors.js';
import { ZENODO_PROBLEMS } from '../../schemas/problem.js';
import type { UploadBody } from '../../schemas/uploads.js';
import { extend } from '../../uploads/failures.js';
import { storedFault } from '../../uploads/rows/json-columns.js';
import { toUpload, viewerOf } from '../../uploads/view.js';
import type { UploadWorker } from '../../uploads/worker/worker.js';

/** Seconds after which a caller should ask for the state of an upload again. */
const RETRY_AFTER = 5;

/** Errors of every call that sends files. */
export const UPLOAD_PROBLEMS: ErrorCode[] = [
  'no_files',
  'empty_file',
  'invalid_file_name',
  'duplicate_file_name',
  'too_many_files',
  'size_mismatch',
  'checksum_mismatch',
  'malformed_multipart',
  'unsupported_media_type',
  'token_must_come_first',
  'already_published',
  'upload_cancelled',
  'upload_unfinished',
  'folder_exists',
  'operation_in_progress',
  'quota_exceeded',
  ...ZENODO_PROBLEMS,
  'transfer_failed',
  'staged_bytes_lost',
  'staging_full',
];

/**
 * Waits for an upload as long as the caller wants, and returns its state: 200 if it is done, 202 if
 * it continues. Throws what made it fail.
 */
export async function answerUpload(
  request: FastifyRequest,
  reply: FastifyReply,
  worker: UploadWorker,
): Promise<UploadBody> {
  const { uploads, config } = request.server;
  const wantsAsync = /(^|,)\s*respond-async\s*(,|;|$)/i.test(String(request.headers['prefer'] ?? ''));
  if (wantsAsync) reply.header('preference-applied', 'respond-async');
  // A caller that has gone will not repeat the call at once, so the upload has time.
  const outcome = await uploads.wait(worker, wantsAsync ? 0 : config.syncWaitSeconds * 1000, request.gone);
  const row = await uploads.read(worker.id, worker.caller);
  const upload = toUpload(row, viewerOf(request));
  const fault = outcome?.problem ?? faultOf(row);
  if (fault !== null) {
    const { deposition_id, upload_id, files, status_url } = upload;
    throw extend(fault, { deposition_id, upload_id, files, status_url });
  }
  if (upload.state === 'done') return upload;
  reply.code(202).header('location', upload.status_url).header('retry-after', String(RETRY_AFTER));
  return upload;
}

/** Why an upload has ended that is not done, wherever it did. */
function faultOf({ state, error }: Upload): Problem | null {
  const stored = storedFault(error);
  if (state === 'failed' && stored !== null) return problem(stored.code, stored.detail);
  if (state !== 'cancelled') return null;
  return problem(
    'upload_cancelled',
    'The upload was cancelled. Files that are already at Zenodo stay there.',
  );
}

/** Bytes of the body according to the caller; null if unknown. */
export function contentLengthOf(request: FastifyRequest): number | null {
  const said = request.headers['content-length'];
  return said === undefined ? null : Number(said);
}
