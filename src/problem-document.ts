import { STATUS_CODES } from 'node:http';
import { CATALOGUE, type Problem } from './errors.js';
import { type Language, userMessage } from './user-messages/user-message.js';

/**
 * The RFC 9457 document of a problem, with a message in the user's language. `error` and `message`
 * repeat `code` and `detail` for older callers.
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
