import type { FastifyRequest } from 'fastify';
import { jsonBody } from '../deposit/negotiation.js';
import { internalError, validationError } from '../errors.js';
import { isObject } from '../metadata/checks.js';
import type { RdmInput } from '../metadata/rdm-input.js';

/** What a client of the records API wants a draft to be. */
interface DraftBody {
  input: RdmInput;
  /** The review that the first publication depends on. Undefined for none. */
  review: unknown;
}

/**
 * The RDM body of a request. No body counts as an empty one. Unknown keys are silently skipped.
 * Throws as `jsonBody` does, 400 for anything but an object, and 500 for invalid `files`.
 */
export function draftBody(request: FastifyRequest): DraftBody {
  const bytes = request.body;
  const absent = !Buffer.isBuffer(bytes) || bytes.length === 0;
  const body = absent ? {} : jsonBody(request);
  if (!isObject(body)) throw validationError([{ field: '_schema', messages: ['Invalid input type.'] }]);
  const { files = {}, parent } = body;
  if (!isObject(files)) throw internalError();
  const parts = ['metadata', 'custom_fields', 'access', 'pids'].flatMap((name) =>
    Object.hasOwn(body, name) ? [[name, body[name]] as const] : [],
  );
  return {
    input: { ...Object.fromEntries(parts), files },
    review: isObject(parent) ? (parent['review'] ?? undefined) : undefined,
  };
}
