import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import fp from 'fastify-plugin';
import { hasBody } from './body-parsers.js';

/** How many bytes of a refused body are read. */
const MAX_DRAINED = 2 * 1024 * 1024 * 1024;

/** How long a refused body is read when the process is about to end, in milliseconds. */
const LAST_DRAIN_TIME = 5000;

declare module 'fastify' {
  interface FastifyInstance {
    /** Handles an unread body. Call it before a response for which no hook runs. */
    closeAfterBody(request: FastifyRequest, reply: FastifyReply): void;
  }
}

/**
 * After a response that was sent before the end of the body, reads and discards the rest. Clients
 * such as Python's `requests` look at the response only after they have sent everything, and would
 * otherwise see a closed connection. Others stop in the middle and would send their next request
 * behind it, as Java's HttpClient does. The response therefore says `connection: close`, and the
 * connection is closed when the body has been read, or a limit is reached.
 */
export const drainRefused = fp(
  async (app) => {
    const draining = new Set<() => void>();
    const refused = new WeakSet<IncomingMessage>();
    let closing = false;

    const finish = (raw: IncomingMessage) => {
      const { socket } = raw;
      if (raw.complete || raw.destroyed) return void socket.end();
      const hangUp = () => socket.destroy();
      draining.add(hangUp);
      const limits = { bytes: MAX_DRAINED, time: closing ? LAST_DRAIN_TIME : app.timings.refusedBody };
      drain(raw, { socket, hangUp, ...limits }, () => {
        draining.delete(hangUp);
        socket.end();
      });
    };
    app.decorate('closeAfterBody', ({ raw }, reply) => {
      if (!isUnread(raw)) return;
      reply.header('connection', 'close');
      // Node calls this as soon as such a response is sent, which is too early here.
      raw.socket.destroySoon = () => undefined;
      if (!refused.has(raw)) reply.raw.once('finish', () => finish(raw));
      refused.add(raw);
    });
    app.addHook('onSend', async (request, reply) => app.closeAfterBody(request, reply));
    app.addHook('preClose', async () => {
      closing = true;
      setTimeout(() => {
        for (const hangUp of draining) hangUp();
      }, LAST_DRAIN_TIME).unref();
    });
  },
  { name: 'drain-refused' },
);

/** Whether the body has not ended yet. */
function isUnread(raw: IncomingMessage): boolean {
  return hasBody(raw) && !raw.complete && !raw.destroyed;
}

/** Of a connection at most so many bytes are read, for at most so many milliseconds. */
interface DrainLimits {
  socket: Socket;
  bytes: number;
  time: number;
  /** Is called when a limit is reached. */
  hangUp(): void;
}

/** Reads and discards what still comes. `done` is called at its end. */
export function drain(raw: Readable, { socket, bytes, time, hangUp }: DrainLimits, done: () => void): void {
  const before = socket.bytesRead;
  // The body's earlier reader must neither pause it nor get more of it.
  raw.unpipe();
  raw.removeAllListeners('data');
  raw.on('error', () => undefined);
  const late = setTimeout(hangUp, time).unref();
  const over = () => {
    clearTimeout(late);
    done();
  };
  raw.on('data', () => {
    if (socket.bytesRead - before > bytes) hangUp();
  });
  raw.once('close', over);
  raw.once('end', over);
  raw.resume();
}
