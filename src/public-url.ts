import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * An absolute link to a path of this service: under PUBLIC_URL, or under the host the request came
 * to where none is set (development).
 */
export function publicUrl(request: FastifyRequest, path: string): string {
  const base = request.server.config.publicUrl ?? `${request.protocol}://${request.host}`;
  return `${base}${path}`;
}

/** Where callers reach this service: PUBLIC_URL, or in development the address it listens at. */
export function serviceUrl(app: FastifyInstance): string {
  if (app.config.publicUrl !== undefined) return app.config.publicUrl;
  const address = app.server.address() as AddressInfo | null;
  return `http://${app.config.host}:${address?.port ?? app.config.port}`;
}
