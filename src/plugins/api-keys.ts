import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { problem } from '../errors.js';
import { uploadLinkSecretOf } from './principal.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Which of the operator's service keys was sent, counted from 0; null if none is asked for. */
    apiKey: number | null;
  }
}

/**
 * Routes that anybody may read: whether the service is well, its contract, and the upload page
 * before it knows its link. What the router does not know is not open.
 */
const OPEN = /^\/(healthz|readyz|docs|openapi\.(yaml|json)|upload)(\/|$)/;

/** Where the operator has set service keys, every call but health and docs needs one. */
export const apiKeys = fp(
  async (app) => {
    const keys = app.config.apiKeys.map(digest);
    app.decorateRequest('apiKey', null);
    if (keys.length === 0) return;
    app.addHook('onRequest', async (request) => {
      request.apiKey = matching(keys, request);
      const isOpen = OPEN.test(request.routeOptions.url ?? '') || isWithUploadLink(request);
      if (request.apiKey === null && !isOpen) {
        throw problem('invalid_api_key', 'Send an API key of this service in the header X-API-Key.');
      }
    });
  },
  { name: 'api-keys' },
);

/**
 * A browser with an upload link has no service key. Such a route takes nothing but that secret
 * then: see plugins/principal.ts.
 */
function isWithUploadLink(request: FastifyRequest): boolean {
  return request.routeOptions.config.uploadLinks === true && uploadLinkSecretOf(request) !== null;
}

/** Every key is compared, and equal lengths are: how long it takes says nothing. */
function matching(keys: Buffer[], request: FastifyRequest): number | null {
  const sent = request.headers['x-api-key'];
  const given = digest(typeof sent === 'string' ? sent : '');
  let found: number | null = null;
  for (const [index, key] of keys.entries()) if (timingSafeEqual(key, given)) found = index;
  return found;
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
