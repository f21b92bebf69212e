import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { type CallObserver, observed } from './instrument.js';
import { tokenFailure, unusableAnswer } from './token-failure.js';

/**
 * The scopes that depositing and publishing need
 * (zenodo/zenodo-rdm:site/zenodo_rdm/legacy/scopes.py).
 */
const SCOPES = 'deposit:write deposit:actions';

const TOKEN_CALL = { method: 'POST', path: '/oauth/token' };

/** A longer lifetime is not plausible, in seconds: ten years. */
const MAX_LIFETIME = 10 * 365 * 24 * 60 * 60;

/**
 * The pattern of what a header can carry: another token would be stored, and then fail every call.
 * The scope has the characters of RFC 6749 section 3.3.
 */
const TokenAnswerSchema = Type.Object({
  access_token: Type.String({ maxLength: 4096, pattern: '^[!-~]+$' }),
  refresh_token: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
  expires_in: Type.Optional(Type.Union([Type.Number(), Type.String(), Type.Null()])),
  scope: Type.Optional(Type.String({ maxLength: 4096, pattern: '^[ -~]*$' })),
  user: Type.Object({
    id: Type.Union([Type.String({ maxLength: 64, pattern: '^[!-~]+$' }), Type.Integer()]),
  }),
});

/** A new token set from Zenodo's token endpoint. */
export interface TokenSet {
  accessToken: string;
  /** Null if Zenodo issued none: then only a new authorization helps. */
  refreshToken: string | null;
  /** Seconds from now; null if Zenodo gave no plausible value. */
  expiresIn: number | null;
  scope: string;
  zenodoUserId: string;
}

/** Additional headers of one call. */
interface HttpOptions {
  headers: Record<string, string>;
}

/**
 * The parts of the OAuth client inside @fastify/oauth2 that are used here. They neither set cookies
 * nor keep state.
 */
export interface OAuthClient {
  authorizeURL(parameters: Record<string, string>): string;
  getToken(parameters: Record<string, string>, http: HttpOptions): Promise<{ token: unknown }>;
  createToken(token: { refresh_token: string }): {
    refresh(parameters: object, http: HttpOptions): Promise<{ token: unknown }>;
  };
}

export type ZenodoTokens = ReturnType<typeof createZenodoTokens>;

/**
 * Zenodo's OAuth endpoints. Methods that call Zenodo throw TokenFailure, which says what happened
 * to the grant.
 */
export function createZenodoTokens(client: OAuthClient, observer: CallObserver) {
  const ask = async (call: (http: HttpOptions) => Promise<{ token: unknown }>): Promise<TokenSet> => {
    const requestId = observer.requestId();
    const http = { headers: requestId === undefined ? {} : { 'X-Request-Id': requestId } };
    const asking = () =>
      call(http).catch((error: unknown) => {
        throw tokenFailure(error);
      });
    const { token: answer } = await observed(observer, TOKEN_CALL, asking, () => 200);
    if (!Value.Check(TokenAnswerSchema, answer)) throw unusableAnswer();
    return toTokenSet(answer);
  };

  return {
    /** The consent page. Zenodo compares `redirectUri` byte for byte with the registered ones. */
    authorizeUrl(redirectUri: string, state: string): string {
      return client.authorizeURL({ redirect_uri: redirectUri, scope: SCOPES, state });
    },

    /**
     * Exchanges an authorization code for a token set. `redirectUri` must be the one in the
     * authorization URL.
     */
    exchange(code: string, redirectUri: string): Promise<TokenSet> {
      return ask((http) => client.getToken({ code, redirect_uri: redirectUri }, http));
    },

    /**
     * Exchanges a refresh token for a new token set. The old set is dead from then on, whether or
     * not the answer arrives.
     */
    refresh(refreshToken: string): Promise<TokenSet> {
      return ask((http) => client.createToken({ refresh_token: refreshToken }).refresh({}, http));
    },
  };
}

function toTokenSet(answer: Static<typeof TokenAnswerSchema>): TokenSet {
  const seconds = Number(answer.expires_in ?? Number.NaN);
  return {
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    expiresIn: Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, MAX_LIFETIME) : null,
    scope: answer.scope ?? '',
    zenodoUserId: String(answer.user.id),
  };
}
