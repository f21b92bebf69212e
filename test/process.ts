import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { bundledForTests } from './bundled-for-tests.js';
import type { FailingTeardown } from './teardown.js';
import { violationsIn, WATCHED } from './watched-process.js';

/** A script of ours as a process of its own. */
export interface ScriptProcess {
  child: ChildProcess;
  /** All that it has said so far, on both outputs. */
  output(): string;
  /** Waits until its output matches; throws with the output if it ends or 90 s pass before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits for its end: the exit code, or the name of the signal that ended it. */
  ended(): Promise<number | string>;
  /** Sends a signal and waits for the end. */
  kill(signal: NodeJS.Signals): Promise<number | string>;
}

/**
 * How long a process may take to say something: several may start at once on a busy machine.
 * Milliseconds.
 */
const PATIENCE = 90_000;

/** What Debian's `faketime` sets: a run under another date is so in all its processes. */
const FAKETIME = ['LD_PRELOAD', 'FAKETIME', 'FAKETIME_SHARED'];

const root = new URL('../', import.meta.url);

/**
 * What a process of ours sees of our environment: what a fresh shell would have, not what the test
 * run set.
 */
export function freshEnvironment(): Record<string, string> {
  return { ...kept(['PATH', 'HOME', 'TMPDIR', 'USER', 'TZ', 'LANG', 'LC_ALL']), ...fakedClock() };
}

/** What makes the clock of this run, if it is not the machine's, that of another process. */
export function fakedClock(): Record<string, string> {
  return kept(FAKETIME);
}

function kept(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

/**
 * The arguments with which Node runs a TypeScript file of ours (a path in the repository): as it
 * was bundled for this run if it is one of the programs that tests start, else as it was compiled.
 */
export function compiled(script: string): string[] {
  const path = bundledForTests(script);
  if (path !== undefined) return ['--enable-source-maps', path];
  return [fileURLToPath(new URL('scripts/launch.mjs', root)), fileURLToPath(new URL(script, root))];
}

/**
 * Starts `script` (a path in the repository) with `env` on top of a fresh environment; SIGKILLed
 * with the test.
 */
export function startScript(
  t: FailingTeardown,
  script: string,
  { args = [], env = {}, cwd }: { args?: string[]; env?: Record<string, string>; cwd?: string } = {},
): ScriptProcess {
  // The test runner would otherwise look into every process that is started.
  const bare = ['-u', 'NODE_OPTIONS', process.execPath];
  const command = ['env', ...bare, `--import=${WATCHED}`, ...compiled(script), ...args];
  return startProgram(t, command, { env, cwd: cwd ?? fileURLToPath(root) });
}

/** Starts any program with `env` on top of a fresh environment; SIGKILLed with the test. */
export function startProgram(
  t: FailingTeardown,
  [program = '', ...args]: string[],
  { env = {}, cwd }: { env?: Record<string, string>; cwd: string },
): ScriptProcess {
  const child = spawn(program, args, {
    cwd,
    env: { ...freshEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      for (const violation of violationsIn(text)) t.fail(violation);
    });
  }
  const closed = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const kill = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    return closed;
  };
  t.teardown(() => kill('SIGKILL'));
  return {
    child,
    output: () => said,
    async says(pattern) {
      for (const until = Date.now() + PATIENCE; Date.now() < until; ) {
        const found = pattern.exec(said);
        if (found !== null) return found;
        if (child.exitCode !== null || child.signalCode !== null) break;
        await new Promise((done) => setTimeout(done, 25));
      }
      throw new Error(`${[program, ...args].join(' ')} never said ${pattern}:\n${said}`);
    },
    ended: () => closed,
    kill,
  };
}
