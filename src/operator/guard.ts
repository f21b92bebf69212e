import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Frame } from './layout.js';
import type { Sessions } from './sessions.js';

/** Without a path, so that it applies below the folder of the login form, behind any prefix. */
export const COOKIE = 'zenodo_service_operator';

/**
 * Permits only our own stylesheet: the pages have no script. Forms stay here, and other sites
 * cannot embed the page.
 */
const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  'img-src data:',
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Headers of every response of the pages. With the referrer policy `no-referrer`, forms would lack
 * their Origin.
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

/** The relative path from a page to the root of all pages. */
export function rootOf(request: FastifyRequest): string {
  const path = request.url.split('?')[0] ?? '/';
  // A target without a slash: `*`.
  return '../'.repeat(Math.max(0, path.split('/').length - 2)) || './';
}

/** The login session of a request, if it is open. */
export function sessionOf(request: FastifyRequest, sessions: Sessions): string | null {
  const session = request.cookies[COOKIE] ?? '';
  return sessions.isOpen(session) ? session : null;
}

/** What every page needs of its request: the way to the root, and the token of its forms. */
export function frameOf(request: FastifyRequest, sessions: Sessions): Frame {
  const session = sessionOf(request, sessions);
  return { root: rootOf(request), formToken: session === null ? null : sessions.formToken(session) };
}

/**
 * Whether a form comes from one of these pages. Browsers set Sec-Fetch-Site, which no page can
 * change. Over plain http to other machines they do not send it, and then Origin must name the host
 * that was called (or that a trusted proxy was called by). Programs send neither, but have no
 * cookies that another site could misuse.
 */
export function isOwnForm(request: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return true;
  // As browsers write it, and in no other way.
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) return false;
  return site === 'same-origin' || new URL(origin).host === request.host;
}
