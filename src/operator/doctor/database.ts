// Raw SQL: the doctor also checks databases for which no pool could be opened.
import type pg from 'pg';
import type { Config } from '../../config.js';
import { missingMigrations, readMigrations } from '../../database/migrate.js';
import { bad, compareClocks, type Finding, good } from './finding.js';
import { withDatabase } from './with-database.js';

/** The oldest PostgreSQL that the tests use. */
const OLDEST = 15;

/**
 * Whether the database is reachable and recent enough, has this release's tables, and has the same
 * time.
 */
export async function checkDatabase({ databaseUrl }: Config): Promise<Finding[]> {
  try {
    return await withDatabase(databaseUrl, async (client) => {
      const asked = performance.now();
      const { rows } = await client.query<{ version: string; now: Date }>(
        `SELECT current_setting('server_version') AS version, clock_timestamp() AS now`,
      );
      const { version = '', now = new Date(0) } = rows[0] ?? {};
      const slack = (performance.now() - asked) / 1000;
      const old = Number.parseInt(version, 10) < OLDEST;
      return [
        old
          ? bad('database', `PostgreSQL ${version}`, `Use PostgreSQL ${OLDEST} or newer.`)
          : good('database', `PostgreSQL ${version} responds`),
        await checkMigrations(client),
        compareClocks('the database', now.getTime(), slack),
      ];
    });
  } catch (error) {
    const { message, code } = error as { message: string; code?: string };
    return [
      bad(
        'database',
        `${message || code}`,
        'Check DATABASE_URL: host, port, user, password and name. Check that PostgreSQL runs and accepts connections from this machine.',
      ),
    ];
  }
}

async function checkMigrations(client: pg.Client): Promise<Finding> {
  const all = await readMigrations();
  const missing = await missingMigrations(async (sql) => (await client.query(sql)).rows, all);
  if (missing.length === 0) return good('migrations', `all ${all.length} applied`);
  return bad(
    'migrations',
    missing.length === all.length ? `none of ${all.length} applied` : `${missing.join(', ')} not applied`,
    'Start the service of this release: it applies them before it listens.',
  );
}
