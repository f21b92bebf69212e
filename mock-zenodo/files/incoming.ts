import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../errors.js';
import { spacedJson } from '../json.js';
import { type Received, TransferCut } from './blob-writer.js';
import { emptyFile, type SizeLimit } from './limits.js';

const BYTES_TYPE = 'application/octet-stream';

/**
 * Throws 415 unless the content type is exactly `application/octet-stream` or absent
 * (megasanjay/upload-to-zenodo#54).
 */
export function requireBytes(request: FastifyRequest): void {
  const type = request.headers['content-type'];
  if (type === undefined || type === '' || type === BYTES_TYPE) return;
  throw new DomainError(415, `Invalid 'Content-Type' header. Expected one of: ${BYTES_TYPE}`);
}

/**
 * Stores the body of a request under a new blob id. Throws 400 for an empty body, for one without a
 * length (which Zenodo reads as empty, zenodo/zenodo#1986) unless `acceptChunked`, for one beyond
 * the limit (before a byte is read, if its length is known), and for one that is cut short.
 */
export async function receiveBody(
  request: FastifyRequest,
  reply: FastifyReply,
  blobId: string,
  limit: SizeLimit,
): Promise<Received> {
  const { blobs, options } = request.server.mock;
  const length = request.headers['content-length'];
  if (length === undefined && !options.acceptChunked) throw emptyFile();
  if (length !== undefined && Number(length) === 0) throw emptyFile();
  if (Number(length ?? 0) > limit.bytes) throw limit.exceeded();
  const stopWatching = answerHalfClosed(request, reply);
  try {
    const received = await blobs.receive(blobId, request.raw, limit.bytes, limit.exceeded);
    if (received.size > 0) return received;
    await blobs.remove(blobId);
    throw emptyFile();
  } catch (error) {
    if (error instanceof TransferCut) {
      throw new DomainError(400, 'The file upload transfer failed, please try again.');
    }
    throw error;
  } finally {
    stopWatching();
  }
}

/**
 * A client that closes its sending side early can still read. Node's parser would respond with an
 * error of its own.
 */
function answerHalfClosed(request: FastifyRequest, reply: FastifyReply): () => void {
  const { socket } = request.raw;
  const answer = () => {
    if (request.raw.complete || reply.raw.headersSent) return;
    const body = spacedJson({ status: 400, message: 'File is smaller than expected.' });
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      connection: 'close',
    };
    reply.raw.writeHead(400, headers).end(body);
    // After the response, Node.js no longer tells a request that its connection has closed.
    socket.once('close', () => request.raw.destroy()).destroySoon();
  };
  socket.prependListener('end', answer);
  return () => socket.off('end', answer);
}
