import type { FastifyRequest } from 'fastify';

/**
 * The origin that links in answers use, without a trailing slash: the `publicUrl` option, else what
 * the client called.
 */
export function originOf(request: FastifyRequest): string {
  const { publicUrl } = request.server.mock.options;
  return publicUrl ?? `${request.protocol}://${request.host}`;
}
