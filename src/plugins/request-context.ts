import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fp from 'fastify-plugin';
import { levelOf } from '../log.js';
import { underRequestId } from '../request-id.js';

/** The caller's own request id if it is harmless, else a new one; it goes from caller through upload to Zenodo calls. */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
}

/** What every request gets: headers of its answer, its id in all that follows from it, a log line when it is over, a place in the metrics. */
export const requestContext = fp(
  async (app) => {
    // Twice, because what comes with the socket, as a body does, comes from outside.
    app.addHook('onRequest', (request, _reply, done) => underRequestId(request.id, done));
    app.addHook('preValidation', (request, _reply, done) => underRequestId(request.id, done));
    app.addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id);
      reply.header('cache-control', 'no-store');
      reply.header('x-content-type-options', 'nosniff');
    });
    app.addHook('onResponse', async ({ method, routeOptions, log }, { statusCode: status, elapsedTime }) => {
      // The pattern, not the path, which may hold anything.
      const route = routeOptions.url ?? 'unknown';
      app.meters.requests.observe({ route, method, status: String(status) }, elapsedTime / 1000);
      const line = { method, route, status, ms: Math.round(elapsedTime) };
      log[levelOf(method, status < 400)](line, 'a request was answered');
    });
  },
  { name: 'request-context' },
);
