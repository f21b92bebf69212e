import { pathToFileURL } from 'node:url';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.js';
import { type Config, ConfigError, loadConfig, processEnvironment } from './config.js';
import { migrate } from './database/migrate.js';

/** How long SIGTERM waits for what is in flight, in milliseconds. */
const GRACE = 30_000;

/** Migrates, builds, listens. What was opened is closed again if that fails. */
export async function serve(config: Config): Promise<FastifyInstance> {
  await migrate(config.databaseUrl);
  const app = await buildApp(config);
  try {
    await app.listen({ port: config.port, host: config.host });
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

/**
 * On SIGTERM and SIGINT, or when the process fails: takes no more connections, answers what is in flight, then ends
 * what the service stands on (`afterwards`), then the process.
 */
export function closeOnSignals(app: FastifyInstance, afterwards = async () => {}): void {
  closeWithGrace({ delay: GRACE }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'the process fails');
    await app.close();
    await afterwards();
  });
}

/** Runs the service with what the environment names and nothing else; says everything that is missing and leaves exit code 1. */
export async function runProduction(env: Record<string, string | undefined>): Promise<void> {
  try {
    closeOnSignals(await serve(loadConfig(env)));
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runProduction(processEnvironment());
}
