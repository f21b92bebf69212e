import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Strike } from './engine.js';
import { withdraw } from './withdraw.js';

const SLICES_PER_SECOND = 10;
const SLICE = 16_384;
/**
 * Real milliseconds that bytes have to reach the client before the reset, which would otherwise
 * overtake them.
 */
const FLUSH = 50;

/**
 * The same response, slowed down or cut off after some of its bytes, with the Content-Length of the
 * whole.
 */
export function pacedAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  strike: Strike,
  answer: unknown,
  closing: AbortSignal,
): Readable {
  const { fault } = strike;
  if (typeof answer === 'string' || Buffer.isBuffer(answer)) {
    reply.header('content-length', Buffer.byteLength(answer));
  }
  const length = Number(reply.getHeader('content-length') ?? 0);
  const passing = fault.atBytes ?? Math.floor(length * (fault.atFraction ?? 0));
  const last = fault.reset === 'response' ? passing : Number.POSITIVE_INFINITY;
  const rate = fault.throttleResponse ?? Number.POSITIVE_INFINITY;
  const slice = Math.max(1, Math.min(SLICE, Math.floor(rate / SLICES_PER_SECOND)));

  const cutNothing = () => {
    if (fault.throttleResponse === undefined) withdraw(request, strike);
  };
  // Before the client has the whole response, if the length is known.
  if (reply.hasHeader('content-length') && passing > length) cutNothing();

  async function* pieces(): AsyncGenerator<Buffer> {
    let sent = 0;
    const cut = async () => {
      await sleep(FLUSH);
      request.wire.end(true);
    };
    if (last === 0) return cut();
    for await (const chunk of chunksOf(answer)) {
      for (let from = 0; from < chunk.length; from += slice) {
        const piece = chunk.subarray(from, Math.min(from + slice, from + (last - sent)));
        yield piece;
        sent += piece.length;
        if (sent >= last) return cut();
        if (rate < Number.POSITIVE_INFINITY) {
          await sleep((piece.length / rate) * 1000, undefined, { signal: closing });
        }
      }
    }
    cutNothing();
  }
  return Readable.from(pieces(), { objectMode: false });
}

async function* chunksOf(answer: unknown): AsyncGenerator<Buffer> {
  if (typeof answer === 'string') yield Buffer.from(answer);
  else if (Buffer.isBuffer(answer)) yield answer;
  else if (answer instanceof Readable) for await (const chunk of answer) yield Buffer.from(chunk);
}
