import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { proxyPage } from '../error-answers.js';
import { internalError, methodNotAllowed, routeNotFound } from '../errors.js';
import { flaskJson, spacedJson } from '../json.js';
import type { Fault } from './fault.js';

/** Statuses that only come from the proxy in front of Zenodo. */
const PROXY_STATUS = new Set([413, 502, 503, 504]);

/** Messages of Zenodo's framework, which clients may match. */
const FRAMEWORK_MESSAGES = new Map(
  [routeNotFound(), methodNotAllowed(''), internalError()].map(({ status, message }) => [status, message]),
);

/** Sets status and headers of a fault's own response and returns its body. */
export function answerInstead(request: FastifyRequest, reply: FastifyReply, fault: Fault): string {
  const status = fault.status ?? 500;
  for (const name of ['content-length', 'etag', 'location', 'content-disposition']) reply.removeHeader(name);
  reply.code(status);
  const { type, body } = content(request, status, fault);
  reply.header('content-type', type).headers(fault.headers ?? {});
  return body;
}

/** Discards a response that will not be sent. */
export function discardAnswer(answer: unknown): void {
  if (answer instanceof Readable) answer.destroy();
}

function content(request: FastifyRequest, status: number, fault: Fault): { type: string; body: string } {
  const reason = STATUS_CODES[status] ?? 'Error';
  if (fault.html ?? (fault.body === undefined && PROXY_STATUS.has(status))) {
    request.fromProxy = true;
    const title = `${status} ${status === 504 ? 'Gateway Time-out' : status === 503 ? 'Service Temporarily Unavailable' : reason}`;
    return { type: 'text/html', body: typeof fault.body === 'string' ? fault.body : proxyPage(title) };
  }
  const type = 'application/json';
  if (typeof fault.body === 'string') return { type, body: fault.body };
  if (fault.body !== undefined) return { type, body: spacedJson(fault.body) };
  return { type, body: flaskJson({ message: FRAMEWORK_MESSAGES.get(status) ?? reason, status }) };
}
