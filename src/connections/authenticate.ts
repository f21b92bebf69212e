import { noteSubject } from '../log-subject.js';
import type { AccessTokenRepository, KnownAccessToken, OAuthClientKey } from './access-token-repository.js';
import { hashOf, isOurs } from './access-tokens.js';
import type { AuthorizationRequests } from './authorization-requests.js';
import { type Caller, connectedCaller } from './caller.js';
import { invalidToken, type PersonalTokens } from './personal-tokens.js';
import { SENTENCES } from './reauthorization.js';

interface Parts {
  accessTokens: AccessTokenRepository;
  personalTokens: PersonalTokens;
  requests: AuthorizationRequests;
  /** This deployment's OAuth client. Access tokens of another client are refused. */
  client: OAuthClientKey;
  now(): number;
}

/** Finds out who presents a token. It reads one row and does not ask Zenodo. */
export function createAuthenticate({ accessTokens, personalTokens, requests, client, now }: Parts) {
  const faultOf = (token: KnownAccessToken): string | null => {
    if (token.expiresAt.getTime() <= now()) return SENTENCES.expired;
    const ours = token.zenodoOrigin === client.zenodoOrigin && token.clientId === client.clientId;
    return token.spent || !token.active || !ours ? SENTENCES.ended : null;
  };

  /**
   * Throws reauthorization_required for an access token that no longer serves, with an
   * authorization request for the container of `depositionId` if that is known. Throws
   * invalid_token for text that cannot be a token, and for a token that was refused a moment ago.
   */
  return async (token: string, depositionId?: number): Promise<Caller> => {
    const hash = hashOf(token);
    const known = await accessTokens.find(hash, depositionId);
    if (known === null) {
      if (isOurs(token)) throw invalidToken();
      return personalTokens.caller(token);
    }
    const { connectionId, containerId, callbackUrl, expiresAt } = known;
    noteSubject({ connection_id: connectionId, container_id: known.draftContainerId });
    const fault = faultOf(known);
    if (fault !== null) {
      const request = (await accessTokens.requestFor(connectionId, depositionId)) ?? known;
      throw await requests.required(fault, request, hash);
    }
    return connectedCaller(known, { hash, containerId, callbackUrl, expiresAt });
  };
}
