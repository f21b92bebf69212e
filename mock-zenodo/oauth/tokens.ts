import type { MockContext } from '../context.js';
import { validationError } from '../errors.js';
import type { Token } from '../store/model.js';
import { scopeById } from './scopes.js';

/**
 * The tokens that a function applies to: those of a user (by name), one by its value, or by default
 * all of them.
 */
export interface TokenFilter {
  user?: string | undefined;
  token?: string | undefined;
}

/** What a personal token needs. `accessToken` is generated unless given. */
interface PersonalToken {
  userId: number;
  name?: string | undefined;
  scopes?: string[] | undefined;
  accessToken?: string | undefined;
}

/**
 * Issues an OAuth token, with a generated value unless it is given, and deletes every other one of
 * the same client and user. Zenodo keeps one valid token per pair
 * (`inveniosoftware/invenio-oauth2server:invenio_oauth2server/provider.py`).
 */
export function issueToken(
  mock: MockContext,
  grant: {
    clientId: string;
    userId: number;
    scopes: string[];
    withRefresh: boolean;
    accessToken?: string | undefined;
  },
): Token {
  const { store, ids, clock, options } = mock;
  for (const token of store.tokens.values()) {
    if (token.kind === 'oauth' && token.clientId === grant.clientId && token.userId === grant.userId) {
      store.tokens.delete(token.accessToken);
    }
  }
  const token: Token = {
    accessToken: grant.accessToken ?? ids.alphanumeric(30),
    kind: 'oauth',
    name: grant.clientId,
    userId: grant.userId,
    clientId: grant.clientId,
    scopes: grant.scopes,
    refreshToken: grant.withRefresh ? ids.alphanumeric(30) : null,
    createdAt: clock.now(),
    expiresAt: clock.now() + options.tokenLifetime * 1000,
  };
  store.tokens.set(token.accessToken, token);
  return token;
}

/**
 * Creates a personal token: 60 characters, never expires. Throws a validation error for an unknown
 * user or scope, or for a value that is in use.
 */
export function createPersonalToken(mock: MockContext, wanted: PersonalToken): Token {
  const { store, ids, clock } = mock;
  const scopes = wanted.scopes ?? ['deposit:write', 'deposit:actions'];
  const accessToken = wanted.accessToken ?? ids.alphanumeric(60);
  if (!store.users.has(wanted.userId)) {
    throw validationError([{ field: 'user', messages: ['There is no such user.'] }]);
  }
  requireNewToken(mock, accessToken, scopes);
  const token: Token = {
    accessToken,
    kind: 'personal',
    name: wanted.name ?? 'token',
    userId: wanted.userId,
    clientId: null,
    scopes,
    refreshToken: null,
    createdAt: clock.now(),
    expiresAt: null,
  };
  store.tokens.set(accessToken, token);
  return token;
}

/** Throws a validation error for an unknown scope, or for a value that is in use. */
export function requireNewToken({ store }: MockContext, accessToken: string, scopes: string[]): void {
  for (const scope of scopes.filter((id) => scopeById(id) === undefined)) {
    throw validationError([{ field: 'scopes', messages: [`There is no scope '${scope}'.`] }]);
  }
  if (store.tokens.has(accessToken)) {
    throw validationError([{ field: 'token', messages: ['The token is in use.'] }]);
  }
}

/** Deletes tokens with their refresh tokens, as a user does in the settings. Returns how many. */
export function revokeTokens(mock: MockContext, filter: TokenFilter): number {
  const found = matching(mock, filter);
  for (const token of found) mock.store.tokens.delete(token.accessToken);
  return found.length;
}

/**
 * Makes access tokens expire now, including personal ones. Refresh tokens stay valid. Returns how
 * many.
 */
export function expireTokens(mock: MockContext, filter: TokenFilter): number {
  const found = matching(mock, filter);
  for (const token of found) token.expiresAt = mock.clock.now();
  return found.length;
}

function matching(mock: MockContext, filter: TokenFilter): Token[] {
  const user = filter.user === undefined ? undefined : mock.store.userByName(filter.user);
  return [...mock.store.tokens.values()].filter(
    (token) =>
      (filter.user === undefined || token.userId === user?.id) &&
      (filter.token === undefined ||
        token.accessToken === filter.token ||
        token.refreshToken === filter.token),
  );
}
