import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { FrameworkError, permissionDenied } from '../errors.js';
import { isApiPath, pathOf } from '../path-pattern.js';
import type { Token, User } from '../store/model.js';
import type { Store } from '../store/store.js';
import { csrfCookie, rejectForgeable } from './csrf.js';
import { rejectRawCharacters } from './query-encoding.js';

/** Whom a request acts as. */
interface Identity {
  user: User;
  token: Token;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null for guests, and for callers with a token that is unknown, revoked or expired. */
    identity: Identity | null;
  }
}

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * The access token in a request: `Authorization: Bearer`, or else the query's `access_token`.
 * Another Authorization header hides the query. Form bodies are not read
 * (`oauthlib/oauthlib:oauthlib/oauth2/rfc6749/tokens.py`).
 */
export function presentedToken(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header !== undefined) {
    const [scheme, token, ...rest] = header.trim().split(/\s+/);
    return scheme?.toLowerCase() === 'bearer' && token !== undefined && rest.length === 0 ? token : null;
  }
  const query = /\?(.*)$/s.exec(request.raw.url ?? '')?.[1] ?? '';
  return new URLSearchParams(query).getAll('access_token').at(-1) || null;
}

/** The identity of an access token, or null if it is unknown or expired at `now` (milliseconds). */
export function identityOf(store: Store, accessToken: string, now: number): Identity | null {
  const token = store.tokens.get(accessToken);
  if (token === undefined || (token.expiresAt !== null && token.expiresAt <= now)) return null;
  const user = store.users.get(token.userId);
  return user === undefined || user.active === false ? null : { user, token };
}

/**
 * The request's user. Throws `403 Permission denied.` for guests; callers with an invalid token are
 * guests too (`zenodo/zenodo#2543`).
 */
export function requireUser(request: FastifyRequest): User {
  if (request.identity === null) throw permissionDenied();
  return request.identity.user;
}

/**
 * Determines the identity of every API request before its handler, and refuses what Zenodo refuses
 * there.
 */
export const identity = fp(
  async (app) => {
    const { mock } = app;
    app.decorateRequest('identity', null);
    app.addHook('onRequest', async (request, reply) => {
      const path = pathOf(request.raw.url ?? '');
      if (!isApiPath(path)) return;
      const unsafe = UNSAFE.has(request.method);
      const cookie = unsafe ? csrfCookie(mock, request) : null;
      if (cookie !== null) reply.header('set-cookie', cookie);
      rejectRawCharacters(request);
      const shown = presentedToken(request);
      request.identity = shown === null ? null : identityOf(mock.store, shown, mock.clock.now());
      if (mock.options.report401 && shown !== null && request.identity === null) throw unauthorized();
      if (unsafe && request.identity === null) rejectForgeable(mock, request);
      if (mock.options.enforceScopes && unsafe && request.identity !== null) {
        requireScope(
          request.identity.token,
          path.includes('/actions/') ? 'deposit:actions' : 'deposit:write',
        );
      }
    });
  },
  { name: 'identity' },
);

/** The response of the platform before 2023 to a token without the scope. */
function requireScope(token: Token, scope: string): void {
  if (token.scopes.includes(scope)) return;
  throw new FrameworkError(
    403,
    "You don't have the permission to access the requested resource. It is either read-protected or not readable by the server.",
  );
}

/** The response to invalid tokens that the documentation still promises. */
function unauthorized(): FrameworkError {
  return new FrameworkError(
    401,
    "The server could not verify that you are authorized to access the URL requested. You either supplied the wrong credentials (e.g. a bad password), or your browser doesn't understand how to supply the credentials required.",
  );
}
