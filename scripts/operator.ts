import { type Config, ConfigError, loadConfig, processEnvironment } from '../src/config.js';
import { createDatabase, type Database } from '../src/database/prisma.js';

/** Runs an operator's command with the service's own environment, and leaves exit code 1 if it fails. */
export async function operate(work: (database: Database, config: Config) => Promise<number>): Promise<void> {
  let database: Database | undefined;
  try {
    const config = loadConfig(processEnvironment());
    database = createDatabase(config.databaseUrl);
    process.exitCode = await work(database, config);
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  } finally {
    await database?.$disconnect();
  }
}
