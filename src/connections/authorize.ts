import type { FastifyBaseLogger } from 'fastify';
import { isProblem, type Problem, problem } from '../errors.js';
import { noteSubject } from '../log-subject.js';
import { TokenFailure } from '../zenodo/token-failure.js';
import type { TokenSet, ZenodoTokens } from '../zenodo/tokens.js';
import type { OAuthClientKey } from './access-token-repository.js';
import { type createIssuer, hashOf, type Issued } from './access-tokens.js';
import type { AuthorizationRequests, StartedAuthorization } from './authorization-requests.js';
import { checkCallbackUrl, isSamePage, withoutQuery } from './callback-urls.js';
import type { AuthorizationRequest } from './caller.js';
import type { ConnectionRepository, LiveToken } from './connection-repository.js';
import type { OAuthStateRepository, StoredState } from './oauth-state-repository.js';
import type { TokenStore } from './token-store.js';
import type { createWipeCheck } from './zenodo-wiped.js';

/**
 * The authorization response of the browser (RFC 6749 section 4.1.2), and what the application adds
 * to it.
 */
export interface AuthorizationResponse {
  state: string;
  code: string | null;
  /** Zenodo's error, sent instead of a code. */
  error: string | null;
  callbackUrl: string;
  containerId: string | null;
  /** Throws too_many_requests if its sender may not begin another authorization. */
  requireMore(): void;
}

interface Parts {
  connections: ConnectionRepository;
  states: OAuthStateRepository;
  store: TokenStore;
  /** Forgets another person's data if Zenodo has reused their user id. */
  forgetIfWiped: ReturnType<typeof createWipeCheck>;
  tokens: ZenodoTokens;
  requests: AuthorizationRequests;
  issue: ReturnType<typeof createIssuer>;
  client: OAuthClientKey;
  allowedCallbackUrls: string[] | 'loopback';
  now(): number;
  log: FastifyBaseLogger;
}

/**
 * Authorization by the user: the application requests it, and the returning browser completes it.
 */
export function createAuthorize(parts: Parts) {
  const { connections, states, store, tokens, requests, client, allowedCallbackUrls, now, log } = parts;

  /** The members of a problem that send the user to Zenodo again. That leaves a row. */
  const again = (back: AuthorizationResponse, stored: StoredState) => {
    back.requireMore();
    return requests.again(stored);
  };

  /** The stored state, if this response may still use it. Does not use it up. */
  const find = async (back: AuthorizationResponse): Promise<StoredState> => {
    const stored = await states.find(hashOf(back.state));
    if (stored === null)
      throw problem(
        'state_unknown',
        'This state was never issued, or expired long ago. Start again at /oauth/authorize.',
      );
    if (!isSamePage(back.callbackUrl, stored.callbackUrl)) {
      throw mismatch(
        'django_callback_url',
        `The state was issued for ${withoutQuery(stored.callbackUrl)}, and this is ${withoutQuery(back.callbackUrl).slice(0, 500)}. They must be identical, including slashes.`,
      );
    }
    if (back.containerId !== null && back.containerId !== stored.containerId) {
      throw mismatch(
        'container_id',
        'The state was issued for another container. Send the container_id of the same flow.',
      );
    }
    if (stored.usedAt !== null) throw await used(back, stored);
    if (stored.expiresAt.getTime() <= now()) {
      throw problem(
        'state_expired',
        'The user took too long. Send them to zenodo_oauth_url to start again.',
        await again(back, stored),
      );
    }
    checkCallbackUrl(stored.callbackUrl, allowedCallbackUrls);
    return stored;
  };

  const used = async (back: AuthorizationResponse, stored: StoredState): Promise<Problem> =>
    problem(
      'state_used',
      'This state has already been used. Continue with the access token that you received for it, or start again at zenodo_oauth_url.',
      await again(back, stored),
    );

  /**
   * Exchanges the code for a token set. The state stays usable if Zenodo certainly did not use up
   * the code.
   */
  const exchange = async (
    back: AuthorizationResponse,
    code: string,
    stored: StoredState,
  ): Promise<TokenSet> => {
    try {
      return await tokens.exchange(code, stored.callbackUrl);
    } catch (error) {
      if (!(error instanceof TokenFailure)) throw error;
      if (error.grant === 'unused') {
        await states.restore(stored.hash);
        throw error.problem;
      }
      const detail =
        error.grant === 'rejected'
          ? 'Zenodo refused the authorization code. Send the user to zenodo_oauth_url to start again.'
          : `${error.problem.detail} The code may no longer be valid: send the user to zenodo_oauth_url to start again.`;
      throw problem(error.problem.code, detail, {
        ...error.problem.members,
        ...(await again(back, stored).catch(orNothing)),
      });
    }
  };

  /**
   * Stores a token set that was exchanged after `since`. If another authorization of the same user
   * completed meanwhile, Zenodo is asked which set is alive.
   */
  const keep = async (connectionId: string, set: TokenSet, since: Date): Promise<LiveToken> => {
    const row = await store.retryWhileDatabaseDown(() => connections.read(connectionId));
    const overtaken = row?.refreshedAt !== null && row?.refreshedAt !== undefined && row.refreshedAt > since;
    if (row !== null && !overtaken && (await store.persist(connectionId, row.version, set))) {
      return { accessToken: set.accessToken, version: row.version + 1 };
    }
    return store.decide(connectionId, set, 'ours');
  };

  return {
    /** Begins an authorization. Throws callback_url_not_allowed. */
    async begin(request: AuthorizationRequest): Promise<StartedAuthorization> {
      noteSubject({ container_id: request.containerId });
      checkCallbackUrl(request.callbackUrl, allowedCallbackUrls);
      return requests.start(request);
    },

    /**
     * Completes an authorization: uses up the state, stores the token set, and issues an access
     * token. Throws state_unknown, state_mismatch, state_used, state_expired, access_denied,
     * code_refused, or a failure of Zenodo's token endpoint.
     */
    async complete(back: AuthorizationResponse): Promise<Issued> {
      const stored = await find(back);
      noteSubject({ container_id: stored.containerId });
      if (back.code === null && back.error === null) {
        throw problem('invalid_request', 'Send the code or the error that Zenodo returned.', {
          errors: [{ field: 'code', message: 'is missing' }],
        });
      }
      const since = await states.consume(stored.hash, new Date(now()));
      if (since === null) throw await used(back, stored);
      if (back.error !== null || back.code === null) {
        const why = whyNoCode(back.error);
        const line = { audit: 'denied', error: back.error?.slice(0, 100), code: why.code };
        if (why.code === 'access_denied') log.info(line, 'the user did not give consent');
        else log.warn(line, 'Zenodo returned an error instead of a code');
        throw why;
      }
      const set = await exchange(back, back.code, stored);
      const connectionId = await store.retryWhileDatabaseDown(() =>
        connections.findOrCreate(client, set.zenodoUserId),
      );
      await store.retryWhileDatabaseDown(() => parts.forgetIfWiped(connectionId, set));
      const live = await keep(connectionId, set, since);
      noteSubject({ connection_id: connectionId });
      log.info(
        { audit: 'authorized', zenodo_user_id: set.zenodoUserId },
        'a user authorized the application',
      );
      return parts.issue({
        connectionId,
        zenodoUserId: set.zenodoUserId,
        request: stored,
        scope: set.scope,
        zenodoToken: live.accessToken,
        tokenExpiresAt: set.expiresIn === null ? null : new Date(now() + set.expiresIn * 1000),
      });
    },
  };
}

/**
 * Why Zenodo sent no code (RFC 6749 section 4.1.2.1). Only `access_denied` means that the user
 * refused. The error comes through a browser, so anybody may have written it. It is quoted, and not
 * counted as a failure of this service.
 */
function whyNoCode(error: string | null): Problem {
  const named = /^[\x20-\x7e]{1,100}$/.test(error ?? '') ? error : 'an error';
  switch (error) {
    case 'access_denied':
      return problem(
        'access_denied',
        'The user did not give consent at Zenodo. Start again if they want to.',
      );
    case 'invalid_scope':
    case 'unauthorized_client':
    case 'unsupported_response_type':
    case 'invalid_request':
    case 'invalid_client':
      return problem(
        'zenodo_refused',
        `Zenodo refused the authorization request: ${named}. Start again at /oauth/authorize. If that does not help, the operator must compare the OAuth application at Zenodo (scopes, redirect URIs, client id) with the settings of this service.`,
      );
    case 'server_error':
    case 'temporarily_unavailable':
      return problem(
        'zenodo_error',
        `Zenodo failed during the authorization: ${named}. Start again at /oauth/authorize in a moment.`,
      );
    default:
      return problem(
        'zenodo_refused',
        `Zenodo returned no code, but an error that OAuth 2.0 does not define: ${named}. Start again at /oauth/authorize. If that does not help, tell the operator.`,
      );
  }
}

/** The limit of new states must not hide what became of a code. */
function orNothing(error: unknown): Record<string, never> {
  if (isProblem(error, 'too_many_requests')) return {};
  throw error;
}

function mismatch(field: string, detail: string): Problem {
  return problem('state_mismatch', detail, { errors: [{ field, message: 'differs from that of the flow' }] });
}
