import type { FastifyRequest } from 'fastify';
import { jsonBody } from '../deposit/negotiation.js';
import { validationError } from '../errors.js';
import type { RdmInput } from '../metadata/rdm-input.js';

/** What a client of the records API wants a draft to be. */
export interface DraftBody {
  input: RdmInput;
  filesEnabled: boolean;
}

/**
 * The RDM body of a request; no body stands for an empty one. Parts left out are emptied, the DOI too: the body replaces
 * the draft. Throws as `jsonBody` does, and 400 for anything but an object.
 */
export function draftBody(request: FastifyRequest): DraftBody {
  const bytes = request.body;
  const absent = !Buffer.isBuffer(bytes) || bytes.length === 0;
  const body = absent ? {} : jsonBody(request);
  if (!isObject(body)) throw validationError([{ field: '_schema', messages: ['Invalid input type.'] }]);
  const { metadata, custom_fields, access, pids, files } = body;
  return {
    input: {
      metadata: isObject(metadata) ? metadata : {},
      custom_fields: isObject(custom_fields) ? custom_fields : {},
      ...(isObject(access) && { access }),
      pids: isObject(pids) ? pids : {},
    },
    filesEnabled: !(isObject(files) && files['enabled'] === false),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
