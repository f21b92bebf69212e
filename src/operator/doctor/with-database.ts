import pg from 'pg';

/** How long the database may take to connect, and for each answer. Milliseconds. */
const TIME_OUT = 5000;

/**
 * Does `work` over a connection of its own: the doctor also looks where no pool could be opened.
 * Throws what the driver throws if the database does not answer.
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
