import type { FastifyRequest } from 'fastify';

/**
 * The origin of links in responses, without a trailing slash: the `publicUrl` option, or else the
 * origin that the client called.
 */
export function originOf(request: FastifyRequest): string {
  const { publicUrl } = request.server.mock.options;
  return publicUrl ?? `${request.protocol}://${request.host}`;
}
