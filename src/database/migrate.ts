// Raw SQL: migrations are SQL, and run before Prisma can.
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { countdown, poll, within } from '../time.js';
import { TIMINGS, type Timings } from '../time-outs.js';
import { DatabaseSilent } from './failures.js';
import { COLUMNS } from './generated/columns.js';

/** An arbitrary number, the same in every replica. */
const ADVISORY_LOCK = 7_304_261;

/**
 * How long to wait for another process that migrates, how long one migration may take, and the
 * pause between two looks. Milliseconds.
 */
const LONGEST = 30 * 60_000;
const POLL = 100;

/** How long a migrating process may stand still before another one migrates. Milliseconds. */
const STANDSTILL = 60_000;

const LEDGER = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

const APPLIED =
  'SELECT migration_name, checksum FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL';

/** A migration in `prisma/migrations/`. */
export interface Migration {
  name: string;
  sql: string;
  /** SHA-256 of the file, as in Prisma's ledger. */
  checksum: string;
}

/** The database could not be reached, or refused the connection. */
export class NoConnection extends Error {}

/** Reads all migrations in order. */
export async function readMigrations(): Promise<Migration[]> {
  const folder = await migrationsFolder();
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(new URL(`${name}/migration.sql`, folder));
      const checksum = createHash('sha256').update(bytes).digest('hex');
      return { name, sql: bytes.toString('utf8'), checksum };
    }),
  );
}

/**
 * Applies missing migrations, once even if many replicas start together. It keeps Prisma's ledger,
 * so that `prisma migrate deploy` and `status` agree. Returns the names it applied. Throws
 * NoConnection, or an Error if an applied migration has changed.
 */
export async function migrate(
  databaseUrl: string,
  { databaseConnect, databaseAnswer }: Pick<Timings, 'databaseConnect' | 'databaseAnswer'> = TIMINGS,
): Promise<string[]> {
  const migrations = await readMigrations();
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: databaseConnect,
    query_timeout: databaseAnswer,
    keepAlive: true,
  });
  // The query in progress reports a broken connection.
  client.on('error', () => undefined);
  await client.connect().catch((cause: Error & { code?: string }) => {
    throw new NoConnection(cause.message || cause.code, { cause });
  });
  try {
    // The lock of a process that stands still ends.
    await client.query(`SET idle_session_timeout = ${STANDSTILL}`);
    await client.query(`SET idle_in_transaction_session_timeout = ${STANDSTILL}`);
    await takeLock(client);
    await client.query(LEDGER);
    const { rows } = await client.query<{ migration_name: string; checksum: string }>(APPLIED);
    const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
    const fresh: string[] = [];
    for (const migration of migrations) {
      const known = applied.get(migration.name);
      if (known === migration.checksum) continue;
      if (known !== undefined)
        throw new Error(`migration ${migration.name} was changed after it had been applied`);
      await apply(client, migration);
      fresh.push(migration.name);
    }
    return fresh;
  } finally {
    // A silent server does not answer this either.
    await within(databaseAnswer, client.end(), () => new DatabaseSilent()).catch(() => undefined);
  }
}

/** Waits while another process migrates. It keeps asking, so that a silent database is noticed. */
async function takeLock(client: pg.Client): Promise<void> {
  const take = async () => {
    const sql = 'SELECT pg_try_advisory_lock($1) AS taken';
    return (await client.query<{ taken: boolean }>(sql, [ADVISORY_LOCK])).rows[0]?.taken || null;
  };
  if (await poll(take, { interval: POLL, left: countdown(LONGEST) })) return;
  throw new Error('another process has been migrating this database for 30 minutes');
}

/** The tables and columns of this release that are missing or not usable, by name. */
const LACKING = `
  SELECT CASE WHEN to_regclass(quote_ident(wanted.t)) IS NULL THEN 'table ' || wanted.t
    WHEN NOT (${mayUse('wanted.t')}) THEN 'rights to table ' || wanted.t
    ELSE 'column ' || wanted.t || '.' || wanted.c END AS migration_name
  FROM (VALUES ${COLUMNS.map(([table, column]) => `('${table}', '${column}')`).join(', ')}) AS wanted (t, c)
  WHERE NOT EXISTS (
    SELECT FROM pg_attribute
    WHERE attrelid = to_regclass(quote_ident(wanted.t)) AND attname = wanted.c AND NOT attisdropped
      AND ${mayUse('wanted.t')})`;

/** SQL for whether this account may read and write a table. */
function mayUse(table: string): string {
  return ['SELECT', 'INSERT', 'UPDATE', 'DELETE']
    .map((right) => `has_table_privilege(to_regclass(quote_ident(${table})), '${right}')`)
    .join(' AND ');
}

/**
 * The migrations, tables, columns and rights of this release that a database lacks. Those of newer
 * releases are ignored.
 */
export async function missingMigrations(
  query: (sql: string) => Promise<{ migration_name: string }[]>,
  migrations: Migration[],
): Promise<string[]> {
  const [ledger] = await query(`SELECT to_regclass('"_prisma_migrations"')::text AS migration_name`);
  const applied = ledger?.migration_name ? await query(APPLIED) : [];
  const names = new Set(applied.map((row) => row.migration_name));
  const missing = migrations.filter(({ name }) => !names.has(name)).map(({ name }) => name);
  if (missing.length > 0) return missing;
  const lacking = await query(LACKING);
  return [...new Set(lacking.map((row) => row.migration_name))];
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(Object.assign({ text: sql }, { query_timeout: LONGEST }));
    await client.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new Error(`migration ${name} failed`, { cause });
  }
}

/** Compiled code is one folder deeper than the sources. */
async function migrationsFolder(): Promise<URL> {
  for (const path of ['../../prisma/migrations/', '../../../prisma/migrations/']) {
    const folder = new URL(path, import.meta.url);
    const found = await readdir(folder).catch(() => null);
    if (found !== null) return folder;
  }
  throw new Error(`no prisma/migrations near ${fileURLToPath(import.meta.url)}`);
}
