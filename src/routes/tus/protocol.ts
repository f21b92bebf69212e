import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { type ErrorCode, problem } from '../../errors.js';
import { ZENODO_PROBLEMS } from '../../schemas/problem.js';
import type { TusFileOf } from '../../uploads/rows/tus-repository.js';

/** What this service supports of tus (https://tus.io/protocols/resumable-upload, 1.0.0). */
const VERSION = '1.0.0';
const EXTENSIONS = ['creation', 'creation-with-upload', 'termination', 'expiration', 'checksum'];
const ALGORITHMS: readonly string[] = ['md5', 'sha1', 'sha256'];
export const CHUNK_TYPE = 'application/offset+octet-stream';

/** Applications call with an access token, browsers with the secret of an upload link. */
export const SECURITY = [{ accessToken: [] }, { uploadLink: [] }];

/** Errors of any request about an announced file. */
export const FILE_PROBLEMS: ErrorCode[] = [
  'upload_not_found',
  'upload_gone',
  'already_published',
  'tus_version_unsupported',
];

/** Errors of requests that send bytes by tus. */
export const CHUNK_PROBLEMS: ErrorCode[] = [
  ...FILE_PROBLEMS,
  'upload_complete',
  'upload_offset_mismatch',
  'upload_locked',
  'size_mismatch',
  'checksum_mismatch',
  'chunk_checksum_mismatch',
  'staged_bytes_lost',
  'staging_full',
];

/** Errors of requests that announce a file. */
export const CREATION_PROBLEMS: ErrorCode[] = [
  ...CHUNK_PROBLEMS,
  'invalid_file_name',
  'duplicate_file_name',
  'too_many_files',
  'empty_file',
  'quota_exceeded',
  'operation_in_progress',
  ...ZENODO_PROBLEMS,
];

/**
 * Adds the version to every response. Every request but OPTIONS must have it, and is refused
 * without it.
 */
export function requireTusResumable(app: FastifyInstance): void {
  // The body is a chunk, which is read where it is staged.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  // Also for requests that are refused before the handler runs.
  app.addHook('onSend', async (_request, reply) => void reply.header('tus-resumable', VERSION));
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'OPTIONS' || request.headers['tus-resumable'] === VERSION) return;
    reply.header('tus-version', VERSION);
    throw problem(
      'tus_version_unsupported',
      `Send the header Tus-Resumable: ${VERSION}. No other version of the protocol is supported.`,
      { errors: [{ field: 'tus-resumable', message: `is not ${VERSION}` }] },
    );
  });
}

/** The headers of a response to OPTIONS. */
export function describeServer(reply: FastifyReply, maxSize: number): FastifyReply {
  return reply
    .header('tus-version', VERSION)
    .header('tus-extension', EXTENSIONS.join(','))
    .header('tus-max-size', String(maxSize))
    .header('tus-checksum-algorithm', ALGORITHMS.join(','))
    .code(204);
}

/** The value of a header with a number of bytes; null if absent. Throws invalid_request. */
export function byteCount(request: FastifyRequest, name: string): number | null {
  const text = request.headers[name];
  if (text === undefined) return null;
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text);
  throw invalidHeader(name, 'must be a number of bytes');
}

/**
 * The checksum of the chunk (tus 1.0, checksum); undefined if the request has none. Throws
 * invalid_request.
 */
export function checksumOf(request: FastifyRequest): { algorithm: string; digest: Buffer } | undefined {
  const text = request.headers['upload-checksum'];
  if (text === undefined) return undefined;
  const [algorithm = '', encoded = '', ...more] = String(text).trim().split(/ +/);
  if (!ALGORITHMS.includes(algorithm)) {
    throw invalidHeader('upload-checksum', `must use one of ${ALGORITHMS.join(', ')}`);
  }
  const lengths: Record<string, number> = { md5: 16, sha1: 20, sha256: 32 };
  const digest = Buffer.from(encoded, 'base64');
  if (more.length > 0 || digest.length !== lengths[algorithm] || !/^[a-z0-9+/]+={0,2}$/i.test(encoded)) {
    throw invalidHeader('upload-checksum', `must be the ${algorithm} checksum of the chunk in base64`);
  }
  return { algorithm, digest };
}

/** Bytes of the body according to the request; null if it has a transfer encoding. */
export function lengthOf(request: FastifyRequest): number | null {
  if (request.headers['transfer-encoding'] !== undefined) return null;
  return byteCount(request, 'content-length') ?? 0;
}

/** Throws unsupported_media_type unless the body is a chunk of tus. */
export function requireChunk(request: FastifyRequest): void {
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw problem('unsupported_media_type', 'Send the chunk as it is, without Content-Encoding.', {
      errors: [{ field: 'content-encoding', message: 'must not be sent' }],
    });
  }
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === CHUNK_TYPE) return;
  throw problem('unsupported_media_type', `Send the chunk with Content-Type: ${CHUNK_TYPE}.`, {
    errors: [{ field: 'content-type', message: `is not ${CHUNK_TYPE}` }],
  });
}

/** The error for a header that is missing or has a wrong value. */
export function invalidHeader(field: string, message: string) {
  return problem('invalid_request', `The header ${field} ${message}.`, { errors: [{ field, message }] });
}

/**
 * The headers of every response about a file. While its upload may expire, they say when (tus 1.0,
 * expiration).
 */
export function describeFile(reply: FastifyReply, { upload }: TusFileOf, offset: number): FastifyReply {
  reply.header('upload-offset', String(offset)).header('upload-id', upload.id);
  if (upload.state === 'receiving') reply.header('upload-expires', expiresAt(upload.deadlineAt));
  return reply;
}

function expiresAt(deadline: Date): string {
  return deadline.toUTCString();
}

/** A response without a body. */
export function emptyResponse(description: string): TSchema {
  return Type.Null({ description });
}

/** Methods that some clients cannot send, or that firewalls block. */
const MEANT = new Set(['PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

/**
 * Below /depositions/{id}/tus, `X-HTTP-Method-Override` sets the method (tus 1.0, core protocol).
 * Returns `url`.
 */
export function withMethodOverride(request: IncomingMessage, url: string): string {
  const meant = request.headers['x-http-method-override'];
  if (typeof meant !== 'string' || !/^\/depositions\/[^/?]+\/tus(?:[/?]|$)/.test(url)) return url;
  if (request.method === 'POST' && MEANT.has(meant.toUpperCase())) request.method = meant.toUpperCase();
  return url;
}
