import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../src/database/migrate.js';
import { startEmbeddedDatabase } from '../tools/postgres/index.js';
import type { Teardown } from './teardown.js';

/** A running PostgreSQL server for tests. */
interface TestServer {
  url: string;
  stop(): Promise<void>;
}

const TEMPLATE = 'zenodo_test_template';

/**
 * `TEST_DATABASE_URL` if set, else a container if `TEST_WITH_DOCKER=1`, else the embedded
 * PostgreSQL in a folder of its own.
 */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given) return { url: given, stop: async () => undefined };
  if (process.env['TEST_WITH_DOCKER'] === '1') {
    const { GenericContainer, Wait } = await import('testcontainers');
    const container = await new GenericContainer('postgres:18-alpine')
      .withEnvironment({ POSTGRES_PASSWORD: 'test' })
      .withExposedPorts(5432)
      .withWaitStrategy(Wait.forLogMessage('ready to accept connections', 2))
      .start();
    const url = `postgresql://postgres:test@${container.getHost()}:${container.getMappedPort(5432)}/postgres`;
    return { url, stop: async () => void (await container.stop()) };
  }
  const dir = await mkdtemp(join(tmpdir(), 'zenodo-service-test-'));
  const database = await startEmbeddedDatabase(dir, { durable: false });
  return {
    url: database.url,
    async stop() {
      await database.stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}

/** Migrates the template that every test database is copied from. */
export async function prepareTemplate(serverUrl: string): Promise<void> {
  await inDatabase(serverUrl, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${TEMPLATE}`);
    await client.query(`CREATE DATABASE ${TEMPLATE}`);
  });
  await migrate(databaseUrl(serverUrl, TEMPLATE));
}

/**
 * A fresh, migrated database of its own for one test; drop it when done. Needs the run that
 * test/run.ts started.
 */
export function createTestDatabase(): Promise<{ url: string; drop(): Promise<unknown> }> {
  return createDatabase(`TEMPLATE ${TEMPLATE}`);
}

/** A database with nothing in it, otherwise the same. */
export function createEmptyDatabase(): Promise<{ url: string; drop(): Promise<unknown> }> {
  return createDatabase('TEMPLATE template0');
}

async function createDatabase(from: string): Promise<{ url: string; drop(): Promise<unknown> }> {
  const serverUrl = process.env['TEST_DATABASE_URL'];
  if (!serverUrl) throw new Error('no test database: run tests with `npm test [file …]`');
  const name = `test_${randomBytes(6).toString('hex')}`;
  // Two copies of a template at once fail; the second one waits.
  await inDatabase(serverUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock(4711)');
    await client.query(`CREATE DATABASE ${name} ${from}`);
  });
  return {
    url: databaseUrl(serverUrl, name),
    drop: () =>
      inDatabase(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** A connection to a database that ends with the test. */
export async function connectTo(t: Teardown, url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  t.teardown(() => client.end());
  return client;
}

/** Does some work with a connection to a database. */
export async function inDatabase<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
