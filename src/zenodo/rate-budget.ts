import { problem } from '../errors.js';
import { pause } from '../time.js';

/** Control calls are what users wait for; transfers can wait. */
export type CallKind = 'control' | 'transfer';

/** The part of Zenodo's limit that each kind leaves to others: other replicas draw on the same budget. */
const LEFT_OVER = { control: 0.03, transfer: 0.2 };

/** How long Zenodo's remainder is believed if it does not say when it is renewed, in milliseconds. */
const WINDOW = 60_000;

/** Calls that are always left over, however small the limit. */
const ALWAYS_LEFT = 1;

type Headers = Record<string, string | string[] | undefined>;

export type RateBudget = ReturnType<typeof createRateBudget>;

/**
 * Slows down before Zenodo refuses: it counts all calls of this User-Agent and address together and shows the remainder on every
 * answer (inveniosoftware/invenio-app:invenio_app/limiter.py), so that the header is what replicas share.
 */
export function createRateBudget() {
  let limit = Number.POSITIVE_INFINITY;
  let remaining = Number.POSITIVE_INFINITY;
  /** When the remainder is renewed, on this process's own clock. */
  let renewedAt = 0;

  const waitFor = (kind: CallKind): number => {
    const left = renewedAt - performance.now();
    if (left <= 0) remaining = limit;
    return remaining > Math.max(ALWAYS_LEFT, limit * LEFT_OVER[kind]) || left <= 0 ? 0 : left;
  };

  return {
    /** Learns from an answer. `Retry-After` is on nearly every one, and needs no clock in common; `X-RateLimit-Reset` does. */
    learn(status: number, headers: Headers): void {
      const shown = Number(headers['x-ratelimit-limit']);
      const rest = Number(headers['x-ratelimit-remaining']);
      const after = Number(headers['retry-after']) * 1000;
      const reset = Number(headers['x-ratelimit-reset']) * 1000 - Date.now();
      if (status === 429) remaining = 0;
      else if (!(shown > 0) || !(rest >= 0)) return;
      else remaining = rest;
      if (shown > 0) limit = shown;
      renewedAt = performance.now() + (after > 0 ? after : reset > 0 ? Math.min(reset, WINDOW) : WINDOW);
    },

    /** Calls that Zenodo takes a minute; Infinity while it has not said. */
    get limit(): number {
      return limit;
    },

    /** Waits for room for one call. Throws too_many_requests at once if there is none within `patience` milliseconds. */
    async take(kind: CallKind, patience: number, signal?: AbortSignal): Promise<void> {
      for (let wait = waitFor(kind); wait > 0; wait = waitFor(kind)) {
        if (wait > patience) throw exhausted(wait);
        await pause(wait, signal);
      }
      // Answers under way have not shown yet; while plenty is left that does not matter.
      if (remaining < limit / 2) remaining -= 1;
    },
  };
}

function exhausted(wait: number) {
  const seconds = Math.ceil(wait / 1000);
  return problem(
    'too_many_requests',
    `Zenodo’s limit of calls is nearly reached; this service holds back. Try again in ${seconds} s.`,
    { retry_after: seconds },
  );
}
