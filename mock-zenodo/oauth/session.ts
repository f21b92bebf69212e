import type { FastifyRequest } from 'fastify';
import type { User } from '../store/model.js';

/**
 * Not `session`, as at Zenodo: a host's cookies are the same for all its ports, and an application
 * that is tried beside the mock may keep its own session under that name, as Flask does.
 */
const COOKIE = 'mock_zenodo_session';

/**
 * The user who is logged in on the web pages: the one that a form names, or else that of the
 * session cookie, or else that of the consent setting, or else the first account, so that clients
 * without cookies need no login. Null if the named user does not exist.
 */
export function sessionUser(request: FastifyRequest, named: string | null): User | null {
  const { store, consent } = request.server.mock;
  const username = named ?? cookieValue(request) ?? consent.user;
  if (username === null) return store.users.values().next().value ?? null;
  return store.userByName(username) ?? null;
}

/**
 * The user who logged in on the web pages with a cookie. Null for everyone else, who is a guest
 * there.
 */
export function cookieUser(request: FastifyRequest): User | null {
  const username = cookieValue(request);
  return username === null ? null : (request.server.mock.store.userByName(username) ?? null);
}

/** Where Zenodo sends users who are not logged in. They return here afterwards. */
export function loginLocation(request: FastifyRequest): string {
  return `/login/?next=${encodeURIComponent(request.raw.url ?? '/')}`;
}

/** The cookie that logs a browser in as a user. Without a user, it logs out. */
export function sessionCookie(username: string): string {
  return `${COOKIE}=${encodeURIComponent(username)}; HttpOnly; Path=/; SameSite=Lax`;
}

function cookieValue(request: FastifyRequest): string | null {
  const value = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1];
  if (value === undefined) return null;
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}
