import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Frame } from './layout.js';
import type { Sessions } from './sessions.js';

/**
 * Browsers send it to the folder that the login form was posted to, whatever prefix that has: it
 * names no path.
 */
export const COOKIE = 'zenodo_service_operator';

/**
 * Nothing but our own stylesheet and script; forms go nowhere else; no other site shows the page in
 * a frame.
 */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Headers of every answer of the pages. A referrer policy of `no-referrer` would take the Origin
 * from forms.
 */
export function secureHeaders(reply: FastifyReply): void {
  reply.headers({
    'content-security-policy': POLICY,
    'referrer-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  });
}

/** The relative way from a page to the root of all pages. */
export function rootOf(request: FastifyRequest): string {
  const path = request.url.split('?')[0] ?? '/';
  // A target may have no slash: `*`.
  return '../'.repeat(Math.max(0, path.split('/').length - 2)) || './';
}

/** The session that a request shows, if it is open. */
export function sessionOf(request: FastifyRequest, sessions: Sessions): string | null {
  const session = request.cookies[COOKIE] ?? '';
  return sessions.isOpen(session) ? session : null;
}

export function frameOf(request: FastifyRequest, sessions: Sessions): Frame {
  const session = sessionOf(request, sessions);
  return { root: rootOf(request), formToken: session === null ? null : sessions.formToken(session) };
}

/**
 * Whether a form comes from a page of ours. What a browser says in Sec-Fetch-Site no page can
 * change; it is not sent over plain http to other machines, and then Origin must name the host that
 * was called (or the one that a trusted proxy was called by). Programs, which have no cookies of
 * somebody else to misuse, send neither.
 */
export function isOwnForm(request: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return true;
  // As browsers write it, and in no other way.
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) return false;
  return site === 'same-origin' || new URL(origin).host === request.host;
}
