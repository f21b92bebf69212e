import type { FastifyRequest } from 'fastify';
import { jsonBody } from '../deposit/negotiation.js';
import { type FieldError, validationError } from '../errors.js';
import type { RdmInput } from '../metadata/rdm-input.js';

/** What a client of the records API wants a draft to be. */
export interface DraftBody {
  input: RdmInput;
  filesEnabled: boolean;
  /** The review that the first publication shall depend on; undefined for none. */
  review: unknown;
  /** Keys that mean nothing: reported, never kept. */
  unknown: FieldError[];
}

/** What a draft consists of, and what Zenodo shows of it and takes back without a word (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/__init__.py`). */
const KNOWN = new Set(
  `$schema access created custom_fields deletion_status errors expanded files id internal_notes is_draft is_published links media_files
  metadata parent pids review revision_id stats status swh tombstone ui updated versions`.split(/\s+/),
);

/**
 * The RDM body of a request; no body stands for an empty one. Parts left out are emptied, the DOI too: the body replaces
 * the draft. Throws as `jsonBody` does, and 400 for anything but an object.
 */
export function draftBody(request: FastifyRequest): DraftBody {
  const bytes = request.body;
  const absent = !Buffer.isBuffer(bytes) || bytes.length === 0;
  const body = absent ? {} : jsonBody(request);
  if (!isObject(body)) throw validationError([{ field: '_schema', messages: ['Invalid input type.'] }]);
  const { metadata, custom_fields, access, pids, files, parent } = body;
  const { 'legacy:communities': slugs, ...custom } = isObject(custom_fields) ? custom_fields : {};
  return {
    input: {
      metadata: isObject(metadata) ? metadata : {},
      custom_fields: custom,
      communities: Array.isArray(slugs) ? slugs.filter((slug) => typeof slug === 'string') : [],
      ...(isObject(access) && { access }),
      pids: isObject(pids) ? pids : {},
    },
    filesEnabled: !(isObject(files) && files['enabled'] === false),
    review: isObject(parent) ? (parent['review'] ?? undefined) : undefined,
    unknown: Object.keys(body)
      .filter((key) => !KNOWN.has(key))
      .map((field) => ({ field, messages: ['Unknown field.'] })),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
