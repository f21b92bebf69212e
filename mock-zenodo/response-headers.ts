import type { FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { createIds } from './ids.js';
import { isApiPath, isControlPath, pathOf } from './path-pattern.js';

/**
 * The headers that the application adds to every response
 * (`inveniosoftware/invenio-app:invenio_app/config.py`, `eblondel/zen4R#142`).
 */
const APPLICATION_HEADERS = {
  'x-frame-options': 'sameorigin',
  'x-xss-protection': '1; mode=block',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'self'; object-src 'none'",
  'strict-transport-security': 'max-age=31556926; includeSubDomains',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'permissions-policy': 'interest-cohort=()',
};

const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';
const EXPOSED = 'Content-Type, ETag, Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset';

/** The only headers of a response that the proxy in front of Zenodo sends itself. */
const PROXY_HEADERS = new Set(['content-type', 'content-length', 'retry-after', 'location']);

declare module 'fastify' {
  interface FastifyRequest {
    /** Whether the response stands for one of the proxy, without the application's headers. */
    fromProxy: boolean;
  }
}

/**
 * Adds the headers of Zenodo and its proxy to every response. The value of a route takes
 * precedence.
 */
export const responseHeaders = fp(
  async (app) => {
    const { seed } = app.mock.options;
    const ids = createIds(seed === undefined ? undefined : `${seed}:requests`);
    app.decorateRequest('fromProxy', false);
    app.addHook('onSend', async (request, reply) => {
      const path = pathOf(request.raw.url ?? '');
      if (isControlPath(path)) return;
      reply.header('server', 'nginx');
      // Fastify names a charset for JSON. Zenodo does not, and clients compare the whole value.
      const type = String(reply.getHeader('content-type') ?? '');
      if (type.endsWith('json; charset=utf-8'))
        reply.header('content-type', type.replace('; charset=utf-8', ''));
      if (request.fromProxy) {
        for (const name of Object.keys(reply.getHeaders())) {
          if (name !== 'server' && !PROXY_HEADERS.has(name)) reply.removeHeader(name);
        }
        return;
      }
      if (isApiPath(path)) addCors(request, reply);
      for (const [name, value] of Object.entries(APPLICATION_HEADERS)) {
        if (!reply.hasHeader(name)) reply.header(name, value);
      }
      reply.header('x-request-id', ids.bytes(16).toString('hex'));
    });
  },
  { name: 'response-headers' },
);

/**
 * Like Flask-CORS with a wildcard origin (`inveniosoftware/invenio-rest:invenio_rest/config.py`).
 */
function addCors(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('access-control-allow-origin', '*');
  reply.header('access-control-expose-headers', EXPOSED);
  if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return;
  reply.header('access-control-allow-methods', METHODS);
  const wanted = request.headers['access-control-request-headers'];
  if (typeof wanted !== 'string') return;
  const names = wanted.split(',').map((name) => name.trim());
  reply.header('access-control-allow-headers', names.sort().join(', '));
}
