import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Other methods that the path of a request supports, for `Allow` (RFC 9110, 15.5.6). Empty if the
 * path does not exist.
 */
export function allowedMethods(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): string[] {
  const path = request.url.split('?')[0] ?? '';
  const allowed = app.supportedMethods.filter((method) => app.findRoute({ method, url: path }) !== null);
  if (allowed.length > 0) reply.header('allow', allowed.join(', '));
  return allowed;
}
