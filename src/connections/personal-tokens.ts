import { problem } from '../errors.js';
import { isAhead, within } from '../time.js';
import type { ZenodoClient } from '../zenodo/client.js';
import type { Verdict } from '../zenodo/responses.js';
import { zenodoLate } from '../zenodo/unreachable.js';
import { hashOf } from './access-tokens.js';
import type { PersonalCaller } from './caller.js';
import { isAboutTheCall, notAllowed, type RunLimits } from './live-token.js';

/** The form of a bearer token (RFC 6750). Anything else is not sent to Zenodo. */
const BEARER = /^[A-Za-z0-9._~+/=-]{1,512}$/;

/**
 * How long a refused token is not tried again, and how long an accepted one counts as proven.
 * Milliseconds.
 */
const REFUSED_FOR = 60_000;
const PROVEN_FOR = 600_000;

/**
 * The share of Zenodo's rate limit that unknown tokens of strangers may use: all users of a
 * deployment share the limit.
 */
const STRANGERS_SHARE = 0.1;

/** Zenodo's limit for users, until an answer shows it (zenodo/zenodo-rdm:invenio.cfg). */
const USUAL_LIMIT = 100;

const MINUTE = 60_000;

/** How long checking a token may take if the caller has no deadline, in milliseconds. */
const TIMEOUT = 60_000;

/** How to judge the answer to one call with a token, and the milliseconds that are left for it. */
interface TokenAttempt<T> {
  verdict(answer: T): Verdict;
  left(): number;
  depositionId?: number | undefined;
  /** Zenodo has just shown the deposition to this user. */
  own?: boolean | undefined;
}

export type PersonalTokens = ReturnType<typeof createPersonalTokens>;

/**
 * Tokens that this service did not issue: personal tokens of Zenodo, or nonsense. They are passed
 * on and not stored. `keyed`: every caller has an API key, so none is a stranger.
 */
export function createPersonalTokens(zenodo: ZenodoClient, now: () => number, keyed: boolean) {
  const refused = createTokenMemory(now, REFUSED_FOR);
  const proven = createTokenMemory(now, PROVEN_FOR);
  /** When calls with unproven tokens no longer count. */
  const tries: number[] = [];
  /**
   * First calls in progress, by token. Their outcome also decides about other calls with the same
   * token.
   */
  const proving = new Map<string, Promise<void>>();

  /** Strangers share a part of Zenodo's limit; callers with a service key do not. */
  const countTry = (): void => {
    if (!keyed) tries.push(now() + MINUTE);
  };

  const admit = (hash: string): void => {
    if (keyed || proven.has(hash)) return;
    while (tries.length > 0 && !isAhead(tries[0] ?? 0, now(), MINUTE)) tries.shift();
    const limit = Number.isFinite(zenodo.rateLimit()) ? zenodo.rateLimit() : USUAL_LIMIT;
    if (tries.length >= Math.max(1, limit * STRANGERS_SHARE)) {
      const seconds = Math.max(1, Math.ceil(((tries[0] ?? 0) - now()) / 1000));
      throw problem('too_many_requests', `Too many unknown tokens were sent. Try again in ${seconds} s.`, {
        retry_after: seconds,
      });
    }
    countTry();
  };

  /** Calls with this token that begin meanwhile wait until `work` is over. */
  const showing = <T>(hash: string, work: Promise<T>): Promise<T> => {
    if (proven.has(hash) || proving.has(hash)) return work;
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    proving.set(hash, settled);
    void settled.then(() => proving.delete(hash));
    return work;
  };

  return {
    /**
     * Throws invalid_token for text that cannot be a token, and for a token that was refused a
     * moment ago.
     */
    caller(token: string): PersonalCaller {
      const hash = hashOf(token);
      if (!BEARER.test(token) || refused.has(hash)) throw invalidToken();
      return { kind: 'personal', owner: `token:${hash}`, token };
    },

    isProven: ({ token }: PersonalCaller): boolean => proven.has(hashOf(token)),

    /**
     * Makes `call` with the token. Throws invalid_token if Zenodo does not know the token, and
     * not_your_deposition if it does.
     */
    async run<T>(
      caller: PersonalCaller,
      call: (token: string) => Promise<T>,
      {
        depositionId,
        left = () => TIMEOUT,
        verdict,
        inTurn = false,
        own,
      }: RunLimits & { verdict(answer: T): Verdict },
    ): Promise<T> {
      const hash = hashOf(caller.token);
      const others = proven.has(hash) ? undefined : proving.get(hash);
      if (others !== undefined) await within(left(), others, zenodoLate);
      if (refused.has(hash)) throw invalidToken();
      admit(hash);
      // A transfer can take hours. No other call waits for it to learn about the token.
      if (!inTurn && !proven.has(hash)) await showing(hash, prove(caller, left));
      const running = attempt(caller, call, { verdict, left, depositionId, own });
      return inTurn ? showing(hash, running) : running;
    },
  };

  async function attempt<T>(
    { token }: PersonalCaller,
    call: (token: string) => Promise<T>,
    { verdict, left, depositionId, own }: TokenAttempt<T>,
  ): Promise<T> {
    const hash = hashOf(token);
    const answer = await call(token);
    const said = verdict(answer);
    if (said === 'good') proven.add(hash);
    if (said === 'good' || said === 'other') return answer;
    // Zenodo looks up the deposition before the token, so a 404 does not prove the token.
    if (said === 'missing' && proven.has(hash)) return answer;
    countTry();
    await prove({ token }, left);
    if (said === 'missing' || isAboutTheCall(said, { depositionId, own })) return answer;
    throw notAllowed(said, depositionId);
  }

  /** Throws invalid_token if Zenodo does not know the token. */
  async function prove({ token }: Pick<PersonalCaller, 'token'>, left: () => number): Promise<void> {
    const hash = hashOf(token);
    if (await zenodo.isAlive(token, { timeout: left() })) return proven.add(hash);
    proven.delete(hash);
    refused.add(hash);
    throw invalidToken();
  }
}

/** The problem for a token that neither this service nor Zenodo knows. */
export function invalidToken() {
  return problem('invalid_token', 'This access token is unknown. Send the one from /oauth/callback.');
}

/** How many tokens are remembered. The oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;

/** Remembers tokens, by hash, for `duration` milliseconds. */
function createTokenMemory(now: () => number, duration: number) {
  const ends = new Map<string, number>();
  return {
    add(hash: string): void {
      ends.delete(hash);
      ends.set(hash, now() + duration);
      const oldest = ends.keys().next();
      if (ends.size > MAX_REMEMBERED && !oldest.done) ends.delete(oldest.value);
    },

    has(hash: string): boolean {
      const end = ends.get(hash);
      if (end === undefined) return false;
      if (isAhead(end, now(), duration)) return true;
      ends.delete(hash);
      return false;
    },

    delete(hash: string): void {
      ends.delete(hash);
    },
  };
}
