import { setFlagsFromString } from 'node:v8';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.js';
import { type Config, loadConfig } from './config.js';
import { migrate } from './database/migrate.js';
import { explainStart } from './start-failure.js';
import { VERSION } from './version.js';

/**
 * How long SIGTERM waits for requests in progress after the grace period of uploads, in
 * milliseconds.
 */
const GRACE = 30_000;

/** How long a process that failed to start may take to exit, in milliseconds. */
const LAST_WAIT = 5000;

/**
 * Connections in the accept queue, Linux's default maximum. Node's 511 are too few when thousands
 * of clients poll.
 */
const BACKLOG = 4096;

/**
 * How much the heap may grow between two full collections, in per cent. V8 counts the buffers of an
 * upload as growth. If it chooses a low limit itself, which depends on the moment of one
 * collection, it collects every 10 MB of an upload and needs twice the CPU (docs/performance.md).
 */
const HEAP_GROWTH = 100;

/** Migrates, builds and listens. Closes what it opened if that fails. */
export async function serve(config: Config): Promise<FastifyInstance> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
  const migrations = await migrate(config.databaseUrl);
  const app = await buildApp(config);
  app.log.info({ version: VERSION, migrations: migrations.length }, 'the service starts');
  try {
    await app.listen({ port: config.port, host: config.host, backlog: BACKLOG });
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

/**
 * On SIGTERM and SIGINT: accepts no more uploads and gives running ones time to finish. Then, or
 * when the process fails: accepts no more connections, answers requests in progress, closes what
 * the service depends on (`afterwards`), and exits.
 */
export function closeOnSignals(app: FastifyInstance, afterwards = async () => {}): void {
  const drain = app.config.drainSeconds * 1000;
  closeWithGrace({ delay: GRACE + drain }, async ({ err, signal }) => {
    if (err) app.log.fatal({ err }, 'the process failed');
    else {
      app.log.info(
        { signal, seconds: app.config.drainSeconds },
        'shutting down: running uploads have some time to end',
      );
      await app.uploads.drain(drain);
    }
    await app.close();
    app.log.info('the service has ended');
    await afterwards();
  });
}

/**
 * Runs the service with the settings of the environment. If some are missing or wrong, reports all
 * of them and sets exit code 1.
 */
export async function runProduction(env: Record<string, string | undefined>): Promise<void> {
  let config: Config | undefined;
  try {
    config = loadConfig(env);
    closeOnSignals(await serve(config));
  } catch (error) {
    console.error(explainStart(error, config));
    process.exitCode = 1;
    // A system call that never returns, for example on a hanging volume, would keep the process
    // alive: Node waits for the thread that made it.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_WAIT).unref();
  }
}
