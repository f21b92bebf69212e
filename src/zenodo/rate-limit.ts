import { problem } from '../errors.js';
import { pause } from '../time.js';

/** Users wait for control calls. Transfers can wait. */
type CallKind = 'control' | 'transfer';

/** The share of Zenodo's limit that each kind leaves to others: all replicas use the same limit. */
const LEFT_OVER = { control: 0.03, transfer: 0.2 };

/**
 * How long the remaining number is trusted if Zenodo does not say when it is reset, in
 * milliseconds.
 */
const WINDOW = 60_000;

/** The longest pause, whatever Zenodo or a proxy says: after it, one call tries. Milliseconds. */
const LONGEST_PAUSE = 120_000;

/** How long other calls wait for that one, in milliseconds. */
const PROBE = 5000;

/** How often waiting calls look again: the one that tries may have been answered. Milliseconds. */
const POLL = 1000;

/**
 * Zenodo allows 60 calls per minute to anyone, and users a few times as many. A limit far from that
 * is not Zenodo's, and is ignored.
 */
const LEAST_LIMIT = 10;
const HIGHEST_LIMIT = 1_000_000;

/** Calls that are always left to others, however small the limit. */
const ALWAYS_LEFT = 1;

type Headers = Record<string, string | string[] | undefined>;

/**
 * The pause that Zenodo asks for, in milliseconds up to a maximum; null if there is no valid one.
 * `Retry-After` needs no synchronised clocks, unless it is a date (RFC 9110, 10.2.3);
 * `X-RateLimit-Reset` is in seconds since the epoch.
 */
function askedPause(headers: Headers): number | null {
  const now = Date.now();
  const after = first(headers['retry-after']);
  const reset = first(headers['x-ratelimit-reset']);
  const waits = [
    Number(after) * 1000,
    /[a-z]{3}/i.test(after) ? Date.parse(after) - now : Number.NaN,
    Math.min(Number(reset) * 1000 - now, WINDOW),
  ];
  const wait = waits.find((milliseconds) => milliseconds > 0);
  return wait === undefined ? null : Math.min(wait, LONGEST_PAUSE);
}

/** Seconds to wait after a 429, as far as Zenodo's headers are plausible. */
export function retryAfterSeconds({ headers }: { headers: Headers }): number {
  return Math.ceil((askedPause(headers) ?? WINDOW) / 1000);
}

function first(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header)?.trim() || 'none';
}

export type RateBudget = ReturnType<typeof createRateBudget>;

/**
 * Slows down before Zenodo refuses. Zenodo counts all calls per User-Agent and address, and every
 * answer shows the remaining number (inveniosoftware/invenio-app:invenio_app/limiter.py). Replicas
 * share the limit through that header.
 */
export function createRateBudget() {
  let limit = Number.POSITIVE_INFINITY;
  let remaining = Number.POSITIVE_INFINITY;
  /** When the limit is reset, by `performance.now()`. */
  let renewedAt = 0;
  /** Zenodo has answered 429, and has accepted no call since. */
  let refused = false;

  /** When it last did, by `performance.now()`; null if never. */
  let refusedAt: number | null = null;

  /** When Zenodo last reported that nothing is left, or a call tried nevertheless. */
  let shownAt = 0;

  const waitFor = (kind: CallKind): number => {
    const now = performance.now();
    const left = renewedAt - now;
    if (left <= 0 && !refused) remaining = limit;
    if (remaining > Math.max(ALWAYS_LEFT, limit * LEFT_OVER[kind]) || left <= 0) return 0;
    // One implausible header must not stop all users. While Zenodo has not refused anything, a call
    // tries now and then.
    if (refused || kind === 'transfer' || now - shownAt < PROBE) return left;
    shownAt = now;
    return 0;
  };

  return {
    /** Reads the headers of an answer. `Retry-After` is on nearly all of them. */
    learn(status: number, headers: Headers): void {
      const shown = Number(first(headers['x-ratelimit-limit']));
      const rest = Number(first(headers['x-ratelimit-remaining']));
      if (refused && status !== 429) {
        [refused, remaining, renewedAt] = [false, limit, 0];
      }
      if (status === 429) [refused, remaining, refusedAt] = [true, 0, performance.now()];
      else if (!isPlausible(shown) || !(rest >= 0)) return;
      else remaining = rest;
      if (isPlausible(shown)) limit = shown;
      shownAt = performance.now();
      renewedAt = shownAt + (askedPause(headers) ?? WINDOW);
    },

    /** Whether Zenodo has answered 429, and has accepted no call since. */
    get refused(): boolean {
      return refused;
    },

    /** Milliseconds until the next call after a 429; null if Zenodo accepts calls. */
    get heldFor(): number | null {
      return refused ? Math.max(0, renewedAt - performance.now()) : null;
    },

    /** Seconds since the last 429; null if there was none. */
    get sinceRefusal(): number | null {
      return refusedAt === null ? null : (performance.now() - refusedAt) / 1000;
    },

    /** Calls per minute that Zenodo allows; Infinity until it says. */
    get limit(): number {
      return limit;
    },

    /**
     * Waits until one call is allowed. Throws too_many_requests at once if that takes longer than
     * `longest` milliseconds.
     */
    async take(kind: CallKind, longest: number, signal?: AbortSignal): Promise<void> {
      for (let wait = waitFor(kind); wait > 0; wait = waitFor(kind)) {
        if (wait > longest) throw exhausted(wait);
        await pause(Math.min(wait, POLL), signal);
      }
      if (refused) renewedAt = performance.now() + PROBE;
      // Calls in progress are not counted yet. While plenty is left, that does not matter.
      if (remaining < limit / 2) remaining -= 1;
    },
  };
}

function isPlausible(limit: number): boolean {
  return limit >= LEAST_LIMIT && limit <= HIGHEST_LIMIT;
}

function exhausted(wait: number) {
  const seconds = Math.ceil(wait / 1000);
  return problem(
    'too_many_requests',
    `Zenodo’s rate limit is nearly reached, so this service pauses its calls. Try again in ${seconds} s.`,
    { retry_after: seconds },
  );
}
