import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.js';
import { type Config, loadConfig } from './config.js';
import { migrate } from './database/migrate.js';
import { explainStart } from './start-failure.js';
import { VERSION } from './version.js';

/**
 * How long SIGTERM waits for what is in flight once running uploads have had their time, in
 * milliseconds.
 */
const GRACE = 30_000;

/** How long a process that could not start may take to end, in milliseconds. */
const LAST_WAIT = 5000;

/**
 * Connections that may wait to be taken, as many as Linux lets by default: Node's 511 are too few
 * where thousands ask how their uploads go.
 */
const BACKLOG = 4096;

/** Migrates, builds, listens. What was opened is closed again if that fails. */
export async function serve(config: Config): Promise<FastifyInstance> {
  const migrations = await migrate(config.databaseUrl);
  const app = await buildApp(config);
  app.log.info({ version: VERSION, migrations }, 'the service starts');
  try {
    await app.listen({ port: config.port, host: config.host, backlog: BACKLOG });
  } catch (error) {
    await app.close();
    throw error;
  }
  return app;
}

/**
 * On SIGTERM and SIGINT: takes no more uploads, and gives running ones a while to end. Then, or
 * when the process fails: takes no more connections, answers what is in flight, ends what the
 * service stands on (`afterwards`), then the process.
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
 * Runs the service with what the environment names and nothing else; says everything that is
 * missing and leaves exit code 1.
 */
export async function runProduction(env: Record<string, string | undefined>): Promise<void> {
  let config: Config | undefined;
  try {
    config = loadConfig(env);
    closeOnSignals(await serve(config));
  } catch (error) {
    console.error(explainStart(error, config));
    process.exitCode = 1;
    // What the system never answers, as a volume that hangs, would keep the process alive, and its
    // end too: Node waits for the threads that asked.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_WAIT).unref();
  }
}
