import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { levelOf } from '../log.js';
import { type Subject, subjectOf, underSubject } from '../log-subject.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the call is about, as far as that is known by now. */
    subject: Subject;
  }
}

/**
 * The caller's own request id if it is harmless, else a new one; it goes from caller through upload
 * to Zenodo calls.
 */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
}

/**
 * What the path says that the call is about: ids of ours and of Zenodo's, and only if they are
 * such.
 */
function subjectOfPath({ id, params, routeOptions }: FastifyRequest): Subject {
  const { id: depositionId, uploadId } = params as { id?: string; uploadId?: string };
  const isDeposition =
    routeOptions.url?.startsWith('/depositions/:id') && /^\d{1,15}$/.test(depositionId ?? '');
  return subjectOf({
    request_id: id,
    deposition_id: isDeposition ? Number(depositionId) : null,
    upload_id: /^[0-9a-f-]{36}$/.test(uploadId ?? '') ? uploadId : null,
  });
}

/**
 * What every request gets: headers of its answer, its id in all that follows from it, a log line
 * when it is over, a place in the metrics.
 */
export const requestContext = fp(
  async (app) => {
    app.decorateRequest('subject');
    // Twice, because what comes with the socket, as a body does, comes from outside.
    app.addHook('onRequest', (request, _reply, done) => {
      request.subject = subjectOfPath(request);
      underSubject(request.subject, done);
    });
    app.addHook('preValidation', (request, _reply, done) => underSubject(request.subject, done));
    app.addHook('onRequest', async (request, reply) => {
      reply.header('x-request-id', request.id);
      reply.header('cache-control', 'no-store');
      reply.header('x-content-type-options', 'nosniff');
    });
    app.addHook('onResponse', async (request, { statusCode: status, elapsedTime }) => {
      const { method, routeOptions, subject, log } = request;
      // The pattern, not the path, which may hold anything.
      const route = routeOptions.url ?? 'unknown';
      app.metrics.requests.observe({ route, method, status: String(status) }, elapsedTime / 1000);
      const line = { method, route, status, ms: Math.round(elapsedTime) };
      underSubject(subject, () => log[levelOf(method, status < 400)](line, 'a request was answered'));
    });
  },
  { name: 'request-context' },
);
