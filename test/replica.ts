import type { ChildProcess } from 'node:child_process';
import { bundled } from './bundle.js';
import { inDatabase } from './database.js';
import { startProgram } from './process.js';
import type { FailingTeardown } from './teardown.js';
import { WATCHED } from './watched-process.js';

/** A line of the log. */
export type Line = Record<string, unknown>;

/** The lines of the log in what a process said, but for one that it has not ended. */
export function linesOf(output: string): Line[] {
  return output
    .split('\n')
    .flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line)] : []));
}

/** The service as a process of its own. */
interface Replica {
  url: string;
  process: ChildProcess;
  /** All that it has said so far. */
  output(): string;
  /** Ends it and waits until it is gone. */
  kill(signal: NodeJS.Signals): Promise<unknown>;
}

/**
 * Starts the packed service as an operator does, with `env` and nothing else of ours; killed with
 * the test.
 */
export async function startReplica(t: FailingTeardown, env: Record<string, string>): Promise<Replica> {
  const command = [process.execPath, '--import', WATCHED, await bundled('src/server.js')];
  const { child, says, output, kill } = startProgram(t, command, {
    env: { PORT: '0', ...env },
    cwd: process.cwd(),
  });
  const [, port] = await says(/listening at http:\/\/127\.0\.0\.1:(\d+)/i);
  return { url: `http://127.0.0.1:${port}`, process: child, output, kill };
}

/**
 * Ends the leases and locks that a process left when it died: a test that does not ask how long
 * they last need not wait for their end. No process may hold any.
 */
export async function endLeases(databaseUrl: string): Promise<void> {
  const ending = `
    UPDATE uploads SET lease_until = to_timestamp(0) WHERE lease_until IS NOT NULL;
    UPDATE tus_files SET lease_until = to_timestamp(0) WHERE lease_until IS NOT NULL;
    UPDATE locks SET expires_at = to_timestamp(0)`;
  await inDatabase(databaseUrl, (client) => client.query(ending));
}
