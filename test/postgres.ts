import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverAccount } from '../tools/postgres/account.js';
import { findBinaries } from '../tools/postgres/binaries.js';
import { initialise, run, type Server } from '../tools/postgres/server.js';
import { freePort } from './free-port.js';
import { type Teardown, temporaryFolder } from './teardown.js';

/** A PostgreSQL that a test may stop and start again under the same address. */
export interface OwnPostgres {
  url: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Where Debian puts the programs of a PostgreSQL. */
interface Programs {
  initdb: string;
  postgres: string;
}

/** Starts one, out of the npm package unless other programs are named. */
export async function startOwnPostgres(t: Teardown, programs?: Programs): Promise<OwnPostgres> {
  const home = await temporaryFolder(t);
  // Some versions go back to where they were started by its full path.
  await chmod(home, 0o755);
  const account = await serverAccount();
  const found = programs === undefined ? await findBinaries(account, join(home, 'programs')) : null;
  const { initdb, postgres } = found ?? (programs as Programs);
  const cluster = { folder: join(home, 'cluster'), account };
  const passwordFile = join(home, 'password');
  await writeFile(passwordFile, 'own', { mode: 0o600 });
  await mkdir(cluster.folder, { mode: 0o700 });
  if (account) {
    for (const path of [passwordFile, cluster.folder]) await chown(path, account.uid, account.gid);
  }
  await initialise(initdb, cluster, passwordFile, false);
  const port = await freePort();
  const settings = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  let server: Server | null = null;
  const start = async () => {
    server = await run(postgres, cluster, port, settings);
  };
  const stop = async () => {
    await server?.stop();
    server = null;
  };
  await start();
  t.teardown(async () => {
    await stop();
    await found?.discard();
  });
  return { url: `postgresql://zenodo:own@127.0.0.1:${port}/postgres`, start, stop };
}
