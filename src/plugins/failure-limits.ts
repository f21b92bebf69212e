import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { clientNetwork } from '../client-network.js';
import { type ErrorCode, type Problem, problem } from '../errors.js';
import { isAhead } from '../time.js';

declare module 'fastify' {
  interface FastifyInstance {
    failureLimits: FailureLimits;
  }
  interface FastifyRequest {
    /** Hash of the access token that this request carries, live or not; null if it carries none. */
    knownToken: string | null;
  }
}

/** Failures that occur in numbers if somebody guesses, or keeps using what has ended. */
const COUNTED: ReadonlySet<ErrorCode> = new Set([
  'invalid_api_key',
  'invalid_token',
  'invalid_upload_link',
  'reauthorization_required',
  'state_unknown',
  'state_used',
  'state_expired',
  'state_mismatch',
  'code_refused',
]);

/**
 * Failures per minute. One address or key may belong to an attacker or to all users of an
 * application, so successful calls are never refused.
 */
const LIMITS = { address: 120, token: 60, key: 600 };
const WINDOW = 60_000;

/**
 * How many authorizations an address without an API key may begin, and in how many milliseconds.
 * Each one adds a row for a day.
 */
const AUTHORIZATIONS = 300;
const AUTHORIZATION_WINDOW = 10 * 60_000;

/** Callers that are remembered. The oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;

type FailureLimits = ReturnType<typeof createFailureLimits>;

/** Counts events per caller in windows of `window` milliseconds, in this process only. */
export function createCounts(now: () => number, window: number) {
  const counts = new Map<string, { count: number; endsAt: number }>();
  const isOpen = ({ endsAt }: { endsAt: number }) => isAhead(endsAt, now(), window);

  const current = (who: string) => {
    const known = counts.get(who);
    if (known !== undefined && isOpen(known)) return known;
    const fresh = { count: 0, endsAt: now() + window };
    counts.delete(who);
    counts.set(who, fresh);
    const oldest = counts.keys().next();
    if (counts.size > MAX_REMEMBERED && !oldest.done) counts.delete(oldest.value);
    return fresh;
  };

  return {
    /** Adds one, and returns the current count. */
    add(who: string): number {
      const entry = current(who);
      entry.count += 1;
      return entry.count;
    },
    /** The current count. */
    of(who: string): number {
      const known = counts.get(who);
      return known !== undefined && isOpen(known) ? known.count : 0;
    },
    /** The problem for too many of `what`: try again when the window is over. */
    refusal(who: string, what: string): Problem {
      const seconds = Math.max(1, Math.ceil((current(who).endsAt - now()) / 1000));
      return problem('too_many_requests', `${what} Try again in ${seconds} s.`, { retry_after: seconds });
    },
  };
}

/** Counts failures by API key, else by known access token, else by network. */
function createFailureLimits(now: () => number) {
  const failures = createCounts(now, WINDOW);
  const authorizations = createCounts(now, AUTHORIZATION_WINDOW);

  const whoFails = (request: FastifyRequest): { who: string; most: number } => {
    if (request.apiKey !== null) return { who: `key:${request.apiKey}`, most: LIMITS.key };
    if (request.knownToken !== null) return { who: `token:${request.knownToken}`, most: LIMITS.token };
    return { who: `address:${clientNetwork(request.ip)}`, most: LIMITS.address };
  };

  return {
    /** Throws too_many_requests if the caller has failed too often. */
    check(request: FastifyRequest): void {
      const { who, most } = whoFails(request);
      if (failures.of(who) >= most) throw failures.refusal(who, 'Too many calls failed.');
    },

    /**
     * The problem to answer a failure with: itself, or too_many_requests if there were too many.
     */
    count(request: FastifyRequest, fault: Problem): Problem {
      if (!COUNTED.has(fault.code)) return fault;
      const { who, most } = whoFails(request);
      return failures.add(who) > most ? failures.refusal(who, 'Too many calls failed.') : fault;
    },

    /** Throws too_many_requests if a caller without an API key begins too many authorizations. */
    countAuthorization(request: FastifyRequest): void {
      if (request.apiKey !== null) return;
      const network = clientNetwork(request.ip);
      if (authorizations.add(network) <= AUTHORIZATIONS) return;
      throw authorizations.refusal(
        network,
        `Without an API key, an address may start ${AUTHORIZATIONS} authorizations in ${AUTHORIZATION_WINDOW / 60_000} minutes.`,
      );
    },
  };
}

/** Decorates `app.failureLimits`, which the error handler calls for every failure. */
export const failureLimits = fp(
  async (app) => {
    app.decorateRequest('knownToken', null);
    app.decorate('failureLimits', createFailureLimits(app.dependencies.now));
  },
  { name: 'failure-limits' },
);
