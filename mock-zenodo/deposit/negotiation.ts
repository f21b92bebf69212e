import type { FastifyInstance, FastifyRequest } from 'fastify';
import { acceptedType } from '../accept.js';
import { DomainError, internalError, validationError } from '../errors.js';

const JSON_TYPE = 'application/json';
/** The media type of RDM JSON. */
export const RDM_TYPE = 'application/vnd.inveniordm.v1+json';
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/**
 * Makes an encapsulated part of the mock negotiate as Zenodo's resources do: `Accept` is checked
 * first, and `Content-Type` only where a body is read. Both come before authentication. Handlers
 * receive bodies as bytes.
 */
export function negotiateJson(
  app: FastifyInstance,
  judge: (request: FastifyRequest) => unknown = requireAccept,
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) => {
    done(null, body);
  });
  app.addHook('preHandler', async (request) => {
    judge(request);
  });
}

/** Throws 406 unless the client accepts JSON. */
export function requireAccept(request: FastifyRequest): void {
  acceptedType(request.headers.accept, [JSON_TYPE]);
}

/**
 * The content type of a JSON response that the client may also request as RDM JSON: files look the
 * same in both APIs. Throws 406 if it accepts neither
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/config.py`).
 */
export function eitherJson(request: FastifyRequest): string {
  return acceptedType(request.headers.accept, [RDM_TYPE, JSON_TYPE]);
}

/**
 * How deeply JSON may be nested before Python's decoder gives up, minus the frames of the framework
 * itself.
 */
const MAX_DEPTH = 900;

/**
 * The JSON body of a request. Throws 415 for any content type except exactly `application/json` or
 * none, 400 for invalid JSON, and 500 for an empty body, which Zenodo's parser passes on as
 * nothing, and for JSON that is nested too deeply.
 */
export function jsonBody(request: FastifyRequest): unknown {
  const type = sentContentType(request);
  if (type !== undefined && type !== '' && type !== JSON_TYPE) {
    throw new DomainError(415, `Invalid 'Content-Type' header. Expected one of: ${JSON_TYPE}`);
  }
  const bytes = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) throw internalError();
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new DomainError(400, 'Unable to decode JSON data in request body.');
  }
  if (isDeeper(body, MAX_DEPTH)) throw internalError();
  return body;
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((item) => isDeeper(item, depth - 1));
}

/** The Content-Type as it was sent, even if the header was changed since. */
function sentContentType({ raw: { rawHeaders } }: FastifyRequest): string | undefined {
  const index = rawHeaders.findIndex((name, at) => at % 2 === 0 && name.toLowerCase() === 'content-type');
  return index < 0 ? undefined : rawHeaders[index + 1];
}

/**
 * The revision in `If-Match`: an integer without quotes, the only form that Zenodo reads. Throws
 * 400 for any other form, such as the quoted one of its own `ETag` header
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/resources/records/resource.py`).
 */
function ifMatch(request: FastifyRequest): number | undefined {
  const value = request.headers['if-match'];
  if (value === undefined) return undefined;
  if (/^\s*[+-]?\d+\s*$/.test(value)) return Number(value);
  throw validationError([{ field: 'if_match', messages: ['Not a valid integer.'] }]);
}

/** Throws 412 if the client named another revision than the present one. */
export function requireRevision(request: FastifyRequest, revision: number): void {
  const wanted = ifMatch(request);
  if (wanted === undefined || wanted === revision) return;
  throw new DomainError(412, `Revision id provided(${wanted}) doesn't match record's one(${revision})`);
}
