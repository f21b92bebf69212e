import { createHash } from 'node:crypto';
import { LIFETIMES } from '../lifetimes.js';
import type { TokenAnswer } from '../schemas/oauth.js';
import { isUploadLinkSecret } from '../upload-links/secret.js';
import type { AccessTokenRepository } from './access-token-repository.js';
import { type AuthorizationRequest, type ConnectedCaller, connectedCaller } from './caller.js';

/** Prefix of every access token of this service. */
const PREFIX = 'zds_';

/** SHA-256 (hex) of a token or state. The database stores nothing else of it. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/**
 * Whether only this service can have issued a token. Such a token is never sent to Zenodo, even if
 * it is unknown.
 */
export function isOurs(token: string): boolean {
  return token.startsWith(PREFIX) || isUploadLinkSecret(token);
}

/** What an access token is issued for. */
interface Issue {
  connectionId: string;
  zenodoUserId: string;
  request: AuthorizationRequest;
  scope: string;
  /** Zenodo's own token and its expiry, for deployments that hand it out. */
  zenodoToken: string;
  tokenExpiresAt: Date | null;
}

/** A token response, and the caller that its token stands for. */
export interface Issued {
  caller: ConnectedCaller;
  grant: TokenAnswer;
}

/**
 * Issues access tokens: 256 random bits, or with `kind: 'zenodo'` Zenodo's own token, of which the
 * hash is stored.
 */
export function createIssuer(parts: {
  accessTokens: AccessTokenRepository;
  kind: 'handle' | 'zenodo';
  now(): number;
  randomBytes(size: number): Buffer;
}) {
  const { accessTokens, kind, now, randomBytes } = parts;
  return async (issue: Issue): Promise<Issued> => {
    const { connectionId, zenodoUserId, request, scope, zenodoToken, tokenExpiresAt } = issue;
    const { containerId, callbackUrl } = request;
    const token = kind === 'zenodo' ? zenodoToken : PREFIX + randomBytes(32).toString('base64url');
    const issued = now();
    const end = issued + LIFETIMES.accessToken * 1000;
    const accessToken = { hash: hashOf(token), containerId, callbackUrl, expiresAt: new Date(end) };
    await accessTokens.insert({ ...accessToken, connectionId });
    const shown = kind === 'zenodo' ? Math.min(end, tokenExpiresAt?.getTime() ?? end) : end;
    return {
      caller: connectedCaller(issue, accessToken),
      grant: {
        access_token: token,
        token_type: 'Bearer',
        expires_in: Math.max(0, Math.floor((shown - issued) / 1000)),
        expires_at: new Date(shown).toISOString(),
        scope,
        container_id: containerId,
        zenodo_user_id: zenodoUserId,
      },
    };
  };
}
