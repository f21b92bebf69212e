import { problem } from '../errors.js';
import { pause } from '../time.js';

/** Control calls are what users wait for; transfers can wait. */
type CallKind = 'control' | 'transfer';

/**
 * The part of Zenodo's limit that each kind leaves to others: other replicas draw on the same
 * budget.
 */
const LEFT_OVER = { control: 0.03, transfer: 0.2 };

/**
 * How long Zenodo's remainder is believed if it does not say when it is renewed, in milliseconds.
 */
const WINDOW = 60_000;

/**
 * However long Zenodo, or a proxy before it, says that it takes no calls: after so much one call
 * tries. Milliseconds.
 */
const LONGEST_PAUSE = 120_000;

/** How long that one call may be alone before another tries, in milliseconds. */
const PROBE = 5000;

/**
 * Those who wait look again this often: the one that tries may be answered meanwhile. Milliseconds.
 */
const LOOK = 1000;

/**
 * A limit below this is none of Zenodo's, which takes 60 calls a minute of anybody, and is not
 * believed.
 */
const LEAST_LIMIT = 10;

/** Calls that are always left over, however small the limit. */
const ALWAYS_LEFT = 1;

type Headers = Record<string, string | string[] | undefined>;

/**
 * How long Zenodo wants to be left alone, in milliseconds up to a bound; null if it does not say,
 * or nothing that can be. `Retry-After` needs no clock in common, unless it is a date (RFC 9110,
 * 10.2.3); `X-RateLimit-Reset` is in seconds since the epoch.
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

/** Seconds to wait after a 429, as far as what Zenodo says of it can be believed. */
export function retryAfterSeconds({ headers }: { headers: Headers }): number {
  return Math.ceil((askedPause(headers) ?? WINDOW) / 1000);
}

function first(header: string | string[] | undefined): string {
  return (Array.isArray(header) ? header[0] : header)?.trim() || 'none';
}

export type RateBudget = ReturnType<typeof createRateBudget>;

/**
 * Slows down before Zenodo refuses: it counts all calls of this User-Agent and address together and
 * shows the remainder on every answer (inveniosoftware/invenio-app:invenio_app/limiter.py), so that
 * the header is what replicas share.
 */
export function createRateBudget() {
  let limit = Number.POSITIVE_INFINITY;
  let remaining = Number.POSITIVE_INFINITY;
  /** When the remainder is renewed, on this process's own clock. */
  let renewedAt = 0;
  /** Zenodo has refused a call for its number, and taken none since. */
  let refused = false;

  /** When it last did, on this process's own clock; null if it never did. */
  let refusedAt: number | null = null;

  /** When Zenodo last showed that nothing is left, or a call went all the same to find out. */
  let shownAt = 0;

  const waitFor = (kind: CallKind): number => {
    const now = performance.now();
    const left = renewedAt - now;
    if (left <= 0 && !refused) remaining = limit;
    if (remaining > Math.max(ALWAYS_LEFT, limit * LEFT_OVER[kind]) || left <= 0) return 0;
    // One odd header must not stop all users: while Zenodo has refused nothing, a call now and then
    // finds out.
    if (refused || kind === 'transfer' || now - shownAt < PROBE) return left;
    shownAt = now;
    return 0;
  };

  return {
    /** Learns from an answer: `Retry-After` is on nearly every one. */
    learn(status: number, headers: Headers): void {
      const shown = Number(first(headers['x-ratelimit-limit']));
      const rest = Number(first(headers['x-ratelimit-remaining']));
      if (refused && status !== 429) {
        [refused, remaining, renewedAt] = [false, limit, 0];
      }
      if (status === 429) [refused, remaining, refusedAt] = [true, 0, performance.now()];
      else if (!(shown >= LEAST_LIMIT) || !(rest >= 0)) return;
      else remaining = rest;
      if (shown >= LEAST_LIMIT) limit = shown;
      shownAt = performance.now();
      renewedAt = shownAt + (askedPause(headers) ?? WINDOW);
    },

    /**
     * Whether Zenodo lets this service wait: it has refused a call for its number, and taken none
     * since.
     */
    get refused(): boolean {
      return refused;
    },

    /** Seconds since Zenodo last refused a call for its number; null if it never did. */
    get sinceRefusal(): number | null {
      return refusedAt === null ? null : (performance.now() - refusedAt) / 1000;
    },

    /** Calls that Zenodo takes a minute; Infinity while it has not said. */
    get limit(): number {
      return limit;
    },

    /**
     * Waits for room for one call. Throws too_many_requests at once if there is none within
     * `longest` milliseconds.
     */
    async take(kind: CallKind, longest: number, signal?: AbortSignal): Promise<void> {
      for (let wait = waitFor(kind); wait > 0; wait = waitFor(kind)) {
        if (wait > longest) throw exhausted(wait);
        await pause(Math.min(wait, LOOK), signal);
      }
      if (refused) renewedAt = performance.now() + PROBE;
      // Answers under way have not shown yet; while plenty is left that does not matter.
      if (remaining < limit / 2) remaining -= 1;
    },
  };
}

function exhausted(wait: number) {
  const seconds = Math.ceil(wait / 1000);
  return problem(
    'too_many_requests',
    `Zenodo’s rate limit is nearly reached, so this service pauses its calls. Try again in ${seconds} s.`,
    { retry_after: seconds },
  );
}
