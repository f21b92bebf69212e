import pg from 'pg';
import { TIMINGS, type Timings } from '../time-outs.js';

/** Connections per process. None is held during a call to Zenodo, so a few are enough. */
const POOL_SIZE = 10;

/** Milliseconds. */
const IDLE_TIMEOUT = 30_000;
const KEEP_ALIVE = 10_000;

type DatabaseTimings = Pick<Timings, 'databaseConnect' | 'databaseStatement' | 'databaseAnswer'>;

/**
 * Timeouts for a database that is unreachable or silent: stopped, or behind a firewall that drops
 * packets. And for a process that stands still in a transaction: the database ends it, because its
 * locks hold up all others.
 */
export function connectionLimits(timings: DatabaseTimings = TIMINGS) {
  return {
    connectionTimeoutMillis: timings.databaseConnect,
    statement_timeout: timings.databaseStatement,
    query_timeout: timings.databaseAnswer,
    idle_in_transaction_session_timeout: timings.databaseAnswer,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE,
  };
}

/**
 * The process's only pool, for Prisma and for prepared statements. It connects at the first query.
 */
export function createPool(databaseUrl: string, timings?: DatabaseTimings): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POOL_SIZE,
    ...connectionLimits(timings),
    idleTimeoutMillis: IDLE_TIMEOUT,
  });
  // A lost idle connection is replaced at the next query. Without a listener its error would end
  // the process.
  pool.on('error', () => undefined);
  return pool;
}
