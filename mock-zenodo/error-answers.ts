import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import {
  DomainError,
  type FieldError,
  FrameworkError,
  HtmlError,
  internalError,
  routeNotFound,
} from './errors.js';
import { flaskJson, spacedJson } from './json.js';
import { isApiPath, pathOf } from './path-pattern.js';

/**
 * Turns what handlers throw into Zenodo's three forms of error
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py`,
 * `inveniosoftware/invenio-rest:invenio_rest/ext.py`).
 */
export const errorAnswers = fp(
  async (app) => {
    app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
    app.setNotFoundHandler(() => {
      throw routeNotFound();
    });
  },
  { name: 'error-answers' },
);

/**
 * Responds with one error, also with those that occur before routing, such as an undecodable path.
 */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof DomainError) {
    const { status, message, errors, extra } = error;
    const old = request.server.mock.options.oldErrors && errors !== undefined;
    const body = old ? oldShape(status, errors) : { status, message, errors, ...extra };
    return reply.code(status).type('application/json').send(spacedJson(body));
  }
  if (error instanceof HtmlError) {
    request.fromProxy = error.server === 'nginx';
    const page = error.server === 'nginx' ? proxyPage(error.title) : frameworkPage(error.title);
    return reply.code(error.status).type('text/html; charset=utf-8').send(page);
  }
  // A path without a route is not found, whatever its body is.
  const known = error instanceof FrameworkError ? error : request.is404 ? routeNotFound() : translate(error);
  reply.code(known.status).headers(known.headers);
  if (!isApiPath(pathOf(request.raw.url ?? ''))) {
    const title = `${known.status} ${STATUS_CODES[known.status] ?? 'Error'}`;
    return reply.type('text/html; charset=utf-8').send(frameworkPage(title, known.message));
  }
  return reply.type('application/json').send(flaskJson({ message: known.message, status: known.status }));
}

/**
 * Validation errors as the platform before 2023 wrote them
 * (`zenodo/developers.zenodo.org:source/includes/_errors.md`).
 */
function oldShape(status: number, errors: FieldError[]): Record<string, unknown> {
  const items = errors.map(({ field, messages }) => ({ field, message: messages.join(' ') }));
  return { status, message: 'Validation error.', errors: items };
}

/** A page of the proxy in front of Zenodo, such as `504 Gateway Time-out`. */
export function proxyPage(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
}

/** The proxy's response to bytes that are not an HTTP request. The connection then closes. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const page = proxyPage('400 Bad Request');
  const head = ['HTTP/1.1 400 Bad Request', 'Server: nginx', 'Content-Type: text/html'];
  socket.end(`${head.join('\r\n')}\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n${page}`);
}

function frameworkPage(title: string, text = ''): string {
  const heading = title.replace(/^\d+ /, '');
  return `<!doctype html>\n<html lang=en>\n<title>${title}</title>\n<h1>${heading}</h1>\n<p>${text}</p>\n`;
}

/** The web server's own errors in the words of Zenodo's framework. Everything else is its 500. */
function translate(error: unknown): FrameworkError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'FST_ERR_BAD_URL') return routeNotFound();
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new FrameworkError(413, 'The data value transmitted exceeds the capacity limit.');
  }
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') {
    return new FrameworkError(
      400,
      'The browser (or proxy) sent a request that this server could not understand.',
    );
  }
  return internalError();
}
