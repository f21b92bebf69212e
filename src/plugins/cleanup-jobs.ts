// Raw SQL: an advisory lock, held by a connection of its own.
import fp from 'fastify-plugin';
import pg from 'pg';
import { connectionLimits } from '../database/postgres-pool.js';
import { every } from '../periodic.js';

declare module 'fastify' {
  interface FastifyInstance {
    cleanup: CleanupJobs;
  }
}

/** The time between two rounds, and before the first one after the start. Milliseconds. */
const INTERVAL = 600_000;
const FIRST = 60_000;

/** An arbitrary number, the same in every replica. */
const ADVISORY_LOCK = 7_304_262;

interface CleanupJobs {
  /**
   * Adds a job to every round. It returns how much it removed, by name. Rounds of different
   * replicas do not overlap.
   */
  add(name: string, sweep: () => Promise<Record<string, number>>): void;
  /** Runs a round now. False if another replica is running one. */
  run(): Promise<boolean>;
}

/** Periodically removes what is no longer kept: see the retention table of docs/security.md. */
export const cleanup = fp(
  async (app) => {
    const sweeps = new Map<string, () => Promise<Record<string, number>>>();
    let running: Promise<boolean> | null = null;

    /** The lock belongs to a connection of its own, because those of the pool change hands. */
    const round = async (): Promise<boolean> => {
      const client = new pg.Client({
        connectionString: app.config.databaseUrl,
        ...connectionLimits(app.timings),
      });
      client.on('error', (err) => app.log.warn({ err }, 'cleanup lost its connection'));
      await client.connect();
      try {
        // The lock of a process that stands still ends.
        await client.query(`SET idle_session_timeout = ${INTERVAL}`);
        const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [
          ADVISORY_LOCK,
        ]);
        if (rows[0]?.mine !== true) return false;
        for (const [name, sweep] of sweeps) {
          // Says that this process does not stand still.
          await client.query('SELECT 1');
          const removed = await sweep().catch((err: unknown) => {
            app.log.error({ err, area: name }, 'expired data could not be removed');
            return {};
          });
          if (Object.values(removed).some((count) => count > 0)) {
            app.log.info({ audit: 'swept', area: name, ...removed }, 'expired data was removed');
          }
        }
        return true;
      } finally {
        await client.end();
      }
    };

    const run = (): Promise<boolean> => {
      running ??= round().finally(() => {
        running = null;
      });
      return running;
    };

    app.decorate('cleanup', { add: (name, sweep) => void sweeps.set(name, sweep), run });
    const rounds = every(app.log, INTERVAL, 'cleanup', run);
    const first = setTimeout(() => void rounds.run(), FIRST).unref();
    app.addHook('onClose', async () => {
      clearTimeout(first);
      await rounds.stop();
      await running?.catch(() => undefined);
    });
  },
  { name: 'cleanup' },
);
