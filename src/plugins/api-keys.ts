import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { problem } from '../errors.js';
import { uploadLinkSecretOf } from '../upload-links/secret.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Index of the API key that was sent; null if none is required. */
    apiKey: number | null;
  }
}

/** Routes that need no key: health, the contract, and the upload page before it knows its link. */
const OPEN = /^\/(healthz|readyz|docs|openapi\.(yaml|json)|upload)(\/|$)/;

/** If the operator has configured API keys, every call but health and docs needs one. */
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
 * A browser with an upload link has no API key. Such a route then accepts only the link's secret:
 * see plugins/principal.ts.
 */
function isWithUploadLink(request: FastifyRequest): boolean {
  return request.routeOptions.config.uploadLinks === true && uploadLinkSecretOf(request) !== null;
}

/** Compares with every key, and in constant time, so that timing reveals nothing. */
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
