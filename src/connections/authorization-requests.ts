import { type Problem, problem } from '../errors.js';
import { LIFETIMES } from '../lifetimes.js';
import { isAhead } from '../time.js';
import type { ZenodoTokens } from '../zenodo/tokens.js';
import { hashOf } from './access-tokens.js';
import type { AuthorizationRequest } from './caller.js';
import type { OAuthStateRepository } from './oauth-state-repository.js';

/** A stored authorization request, as the caller sees it. */
export interface StartedAuthorization {
  zenodo_oauth_url: string;
  state: string;
  expires_at: string;
}

/**
 * For so many milliseconds the same token that no longer serves gets the same state: a program that
 * asks every second does not leave a row each time.
 */
const SAME_FOR = 30_000;

/** So often it gets a fresh one because the last one was used meanwhile, as by another tab. */
const MOST_FRESH = 5;

export type AuthorizationRequests = ReturnType<typeof createAuthorizationRequests>;

/** Stores authorization requests and builds the URL that the browser is sent to. */
export function createAuthorizationRequests(
  states: OAuthStateRepository,
  tokens: ZenodoTokens,
  { now, randomBytes }: { now(): number; randomBytes(size: number): Buffer },
) {
  const start = async (
    { containerId, callbackUrl }: AuthorizationRequest,
    kind: 'first' | 'again',
  ): Promise<StartedAuthorization> => {
    const state = randomBytes(32).toString('base64url');
    // The user of a reauthorization may not be present.
    const reauthorization = kind === 'again';
    const seconds = reauthorization ? LIFETIMES.stateForLater : LIFETIMES.state;
    const expiresAt = new Date(now() + seconds * 1000);
    await states.insert({ hash: hashOf(state), containerId, callbackUrl, expiresAt, reauthorization });
    return {
      zenodo_oauth_url: tokens.authorizeUrl(callbackUrl, state),
      state,
      expires_at: expiresAt.toISOString(),
    };
  };

  const recent = new Map<string, { at: number; times: number; started: Promise<StartedAuthorization> }>();

  /** Empty for who has used up several within `SAME_FOR`. */
  const startOnce = async (
    request: AuthorizationRequest,
    asker: string,
  ): Promise<Partial<StartedAuthorization>> => {
    // The oldest come first.
    for (const [old, { at }] of recent) {
      if (isAhead(at + SAME_FOR, now(), SAME_FOR)) break;
      recent.delete(old);
    }
    const key = JSON.stringify([asker, request.containerId, request.callbackUrl]);
    const known = await recent.get(key)?.started.catch(() => undefined);
    const times = (recent.get(key)?.times ?? 0) + 1;
    const isUsed = async (state: string) => (await states.find(hashOf(state)))?.usedAt !== null;
    if (known !== undefined && !(await isUsed(known.state))) return known;
    if (times > MOST_FRESH) return {};
    const started = start(request, 'again');
    recent.delete(key);
    recent.set(key, { at: now(), times, started });
    started.catch(() => recent.delete(key));
    return started;
  };

  return {
    start: (request: AuthorizationRequest) => start(request, 'first'),

    /**
     * The members of a problem that send the user to Zenodo again. Empty if there is no known URL
     * to return to.
     */
    async again(request: AuthorizationRequest | null): Promise<Partial<StartedAuthorization>> {
      return request === null ? {} : start(request, 'again');
    },

    /**
     * The answer to an access token that no longer serves. `asker`: who gets the same one again for
     * a while.
     */
    async required(detail: string, request: AuthorizationRequest | null, asker: string): Promise<Problem> {
      const started: Partial<StartedAuthorization> = request === null ? {} : await startOnce(request, asker);
      return problem('reauthorization_required', detail, started);
    },
  };
}
