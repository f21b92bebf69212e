import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import fp from 'fastify-plugin';
import { ServiceEnds } from '../errors.js';
import { hasBody } from './body-parsers.js';

/**
 * How long bodies may continue to arrive after the signal, and how often they are refused after
 * that. Milliseconds.
 */
const BODY_GRACE = 10_000;
const REPEAT = 500;

/**
 * Refuses requests while the process shuts down: new ones at once, and those whose body is still
 * arriving after a while, before their connection is cut.
 */
export const shutdown = fp(
  async (app) => {
    const arriving = new Set<IncomingMessage>();
    const answering = new Map<ServerResponse, Socket>();
    let ending = false;
    let timer: NodeJS.Timeout | undefined;

    app.addHook('onRequest', async ({ raw }, reply) => {
      answering.set(reply.raw, raw.socket);
      reply.raw.once('close', () => answering.delete(reply.raw));
      if (!hasBody(raw)) {
        if (ending) throw new ServiceEnds();
        return;
      }
      arriving.add(raw);
      const forget = () => arriving.delete(raw);
      raw.once('end', forget);
      raw.once('close', forget);
      if (!ending) return;
      // A caller who sends everything before reading would miss the response if the connection
      // closed with it.
      reply.raw.removeHeader('connection');
      throw new ServiceEnds();
    });
    app.addHook('onSend', async ({ raw }, reply) => {
      if (ending && (raw.complete || !hasBody(raw))) reply.header('connection', 'close');
    });
    app.addHook('preClose', async () => {
      ending = true;
      // A response that began before the signal does not say that its connection will close.
      for (const [response, socket] of answering) response.once('finish', () => socket.end());
      const since = performance.now();
      timer = setInterval(() => {
        if (performance.now() - since < BODY_GRACE) return;
        // A body that is not read yet is refused when it is.
        for (const raw of arriving) if (raw.listenerCount('error') > 0) raw.emit('error', new ServiceEnds());
      }, REPEAT).unref();
    });
    app.addHook('onClose', async () => clearInterval(timer));
  },
  { name: 'shutdown' },
);
