import type { App } from '../store/model.js';
import type { Store } from '../store/store.js';
import { acceptsRedirect, defaultRedirect, ownerBlocked } from './apps.js';
import { clientError, fatalError } from './protocol-errors.js';
import { scopeById, scopeList } from './scopes.js';

/** A valid authorize request, which may be shown to the user. */
export interface AuthorizeRequest {
  app: App;
  redirectUri: string;
  responseType: 'code' | 'token';
  scopes: string[];
  state: string | null;
}

const SINGLE = ['client_id', 'response_type', 'redirect_uri', 'scope', 'state'];

/**
 * Checks the parameters in oauthlib's order
 * (`oauthlib/oauthlib:oauthlib/oauth2/rfc6749/grant_types/authorization_code.py`). Throws
 * AuthorizeError, which leads to the errors page while client or redirect URI are in doubt, and
 * otherwise to the client.
 */
export function checkAuthorizeRequest(store: Store, parameters: URLSearchParams): AuthorizeRequest {
  const state = parameters.get('state');
  for (const name of SINGLE) {
    if (parameters.getAll(name).length > 1) throw fatalError(state, `Duplicate ${name} parameter.`);
  }
  const clientId = parameters.get('client_id');
  if (!clientId) throw fatalError(state, 'Missing client_id parameter.');
  const app = store.apps.get(clientId);
  if (app === undefined || ownerBlocked(store, app)) {
    throw fatalError(state, 'Invalid client_id parameter value.');
  }
  const redirectUri = checkRedirect(app, parameters.get('redirect_uri'), state);
  const responseType = checkResponseType(parameters.get('response_type'), redirectUri, state);
  if (responseType === 'code') checkChallenge(parameters, redirectUri, state);
  const asked = scopeList(parameters.get('scope'));
  const scopes = asked.length > 0 ? asked : app.defaultScopes;
  if (scopes.some((id) => scopeById(id) === undefined))
    throw clientError(redirectUri, state, 'invalid_scope');
  return { app, redirectUri, responseType, scopes, state };
}

function checkRedirect(app: App, given: string | null, state: string | null): string {
  if (given === null) {
    const fallback = defaultRedirect(app);
    if (fallback === undefined) throw fatalError(state, 'Missing redirect URI.');
    return fallback;
  }
  if (!/^[a-z][a-z0-9+.-]*:[!"$-~]+$/i.test(given)) throw fatalError(state, 'Invalid redirect URI.');
  if (!acceptsRedirect(app, given)) throw fatalError(state, 'Mismatching redirect URI.');
  return given;
}

function checkResponseType(type: string | null, redirectUri: string, state: string | null): 'code' | 'token' {
  if (type === 'code' || type === 'token') return type;
  if (type === null) {
    throw clientError(redirectUri, state, 'invalid_request', 'Missing response_type parameter.');
  }
  const known = type.includes('code') || type === 'none';
  throw clientError(redirectUri, state, known ? 'unauthorized_client' : 'unsupported_response_type');
}

/** PKCE is validated and then dropped: nothing is stored, nothing compared later. */
function checkChallenge(parameters: URLSearchParams, redirectUri: string, state: string | null): void {
  if (parameters.get('code_challenge') === null) return;
  if (['plain', 'S256'].includes(parameters.get('code_challenge_method') ?? 'plain')) return;
  throw clientError(redirectUri, state, 'invalid_request', 'Transform algorithm not supported.');
}
