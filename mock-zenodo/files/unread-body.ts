import type { FastifyInstance } from 'fastify';

/**
 * Far more than a client that reads its answer goes on to send, and enough for most files of one
 * that sends first.
 */
const MAX_BYTES = 536_870_912;
/** As long as nginx lingers by default. */
const MAX_MILLISECONDS = 30_000;

/**
 * Lets a client that is still sending read its refusal: what it sends goes nowhere for a while, as
 * nginx lingers, and then the connection closes. Without this, closing at once would reset the
 * connection and lose the answer.
 */
export function lingerAfterRefusal(app: FastifyInstance): void {
  app.addHook('onSend', async ({ raw }) => {
    if (raw.complete || raw.destroyed) return;
    const { socket } = raw;
    const enough = setTimeout(() => socket.destroy(), MAX_MILLISECONDS).unref();
    let left = MAX_BYTES;
    raw
      .on('data', (chunk: Buffer) => {
        left -= chunk.length;
        if (left < 0) socket.destroy();
      })
      .once('end', () => clearTimeout(enough))
      .resume();
  });
}
