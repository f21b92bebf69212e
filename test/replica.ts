import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bundled } from './bundle.js';
import { freshEnvironment } from './process.js';
import { violationsIn, WATCHED } from './watched-process.js';

/** Just enough of tap's test object to clean up after it, and to fail it. */
interface Teardown {
  teardown(work: () => unknown): unknown;
  fail(message: string): unknown;
}

/** The service as a process of its own. */
export interface Replica {
  url: string;
  process: ChildProcess;
  /** All that it has said so far. */
  output(): string;
  /** Ends it and waits until it is gone. */
  kill(signal: NodeJS.Signals): Promise<void>;
}

/**
 * How long a process may take to listen, in milliseconds: several may start at once on a busy
 * machine.
 */
const PATIENCE = 90_000;

/**
 * Starts the packed service as an operator does, with `env` and nothing else of ours; killed with
 * the test.
 */
export async function startReplica(t: Teardown, env: Record<string, string>): Promise<Replica> {
  const child = spawn(process.execPath, ['--import', WATCHED, await bundled('src/server.js')], {
    env: { ...freshEnvironment(), ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      for (const violation of violationsIn(text)) t.fail(violation);
    });
  }
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  t.teardown(() => kill('SIGKILL'));
  const until = Date.now() + PATIENCE;
  while (Date.now() < until && child.exitCode === null) {
    const port = /listening at http:\/\/127\.0\.0\.1:(\d+)/i.exec(said)?.[1];
    if (port !== undefined) {
      return { url: `http://127.0.0.1:${port}`, process: child, output: () => said, kill };
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  await kill('SIGKILL');
  throw new Error(`the service did not start:\n${said}`);
}
