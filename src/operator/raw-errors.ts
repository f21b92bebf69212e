import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { HTML } from './context.js';
import { rootOf, secureHeaders } from './guard.js';
import { html } from './html.js';
import { page } from './layout.js';

/** Answers a URL that the router cannot parse. Fastify runs no hook and no error handler for it. */
export function answerBadUrl(_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const body = html`<h1>Bad request</h1>
<p class="note bad" role="alert">This address cannot be read. Go back, or begin with <a href="${rootOf(request)}">Now</a>.</p>
<p class="soft">Request ${request.id}</p>`;
  secureHeaders(reply);
  reply.code(400).header('x-request-id', request.id).type(HTML);
  reply.send(page({ root: rootOf(request), formToken: null }, 'Bad request', null, body));
}

/**
 * Answers on the bare connection what is not a request, or one whose URL and headers are too long,
 * as a browser sends for a long search.
 */
export function answerBadBytes(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, said] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['431 Too long', 'This address is too long. Go back, and search for at most 255 characters.']
      : ['400 Bad Request', 'This is not a request that a browser sends.'];
  const body = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>Bad request</title></head>
<body><main><h1>Bad request</h1><p role="alert">${said}</p></main></body></html>
`.markup;
  const headers = [
    `content-type: ${HTML}`,
    `content-length: ${Buffer.byteLength(body)}`,
    "content-security-policy: default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
}
