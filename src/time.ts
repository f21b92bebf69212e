import { setTimeout as timer } from 'node:timers/promises';

/** Runs `work` once the signal is aborted: at once if it is already. */
export function whenAborted(signal: AbortSignal, work: () => void): void {
  if (signal.aborted) work();
  else signal.addEventListener('abort', work, { once: true });
}

/**
 * Does `work` with a signal that is aborted after some milliseconds, with a TimeoutError or the
 * error of `late`, or earlier with the reason of `outer`. It is not built on `AbortSignal.any` or
 * `.timeout`: on Node 20 these can be garbage-collected before they fire if only a listener refers
 * to them (nodejs/node#57736). Throws what `work` throws.
 */
export async function withDeadline<T>(
  milliseconds: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => Error = timeIsOver,
): Promise<T> {
  const control = new AbortController();
  const giveUp = () => control.abort(outer?.reason);
  const clock = setTimeout(() => control.abort(late()), bounded(milliseconds));
  if (outer !== undefined) whenAborted(outer, giveUp);
  try {
    return await work(control.signal);
  } finally {
    clearTimeout(clock);
    outer?.removeEventListener('abort', giveUp);
  }
}

/**
 * Waits at most some milliseconds for `work`, then throws the error of `late`. The work itself
 * continues.
 */
export async function within<T>(milliseconds: number, work: Promise<T>, late: () => Error): Promise<T> {
  let held: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    held = setTimeout(() => reject(late()), bounded(milliseconds));
  });
  return Promise.race([work, over]).finally(() => clearTimeout(held));
}

/**
 * Waits for `work`, or throws the signal's reason if that comes first. The work itself continues.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
  });
  whenAborted(signal, stop);
  return Promise.race([work, over]).finally(() => signal.removeEventListener('abort', stop));
}

/** Waits some milliseconds. Throws the signal's reason if that comes first. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await timer(bounded(milliseconds), undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : error;
  });
}

/**
 * Whether `end` is still to come, which was set to `duration` milliseconds later. If the clock was
 * set back meanwhile, it is not: it might be years away.
 */
export function isAhead(end: number, now: number, duration: number): boolean {
  return end > now && end <= now + duration;
}

/** A function that returns how many of these milliseconds are left. */
export function countdown(milliseconds: number): () => number {
  const end = performance.now() + milliseconds;
  return () => end - performance.now();
}

/** How often to look, and for how long. Milliseconds. */
interface Looks {
  interval: number;
  /** Returns the milliseconds that are left. Without it, there is no end. */
  left?: () => number;
  signal?: AbortSignal | undefined;
  /** Is told the milliseconds of each pause between two looks. */
  paused?: (milliseconds: number) => void;
}

/**
 * Calls `look` until it returns something, first at once. Null when the time is over. Throws what
 * `look` throws, or the signal's reason.
 */
export async function poll<T>(
  look: () => Promise<T | null>,
  { interval, left = forever, signal, paused }: Looks,
): Promise<T | null> {
  for (;;) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== null) return found;
    if (left() <= interval) return null;
    await pause(interval, signal);
    paused?.(interval);
  }
}

/** When and how often to try again. Milliseconds. */
interface Retries {
  /** Whether to try again after this error, the `failures`th one. */
  when(error: unknown, failures: number): boolean;
  /** The wait after the first failure. It doubles each time, up to `most`. */
  first: number;
  most: number;
  /**
   * Returns the milliseconds that are left; a longer wait is not begun. Without it, there is no
   * end.
   */
  left?: () => number;
  signal?: AbortSignal | undefined;
}

/** The wait after so many failures: it doubles each time, up to `most`. */
export function backOff(failures: number, { first, most }: Pick<Retries, 'first' | 'most'>): number {
  return Math.min(most, first * 2 ** (failures - 1));
}

/**
 * Does `work` until it succeeds. Throws its last error when `when` returns false or the time is
 * over, or the signal's reason.
 */
export async function retry<T>(
  work: () => Promise<T>,
  { when, first, most, left = forever, signal }: Retries,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      const wait = backOff(failures, { first, most });
      if (signal?.aborted || wait > left() || !when(error, failures)) throw error;
      await pause(wait, signal);
    }
  }
}

function timeIsOver(): Error {
  return new DOMException('The time is over.', 'TimeoutError');
}

function forever(): number {
  return Number.POSITIVE_INFINITY;
}

/** A timer of Node takes 31 bits; a longer one would fire at once. */
function bounded(milliseconds: number): number {
  return Math.min(2 ** 31 - 1, Math.max(0, milliseconds));
}
