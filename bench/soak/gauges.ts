import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { memory } from '../process-figures.js';

/** What must not grow without limit. */
export interface Reading {
  /** Seconds since the start. */
  at: number;
  /** Resident memory of the service in MiB. */
  memory: number;
  /** Open file descriptors of the service. */
  handles: number;
  stagingBytes: number;
  connectionsToDatabase: number;
}

/** Rows by table, and uploads that have not ended. */
export interface Rows {
  tables: Record<string, number>;
  unfinished: number;
}

const TABLES = ['oauth_states', 'connections', 'access_tokens', 'drafts', 'uploads', 'upload_files'];

/** Observes a service from outside. */
export function createGauges(pid: number, stagingDir: string, databaseUrl: string) {
  const started = performance.now();
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const count = async (from: string): Promise<number> => {
    const { rows } = await pool.query<{ count: string }>(`SELECT count(*) FROM ${from}`);
    return Number(rows[0]?.count);
  };

  return {
    async read(): Promise<Reading> {
      return {
        at: (performance.now() - started) / 1000,
        memory: (await memory(pid)).now,
        handles: (await readdir(`/proc/${pid}/fd`)).length,
        stagingBytes: await bytesUnder(stagingDir),
        connectionsToDatabase: await count(
          'pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
        ),
      };
    },
    async rows(): Promise<Rows> {
      const tables: Record<string, number> = {};
      for (const table of TABLES) tables[table] = await count(table);
      return { tables, unfinished: await count('uploads WHERE finished_at IS NULL') };
    },
    close: () => pool.end(),
  };
}

async function bytesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile() && entry.name !== 'volume-id')
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
