import { type ErrorCode, Problem, problem } from '../../errors.js';

/** Errors of @fastify/multipart, by code. */
const KNOWN: Record<string, [ErrorCode, string]> = {
  FST_PARTS_LIMIT: [
    'too_many_files',
    'A form may have 20000 files. Send the rest in another form. The parts of a folder are joined.',
  ],
  FST_FILES_LIMIT: [
    'too_many_files',
    'A form may have 20000 files. Send the rest in another form. The parts of a folder are joined.',
  ],
  FST_FIELDS_LIMIT: ['invalid_request', 'A form may have 50 fields besides its files.'],
  FST_PROTO_VIOLATION: ['malformed_multipart', 'A field has a name that cannot be used. Rename it.'],
  FST_INVALID_JSON_FIELD_ERROR: [
    'invalid_request',
    'A field has the content type JSON, but is not valid JSON.',
  ],
  FST_MP_PREMATURE_CLOSE: ['incomplete_body', 'The body ended too early. Send it again.'],
  ECONNRESET: ['incomplete_body', 'The body ended too early. Send it again.'],
  ERR_STREAM_PREMATURE_CLOSE: ['incomplete_body', 'The body ended too early. Send it again.'],
};

/**
 * Turns the sender's mistakes in a form into problems. The parser's errors have no status, and some
 * have no code.
 */
export function formFault(error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const known = KNOWN[(error as { code?: string }).code ?? ''];
  if (known) return problem(known[0], known[1], {}, error);
  if (/terminated early|Unexpected end of multipart|^aborted$/i.test(error.message)) {
    return problem('incomplete_body', 'The form ends in the middle of a part. Send it again.', {}, error);
  }
  if (/boundary|malformed/i.test(error.message)) {
    return problem('malformed_multipart', 'The form cannot be read. Send it again.', {}, error);
  }
  return error;
}
