import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../errors.js';
import type { FileEntry } from '../store/model.js';
import { downloadTypeOf } from './mimetype.js';

/**
 * Zenodo's protection against files that browsers would run
 * (`inveniosoftware/invenio-files-rest:invenio_files_rest/helpers.py`).
 */
const PROTECTION = {
  'content-security-policy': "default-src 'none';",
  'x-content-type-options': 'nosniff',
  'x-download-options': 'noopen',
  'x-permitted-cross-domain-policies': 'none',
  'x-frame-options': 'deny',
  'x-xss-protection': '1; mode=block',
};

/**
 * Responds to GET and HEAD with a file's bytes, or with 304 if the client has them. Ranges are
 * ignored, as by default in the framework. `keep` makes browsers save the file instead of showing
 * it.
 */
export async function sendFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: FileEntry,
  keep = false,
): Promise<FastifyReply> {
  const head = request.method === 'HEAD';
  const bytes = head ? Readable.from([]) : await open(request, file);
  const type = downloadTypeOf(file.mimetype);
  const etag = `"md5:${file.md5}"`;
  reply.headers({
    ...PROTECTION,
    'content-type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
    'content-length': file.size,
    'content-md5': file.md5,
    'content-disposition': keep || type === 'application/octet-stream' ? attachment(file.key) : 'inline',
    etag,
    'last-modified': new Date(file.updated).toUTCString(),
    'cache-control': 'no-cache',
  });
  if (request.headers['if-none-match']?.split(',').some((one) => one.trim() === etag)) {
    bytes.destroy();
    return reply.removeHeader('content-length').code(304).send();
  }
  return reply.send(bytes);
}

/** Throws 404 for a file that has no bytes yet, or whose bytes are just being replaced. */
async function open(request: FastifyRequest, { blobId, size }: FileEntry): Promise<Readable> {
  if (blobId === null) throw notFound();
  try {
    return await request.server.mock.blobs.read(blobId, size);
  } catch {
    throw notFound();
  }
}

function attachment(key: string): string {
  const name = key.replace(/[\r\n]/g, ' ');
  if (/^[\x20-\x7e]*$/.test(name)) {
    const plain = /^[\w!#$%&'*+\-.^`|~]+$/.test(name);
    return `attachment; filename=${plain ? name : `"${name.replace(/["\\]/g, '\\$&')}"`}`;
  }
  const ascii = name.normalize('NFKD').replace(/[^\x20-\x7e]/g, '');
  return `attachment; filename="${ascii.replace(/["\\]/g, '\\$&')}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}
