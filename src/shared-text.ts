import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

/** A text as bytes, and the same packed. */
interface KeptText {
  bytes: Buffer;
  packed: Buffer;
  etag: string;
}

/**
 * A handler for a large text that is the same for every caller. It is written and packed once, so
 * that many callers at once cost neither time nor memory, and it is small without a proxy that
 * packs it.
 */
export function sharedText(type: string, write: () => string | Promise<string>) {
  let kept: Promise<KeptText> | null = null;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    kept ??= keep(write);
    const { bytes, packed, etag } = await kept.catch((error: unknown) => {
      kept = null;
      throw error;
    });
    reply.headers({ 'cache-control': 'no-cache', etag, vary: 'accept-encoding' });
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    reply.type(type);
    if (new Negotiator(request).encoding(['gzip', 'identity']) !== 'gzip') return reply.send(bytes);
    return reply.header('content-encoding', 'gzip').send(packed);
  };
}

async function keep(write: () => string | Promise<string>): Promise<KeptText> {
  const bytes = Buffer.from(await write());
  const packed = await promisify(gzip)(bytes);
  // Weak: it is the same whether it is packed or not.
  const etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { bytes, packed, etag };
}
