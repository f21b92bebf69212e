import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { type ErrorCode, type Problem, problem } from '../errors.js';

declare module 'fastify' {
  interface FastifyInstance {
    failureLimits: FailureLimits;
  }
  interface FastifyRequest {
    /** Hash of the handle of ours that this request carries, dead or alive; null if it carries none. */
    knownHandle: string | null;
  }
}

/** Failures that somebody who guesses, or goes on with what is long dead, makes many of. */
const COUNTED: ReadonlySet<ErrorCode> = new Set([
  'invalid_api_key',
  'invalid_token',
  'reauthorization_required',
  'state_unknown',
  'state_used',
  'state_expired',
  'state_mismatch',
  'code_refused',
]);

/** Failures a minute. Behind one address or key there may be one attacker or all users of an application: calls that succeed are never refused. */
const LIMITS = { address: 120, handle: 60, key: 600 };

const WINDOW = 60_000;

/** Callers remembered at once; the oldest are forgotten first. */
const MAX_REMEMBERED = 10_000;

interface Count {
  failures: number;
  endsAt: number;
}

export type FailureLimits = ReturnType<typeof createFailureLimits>;

/** Counts failures by service key, else by the handle that was recognised, else by address. Kept in this process alone. */
export function createFailureLimits(now: () => number) {
  const counts = new Map<string, Count>();

  const current = (who: string): Count => {
    const known = counts.get(who);
    if (known !== undefined && known.endsAt > now()) return known;
    const fresh = { failures: 0, endsAt: now() + WINDOW };
    counts.delete(who);
    counts.set(who, fresh);
    const oldest = counts.keys().next();
    if (counts.size > MAX_REMEMBERED && !oldest.done) counts.delete(oldest.value);
    return fresh;
  };

  const refusal = (count: Count): Problem => {
    const seconds = Math.max(1, Math.ceil((count.endsAt - now()) / 1000));
    return problem('too_many_requests', `Too many calls failed. Try again in ${seconds} s.`, {
      retry_after: seconds,
    });
  };

  const whoFails = (request: FastifyRequest): { who: string; most: number } => {
    if (request.apiKey !== null) return { who: `key:${request.apiKey}`, most: LIMITS.key };
    if (request.knownHandle !== null) return { who: `handle:${request.knownHandle}`, most: LIMITS.handle };
    return { who: `address:${request.ip}`, most: LIMITS.address };
  };

  return {
    /** Throws too_many_requests if the caller may not try what can only fail by guessing. */
    check(request: FastifyRequest): void {
      const { who, most } = whoFails(request);
      const count = counts.get(who);
      if (count !== undefined && count.endsAt > now() && count.failures >= most) throw refusal(count);
    },

    /** What to answer a failure with: itself, or too_many_requests if there were too many of them. */
    judge(request: FastifyRequest, fault: Problem): Problem {
      if (!COUNTED.has(fault.code)) return fault;
      const { who, most } = whoFails(request);
      const count = current(who);
      count.failures += 1;
      return count.failures > most ? refusal(count) : fault;
    },
  };
}

/** Decorates `app.failureLimits`, which the problem handler asks about every failure. */
export const failureLimits = fp(
  async (app) => {
    app.decorateRequest('knownHandle', null);
    app.decorate('failureLimits', createFailureLimits(app.dependencies.now));
  },
  { name: 'failure-limits' },
);
