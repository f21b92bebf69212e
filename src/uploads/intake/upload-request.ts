import { problem } from '../../errors.js';
import { quoted } from '../plan/file-names.js';

/** What is known of a request before its body has been read. */
export interface UploadRequest {
  depositionId: number;
  requestId: string;
  /** Bytes that may come before the caller is known. */
  maxUnauthenticated: number;
  /** Bytes of the body; null if it does not say. */
  contentLength: number | null;
}

/** What to throw when a form has ended and did not say who is calling. */
export function noToken(field = 'access_token') {
  const or = field === 'access_token' ? ', or the token as Authorization: Bearer' : '';
  return problem('missing_token', `Send the field ${field} before the files${or}.`, {
    errors: [{ field, message: 'is missing or empty' }],
  });
}

/** What to throw when a call brings nothing. */
export function noFiles() {
  return problem('no_files', 'The request has no file. Send files as parts of multipart/form-data.', {
    errors: [{ field: 'files', message: 'is empty' }],
  });
}

/** What to throw when a call that takes a form brings something else. */
export function takesForm(contentType = 'none') {
  return problem(
    'no_files',
    `This call expects a form. Send multipart/form-data with the files as parts, not ${quoted(contentType)}. HTTP libraries set this Content-Type themselves.`,
    { errors: [{ field: 'content-type', message: 'is not multipart/form-data' }] },
  );
}
