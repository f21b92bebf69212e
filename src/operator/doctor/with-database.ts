import pg from 'pg';

/** Timeout for connecting and for each answer, in milliseconds. */
const TIME_OUT = 5000;

/**
 * Does `work` on a connection of its own: the doctor also checks databases for which no pool could
 * be opened. Throws the driver's error if the database does not answer.
 */
export async function withDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: TIME_OUT,
    query_timeout: TIME_OUT,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
