import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Problem, problem } from './errors.js';
import { drain } from './plugins/drain-refused.js';
import { toProblem } from './plugins/error-handler.js';
import { problemDocument } from './problem-document.js';
import { LANGUAGES, languageOf } from './user-messages/user-message.js';

/** Answers a URL that the router cannot parse. Fastify runs no hook and no error handler for it. */
export function refuseUrl(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const fault = toProblem(error, request);
  request.log.info({ code: fault.code }, fault.detail);
  for (const [name, value] of Object.entries(headersFor(request.id))) reply.header(name, value);
  request.server.closeAfterBody(request, reply);
  reply.code(fault.status).send(JSON.stringify(problemDocument(fault, request.id, languageOf(request))));
}

/**
 * Answers on the bare connection what is not a request: bytes that are not HTTP, endless headers, a
 * body whose sender hung up. There is no request in the log, so the id stands for the connection.
 */
export function refuseBytes(this: FastifyInstance, error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  answerBytes(this.log, wireFault(error.code), socket, error.code);
  // What is still worked on for this connection ends with it.
  if (UNFINISHED.has(error.code ?? '') || answering.has(socket)) socket.destroy(error);
  else hangUp(socket);
}

/** Connections with a request that is being answered. */
const answering = new WeakSet<Socket>();

/** Faults of a sender from whom nothing more is expected. */
const UNFINISHED: ReadonlySet<string> = new Set(['ERR_HTTP_REQUEST_TIMEOUT', 'HPE_INVALID_EOF_STATE']);

/** For how many milliseconds, and how many bytes, a sender is read behind a refused request. */
const LINGER = 2000;
const MAX_LINGERING = 1024 * 1024;

/**
 * Closes a connection whose sender may still be sending. If bytes of theirs were unread, the kernel
 * would reset the connection, and the response could be lost on its way.
 */
function hangUp(socket: Socket): void {
  const destroy = () => socket.destroy();
  drain(socket, { socket, bytes: MAX_LINGERING, time: LINGER, hangUp: destroy }, destroy);
  socket.end();
}

function answerBytes(
  log: FastifyBaseLogger,
  fault: Problem,
  socket: Socket,
  cause: string | undefined,
): void {
  const id = randomUUID();
  log.info({ request_id: id, code: fault.code, cause }, fault.detail);
  if (!socket.writable) return;
  const body = JSON.stringify(problemDocument(fault, id, LANGUAGES[0]));
  const headers = { ...headersFor(id), 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${fault.status} Refused\r\n${lines.join('')}\r\n${body}`);
}

/**
 * Answers where Node would close the connection silently or send no body: `CONNECT`, which asks for
 * a tunnel, and expectations other than `100-continue`, which may be ignored (RFC 9110 section
 * 10.1.1).
 */
export function answerAll({ server, log }: Pick<FastifyInstance, 'server' | 'log'>): void {
  server.on('request', ({ socket }, response) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  });
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
  server.on('connect', ({ method }, socket: Socket) => {
    // Node no longer listens to the socket here. Unheard, an error of one connection would end the
    // process.
    socket.on('error', () => undefined);
    const fault = problem('invalid_request', 'This service is not a proxy. The calls are listed at /docs.');
    answerBytes(log, fault, socket, method);
    socket.destroySoon();
  });
}

function wireFault(code: string | undefined): Problem {
  if (code === 'HPE_INVALID_EOF_STATE') {
    return problem('incomplete_body', 'The connection was closed in the middle of a request. Send it again.');
  }
  if (code === 'HPE_INVALID_URL') {
    return problem('invalid_request', 'The URL cannot be decoded. Percent-encode it as UTF-8.');
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return problem('invalid_request', 'The URL and headers exceed 16 kB in total. Shorten them.');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return problem('request_timeout', 'The headers of the request arrived too slowly. Send it again.');
  }
  return problem('invalid_request', 'This is not an HTTP request. Let an HTTP library build it.');
}

function headersFor(id: string): Record<string, string> {
  return {
    'x-request-id': id,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-type': 'application/problem+json',
  };
}
