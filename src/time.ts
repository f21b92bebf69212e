import { setTimeout as timer } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';

/**
 * A time limit. It is not built on `AbortSignal.any` or `.timeout`: on Node 20 these can be
 * garbage-collected before they fire if only a listener refers to them (nodejs/node#57736).
 */
export interface Deadline {
  /** When it ends, by `performance.now()`. */
  readonly at: number;
  /**
   * Aborted at the end with a TimeoutError or the error of `late`, or earlier with the reason of
   * the outer signal.
   */
  readonly signal: AbortSignal;
  /** Milliseconds that are left, at least 0. */
  left(): number;
  /** Releases the timer and the outer signal. Must be called when the work has ended. */
  clear(): void;
}

/** A deadline in some milliseconds. `outer` ends it earlier. */
function deadlineIn(milliseconds: number, outer?: AbortSignal, late: () => Error = timeIsOver): Deadline {
  const control = new AbortController();
  const at = performance.now() + milliseconds;
  const giveUp = () => control.abort(outer?.reason);
  const clear = () => {
    clearTimeout(clock);
    outer?.removeEventListener('abort', giveUp);
  };
  const clock = setTimeout(() => control.abort(late()), bounded(milliseconds));
  if (outer?.aborted) giveUp();
  else outer?.addEventListener('abort', giveUp, { once: true });
  return { at, signal: control.signal, left: () => Math.max(0, at - performance.now()), clear };
}

/** Does `work` with a deadline, and releases it afterwards. Throws what `work` throws. */
export async function withDeadline<T>(
  milliseconds: number,
  outer: AbortSignal | undefined,
  work: (deadline: Deadline) => Promise<T>,
  late?: () => Error,
): Promise<T> {
  const deadline = deadlineIn(milliseconds, outer, late);
  try {
    return await work(deadline);
  } finally {
    deadline.clear();
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

/** Waits some milliseconds. Throws the signal's reason if that comes first. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await timer(bounded(milliseconds), undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : error;
  });
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
}

/**
 * Calls `look` until it returns something, first at once. Null when the time is over. Throws what
 * `look` throws, or the signal's reason.
 */
export async function poll<T>(
  look: () => Promise<T | null>,
  { interval, left = forever, signal }: Looks,
): Promise<T | null> {
  for (;;) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== null) return found;
    if (left() <= interval) return null;
    await pause(interval, signal);
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
      const wait = Math.min(most, first * 2 ** (failures - 1));
      if (signal?.aborted || wait > left() || !when(error, failures)) throw error;
      await pause(wait, signal);
    }
  }
}

/** Work that is repeated. */
export interface Periodic {
  /** Runs it now, or joins the running round. Never throws. */
  run(): Promise<void>;
  /** Begins no more rounds. Resolves when none is running. */
  stop(): Promise<void>;
}

/**
 * Does `work` every so many milliseconds, never twice at once. A failure is logged under `name`.
 * Does not keep the process alive.
 */
export function every(
  log: Pick<FastifyBaseLogger, 'error'>,
  milliseconds: number,
  name: string,
  work: () => Promise<unknown>,
): Periodic {
  const rounds = singly(log, name, work);
  const beat = setInterval(() => void rounds.run(), milliseconds).unref();
  return {
    run: rounds.run,
    async stop() {
      clearInterval(beat);
      await rounds.stop();
    },
  };
}

/** One timer for several periodic jobs. */
export interface Tick {
  /**
   * Does `work` once in `beats` beats, as the function `every` does. A slow job delays only its own
   * next round.
   */
  every(beats: number, name: string, work: () => Promise<unknown>): Periodic;
}

/** A timer that beats at this interval and does not keep the process alive. */
export function startTick(log: Pick<FastifyBaseLogger, 'error'>, milliseconds: number): Tick {
  const jobs = new Map<Periodic, number>();
  let beat = 0;
  const timer = setInterval(() => {
    beat += 1;
    for (const [job, beats] of jobs) if (beat % beats === 0) void job.run();
  }, milliseconds).unref();
  return {
    every(beats, name, work) {
      const job = singly(log, name, work);
      jobs.set(job, beats);
      return {
        run: job.run,
        async stop() {
          jobs.delete(job);
          if (jobs.size === 0) clearInterval(timer);
          await job.stop();
        },
      };
    },
  };
}

/** Runs `work` in rounds that never overlap. A failure is logged under `name`. */
function singly(log: Pick<FastifyBaseLogger, 'error'>, name: string, work: () => Promise<unknown>): Periodic {
  let running: Promise<void> | null = null;
  let stopped = false;
  const round = async () => {
    try {
      await work();
    } catch (err) {
      log.error({ err }, `${name} failed`);
    } finally {
      running = null;
    }
  };
  const run = (): Promise<void> => {
    if (stopped) return running ?? Promise.resolve();
    running ??= round();
    return running;
  };
  return {
    run,
    async stop() {
      stopped = true;
      await running;
    },
  };
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
