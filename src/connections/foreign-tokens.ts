import { problem } from '../errors.js';
import type { ZenodoClient } from '../zenodo/client.js';
import { Denied } from '../zenodo/judge.js';
import type { PersonalCaller } from './caller.js';
import { hashOf } from './handles.js';
import { notAllowed } from './live-token.js';
import type { RefusedTokens } from './refused-tokens.js';

/** What can be a bearer token (RFC 6750); anything else is not sent anywhere. */
const BEARER = /^[A-Za-z0-9._~+/=-]{1,512}$/;

export type ForeignTokens = ReturnType<typeof createForeignTokens>;

/** Tokens that this service did not issue: personal tokens of Zenodo's, or nonsense. They pass through and are kept nowhere. */
export function createForeignTokens(zenodo: ZenodoClient, refused: RefusedTokens) {
  return {
    /** Throws invalid_token for what cannot be a token, or was refused a moment ago. */
    caller(token: string): PersonalCaller {
      const hash = hashOf(token);
      if (!BEARER.test(token) || refused.has(hash)) throw invalidToken();
      return { kind: 'personal', owner: `token:${hash}`, token };
    },

    /** Runs `call` with the token. Throws invalid_token if Zenodo does not know it, not_your_deposition if it does. */
    async run<T>(
      { token }: PersonalCaller,
      call: (token: string) => Promise<T>,
      depositionId?: number,
    ): Promise<T> {
      try {
        return await call(token);
      } catch (error) {
        if (!(error instanceof Denied)) throw error;
      }
      if (await zenodo.isAlive(token)) throw notAllowed(depositionId);
      refused.add(hashOf(token));
      throw invalidToken();
    },
  };
}

/** The answer to a token that neither this service nor Zenodo knows. */
export function invalidToken() {
  return problem('invalid_token', 'This access token is not known. Send the one from /oauth/callback.');
}
