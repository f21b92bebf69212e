import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Methods that the path of a request takes, which is none for the one that it came with; empty if
 * there is no such path. The answer gets them as `Allow` (RFC 9110, 15.5.6).
 */
export function allowedMethods(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): string[] {
  const path = request.url.split('?')[0] ?? '';
  const allowed = app.supportedMethods.filter((method) => app.findRoute({ method, url: path }) !== null);
  if (allowed.length > 0) reply.header('allow', allowed.join(', '));
  return allowed;
}
