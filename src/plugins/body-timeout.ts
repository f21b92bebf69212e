import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { problem } from '../errors.js';
import { every } from '../periodic.js';

/**
 * The minimum bytes per second of a body or a download, over a window of this many milliseconds.
 */
const MIN_RATE = 1024;
const WINDOW = 60_000;

/** For so many of these stretches, not a byte of a response may be taken. */
const PAUSE = 5;

/**
 * A download is judged over so many of them: the buffers of the kernel take megabytes at once, and
 * tell of room only when a third of them is free.
 */
const BUFFERED = 10;

/**
 * Ends requests and responses that move so slowly that they only hold a connection. There is no
 * limit on the whole: uploads of hours are fine. Neither Node's nor Fastify's own time-outs tell
 * the two apart.
 */
export const bodyTimeout = fp(
  async (app) => {
    const window = windowOf(app);
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
    app.addHook('onSend', async (request, _reply, payload) => {
      const length = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
      endIfNotTaken(request, length, PAUSE * window);
    });
  },
  { name: 'body-timeout', dependencies: ['request-context'] },
);

/**
 * Closes the connection of a caller who does not take the response. `length`: bytes that are
 * written at once, so that no progress shows for as long as they may take.
 */
function endIfNotTaken({ raw: { socket }, gone }: FastifyRequest, length: number, window: number): void {
  if (gone.aborted) return;
  const longest = window + (length / MIN_RATE) * 1000;
  let since = performance.now();
  let before = socket.bytesWritten;
  const timer = setInterval(() => {
    const isTaken = socket.bytesWritten !== before || !socket.writableNeedDrain;
    before = socket.bytesWritten;
    if (isTaken) since = performance.now();
    else if (performance.now() - since >= longest) socket.destroy();
  }, window / 4).unref();
  gone.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/**
 * Ends a long response whose reader takes fewer bytes a second than a body must bring: it only
 * holds a connection to Zenodo.
 */
export function endIfSlow({ raw, log, server }: FastifyReply): void {
  const { socket } = raw;
  if (socket === null) return;
  const window = BUFFERED * windowOf(server);
  let before = socket.bytesWritten - socket.writableLength;
  const look = async () => {
    const taken = socket.bytesWritten - socket.writableLength;
    // If nothing waits to be taken, it is Zenodo that is slow.
    if (raw.writableNeedDrain && taken - before < (MIN_RATE * window) / 1000) raw.destroy();
    before = taken;
  };
  const looks = every(log, window, 'watching a download', look);
  raw.once('close', () => void looks.stop());
}

function windowOf({ dependencies }: FastifyInstance): number {
  return dependencies.transferTimings?.slowBody ?? WINDOW;
}

function tooSlow() {
  return problem(
    'request_timeout',
    `The body arrived with less than ${MIN_RATE} bytes per second for a minute. Send it again over a faster connection.`,
  );
}
