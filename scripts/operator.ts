import { type Config, loadConfig } from '../src/config.js';
import { createDatabase, type Database } from '../src/database/prisma.js';
import { processEnvironment } from '../src/process-environment.js';
import { explainStart } from '../src/start-failure.js';

/** Runs an operator's command with the service's own environment, and leaves exit code 1 if it fails. */
export async function operate(work: (database: Database, config: Config) => Promise<number>): Promise<void> {
  let database: Database | undefined;
  let config: Config | undefined;
  try {
    config = loadConfig(processEnvironment());
    database = createDatabase(config.databaseUrl);
    process.exitCode = await work(database, config);
  } catch (error) {
    console.error(isWrongUse(error) ? error.message : explainStart(error, config));
    process.exitCode = 1;
  } finally {
    await database?.$disconnect();
  }
}

/** What node:util throws for an option that there is not. */
function isWrongUse(error: unknown): error is Error {
  return error instanceof Error && /^ERR_PARSE_ARGS/.test((error as { code?: string }).code ?? '');
}
