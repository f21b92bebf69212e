import { ERRORS_PAGE, withQuery } from './location.js';

/** Ends an authorize request: the browser is redirected with an error. */
export class AuthorizeError extends Error {
  constructor(readonly location: string) {
    super('The authorization request failed.');
  }
}

/** An error that goes back to the client's redirect URI. */
export function clientError(
  redirectUri: string,
  state: string | null,
  error: string,
  description?: string,
): AuthorizeError {
  return new AuthorizeError(
    withQuery(redirectUri, { error, error_description: description, state: state || undefined }),
  );
}

/** An error that must not leave Zenodo, because client or redirect URI cannot be trusted. */
export function fatalError(state: string | null, description: string): AuthorizeError {
  return clientError(ERRORS_PAGE, state, 'invalid_request', description);
}

/** An error of the token endpoint: spaced JSON that must not be cached. */
export class TokenError extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    readonly description?: string,
  ) {
    super(error);
  }
}

/** 400 for codes and refresh tokens that are wrong, used, expired or replaced. */
export function invalidGrant(description?: string): TokenError {
  return new TokenError(400, 'invalid_grant', description);
}

/** 401 for a wrong or missing secret. */
export function invalidClient(): TokenError {
  return new TokenError(401, 'invalid_client');
}
