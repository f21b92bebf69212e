import { fileURLToPath } from 'node:url';
import { pool as createThreads, TerminateError, Promise as ThreadPromise } from 'workerpool';
import { problem } from '../errors.js';
import { execute, type Outcome, resultOf, type Tasks, tooComplex } from './tasks.js';
import { isLight } from './weight.js';

/**
 * Up to this many characters a task runs in this thread: it takes a few milliseconds at worst, and
 * a thread costs more.
 */
const LIGHT = 4 * 1024;

/**
 * How long one task may take, in milliseconds, and how much of a thread's heap it may use, in MiB.
 */
const TIME = 15_000;
const MEMORY = 256;

/** How long a thread may take to start, in milliseconds. */
const START = 60_000;

/** As many tasks run at once, and as many more may wait. */
const THREADS = 2;
const WAITING = 100;

/**
 * How long a thread that is to end is asked politely, in milliseconds: one that reads foreign text
 * does not listen.
 */
const POLITE = 50;

/** Where a thread begins: the file beside this one. */
const ENTRY = new URL('./thread.js', import.meta.url);

/** Limits that tests lower. */
export interface PoolLimits {
  /** Characters that are read in this thread. */
  light: number;
  /** Milliseconds. */
  time: number;
  /** MiB. */
  memory: number;
}

export type ThreadPool = ReturnType<typeof createThreadPool>;

/**
 * Threads in which text of strangers is read, so that the event loop is free meanwhile. They start
 * with the first task that needs one.
 */
export function createThreadPool({ light = LIGHT, time = TIME, memory = MEMORY }: Partial<PoolLimits> = {}) {
  const threads = createThreads(fileURLToPath(ENTRY), {
    workerType: 'thread',
    maxWorkers: THREADS,
    maxQueueSize: WAITING,
    workerTerminateTimeout: POLITE,
    // Without execArgv a thread has the options of its process. A list would be refused if it held
    // one of V8's, as --max-old-space-size (nodejs/node:lib/internal/worker.js).
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
      // This timer starts when the task has a thread, which may have to start first.
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
     * Runs a task: in a thread, unless its arguments are so small that it is short in any case.
     * They are cloned, so what it changes of them is lost. Throws what the task throws,
     * `too_complex` when it takes too long or too much memory, `service_unavailable` when too many
     * wait.
     */
    async run<N extends keyof Tasks>(name: N, ...args: Parameters<Tasks[N]>): Promise<ReturnType<Tasks[N]>> {
      return resultOf(isLight(args, light) ? execute(name, args) : await inThread(name, args));
    },

    /** Ends all threads, with whatever they are doing. */
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
