import { fileURLToPath } from 'node:url';
import { pool as createThreads, TerminateError, Promise as ThreadPromise } from 'workerpool';
import { problem } from '../errors.js';
import { createSemaphore, type Turn } from '../semaphore.js';
import { withDeadline } from '../time.js';
import { isLight } from '../weight.js';
import { execute, type Outcome, resultOf, type Tasks, tooComplex } from './tasks.js';

/**
 * Up to this many characters a task runs in the calling thread: it takes a few milliseconds at
 * most, and a thread costs more.
 */
const LIGHT = 4 * 1024;

/** Time limit of one task in milliseconds, and memory limit of a thread's heap in MiB. */
const TIME = 15_000;
const MEMORY = 256;

/** How long a thread may take to start, in milliseconds. */
const START = 60_000;

/** Tasks that run at once, tasks of one user that may wait, and how many milliseconds one waits. */
const THREADS = 2;
const WAITING = 50;
const LONGEST_WAIT = 30_000;

/**
 * How long a thread is asked to end before it is killed, in milliseconds. One that is parsing does
 * not listen.
 */
const POLITE = 50;

/** The entry of a thread, next to this file. */
const ENTRY = new URL('./thread.js', import.meta.url);

/** Limits that tests lower. */
export interface PoolLimits {
  /** Characters that are parsed in the calling thread. */
  light: number;
  /** Milliseconds. */
  time: number;
  /** MiB. */
  memory: number;
  /** Milliseconds that a task waits for a thread. */
  wait: number;
}

/** Runs tasks in one user's turn. */
export interface Parser {
  /**
   * Runs a task: in a thread, or in the calling thread if its arguments are small. Arguments are
   * cloned, so changes to them are lost. Throws what the task throws, `too_complex` if it takes
   * too much time or memory, and `service_unavailable` if its turn does not come in time.
   */
  run<N extends keyof Tasks>(name: N, ...args: Parameters<Tasks[N]>): Promise<ReturnType<Tasks[N]>>;
}

export type ThreadPool = ReturnType<typeof createThreadPool>;

/**
 * Threads that parse text from outside, so that the event loop stays free. They start with the
 * first task that needs one.
 */
export function createThreadPool({
  light = LIGHT,
  time = TIME,
  memory = MEMORY,
  wait = LONGEST_WAIT,
}: Partial<PoolLimits> = {}) {
  const semaphore = createSemaphore(THREADS, THREADS);
  let closed = false;
  const threads = createThreads(fileURLToPath(ENTRY), {
    workerType: 'thread',
    maxWorkers: THREADS,
    workerTerminateTimeout: POLITE,
    // Without execArgv a thread inherits the options of its process. An explicit list with a V8
    // option, such as --max-old-space-size, would be refused (nodejs/node:lib/internal/worker.js).
    workerThreadOpts: { resourceLimits: { maxOldGenerationSizeMb: memory } },
  });

  const inThread = async <N extends keyof Tasks>(
    name: N,
    args: Parameters<Tasks[N]>,
    { owner, left = () => Number.POSITIVE_INFINITY, waitsAlways = false }: Turn,
  ): Promise<Outcome<ReturnType<Tasks[N]>>> => {
    if ((!waitsAlways && semaphore.waitingOf(owner) >= WAITING) || left() <= 0) throw busy();
    const inTime = Math.min(waitsAlways ? Number.POSITIVE_INFINITY : wait, left());
    const turn = (signal: AbortSignal) => semaphore.acquire(owner, signal);
    const end = await withDeadline(inTime, undefined, turn, busy);
    let began = false;
    let limit = time;
    try {
      if (closed) throw busy();
      const running = threads.exec('execute', [name, args], {
        on: () => {
          began = true;
          limit = Math.max(0, Math.min(time, left()));
          running.timeout(limit);
        },
      });
      // The time of a task counts from when its thread has started.
      return (await running.timeout(Math.min(START + time, left()))) as Outcome<ReturnType<Tasks[N]>>;
    } catch (error) {
      if (error instanceof ThreadPromise.TimeoutError && (!began || limit < time)) throw busy();
      if (error instanceof ThreadPromise.TimeoutError)
        throw tooComplex(`It took more than ${time / 1000} s.`);
      if (isOutOfMemory(error)) throw tooComplex(`It took more than ${memory} MB of memory.`);
      throw error;
    } finally {
      end();
    }
  };

  return {
    /** Tasks of one call, or of work for one user. */
    for: (turn: Turn): Parser => ({
      run: async (name, ...args) =>
        resultOf(isLight(args, light) ? execute(name, args) : await inThread(name, args, turn)),
    }),

    /** Ends all threads at once. */
    async close(): Promise<void> {
      closed = true;
      await threads.terminate(true);
    },
  };
}

function busy() {
  return problem('service_unavailable', 'Too much input is being parsed right now. Try again.', {
    retry_after: 5,
  });
}

function isOutOfMemory(error: unknown): boolean {
  const cause = error instanceof TerminateError ? error.cause : undefined;
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY';
}
