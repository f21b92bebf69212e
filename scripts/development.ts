import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { MockZenodo } from '../mock-zenodo/index.js';
import { loadConfig } from '../src/config.js';
import { shapeLog } from '../src/log.js';
import { systemMessage } from '../src/system-message.js';
import { startEmbeddedDatabase } from '../tools/postgres/index.js';
import { noteSettings } from './command-settings.js';

type Environment = Record<string, string | undefined>;

/** The service, and what was started for it because the environment does not name one. */
export interface Development {
  url: string;
  app: FastifyInstance;
  mockUrl: string | undefined;
  ownDatabase: boolean;
  ownKey: boolean;
  /** The operator's page. `key` is set only if it was generated here. */
  operator: { url: string; key: string | undefined };
  /** Stops PostgreSQL and the mock. Close `app` first. */
  stopRest(): Promise<void>;
}

/** Stands in for the parts that do not exist yet while the rest of the environment is validated. */
const STAND_IN = {
  database: { DATABASE_URL: 'postgresql://127.0.0.1/yet-to-start' },
  zenodo: {
    ZENODO_URL: 'http://127.0.0.1:4000',
    ZENODO_CLIENT_ID: 'mock-client',
    ZENODO_CLIENT_SECRET: 'mock-secret',
  },
  keys: { TOKEN_KEYS: `stand-in:${Buffer.alloc(32).toString('base64')}` },
};

/**
 * Starts the service with an embedded PostgreSQL, a mock Zenodo and a token key of its own wherever
 * `env` names none. All their data is under `dir` (0700). The environment is validated first:
 * ConfigError lists everything that is wrong before anything starts.
 */
export async function startDevelopment(env: Environment, dir: string, mockPort = 4000): Promise<Development> {
  const missing = {
    database: !isSet(env, 'DATABASE_URL'),
    zenodo: !isSet(env, 'ZENODO_URL'),
    keys: !isSet(env, 'TOKEN_KEYS'),
    operatorPort: !isSet(env, 'OPERATOR_PORT') && !isSet(env, 'METRICS_PORT'),
    operatorKey: !isSet(env, 'OPERATOR_KEY'),
  };
  loadConfig({
    ...env,
    ...(missing.database ? STAND_IN.database : {}),
    ...(missing.zenodo ? STAND_IN.zenodo : {}),
    ...(missing.keys ? STAND_IN.keys : {}),
    ...(missing.operatorPort ? { OPERATOR_PORT: '0' } : {}),
  });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const stops: (() => Promise<void>)[] = [];
  const stopRest = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    const complete: Environment = { ...env };
    if (missing.keys) complete['TOKEN_KEYS_FILE'] = await stored(join(dir, 'token-key'), tokenKey);
    if (missing.operatorPort) complete['OPERATOR_PORT'] = String(await portAfter(env));
    if (missing.operatorKey)
      complete['OPERATOR_KEY_FILE'] = await stored(join(dir, 'operator-key'), operatorKey);
    // Its start takes a second, in which the rest is loaded.
    const database = missing.database ? startEmbeddedDatabase(join(dir, 'postgres')) : undefined;
    // Errors are handled below, where it is awaited.
    const ended = database?.then(({ stop }) => stop).catch(() => undefined);
    stops.push(async () => (await ended)?.());
    const { serve } = await import('../src/serve.js');
    let mockUrl: string | undefined;
    if (missing.zenodo) {
      const mock = await startStoredMock(dir, mockPort);
      stops.push(() => mock.close());
      mockUrl = mock.url;
      Object.assign(complete, STAND_IN.zenodo, { ZENODO_URL: mock.url });
    }
    if (database !== undefined) complete['DATABASE_URL'] = (await database).url;
    if (env['NODE_ENV'] !== 'test') shapeLog(await prettyLines());
    const settings = { STAGING_DIR: join(dir, 'staging'), ...complete };
    const config = loadConfig(settings);
    const app = await serve(config);
    stops.push(await noteSettings(dir, brought(settings)));
    const operator = {
      url: urlOf(app.operatorAddress()),
      key: missing.operatorKey ? config.operatorKey : undefined,
    };
    const url = urlOf(app.server.address() as AddressInfo);
    return { url, app, mockUrl, ownDatabase: missing.database, ownKey: missing.keys, operator, stopRest };
  } catch (error) {
    await stopRest();
    throw error;
  }
}

/** Log lines for people: the time of day and the message first, then the other fields. */
async function prettyLines(): Promise<(line: string) => string> {
  // The bundle has only the default export of a CommonJS module.
  const { prettyFactory } = (await import('pino-pretty')).default;
  return prettyFactory({
    colorize: process.stdout.isTTY,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname',
    singleLine: true,
  });
}

/** What went wrong and why, for the user who started it. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port, path } = error as { code?: string; port?: number; path?: string };
  if (code === 'EADDRINUSE') return `port ${port} is in use: stop the program that uses it, or set PORT`;
  if ('errno' in error && path !== undefined) return `${path} cannot be used: ${systemMessage(error)}`;
  if (error.cause === undefined) return error.message;
  const cause = explainFailure(error.cause);
  return error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
}

function urlOf(at: AddressInfo | null): string {
  return `http://${at?.family === 'IPv6' ? `[${at.address}]` : at?.address}:${at?.port}`;
}

/**
 * The port after that of the service, which is easy to remember. If it is taken, or if any port
 * will do, another one.
 */
async function portAfter(env: Environment): Promise<number> {
  const port = Number(env['PORT']?.trim() || 3000);
  if (port === 0 || port === 65_535) return 0;
  const probe = createServer();
  const free = await new Promise<boolean>((done) => {
    probe
      .once('error', () => done(false))
      .listen(port + 1, env['HOST']?.trim() || '127.0.0.1', () => done(true));
  });
  await new Promise((done) => probe.close(done));
  return free ? port + 1 : 0;
}

/** The settings that a command needs to look at the same data. */
function brought(settings: Environment): Environment {
  return Object.fromEntries(
    BROUGHT.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
  );
}

const BROUGHT = [
  'DATABASE_URL',
  'ZENODO_URL',
  'ZENODO_CLIENT_ID',
  'ZENODO_CLIENT_SECRET',
  'TOKEN_KEYS',
  'TOKEN_KEYS_FILE',
  'STAGING_DIR',
];

function isSet(env: Environment, name: string): boolean {
  return Boolean(env[name]?.trim() || env[`${name}_FILE`]?.trim());
}

const tokenKey = () => `development:${randomBytes(32).toString('base64')}`;
const operatorKey = () => randomBytes(18).toString('base64url');

/** A file with a secret, which is generated once. */
async function stored(file: string, make: () => string): Promise<string> {
  await writeFile(file, `${make()}\n`, { flag: 'wx', mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return file;
}

/**
 * Connections belong to the address of a Zenodo, so the mock keeps the port of its first start. If
 * that port is taken, the mock uses another one and says so. Users must then authorize again. The
 * service knows them again once the old port is free.
 */
async function startStoredMock(dir: string, firstPort: number): Promise<MockZenodo> {
  const note = join(dir, 'mock-port');
  const noted = await readFile(note, 'utf8').catch(() => null);
  const port = noted === null ? firstPort : Number(noted);
  // The service still knows the ids from before a reset, so they must not be issued twice.
  const options = { data: join(dir, 'mock'), host: '127.0.0.1', keepIds: true };
  const { startMockZenodo } = await import('../mock-zenodo/index.js');
  const mock = await startMockZenodo({ ...options, port }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    if (noted !== null)
      console.error(`port ${port} is in use. The mock uses another one, so its users must authorize again.`);
    return startMockZenodo({ ...options, port: 0 });
  });
  await writeFile(note, new URL(mock.url).port, { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return mock;
}
