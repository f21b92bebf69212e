import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { migrate } from '../src/database/migrate.js';
import { startEmbeddedDatabase } from '../tools/postgres/index.js';
import { type Child, startChild, untilSays } from './child.js';
import { type Mock, mockAt } from './mock.js';
import { findNginx, nginxConfiguration } from './nginx.js';

/** A server that was started for a row. */
export interface Server {
  url: string;
  child: Child;
  /** File of all its output. */
  log: string;
}

export type Stage = Awaited<ReturnType<typeof openStage>>;

/** The repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../', import.meta.url));

/**
 * What the rows measure, as processes on 127.0.0.1, with their files in one folder. `close` removes
 * all of it.
 */
export async function openStage() {
  const folder = await mkdtemp(join(tmpdir(), 'zenodo-service-bench-'));
  const started: Child[] = [];
  const database = await startEmbeddedDatabase(join(folder, 'postgres'), { durable: false });
  const nginx = await findNginx();
  // However this process ends, it must not leave others behind.
  process.once('exit', () => {
    for (const child of started) child.process.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const server = async (program: string, args: string[], env: Record<string, string>, says: RegExp) => {
    const log = join(folder, `${randomUUID()}.log`);
    const child = startChild(program, args, { env, log });
    started.push(child);
    const [, url = ''] = await untilSays(child, log, says);
    return { url, child, log };
  };

  return {
    folder,
    databaseUrl: database.url,
    /** Null if it is not installed. */
    nginx,
    /** Ends everything that was started since. */
    async ending<T>(work: () => Promise<T>): Promise<T> {
      const before = started.length;
      try {
        return await work();
      } finally {
        await Promise.all(started.splice(before).map((child) => child.end('SIGKILL')));
      }
    },

    /**
     * A mock Zenodo that accepts and hashes all bytes. It keeps them only where `options` says so.
     */
    async startMock(options: string[] = ['--hash-only']): Promise<Mock> {
      const script = join(ROOT, 'dist/mock-zenodo/cli.js');
      const { url } = await server(process.execPath, [script, ...options], {}, /^(http:\S+)$/m);
      return mockAt(url);
    },

    /** An environment for the service with a migrated database and its own staging folder. */
    async serviceEnvironment(zenodoUrl: string): Promise<Record<string, string>> {
      const name = `bench_${randomUUID().replaceAll('-', '')}`;
      const admin = new pg.Client({ connectionString: database.url });
      await admin.connect();
      await admin.query(`CREATE DATABASE ${name}`).finally(() => admin.end());
      const url = new URL(database.url);
      url.pathname = `/${name}`;
      await migrate(url.href);
      return {
        PORT: '0',
        DATABASE_URL: url.href,
        ZENODO_URL: zenodoUrl,
        ZENODO_CLIENT_ID: 'mock-client',
        ZENODO_CLIENT_SECRET: 'mock-secret',
        TOKEN_KEYS: `bench:${randomBytes(32).toString('base64')}`,
        STAGING_DIR: join(folder, name),
      };
    },

    /** The service as it is built. `nodeOptions` come before the script. */
    startService(env: Record<string, string>, nodeOptions: string[] = []): Promise<Server> {
      const script = join(ROOT, 'dist/src/server.js');
      const args = [...nodeOptions, script];
      return server(process.execPath, args, env, /listening at (http:\/\/127\.0\.0\.1:\d+)/i);
    },

    /** A TypeScript program of the bench that prints its URL. */
    startProgram(name: string, env: Record<string, string>): Promise<Server> {
      const args = [join(ROOT, 'scripts/launch.mjs'), join(ROOT, 'bench', name)];
      return server(process.execPath, args, env, /^(http:\S+)$/m);
    },

    /** nginx in front of `upstream`. Null if it is not installed. */
    async startNginx(upstream: string, buffering: boolean): Promise<Server | null> {
      if (nginx === null) return null;
      const home = join(folder, `nginx-${randomUUID()}`);
      await mkdir(home);
      const { args, url } = await nginxConfiguration(home, upstream, buffering);
      const log = join(home, 'output');
      const child = startChild(nginx, args, { log });
      started.push(child);
      // It listens by then. A separate worker would outlive a master that is killed.
      await untilSays(child, log, /RLIMIT_NOFILE/);
      return { url, child, log };
    },

    async close(): Promise<void> {
      await Promise.all(started.map((child) => child.end('SIGKILL')));
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
