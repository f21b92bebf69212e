import { type Caller, uploadLinkOf } from '../../connections/caller.js';
import type { Upload } from '../../database/generated/client.js';
import { type Problem, problem } from '../../errors.js';
import { quoted } from '../plan/file-names.js';

/** Whether an upload belongs to this caller, or to their upload link, and to this deposition. */
export function mayReach(upload: Upload, caller: Caller, depositionId: number): boolean {
  const link = uploadLinkOf(caller);
  const theirs = upload.owner === caller.owner && (link === null || upload.uploadLinkId === link.id);
  return theirs && Number(upload.depositionId) === depositionId;
}

/** The problem for a missing file, or another user's. */
export function noSuchFile(): Problem {
  return problem(
    'upload_not_found',
    'This file does not exist: it was never announced, was removed, or belongs to another user. Create it again with POST …/tus.',
  );
}

/** The problem for a chunk that does not begin where the received bytes end. */
export function wrongOffset(path: string, offset: number, expected: number): Problem {
  return problem(
    'upload_offset_mismatch',
    `${expected} bytes of ${quoted(path)} have arrived, but Upload-Offset is ${offset}. Get the offset with HEAD and resume there.`,
    { offset: expected },
  );
}

/** The problem for a chunk beyond the announced length. */
export function beyondLength(path: string, size: number): Problem {
  return problem(
    'size_mismatch',
    `${quoted(path)} was announced with ${size} bytes, but this chunk exceeds them. Nothing of it was kept. Send only the missing bytes.`,
  );
}

/** The problem for taking back a file that counts against the limits of an upload link. */
export function countsForLink(path: string): Problem {
  return problem(
    'upload_complete',
    `${quoted(path)} is already at Zenodo, and counts against the limits of the upload link. The application can remove it from the draft.`,
  );
}

/** The problem while another request sends bytes of the file. */
export function locked(path: string): Problem {
  return problem(
    'upload_locked',
    `Another request is sending ${quoted(path)} right now. Wait until it ends, then get the offset with HEAD and resume there.`,
    { retry_after: 3 },
  );
}

/** The problem for a silent request, if another one came for the same file. */
export function fenced(path: string): Problem {
  return problem('upload_locked', `Another request has taken over ${quoted(path)}.`, { retry_after: 3 });
}

/**
 * The problem for work on a file that another process may now continue: it took the lease, or the
 * database did not confirm in time that ours is valid.
 */
export function leaseLost(): Problem {
  return problem(
    'service_unavailable',
    'This process lost its lease on the file. Get the offset with HEAD and resume there.',
    {
      retry_after: 2,
    },
  );
}

/** The problem if the bytes are on another machine. */
export function bytesElsewhere(): Problem {
  return problem(
    'service_unavailable',
    'The machine that stores the bytes of this file cannot be reached. Resume later.',
    { retry_after: 10 },
  );
}
