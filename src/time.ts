import { setTimeout as timer } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';

/**
 * The end of something that may take only so long. It is never an `AbortSignal.any` or `.timeout`:
 * on Node 20 these are collected before they fire when nothing but a listener holds them
 * (nodejs/node#57736). A timer that is held is not.
 */
export interface Deadline {
  /** When it ends, on this process's own clock (`performance.now()`), in milliseconds. */
  readonly at: number;
  /**
   * Aborted at the end with a TimeoutError or what `late` makes, or earlier with the reason of the
   * signal that it was made under.
   */
  readonly signal: AbortSignal;
  /** Milliseconds that are left, never less than 0. */
  left(): number;
  /** Lets go of the timer and of the outer signal. What has ended must call it. */
  clear(): void;
}

/** A deadline in so many milliseconds. `outer` ends it earlier. */
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

/**
 * Does `work` under a deadline, which is let go of however the work ends. Throws what `work`
 * throws.
 */
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
 * Waits for `work` at most so many milliseconds, then throws what `late` makes; the work itself
 * goes on.
 */
export async function within<T>(milliseconds: number, work: Promise<T>, late: () => Error): Promise<T> {
  let held: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    held = setTimeout(() => reject(late()), bounded(milliseconds));
  });
  return Promise.race([work, over]).finally(() => clearTimeout(held));
}

/** Waits so many milliseconds. Throws the signal's own reason if that comes first. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await timer(bounded(milliseconds), undefined, signal ? { signal } : {}).catch((error: unknown) => {
    throw signal?.aborted ? signal.reason : error;
  });
}

/** How many milliseconds are left of so many that begin now, whenever it is asked. */
export function countdown(milliseconds: number): () => number {
  const end = performance.now() + milliseconds;
  return () => end - performance.now();
}

/** How often something is looked at, and how long. Milliseconds. */
interface Looks {
  interval: number;
  /** Answers how many are left. Without it there is no end. */
  left?: () => number;
  signal?: AbortSignal | undefined;
}

/**
 * Looks again and again until there is something to answer, at once for the first time. Null once
 * the time is over. Throws what `look` throws, or the signal's reason.
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

/** When and how often something is tried again. Milliseconds. */
interface Retries {
  /**
   * Whether trying again may help. Also told how often it has failed; what is to be said of it is
   * said here.
   */
  when(error: unknown, failures: number): boolean;
  /** The wait after the first failure. It doubles with each, up to `most`. */
  first: number;
  most: number;
  /** Answers how many are left: no wait is longer. Without it there is no end. */
  left?: () => number;
  signal?: AbortSignal | undefined;
}

/**
 * Does `work` until it succeeds. Throws what it throws once `when` says no or the time is over, or
 * the signal's reason.
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

/** Work that is done again and again. */
export interface Periodic {
  /** Does it now; joins the round that is under way. Never throws. */
  run(): Promise<void>;
  /** No round begins any more. Resolves when none is under way. */
  stop(): Promise<void>;
}

/**
 * Does `work` every so many milliseconds, never twice at once; a failure is logged under `name`.
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

/** One timer for several kinds of work that belong together. */
export interface Tick {
  /**
   * Does `work` at every so manyth beat, as `every` does: what takes long delays nothing but its
   * own next round.
   */
  every(beats: number, name: string, work: () => Promise<unknown>): Periodic;
}

/** A timer that beats every so many milliseconds, and does not keep the process alive. */
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

/** Rounds of `work`, never two at once; a failure is logged under `name`. */
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

/** A timer of Node's takes 31 bits; what is longer fires at once. */
function bounded(milliseconds: number): number {
  return Math.min(2 ** 31 - 1, Math.max(0, milliseconds));
}
