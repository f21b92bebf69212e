import { pathToFileURL } from 'node:url';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.js';
import { type Config, ConfigError, loadConfig, processEnvironment } from './config.js';
import { migrate } from './database/migrate.js';

/** How long SIGTERM waits for what is in flight, in milliseconds. */
const GRACE = 30_000;

/** Migrates, builds, listens; closes with grace on SIGTERM and SIGINT. */
export async function serve(config: Config): Promise<FastifyInstance> {
  await migrate(config.databaseUrl);
  const app = await buildApp(config);
  await app.listen({ port: config.port, host: config.host });
  closeWithGrace({ delay: GRACE }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'the process fails');
    await app.close();
  });
  return app;
}

async function main(): Promise<void> {
  try {
    await serve(loadConfig(processEnvironment()));
  } catch (error) {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
