import type { FastifyInstance } from 'fastify';

/**
 * Far more than a client that reads its response continues to send, and enough for most files of a
 * client that sends first.
 */
const MAX_BYTES = 536_870_912;
/** How long nginx lingers by default. */
const MAX_MILLISECONDS = 30_000;

/**
 * Lets a client that is still sending read its refusal. For a while, what it sends is discarded, as
 * nginx does. Then the connection closes. Closing at once would reset the connection, and the
 * response would be lost.
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
