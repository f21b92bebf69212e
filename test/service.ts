import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Options as MockOptions, type MockZenodo, startMockZenodo } from '../mock-zenodo/index.js';
import { buildApp, type Dependencies } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { noteProblems } from './answered-problems.js';
import { watched } from './contract-watch.js';
import { createTestDatabase } from './database.js';

/** Just enough of tap's test object to clean up after it, and to fail it. */
interface Teardown {
  teardown(work: () => unknown): unknown;
  fail(message: string): unknown;
}

/** A service in this process, on real sockets, with a database, a staging folder and a mock Zenodo of its own. */
export interface TestService {
  url: string;
  app: FastifyInstance;
  mock: MockZenodo;
  databaseUrl: string;
  stagingDir: string;
  /** The environment the service was built from: start a second replica with it. */
  env: Record<string, string>;
}

/** Starts all three and takes them down with the test, which fails at any answer that breaks openapi.yaml. `env` overrides the service's environment, `dependencies` its clock and chance, `mock` the mock's options. */
export async function startService(
  t: Teardown,
  {
    env = {},
    mock: mockOptions = {},
    dependencies = {},
  }: {
    env?: Record<string, string>;
    mock?: Partial<MockOptions>;
    dependencies?: Partial<Dependencies>;
  } = {},
): Promise<TestService> {
  const mock = await startMockZenodo(mockOptions);
  t.teardown(() => mock.close());
  const database = await createTestDatabase();
  t.teardown(() => database.drop());
  const stagingDir = await mkdtemp(join(tmpdir(), 'zenodo-service-staging-'));
  t.teardown(() => rm(stagingDir, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }));
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
  const app = await watched(
    (violation) => t.fail(violation),
    () => buildApp(loadConfig(environment), { now: Date.now, randomBytes, ...dependencies }),
  );
  t.teardown(() => app.close());
  noteProblems(app.server);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    mock,
    databaseUrl: database.url,
    stagingDir,
    env: environment,
  };
}
