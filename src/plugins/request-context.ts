import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { levelOf } from '../log.js';
import { type Subject, subjectOf, underSubject } from '../log-subject.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the call is about, as far as is known. */
    subject: Subject;
  }
}

/**
 * The caller's request id if it is harmless, else a new one. It goes from the caller through the
 * upload to calls to Zenodo.
 */
export function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
}

/** What the path says about the subject: valid ids only. */
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
 * For every request: response headers, a subject for its log lines, a log line at its end, and
 * metrics.
 */
export const requestContext = fp(
  async (app) => {
    app.decorateRequest('subject');
    // Set twice, because events of the socket, such as a body, run outside of the first context.
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
      // The pattern and not the path, which may contain anything.
      const route = routeOptions.url ?? 'unknown';
      app.metrics.requests.observe({ route, method, status: String(status) }, elapsedTime / 1000);
      const line = { method, route, status, ms: Math.round(elapsedTime) };
      underSubject(subject, () => log[levelOf(method, status < 400)](line, 'a request was answered'));
    });
  },
  { name: 'request-context' },
);
