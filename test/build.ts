import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inDatabase } from './database.js';
import { freshEnvironment } from './process.js';

/** Any number will do that no other lock of the tests has. */
const LOCK = 4712;

/**
 * Builds `dist/`. Test files that need it run side by side: each waits for the other's build, and
 * then finds little left to do.
 */
export async function build(): Promise<void> {
  await inDatabase(process.env['TEST_DATABASE_URL'] ?? '', async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const cwd = fileURLToPath(new URL('../', import.meta.url));
    await promisify(execFile)('npm', ['run', 'build'], { cwd, env: freshEnvironment() });
  });
}
