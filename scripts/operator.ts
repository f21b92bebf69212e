import { randomUUID } from 'node:crypto';
import { type Config, loadConfig } from '../src/config.js';
import { createDatabase, type Database } from '../src/database/prisma.js';
import { type Actor, createActions, noteDeed } from '../src/operator/actions.js';
import { explainStart } from '../src/start-failure.js';
import { endWithReader } from './closed-pipe.js';
import { commandSettings } from './command-settings.js';

/** The exit codes in `--help` of each command. `doctor` has its own. */
export const EXIT_CODES = `Exit code 0: success; a list may be empty. 1: not found, or nothing was done. 2: wrong arguments.
3: failure: a setting is wrong, or the database does not respond.`;

/** Left where a command fails. */
const FAILED = 3;

/**
 * Runs an operator's command with the service's own environment. Leaves the exit code that `work`
 * answers, 2 if it was called wrongly, 3 if it fails. `--help` says `usage` and does nothing else.
 * A reader who has seen enough ends it in silence.
 */
export async function operate(
  usage: string,
  work: (database: Database, config: Config) => Promise<number>,
): Promise<void> {
  endWithReader();
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  let database: Database | undefined;
  let config: Config | undefined;
  try {
    config = loadConfig(commandSettings());
    database = createDatabase(config.databaseUrl);
    process.exitCode = await work(database, config);
  } catch (error) {
    if (isWrongUse(error)) console.error(`${error.message}\n\n${usage}`);
    else console.error(explainStart(error, config));
    process.exitCode = isWrongUse(error) ? 2 : FAILED;
  } finally {
    await database?.$disconnect();
  }
}

/**
 * The deeds of somebody at a terminal. Lines of the audit go to standard error, as lines of the
 * log's own kind.
 */
export function commandActions(database: Database) {
  const actor: Actor = { by: 'command', requestId: `command-${randomUUID()}` };
  const info = (line: object, msg: string) =>
    console.error(JSON.stringify({ time: new Date().toISOString(), ...line, msg }));
  const log = { info };
  const audit = (what: string, ids: object) => noteDeed(log, what, actor, ids);
  return { actor, audit, actions: createActions(database, log) };
}

/** What node:util throws for an option that there is not. */
export function isWrongUse(error: unknown): error is Error {
  return error instanceof Error && /^ERR_PARSE_ARGS/.test((error as { code?: string }).code ?? '');
}
