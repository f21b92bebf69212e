import pg from 'pg';
import { TIMINGS, type Timings } from '../time-outs.js';

/**
 * Connections a process may hold; nothing keeps one across a call to Zenodo, so a few serve many
 * callers.
 */
const POOL_SIZE = 10;

/** Milliseconds. */
const IDLE_TIMEOUT = 30_000;
const KEEP_ALIVE = 10_000;

type DatabaseTimings = Pick<Timings, 'databaseConnect' | 'databaseStatement' | 'databaseAnswer'>;

/**
 * Every wait for the database ends, also where it is there but silent: stopped, or behind a
 * firewall that drops.
 */
export function connectionLimits(timings: DatabaseTimings = TIMINGS) {
  return {
    connectionTimeoutMillis: timings.databaseConnect,
    statement_timeout: timings.databaseStatement,
    query_timeout: timings.databaseAnswer,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE,
  };
}

/**
 * The process's only pool, under Prisma and under the statements that must be fast. It connects at
 * the first query.
 */
export function createPool(databaseUrl: string, timings?: DatabaseTimings): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POOL_SIZE,
    ...connectionLimits(timings),
    idleTimeoutMillis: IDLE_TIMEOUT,
  });
  // An idle connection that the server ends is replaced at the next query; unheard, its error would
  // end the process.
  pool.on('error', () => undefined);
  return pool;
}
