import type { IncomingMessage } from 'node:http';
import fp from 'fastify-plugin';
import { serviceEnds } from '../errors.js';
import { hasBody } from './body-parsers.js';

/**
 * How long bodies may go on arriving once the process has been told to end, in milliseconds, and
 * how often they are refused after that.
 */
const BODY_GRACE = 10_000;
const REPEAT = 500;

/**
 * Says in our own words that the process ends: to requests that still come over old connections, at
 * once; to those whose body is still arriving, after a while, because else they would be cut off
 * when the process is gone.
 */
export const shutdown = fp(
  async (app) => {
    const arriving = new Set<IncomingMessage>();
    let ending = false;
    let timer: NodeJS.Timeout | undefined;

    app.addHook('onRequest', async ({ raw }, reply) => {
      if (!hasBody(raw)) {
        if (ending) throw serviceEnds();
        return;
      }
      arriving.add(raw);
      const forget = () => arriving.delete(raw);
      raw.once('end', forget);
      raw.once('close', forget);
      if (!ending) return;
      // A caller who sends all before they listen would not hear us if the connection were closed
      // with the answer.
      reply.raw.removeHeader('connection');
      throw serviceEnds();
    });
    app.addHook('onSend', async ({ raw }, reply) => {
      if (ending && (raw.complete || !hasBody(raw))) reply.header('connection', 'close');
    });
    app.addHook('preClose', async () => {
      ending = true;
      const since = performance.now();
      timer = setInterval(() => {
        if (performance.now() - since < BODY_GRACE) return;
        // One that is not read yet is told when it is read.
        for (const raw of arriving) if (raw.listenerCount('error') > 0) raw.emit('error', serviceEnds());
      }, REPEAT).unref();
    });
    app.addHook('onClose', async () => clearInterval(timer));
  },
  { name: 'shutdown' },
);
