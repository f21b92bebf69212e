import type { IncomingMessage } from 'node:http';
import fp from 'fastify-plugin';
import { hasBody } from './body-parsers.js';

/** How much of a refused body is still read, in bytes. */
const MAX_DRAINED = 2 * 1024 * 1024 * 1024;

/** How long it is still read when the process is about to end, in milliseconds. */
const LAST_DRAIN_TIME = 5000;

declare module 'fastify' {
  interface FastifyInstance {
    /**
     * Call it before an answer is sent for which no hook runs: sees to a body that was not read.
     */
    closeAfterBody(request: FastifyRequest, reply: FastifyReply): void;
  }
}

/**
 * After an answer that came before the end of the body, reads the rest and throws it away. Clients
 * such as Python's `requests` look at the answer only once they have sent everything: without this
 * they would meet a closed connection instead. Others stop in mid-body and would send their next
 * request behind it, as Java's HttpClient does: so the answer says `connection: close`, and the
 * connection is closed once the body has been read. Bounded, then closed too.
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
      drain(raw, hangUp, closing ? LAST_DRAIN_TIME : app.timings.refusedBody, () => {
        draining.delete(hangUp);
        socket.end();
      });
    };
    app.decorate('closeAfterBody', ({ raw }, reply) => {
      if (!isUnread(raw)) return;
      reply.header('connection', 'close');
      // Node calls this as soon as such an answer is out: here that is too early.
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

/** True if the body has not ended yet. */
function isUnread(raw: IncomingMessage): boolean {
  return hasBody(raw) && !raw.complete && !raw.destroyed;
}

function drain(raw: IncomingMessage, hangUp: () => void, timeout: number, done: () => void): void {
  const { socket } = raw;
  const before = socket.bytesRead;
  // A reader of the body when it was refused must neither stop it nor get more of it.
  raw.unpipe();
  raw.removeAllListeners('data');
  raw.on('error', () => undefined);
  const late = setTimeout(hangUp, timeout).unref();
  const over = () => {
    clearTimeout(late);
    done();
  };
  raw.on('data', () => {
    if (socket.bytesRead - before > MAX_DRAINED) hangUp();
  });
  raw.once('close', over);
  raw.once('end', over);
  raw.resume();
}
