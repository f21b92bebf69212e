import { problem } from '../../errors.js';
import { quoted } from '../plan/file-names.js';

/** What is known of a request before its body is read. */
export interface UploadRequest {
  depositionId: number;
  requestId: string;
  /** Bytes accepted before the caller is known. */
  maxUnauthenticated: number;
  /** Bytes of the body; null if unknown. */
  contentLength: number | null;
}

/** The problem for a form without an access token. */
export function noToken(field = 'access_token') {
  const or = field === 'access_token' ? ', or the token as Authorization: Bearer' : '';
  return problem('missing_token', `Send the field ${field} before the files${or}.`, {
    errors: [{ field, message: 'is missing or empty' }],
  });
}

/** The problem for a call without files. */
export function noFiles() {
  return problem('no_files', 'The request has no file. Send files as parts of multipart/form-data.', {
    errors: [{ field: 'files', message: 'is empty' }],
  });
}

/** The problem for a body that is not a form. */
export function takesForm(contentType = 'none') {
  return problem(
    'no_files',
    `This call expects a form. Send multipart/form-data with the files as parts, not ${quoted(contentType)}. HTTP libraries set this Content-Type themselves.`,
    { errors: [{ field: 'content-type', message: 'is not multipart/form-data' }] },
  );
}
