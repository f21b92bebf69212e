import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { validate } from 'dockerfile-utils';
import t, { type Test } from 'tap';
import { parse } from 'yaml';
import { startMockZenodo } from '../mock-zenodo/index.js';
import { command, readDockerfile, type Stage, texts } from '../scripts/dockerfile.js';
import { loadConfig } from '../src/config.js';
import { EnvironmentSchema } from '../src/environment.js';
import { bundled } from './bundle.js';
import { authorize, CALLBACK } from './consent.js';
import { createTestDatabase } from './database.js';
import { freePort } from './free-port.js';
import { fakedClock } from './process.js';
import { temporaryFolder } from './teardown.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const NOBODY = 65534;
const asRoot = process.getuid?.() === 0;
const as = asRoot ? { uid: NOBODY, gid: NOBODY } : {};

/** What an operator runs in the container, and what it says when all is well. */
const OPERATED = {
  'doctor.js --wait 1': /^✓ database[^✗]*✓ time-outs/,
  'rotate-keys.js': /0 encrypted with "k1", 2 already were/,
  'connections.js list': /"state":"active"/,
  'drafts.js list': /./,
};

async function folder(t: Test): Promise<string> {
  const path = await temporaryFolder(t);
  await chmod(path, 0o755);
  return path;
}

/** Does what the COPY lines of a stage say; `stages` tells where other stages lie. */
async function copyInto(stage: Stage | undefined, at: string, stages: Record<string, string>): Promise<void> {
  for (const text of texts(stage, 'COPY')) {
    const [, from, paths = ''] = /^(?:--from=(\S+) )?(.+)$/.exec(text) ?? [];
    const sources = paths.split(' ');
    const target = sources.pop() ?? '';
    for (const source of sources) {
      const path = from === undefined ? join(ROOT, source) : source.replace(/^\/app/, stages[from] ?? '');
      const into = target.endsWith('/') ? join(at, target, source.split('/').at(-1) ?? '') : join(at, target);
      await mkdir(dirname(into), { recursive: true });
      await cp(path, into, { recursive: true });
    }
  }
}

/** Files as docker-compose.yml mounts them, and the variables that name them there. */
async function secretsIn(t: Test, secrets: Record<string, string>): Promise<Record<string, string>> {
  const home = await folder(t);
  const named: Record<string, string> = {};
  for (const [name, value] of Object.entries(secrets)) {
    await writeFile(join(home, name), `${value}\n`, { mode: 0o444 });
    named[`${name.toUpperCase()}_FILE`] = join(home, name);
  }
  return named;
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  for (const until = Date.now() + 30_000; Date.now() < until && child.exitCode === null; ) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`${url} does not answer`);
}

t.test('the image’s own commands, as plain processes from a production install', async (t) => {
  const [compilation, image] = await readDockerfile(join(ROOT, 'Dockerfile'));
  const [compile, app, data] = await Promise.all([folder(t), folder(t), folder(t)]);
  t.same(texts(compilation, 'RUN'), ['npm ci', 'npm run build']);
  await cp(await bundled(''), join(compile, 'dist'), { recursive: true });
  await copyInto(image, app, { build: compile });
  await run('chmod', ['-R', 'a-w', app]);
  if (asRoot) await chown(data, NOBODY, NOBODY);

  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const database = await createTestDatabase();
  t.teardown(() => database.drop());
  const port = await freePort();
  const [settings = ''] = texts(image, 'ENV');
  const secrets = await secretsIn(t, {
    database_url: database.url,
    zenodo_client_secret: 'mock-secret',
    token_keys: `k1:${randomBytes(32).toString('base64')}`,
    api_keys: 'none',
  });
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    ...Object.fromEntries(settings.split(' ').map((pair) => pair.split('='))),
    STAGING_DIR: join(data, 'staging'),
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ...fakedClock(),
    ...secrets,
    ZENODO_URL: mock.url,
    ZENODO_CLIENT_ID: 'mock-client',
    ALLOWED_CALLBACK_URLS: CALLBACK,
    OPERATOR_CONTACT: 'ops@example.org',
  };
  const [program = '', ...args] = command(texts(image, 'CMD')[0]);
  const service = spawn('env', ['-u', 'NODE_OPTIONS', program, ...args], {
    cwd: app,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...as,
  });
  let said = '';
  for (const stream of [service.stdout, service.stderr]) stream.on('data', (text) => (said += String(text)));
  const ended = once(service, 'exit');
  t.teardown(() => service.kill('SIGKILL'));
  await untilAnswers(`http://127.0.0.1:${port}/readyz`, service).catch((error) =>
    t.fail(`${error}\n${said}`),
  );
  const [check = '', ...checked] = command(texts(image, 'HEALTHCHECK')[0]);
  await t.resolves(run(check, checked, { env }), 'it is healthy');
  t.match(await authorize(`http://127.0.0.1:${port}`), { status: 200, body: { deposition_state: 'draft' } });
  for (const path of ['/docs/', '/openapi.yaml']) {
    t.equal((await fetch(`http://127.0.0.1:${port}${path}`)).status, 200, path);
  }
  for (const [script, pattern] of Object.entries(OPERATED)) {
    const args = ['-u', 'NODE_OPTIONS', program, ...`dist/scripts/${script}`.split(' ')];
    const { stdout } = await run('env', args, { cwd: app, env, ...as });
    t.match(stdout, pattern, `${script} runs beside the service`);
  }
  t.notMatch(said, /Warning|Deprecat/, 'nothing to complain about');
  service.kill('SIGTERM');
  t.same(await ended, [0, null], said);
  await t.rejects(run(check, checked, { env }), 'now it is not');

  const { stdout } = await run('du', ['-sm', app]);
  t.ok(Number.parseInt(stdout, 10) <= 40, `${stdout.split('\t')[0]} MB`);
});

t.test('the image runs as no special user, on a pinned line of Node, and copies what there is', async (t) => {
  for (const path of ['Dockerfile', 'mock-zenodo/Dockerfile']) {
    const faults = validate(await readFile(join(ROOT, path), 'utf8'));
    t.same(
      faults.map(({ range, message }) => `line ${range.start.line + 1}: ${message}`),
      [],
      path,
    );
    const stages = await readDockerfile(join(ROOT, path));
    for (const stage of stages) {
      t.match(stage.image, /^node:\d+-slim$/, `${path}: ${stage.image}`);
      for (const text of texts(stage, 'COPY').filter((text) => !text.startsWith('--from='))) {
        for (const source of text.split(' ').slice(0, -1)) {
          await t.resolves(stat(join(ROOT, source)), `${path}: ${source}`);
        }
      }
    }
    t.same(texts(stages.at(-1), 'USER'), ['node'], path);
    t.ok(command(texts(stages.at(-1), 'CMD')[0]).length > 1, `${path}: no shell between signals and us`);
  }
});

interface Compose {
  services: Record<
    string,
    {
      environment?: Record<string, string>;
      env_file?: { path: string; required: boolean }[];
      secrets?: string[];
      ports?: string[];
      profiles?: string[];
      stop_grace_period?: string;
      build?: string | { context: string; dockerfile: string };
    }
  >;
  secrets: Record<string, { file: string }>;
}

t.test('docker-compose.yml gives the service what production insists on', async (t) => {
  const compose = parse(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8')) as Compose;
  const { service, mock } = compose.services;
  const home = await folder(t);
  await run(join(ROOT, 'deploy/make-secrets.sh'), ['the-client-secret'], { cwd: home });
  const made = await readFile(join(home, 'secrets/token_keys'), 'utf8');
  await run(join(ROOT, 'deploy/make-secrets.sh'), [], { cwd: home });
  t.equal(await readFile(join(home, 'secrets/token_keys'), 'utf8'), made, 'secrets are made once');
  t.equal(((await stat(join(home, 'secrets'))).mode & 0o777).toString(8), '700');

  const development = Object.fromEntries(
    (await readFile(join(ROOT, 'deploy/development.env'), 'utf8'))
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const env: Record<string, string> = { NODE_ENV: 'production', HOST: '0.0.0.0' };
  for (const [name, value] of Object.entries(service?.environment ?? {})) {
    t.ok(name.replace(/_FILE$/, '') in EnvironmentSchema.properties, `${name} is a variable of the service`);
    const [, variable = '', fallback] = /^\$\{([A-Z_]+):[?-](.*)\}$/.exec(value) ?? [];
    const given = variable === '' ? value : (development[variable] ?? fallback ?? '');
    env[name] = given.replace(/^\/run\/secrets/, join(home, 'secrets'));
  }
  const config = loadConfig(env);
  t.match(config, {
    production: true,
    databaseUrl: /^postgresql:\/\/zenodo:[\w=-]+@postgres:5432\/zenodo$/,
    zenodoClientSecret: 'the-client-secret',
    apiKeys: [/^[\w=-]{16,}$/],
    zenodoUrl: 'http://127.0.0.1:4000',
    operatorKey: /^[\w=-]{24,}$/,
  });
  t.same(
    service?.env_file,
    [{ path: '.env', required: false }],
    'what is not listed reaches the service too',
  );
  for (const { secrets = [] } of Object.values(compose.services)) {
    for (const name of secrets) t.ok(compose.secrets[name], `the secret ${name} is a file`);
  }
  for (const port of service?.ports ?? []) t.match(port, /^127\.0\.0\.1:/, `${port} is not for strangers`);
  t.same(mock?.profiles, ['dev'], 'the mock only runs where it is asked for');
  t.match(mock?.environment, { MOCK_ZENODO_KEEP_IDS: 'true' }, 'the service knows the ids of before a reset');
  t.ok(
    Number.parseInt(service?.stop_grace_period ?? '', 10) > 30,
    'the service may finish what is in flight',
  );
});

t.test('what must not get into an image is kept out of the build', async (t) => {
  const ignored = (await readFile(join(ROOT, '.dockerignore'), 'utf8')).split('\n');
  for (const entry of ['.env', 'secrets', '.data', '.git', '**/node_modules', '**/dist']) {
    t.ok(ignored.includes(entry), entry);
  }
});
