import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Options as MockOptions, type MockZenodo, startMockZenodo } from '../mock-zenodo/index.js';
import { buildApp, type Dependencies } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { noteProblems } from './answered-problems.js';
import { watched } from './contract-watch.js';
import { createTestDatabase } from './database.js';
import { type FailingTeardown, type Teardown, temporaryFolder } from './teardown.js';

/** What every service needs around it. */
interface Surroundings {
  mock: MockZenodo;
  databaseUrl: string;
  stagingDir: string;
  /** The environment of a service that uses them: start a replica with it. */
  env: Record<string, string>;
}

/** A service in this process, on real sockets, with surroundings of its own. */
export interface TestService extends Surroundings {
  url: string;
  app: FastifyInstance;
}

interface SurroundingsOptions {
  env?: Record<string, string>;
  mock?: Partial<MockOptions>;
}

/**
 * Starts a mock Zenodo, a database and a staging folder, and takes them down with the test. `env`
 * overrides the service's environment.
 */
export async function startSurroundings(
  t: Teardown,
  { env = {}, mock: mockOptions = {} }: SurroundingsOptions = {},
): Promise<Surroundings> {
  const mock = await startMockZenodo(mockOptions);
  t.teardown(() => mock.close());
  const database = await createTestDatabase();
  t.teardown(() => database.drop());
  const stagingDir = await temporaryFolder(t);
  const environment: Record<string, string> = {
    NODE_ENV: 'test',
    PORT: '0',
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'silent',
    DATABASE_URL: database.url,
    ZENODO_URL: mock.url,
    ZENODO_CLIENT_ID: 'mock-client',
    ZENODO_CLIENT_SECRET: 'mock-secret',
    TOKEN_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    STAGING_DIR: stagingDir,
    STAGING_MIN_FREE: '0',
    ...env,
  };
  return { mock, databaseUrl: database.url, stagingDir, env: environment };
}

/**
 * Starts all of it and takes it down with the test, which fails at any answer that breaks
 * openapi.yaml. `dependencies` overrides the service's clock and chance.
 */
export async function startService(
  t: FailingTeardown,
  { dependencies = {}, ...options }: SurroundingsOptions & { dependencies?: Partial<Dependencies> } = {},
): Promise<TestService> {
  const surroundings = await startSurroundings(t, options);
  const app = await watched(
    (violation) => t.fail(violation),
    () => buildApp(loadConfig(surroundings.env), { now: Date.now, randomBytes, ...dependencies }),
  );
  t.teardown(() => app.close());
  noteProblems(app.server);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, app, ...surroundings };
}
