import { fileURLToPath } from 'node:url';
import { pool as createThreads, TerminateError, Promise as ThreadPromise } from 'workerpool';
import { problem } from '../errors.js';
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

/** Tasks that run at once, and tasks that may wait. */
const THREADS = 2;
const WAITING = 100;

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
}

export type ThreadPool = ReturnType<typeof createThreadPool>;

/**
 * Threads that parse text from outside, so that the event loop stays free. They start with the
 * first task that needs one.
 */
export function createThreadPool({ light = LIGHT, time = TIME, memory = MEMORY }: Partial<PoolLimits> = {}) {
  const threads = createThreads(fileURLToPath(ENTRY), {
    workerType: 'thread',
    maxWorkers: THREADS,
    maxQueueSize: WAITING,
    workerTerminateTimeout: POLITE,
    // Without execArgv a thread inherits the options of its process. An explicit list with a V8
    // option, such as --max-old-space-size, would be refused (nodejs/node:lib/internal/worker.js).
    workerThreadOpts: { resourceLimits: { maxOldGenerationSizeMb: memory } },
  });

  const inThread = async <N extends keyof Tasks>(
    name: N,
    args: Parameters<Tasks[N]>,
  ): Promise<Outcome<ReturnType<Tasks[N]>>> => {
    if (threads.stats().pendingTasks >= WAITING) throw busy();
    let began = false;
    try {
      const running = threads.exec('execute', [name, args], {
        on: () => {
          began = true;
          running.timeout(time);
        },
      });
      // The time of a task counts from when its thread has started.
      return (await running.timeout(START + time)) as Outcome<ReturnType<Tasks[N]>>;
    } catch (error) {
      if (error instanceof ThreadPromise.TimeoutError && !began) throw busy();
      if (error instanceof ThreadPromise.TimeoutError)
        throw tooComplex(`It took more than ${time / 1000} s.`);
      if (isOutOfMemory(error)) throw tooComplex(`It took more than ${memory} MB of memory.`);
      throw error;
    }
  };

  return {
    /**
     * Runs a task: in a thread, or in the calling thread if its arguments are small. Arguments are
     * cloned, so changes to them are lost. Throws what the task throws, `too_complex` if it takes
     * too much time or memory, and `service_unavailable` if too many tasks wait.
     */
    async run<N extends keyof Tasks>(name: N, ...args: Parameters<Tasks[N]>): Promise<ReturnType<Tasks[N]>> {
      return resultOf(isLight(args, light) ? execute(name, args) : await inThread(name, args));
    },

    /** Ends all threads at once. */
    async close(): Promise<void> {
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
