import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * True for URLs that a browser can be sent back to, as they are: absolute, http or https, without
 * user, fragment or spaces.
 */
export function isCallbackUrl(url: string): boolean {
  if (!URL.canParse(url) || /[#\s\\]/.test(url)) return false;
  const { protocol, username, password } = new URL(url);
  return /^https?:$/.test(protocol) && username + password === '';
}

/** True for names and addresses that never leave this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** True for http and https URLs whose host is loopback. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return (protocol === 'http:' || protocol === 'https:') && isLoopbackHost(hostname);
}

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
