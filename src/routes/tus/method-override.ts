import type { IncomingMessage } from 'node:http';

/** Methods that some clients cannot send, or that firewalls block. */
const MEANT = new Set(['PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

/**
 * Below /depositions/{id}/tus, `X-HTTP-Method-Override` sets the method (tus 1.0, core protocol).
 * Returns `url`.
 */
export function withMethodMeant(request: IncomingMessage, url: string): string {
  const meant = request.headers['x-http-method-override'];
  if (typeof meant !== 'string' || !/^\/depositions\/[^/?]+\/tus(?:[/?]|$)/.test(url)) return url;
  if (request.method === 'POST' && MEANT.has(meant.toUpperCase())) request.method = meant.toUpperCase();
  return url;
}
