import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { FrameworkError } from '../errors.js';

const DAY = 86_400;
const GRACE = 7 * DAY;
/** Only distinguishes our own cookies from invented ones. It protects nothing. */
const KEY = 'mock-zenodo-csrf';

/**
 * The `csrftoken` cookie that Zenodo sets with the first unsafe call, or null if the client has one
 * (`inveniosoftware/invenio-rest:invenio_rest/csrf.py`). It is `Secure` only if the mock is reached
 * by https, so that cookie jars return it.
 */
export function csrfCookie(mock: MockContext, request: FastifyRequest): string | null {
  if (cookiesOf(request).has('csrftoken')) return null;
  const issued = Math.floor(mock.clock.now() / 1000);
  const head = encode({ alg: 'HS512', iat: issued, exp: issued + DAY });
  const body = encode(mock.ids.alphanumeric(32));
  const expires = new Date((issued + GRACE) * 1000).toUTCString();
  const secure = addressOf(mock, request).protocol === 'https:' ? ' Secure;' : '';
  const value = `${head}.${body}.${sign(`${head}.${body}`)}`;
  return `csrftoken=${value}; Expires=${expires}; Max-Age=${GRACE};${secure} Path=/; SameSite=Lax`;
}

/**
 * Zenodo's check of unsafe calls without a valid token. Without cookies, it does nothing. Otherwise
 * it throws the 400 that clients with a cookie jar get instead of a 403 (`eblondel/zen4R#193`). The
 * Referer counts if the mock is reached by https.
 */
export function rejectForgeable(mock: MockContext, request: FastifyRequest): void {
  const cookies = cookiesOf(request);
  if (cookies.size === 0) return;
  const cookie = cookies.get('csrftoken');
  if (cookie === undefined) throw new FrameworkError(400, 'CSRF cookie not set.');
  const now = mock.clock.now() / 1000;
  const expected = readToken(cookie, now);
  const header = request.headers['x-csrftoken'];
  if (typeof header !== 'string' || header === '') throw badToken();
  const { protocol, hostname } = addressOf(mock, request);
  if (protocol === 'https:') checkReferer(request.headers.referer, hostname);
  if (readToken(header, now) !== expected) throw badToken();
}

/** The address at which clients reach the mock. */
function addressOf({ options }: MockContext, { protocol, host }: FastifyRequest): URL {
  const address = options.publicUrl ?? `${protocol}://${host}`;
  return new URL(URL.canParse(address) ? address : `${protocol}://localhost`);
}

function readToken(token: string, now: number): string {
  const [head = '', body = '', signature = ''] = token.split('.');
  const given = Buffer.from(signature);
  const right = Buffer.from(sign(`${head}.${body}`));
  if (given.length !== right.length || !timingSafeEqual(given, right)) throw badToken();
  const { exp } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { exp: number };
  if (now > exp + GRACE) throw new FrameworkError(400, 'CSRF token expired. Try again.');
  return body;
}

function checkReferer(referer: string | undefined, host: string): void {
  const reason = refererFault(referer, host);
  if (reason !== null) throw new FrameworkError(400, `Referer checking failed - ${reason}`);
}

function refererFault(referer: string | undefined, host: string): string | null {
  if (referer === undefined) return 'no Referer.';
  if (!URL.canParse(referer)) return 'Referer is malformed.';
  const { protocol, hostname } = new URL(referer);
  if (protocol !== 'https:') return 'Referer is insecure while host is secure.';
  return hostname === host ? null : `${referer} does not match any trusted origins.`;
}

function badToken(): FrameworkError {
  return new FrameworkError(400, 'CSRF token missing or incorrect.');
}

function sign(text: string): string {
  return createHmac('sha512', KEY).update(text).digest('base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function cookiesOf(request: FastifyRequest): Map<string, string> {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split(/=(.*)/s));
  return new Map(pairs.filter(([name]) => name).map(([name = '', value = '']) => [name, value]));
}
