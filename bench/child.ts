import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshEnvironment } from '../test/process.js';

/** How long a process may take until it is ready, in milliseconds. */
const PATIENCE = 30_000;

/** A process that the bench started. */
export interface Child {
  pid: number;
  process: ChildProcess;
  /** Ends the process and waits until it is gone. SIGKILL after 10 s. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** How a process is started. */
interface ChildOptions {
  env?: Record<string, string>;
  cwd?: string;
  /** File for all its output. */
  log: string;
}

/** Starts a program with `env` in addition to the environment of a fresh shell. */
export function startChild(program: string, args: string[], { env = {}, cwd, log }: ChildOptions): Child {
  const output = openSync(log, 'a');
  const child = spawn(program, args, {
    env: { ...freshEnvironment(), ...env },
    stdio: ['ignore', output, output],
    ...(cwd === undefined ? {} : { cwd }),
  });
  closeSync(output);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    pid: child.pid ?? 0,
    process: child,
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(timer);
    },
  };
}

/**
 * Waits until the output of a process matches. Throws with all of the output if the process ends
 * first, or if it takes too long.
 */
export async function untilSays(child: Child, log: string, pattern: RegExp): Promise<RegExpExecArray> {
  for (const until = performance.now() + PATIENCE; performance.now() < until; await sleep(5)) {
    const found = pattern.exec(await readFile(log, 'utf8'));
    if (found !== null) return found;
    if (child.process.exitCode !== null || child.process.signalCode !== null) break;
  }
  await child.end('SIGKILL');
  throw new Error(`a process did not start:\n${await readFile(log, 'utf8')}`);
}

/** Runs a program to its end. Throws if it fails. */
export async function runChild(program: string, args: string[], options: ChildOptions): Promise<void> {
  const child = startChild(program, args, options);
  const [code] = (await once(child.process, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${await readFile(options.log, 'utf8')}`);
}
