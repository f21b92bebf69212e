import fp from 'fastify-plugin';
import { problem } from '../errors.js';

/** The minimum bytes per second of a body, over a window of this many milliseconds. */
const MIN_RATE = 1024;
const WINDOW = 60_000;

/**
 * Ends bodies so slow that they only occupy a connection. There is no limit on the total time: an
 * upload may take hours. The timeouts of Node and Fastify cannot tell these apart.
 */
export const bodyTimeout = fp(
  async (app) => {
    const window = app.dependencies.transferTimings?.slowBody ?? WINDOW;
    app.addHook('onRequest', async ({ raw }, reply) => {
      if (raw.complete || (!raw.headers['content-length'] && !raw.headers['transfer-encoding'])) return;
      const { socket } = raw;
      let before = socket.bytesRead;
      const timer = setInterval(() => {
        const arrived = socket.bytesRead - before;
        before = socket.bytesRead;
        // If nothing has been read yet, or bytes are waiting to be read, this service is the slow
        // one.
        const waiting = raw.readableFlowing !== null && raw.readableLength === 0;
        if (raw.complete || raw.destroyed) clearInterval(timer);
        else if (waiting && arrived < (MIN_RATE * window) / 1000) raw.emit('error', tooSlow());
      }, window).unref();
      raw.once('end', () => clearInterval(timer));
      raw.once('close', () => clearInterval(timer));
      reply.raw.once('close', () => clearInterval(timer));
    });
  },
  { name: 'body-timeout' },
);

function tooSlow() {
  return problem(
    'request_timeout',
    `The body arrived with less than ${MIN_RATE} bytes per second for a minute. Send it again over a faster connection.`,
  );
}
