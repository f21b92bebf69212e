import { randomUUID } from 'node:crypto';
import { type Config, loadConfig } from '../src/config.js';
import { createDatabase, type Database } from '../src/database/prisma.js';
import { type Actor, createActions } from '../src/operator/actions.js';
import { explainStart } from '../src/start-failure.js';
import { endWithReader } from './closed-pipe.js';
import { commandSettings } from './command-settings.js';

/**
 * Runs an operator's command with the service's own environment. Leaves exit code 1 if it fails, 2
 * if it was called wrongly. `--help` says `usage` and does nothing else. A reader who has seen
 * enough ends it in silence.
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
    process.exitCode = isWrongUse(error) ? 2 : 1;
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
  return { actor, actions: createActions(database, { info }) };
}

/** What node:util throws for an option that there is not. */
function isWrongUse(error: unknown): error is Error {
  return error instanceof Error && /^ERR_PARSE_ARGS/.test((error as { code?: string }).code ?? '');
}
