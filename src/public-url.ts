import type { FastifyRequest } from 'fastify';

/** An absolute link to a path of this service: under PUBLIC_URL, or under the host the request came to where none is set (development). */
export function publicUrl(request: FastifyRequest, path: string): string {
  const base = request.server.config.publicUrl ?? `${request.protocol}://${request.host}`;
  return `${base}${path}`;
}
