import type { IncomingMessage } from 'node:http';

/** Methods that some clients, or firewalls before them, cannot send. */
const MEANT = new Set(['PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

/**
 * Below /depositions/{id}/tus the method is what `X-HTTP-Method-Override` says (tus 1.0, core
 * protocol); answers `url`.
 */
export function withMethodMeant(request: IncomingMessage, url: string): string {
  const meant = request.headers['x-http-method-override'];
  if (typeof meant !== 'string' || !/^\/depositions\/[^/?]+\/tus(?:[/?]|$)/.test(url)) return url;
  if (request.method === 'POST' && MEANT.has(meant.toUpperCase())) request.method = meant.toUpperCase();
  return url;
}
