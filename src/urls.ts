import type { AddressInfo } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * Whether a browser can be sent to this URL: absolute, http or https, without user, fragment,
 * spaces or control characters.
 */
export function isCallbackUrl(url: string): boolean {
  if (!URL.canParse(url) || /[#\s\\\p{Cc}]/u.test(url)) return false;
  const { protocol, username, password } = new URL(url);
  return /^https?:$/.test(protocol) && username + password === '';
}

/** Whether a host name or address never leaves this machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** Whether the host of an http or https URL is loopback. */
export function isLoopbackUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return (protocol === 'http:' || protocol === 'https:') && isLoopbackHost(hostname);
}

/**
 * An absolute link to a path of this service: below PUBLIC_URL or, in development, below the host
 * of the request.
 */
export function publicUrl(request: FastifyRequest, path: string): string {
  const base = request.server.config.publicUrl ?? `${request.protocol}://${request.host}`;
  return `${base}${path}`;
}

/** Where callers reach this service: PUBLIC_URL or, in development, the listening address. */
export function serviceUrl(app: FastifyInstance): string {
  if (app.config.publicUrl !== undefined) return app.config.publicUrl;
  const address = app.server.address() as AddressInfo | null;
  return `http://${app.config.host}:${address?.port ?? app.config.port}`;
}
