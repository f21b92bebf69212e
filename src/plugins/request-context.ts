import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type ErrorCode, problem } from '../errors.js';
import { levelOf } from '../log.js';
import { type Subject, subjectOf, underSubject } from '../log-subject.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** What the call is about, as far as is known. */
    subject: Subject;
    /** Aborted once the caller does not wait for the response any more. */
    gone: AbortSignal;
    /** The code of the problem that the call is answered with; null if it is not refused. */
    problemCode: ErrorCode | null;
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
    app.decorateRequest('gone');
    app.decorateRequest('problemCode', null);
    // Twice, because what comes with the socket, as a body does, comes from outside.
    app.addHook('onRequest', (request, reply, done) => {
      if (isOverrun(request.raw.socket)) return void reply.hijack();
      request.subject = subjectOfPath(request);
      underSubject(request.subject, done);
    });
    app.addHook('preValidation', (request, _reply, done) => underSubject(request.subject, done));
    app.addHook('onRequest', async (request, reply) => {
      request.gone = goneOf(request.raw, reply.raw);
      reply.header('x-request-id', request.id);
      reply.header('cache-control', 'no-store');
      reply.header('x-content-type-options', 'nosniff');
    });
    app.addHook('onResponse', async (request, { statusCode: status, elapsedTime }) => {
      const { method, routeOptions, subject, problemCode, log } = request;
      // The pattern and not the path, which may contain anything.
      const route = routeOptions.url ?? 'unknown';
      app.metrics.requests.observe({ route, method, status: String(status) }, elapsedTime / 1000);
      const code = problemCode ?? undefined;
      const line = { method, route, status, code, ms: Math.round(elapsedTime) };
      underSubject(subject, () => log[levelOf(method, status < 400)](line, 'a request was answered'));
    });
  },
  { name: 'request-context' },
);

/**
 * Requests that one connection may have open at once. HTTP libraries send the next one after the
 * response. A caller who does not read the responses could have thousands written.
 */
const MOST_AT_ONCE = 100;

/** Whether a connection sends too many requests without waiting, or did: then it is closed. */
function isOverrun(socket: Socket): boolean {
  if ((waiting.get(socket)?.size ?? 0) >= MOST_AT_ONCE) socket.destroy();
  return socket.destroyed;
}

/** What to abort when a connection is closed. */
const waiting = new WeakMap<Socket, Set<AbortController>>();

/**
 * Of several requests that were sent over one connection without waiting for responses, Node closes
 * only the response that it is sending: the others learn from the connection that it is closed.
 */
function goneOf({ socket }: IncomingMessage, response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  // As many as work for the call at once.
  setMaxListeners(0, gone.signal);
  const all = waiting.get(socket) ?? new Set();
  if (!waiting.has(socket)) {
    waiting.set(socket, all);
    socket.once('close', () => {
      for (const one of all) one.abort(hungUp());
    });
  }
  all.add(gone);
  response.once('close', () => {
    all.delete(gone);
    gone.abort(hungUp());
  });
  return gone.signal;
}

/** The problem for work whose caller is gone. It appears only in the log. */
function hungUp() {
  return problem('invalid_request', 'The caller closed the connection before the response.');
}
