import type { MockContext } from '../context.js';
import type { App, Token } from '../store/model.js';
import { defaultRedirect, ownerBlocked } from './apps.js';
import { invalidClient, invalidGrant, TokenError } from './protocol-errors.js';
import { scopeById, scopeList } from './scopes.js';
import { issueToken } from './tokens.js';

/**
 * Handles a token request of a known client by its `grant_type`, with checks in the order of the
 * library that Zenodo uses (`oauthlib/oauthlib:oauthlib/oauth2/rfc6749/grant_types`). Throws
 * TokenError. A request that fails changes nothing.
 */
export function answerGrant(mock: MockContext, client: App, form: URLSearchParams): Token {
  switch (form.get('grant_type')) {
    case 'authorization_code':
      return exchangeCode(mock, client, form);
    case 'refresh_token':
      return refresh(mock, client, form);
    case 'client_credentials':
      return clientCredentials(mock, client, form);
    case 'password':
      return refusePassword(mock, client, form);
    default:
      throw new TokenError(400, 'unsupported_grant_type');
  }
}

function exchangeCode(mock: MockContext, client: App, form: URLSearchParams): Token {
  const value = form.get('code');
  if (value === null) throw new TokenError(400, 'invalid_request', 'Missing code parameter.');
  authenticate(mock, client, form);
  const code = mock.store.codes.get(value);
  if (code === undefined || code.clientId !== client.clientId || code.expiresAt <= mock.clock.now()) {
    throw invalidGrant();
  }
  // An app that accepts any loopback URL has no first one to compare with.
  const redirectUri = form.get('redirect_uri') ?? defaultRedirect(client) ?? code.redirectUri;
  if (redirectUri !== code.redirectUri) {
    throw new TokenError(400, 'invalid_request', 'Mismatching redirect URI.');
  }
  mock.store.codes.delete(value);
  return issueToken(mock, {
    clientId: client.clientId,
    userId: code.userId,
    scopes: code.scopes,
    withRefresh: true,
  });
}

function refresh(mock: MockContext, client: App, form: URLSearchParams): Token {
  const value = form.get('refresh_token');
  if (value === null) throw new TokenError(400, 'invalid_request', 'Missing refresh token parameter.');
  authenticate(mock, client, form);
  const old = [...mock.store.tokens.values()].find((token) => token.refreshToken === value);
  if (old === undefined || old.clientId !== client.clientId || !client.confidential) throw invalidGrant();
  const asked = scopeList(form.get('scope'));
  if (asked.some((id) => !old.scopes.includes(id))) throw new TokenError(400, 'invalid_scope');
  return issueToken(mock, {
    clientId: client.clientId,
    userId: old.userId,
    scopes: asked.length > 0 ? asked : old.scopes,
    withRefresh: true,
  });
}

/** Acts as the user who registered the app, and cannot be refreshed. */
function clientCredentials(mock: MockContext, client: App, form: URLSearchParams): Token {
  authenticate(mock, client, form);
  const asked = scopeList(form.get('scope'));
  const scopes = asked.length > 0 ? asked : client.defaultScopes;
  if (scopes.some((id) => scopeById(id) === undefined)) throw new TokenError(400, 'invalid_scope');
  return issueToken(mock, { clientId: client.clientId, userId: client.ownerId, scopes, withRefresh: false });
}

/** Zenodo leaves the grant enabled but knows no password. */
function refusePassword(mock: MockContext, client: App, form: URLSearchParams): never {
  authenticate(mock, client, form);
  for (const name of ['username', 'password']) {
    if (!form.get(name))
      throw new TokenError(400, 'invalid_request', `Request is missing ${name} parameter.`);
  }
  throw invalidGrant('Invalid credentials given.');
}

/** Public clients send no secret. The app of a blocked account cannot be used. */
function authenticate({ store }: MockContext, client: App, form: URLSearchParams): void {
  const rightSecret = !client.confidential || form.get('client_secret') === client.clientSecret;
  if (!rightSecret || ownerBlocked(store, client)) throw invalidClient();
}
