import pg from 'pg';

/** Connections a process may hold; nothing keeps one across a call to Zenodo, so a few serve many callers. */
const POOL_SIZE = 10;

/** Milliseconds. */
const CONNECT_TIMEOUT = 5000;
const IDLE_TIMEOUT = 30_000;

/** The process's only pool, under Prisma and under the statements that must be fast. It connects at the first query. */
export function createPool(databaseUrl: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POOL_SIZE,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    idleTimeoutMillis: IDLE_TIMEOUT,
  });
  // An idle connection that the server ends is replaced at the next query; unheard, its error would end the process.
  pool.on('error', () => undefined);
  return pool;
}
