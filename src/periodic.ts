import type { FastifyBaseLogger } from 'fastify';

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
