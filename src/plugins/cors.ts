import fastifyCors from '@fastify/cors';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';

/** Paths that a page of the application may call with an upload link, or to watch an upload. */
const PATHS = /^\/(upload-link(\/|\?|$)|uploads\/|depositions\/\d+\/(tus(\/|\?|$)|files\/))/;

/** Request headers that scripts may send: those of tus 1.0, and those of this service. */
const SENT = [
  'Accept-Language',
  'Authorization',
  'Content-MD5',
  'Content-Type',
  'Prefer',
  'Tus-Resumable',
  'Upload-Checksum',
  'Upload-Concat',
  'Upload-Defer-Length',
  'Upload-Group',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'X-HTTP-Method-Override',
  'X-Request-Id',
];

/** Response headers that scripts may read. */
const READ = [
  'Location',
  'Retry-After',
  'Tus-Checksum-Algorithm',
  'Tus-Extension',
  'Tus-Max-Size',
  'Tus-Resumable',
  'Tus-Version',
  'Upload-Expires',
  'Upload-Id',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
  'X-Request-Id',
];

/** How long a browser may cache a preflight response, in seconds. */
const REMEMBERED = 600;

/**
 * Lets scripts on the origins of `CORS_ORIGINS`, and no others, call what the upload page calls.
 * Disabled if none is set.
 */
export const cors = fp(
  async (app) => {
    const { corsOrigins } = app.config;
    if (corsOrigins.length === 0) return;
    const allowed = {
      origin: corsOrigins,
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      allowedHeaders: SENT,
      exposedHeaders: READ,
      maxAge: REMEMBERED,
    };
    await app.register(fastifyCors, {
      delegator: async (request: FastifyRequest) =>
        isMeant(request) ? allowed : { ...allowed, origin: false },
    });
  },
  { name: 'cors' },
);

/**
 * A preflight request has no route of its own, so its path is compared. OPTIONS of tus is not a
 * preflight.
 */
function isMeant({ method, headers, url, routeOptions }: FastifyRequest): boolean {
  if (headers.origin === undefined) return false;
  if (method !== 'OPTIONS') return routeOptions.config.uploadLinks === true;
  return headers['access-control-request-method'] !== undefined && PATHS.test(url);
}
