import { pathToFileURL } from 'node:url';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.js';
import { type Config, ConfigError, loadConfig, processEnvironment } from './config.js';
import { migrate } from './database/migrate.js';
import { isDatabaseUnavailable } from './database/unavailable.js';

/** How long SIGTERM waits for what is in flight once running uploads have had their time, in milliseconds. */
const GRACE = 30_000;

/** Connections that may wait to be taken, as many as Linux lets by default: Node's 511 are too few where thousands ask how their uploads go. */
const BACKLOG = 4096;

/** What connecting fails with: no server there, and PostgreSQL's words for a wrong password, role or database, or a start-up. */
const NO_DATABASE = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|28...|3D000|57P03)$/;

/** Migrates, builds, listens. What was opened is closed again if that fails. */
export async function serve(config: Config): Promise<FastifyInstance> {
  await migrate(config.databaseUrl);
  const app = await buildApp(config);
  try {
    await app.listen({ port: config.port, host: config.host, backlog: BACKLOG });
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

/**
 * On SIGTERM and SIGINT: takes no more uploads, and gives running ones a while to end. Then, or when the process fails: takes no
 * more connections, answers what is in flight, ends what the service stands on (`afterwards`), then the process.
 */
export function closeOnSignals(app: FastifyInstance, afterwards = async () => {}): void {
  const patience = app.config.drainSeconds * 1000;
  closeWithGrace({ delay: GRACE + patience }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'the process fails');
    else await app.uploads.drain(patience);
    await app.close();
    await afterwards();
  });
}

/** Runs the service with what the environment names and nothing else; says everything that is missing and leaves exit code 1. */
export async function runProduction(env: Record<string, string | undefined>): Promise<void> {
  try {
    closeOnSignals(await serve(loadConfig(env)));
  } catch (error) {
    console.error(explained(error));
    process.exitCode = 1;
  }
}

/** A sentence where the operator can do something about it, else the error as it is. */
function explained(error: unknown): unknown {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return error;
  const { code, port } = error as { code?: string; port?: number };
  if (code === 'EADDRINUSE') return `port ${port} is taken: stop what uses it, or set PORT`;
  if (isDatabaseUnavailable(error) || NO_DATABASE.test(code ?? '')) {
    return `the database that DATABASE_URL names cannot be used: ${error.message}`;
  }
  return error;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runProduction(processEnvironment());
}
