import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { serverAccount } from './account.js';
import { findBinaries } from './binaries.js';
import { initialise, run, type Server } from './server.js';
import { clearStaleLock } from './stale-lock.js';

/** A PostgreSQL from an npm package that runs as a child of this process. */
interface EmbeddedDatabase {
  /** Connection URL with its password: keep it out of logs. */
  url: string;
  stop(): Promise<void>;
}

/** No socket file: its path may be too long, and the password protects the port. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '300',
};

/** Trades crash safety for speed. */
const THROWAWAY = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/** Another process may take the port after we find it and before the server binds it. */
const PORT_ATTEMPTS = 3;

/**
 * Starts PostgreSQL on a free loopback port with its data under `dir` (created with mode 0700). A
 * later start finds the data again, also after a crash. It ends with this process, however that
 * ends. As root it runs as `postgres` or `nobody`. `durable: false` is for tests. Throws if the
 * platform's package is not installed, `dir` is in use, or the server does not start.
 */
export async function startEmbeddedDatabase(dir: string, { durable = true } = {}): Promise<EmbeddedDatabase> {
  const home = resolve(dir);
  await mkdir(home, { recursive: true, mode: 0o700 });
  await chmod(home, 0o700);
  const account = await serverAccount();
  const binaries = await findBinaries(account, join(home, 'programs'));
  const cluster = { folder: join(home, 'cluster'), account };
  const passwordFile = join(home, 'password');
  const keeperFile = join(home, 'keeper.pid');
  const password = await storedPassword(passwordFile);
  if (account) await chown(passwordFile, account.uid, account.gid);
  try {
    if (existsSync(cluster.folder)) {
      await clearStaleLock(cluster.folder, await readPid(keeperFile));
    } else {
      const fresh = { ...cluster, folder: `${cluster.folder}.new` };
      await rm(fresh.folder, { recursive: true, force: true });
      await mkdir(fresh.folder, { mode: 0o700 });
      if (account) await chown(fresh.folder, account.uid, account.gid);
      await initialise(binaries.initdb, fresh, passwordFile, durable);
      await rename(fresh.folder, cluster.folder);
    }
    const settings = durable ? SETTINGS : { ...SETTINGS, ...THROWAWAY };
    const { port, server } = await onFreePort((port) => run(binaries.postgres, cluster, port, settings));
    await writeFile(keeperFile, String(server.keeperPid), { mode: 0o600 });
    return {
      url: `postgresql://zenodo:${password}@127.0.0.1:${port}/postgres`,
      async stop() {
        await server.stop();
        await binaries.discard();
      },
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`PostgreSQL did not start under ${home}: ${reason}`, { cause });
  }
}

async function readPid(file: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  return pid > 0 ? pid : undefined;
}

async function storedPassword(path: string): Promise<string> {
  try {
    await writeFile(path, randomBytes(24).toString('hex'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return (await readFile(path, 'utf8')).trim();
}

async function onFreePort(
  start: (port: number) => Promise<Server>,
): Promise<{ port: number; server: Server }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { port, server: await start(port) };
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('Address already in use');
      if (!taken || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
