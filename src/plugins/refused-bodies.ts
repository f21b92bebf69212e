import type { IncomingMessage } from 'node:http';
import fp from 'fastify-plugin';

/** How much of a refused body is still read, in bytes, and for how long, in milliseconds. */
const MAX_DRAINED = 2 * 1024 * 1024 * 1024;
const MAX_DRAIN_TIME = 30_000;

/**
 * After an answer that came before the end of the body, reads the rest and throws it away. Clients such as Python's `requests`
 * look at the answer only once they have sent everything: without this they would meet a closed connection instead. The answer
 * must not say `connection: close` then, because Node would hang up before the body has been read. Bounded, then closed.
 */
export const refusedBodies = fp(
  async (app) => {
    app.addHook('onResponse', async ({ raw }) => {
      if (!raw.complete && !raw.destroyed) drain(raw);
    });
  },
  { name: 'refused-bodies' },
);

function drain(raw: IncomingMessage): void {
  const { socket } = raw;
  const before = socket.bytesRead;
  // Whoever was reading the body when it was refused must neither stop it nor get more of it.
  raw.unpipe();
  raw.removeAllListeners('data');
  raw.on('error', () => undefined);
  const hangUp = () => socket.destroy();
  const late = setTimeout(hangUp, MAX_DRAIN_TIME).unref();
  raw.on('data', () => {
    if (socket.bytesRead - before > MAX_DRAINED) hangUp();
  });
  raw.once('close', () => clearTimeout(late));
  raw.once('end', () => clearTimeout(late));
  raw.resume();
}
