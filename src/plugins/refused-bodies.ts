import fp from 'fastify-plugin';

/** How much of a refused body is still read, and for how long. Bytes and milliseconds. */
const MAX_DRAINED = 2 * 1024 * 1024 * 1024;
const MAX_DRAIN_TIME = 30_000;

/**
 * Reads and throws away what is left of a body after an answer that came before its end. Without it Python's `requests` sees a
 * broken connection instead of our refusal. Bounded, then the connection is closed.
 */
export const refusedBodies = fp(
  async (app) => {
    app.addHook('onSend', async (request, reply) => {
      if (
        !request.raw.complete &&
        request.raw.headers['transfer-encoding'] === undefined &&
        !request.raw.headers['content-length']
      )
        return;
      if (!request.raw.complete) reply.header('connection', 'close');
    });
    app.addHook('onResponse', async (request) => {
      const { raw } = request;
      if (raw.complete || raw.destroyed) return;
      let drained = 0;
      const stop = () => raw.destroy();
      const timer = setTimeout(stop, MAX_DRAIN_TIME).unref();
      raw.once('close', () => clearTimeout(timer));
      raw.once('end', () => clearTimeout(timer));
      raw.unpipe();
      raw.on('data', (chunk: Buffer) => {
        drained += chunk.length;
        if (drained > MAX_DRAINED) stop();
      });
      raw.resume();
    });
  },
  { name: 'refused-bodies' },
);
