import { type Caller, uploadLinkOf } from '../../connections/caller.js';
import type { Upload } from '../../database/generated/client.js';
import { type Problem, problem } from '../../errors.js';
import { quoted } from '../plan/file-names.js';

/** Whether an upload is this caller's, or of their upload link, and to this deposition. */
export function mayReach(upload: Upload, caller: Caller, depositionId: number): boolean {
  const link = uploadLinkOf(caller);
  const theirs = upload.owner === caller.owner && (link === null || upload.uploadLinkId === link.id);
  return theirs && Number(upload.depositionId) === depositionId;
}

/** What to throw for a file that is not there, or is somebody else's. */
export function noSuchFile(): Problem {
  return problem(
    'upload_not_found',
    'This file does not exist: it was never announced, was removed, or belongs to another user. Create it again with POST …/tus.',
  );
}

/** What to throw for a chunk that does not begin where the bytes end that are here. */
export function wrongOffset(path: string, offset: number, expected: number): Problem {
  return problem(
    'upload_offset_mismatch',
    `${expected} bytes of ${quoted(path)} have arrived, but Upload-Offset is ${offset}. Get the offset with HEAD and resume there.`,
    { offset: expected },
  );
}

/** What to throw for a chunk that goes beyond the announced length. */
export function beyondLength(path: string, size: number): Problem {
  return problem(
    'size_mismatch',
    `${quoted(path)} was announced with ${size} bytes, but this chunk exceeds them. Nothing of it was kept. Send only the missing bytes.`,
  );
}

/** What to throw while another request sends bytes of the file. */
export function locked(path: string): Problem {
  return problem(
    'upload_locked',
    `Another request is sending ${quoted(path)} right now. Wait until it ends, then get the offset with HEAD and resume there.`,
    { retry_after: 3 },
  );
}

/**
 * What a request is ended with whose connection was silent while another one came for the same
 * file.
 */
export function fenced(path: string): Problem {
  return problem('upload_locked', `Another request has taken over ${quoted(path)}.`, { retry_after: 3 });
}

/**
 * What work on a file is ended with that another process may go on with: it took the file, or the
 * database did not say in time that none did.
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

/** What to throw where the bytes lie on a machine that is not this one. */
export function bytesElsewhere(): Problem {
  return problem(
    'service_unavailable',
    'The machine that stores the bytes of this file cannot be reached. Resume later.',
    { retry_after: 10 },
  );
}
