import { STATUS_CODES } from 'node:http';
import { CATALOGUE, type Problem } from './errors.js';
import { type Language, userMessage } from './user-messages/user-message.js';

/**
 * The document of RFC 9457 that is answered for a problem, with a sentence in the language of the
 * person at the browser; `error` and `message` repeat code and detail for old callers.
 */
export function problemDocument(
  fault: Problem,
  requestId: string,
  language: Language,
): Record<string, unknown> {
  return {
    type: `urn:zenodo-service:${fault.code}`,
    title: CATALOGUE[fault.code].title ?? STATUS_CODES[fault.status],
    status: fault.status,
    detail: fault.detail,
    user_message: userMessage(fault.code, language),
    code: fault.code,
    request_id: requestId,
    error: fault.code,
    message: fault.detail,
    ...fault.members,
  };
}
