import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { startMockZenodo } from '../mock-zenodo/index.js';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { migrate } from '../src/database/migrate.js';
import { EnvironmentSchema } from '../src/environment.js';
import { TIMINGS } from '../src/time-outs.js';
import { blocksOf, documents, readDocument } from './blocks.js';
import { authorize, bringBack, call, verify } from './consent.js';
import { lackOfPostgres, lackOfPython, POSTGRES, PYTHON } from './debian.js';
import { type OwnPostgres, startOwnPostgres } from './postgres.js';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { temporaryFolder } from './teardown.js';
import { eventually } from './uploads.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const KEYS = `k1:${randomBytes(32).toString('base64')}`;

/** What the document tells an operator to type, by the word behind the fence. */
const COMMANDS = new Map(
  [
    ...blocksOf('docs/operations/install.md', 'sh'),
    ...blocksOf('docs/operations/back-up.md', 'sh'),
    ...blocksOf('docs/operations/upgrade.md', 'sh'),
  ].map(({ note, text }) => [note, text]),
);

/** The rows of the table of timeouts: what, and its value. */
const TIMEOUTS = readDocument('docs/operations/proxies.md')
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split(' | ').slice(1, 3));

t.test('the table of timeouts says what is in src/time-outs.ts', (t) => {
  const row = (what: string) => TIMEOUTS.filter(([name]) => name?.includes(what)).map(([, value]) => value);
  const said: Record<keyof typeof TIMINGS, [what: string, before: string, after: string]> = {
    call: ['every other call', '/ ', '$'],
    longCall: ['callback, publish, new version', '^', ' /'],
    zenodoCall: ['a call that no caller waits for', '/ ', ' /'],
    tokenCall: ['/ a token', '/ ', ', twice$'],
    databaseConnect: ['connecting to the database', '^', '$'],
    databaseStatement: ['one statement', '^', ' /'],
    databaseAnswer: ['one statement', '/ ', '$'],
    readiness: ['`/readyz`', '^', '$'],
    webhook: ['delivery of a webhook', '^', '$'],
    uploadPage: ['for the upload page', '^', '$'],
    streamSilence: ['an event stream', '^', '$'],
    headers: ['headers of a request', '^', '$'],
    idle: ['connection without a request', '^', ';'],
    refusedBody: ['rest of a refused body', '^', '$'],
  };
  for (const [name, [what, before, after]] of Object.entries(said)) {
    const seconds = TIMINGS[name as keyof typeof TIMINGS] / 1000;
    t.match(row(what), [new RegExp(`${before}${seconds} s${after}`)], name);
    t.equal(row(what).length, 1, `${name}: one row says ${what}`);
  }
  t.end();
});

/** All that is said to operators. */
const TEXT = documents()
  .filter((path) => /^docs\/(operations|settings)/.test(path))
  .map(readDocument)
  .join('\n');

function shell(note: string, cwd: string, env: Record<string, string> = {}) {
  return run('sh', ['-ec', COMMANDS.get(note) ?? 'false'], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
}

t.test('commands of docs/operations/ do what it says', async (t) => {
  const { stdout } = await shell('key', ROOT);
  const env = {
    NODE_ENV: 'test',
    DATABASE_URL: 'postgresql://x/y',
    ZENODO_URL: 'https://zenodo.org',
    ZENODO_CLIENT_ID: 'a',
  };
  const { tokenKeys } = loadConfig({ ...env, ZENODO_CLIENT_SECRET: 'b', TOKEN_KEYS: stdout });
  const keys = [...tokenKeys].map(([id, key]) => `${id}:${key.toString('base64')}`);
  t.same(keys, [stdout.trim()], 'a key');
  const home = await temporaryFolder(t);
  await run('cp', ['-r', join(ROOT, 'deploy'), home]);
  await shell('secrets', home, { CLIENT_SECRET: 'from-zenodo' });
  t.equal(await readFile(join(home, 'secrets/zenodo_client_secret'), 'utf8'), 'from-zenodo');
  t.equal((await readdir(join(home, 'secrets'))).length, 6);
  // These are started by tests of their own, by the script that package.json names.
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const proofs = { doctor: 'nginx', 'rotate-keys': 'custody', build: 'image' };
  for (const [name, file] of Object.entries(proofs)) {
    t.ok(name in scripts, name);
    t.ok((await stat(join(ROOT, `test/${file}.test.ts`))).isFile());
  }
  const known = ['key', 'secrets', 'install', 'doctor', 'backup', 'restore', 'rotate'];
  t.same([...COMMANDS.keys()], known, 'no other command is shown');
  t.equal(COMMANDS.get('doctor'), 'zenodo-service doctor\n');
  t.equal(COMMANDS.get('rotate'), 'zenodo-service rotate-keys\n');
  t.equal(COMMANDS.get('install'), 'npm ci && npm run build\nNODE_ENV=production node dist/src/server.js\n');
});

t.test('metrics, settings and time-outs of docs/operations/ are those that there are', async (t) => {
  const text = TEXT;
  const app = await buildApp(
    loadConfig({
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      OPERATOR_PORT: '0',
      DATABASE_URL: 'postgresql://127.0.0.1:1/none',
      ZENODO_URL: 'https://zenodo.org',
      ZENODO_CLIENT_ID: 'none',
      ZENODO_CLIENT_SECRET: 'none',
      TOKEN_KEYS: KEYS,
      STAGING_DIR: await temporaryFolder(t),
    }),
  );
  t.teardown(() => app.close());
  const there = new Set(app.metrics.registry.getMetricsAsArray().map(({ name }) => name));
  const named = new Set(
    [...text.matchAll(/\b(?:zenodo_service|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name),
  );
  for (const name of named)
    t.ok(there.has(name) || there.has(name.replace(/_(count|sum|bucket)$/, '')), name);
  for (const name of there)
    if (name.startsWith('zenodo_service_')) t.ok(text.includes(`\n* \`${name}\`: `), `${name} is explained`);
  for (const [, label] of text.matchAll(/[{,]([a-z]+)=~?"/g)) {
    t.ok(
      ['status', 'outcome', 'path', 'part', 'state', 'code', 'event'].includes(label ?? ''),
      `label ${label}`,
    );
  }
  for (const [, name = ''] of text.matchAll(/`([A-Z][A-Z0-9_]{3,})`/g)) {
    const ours = name.replace(/_FILE$/, '') in EnvironmentSchema.properties;
    t.ok(
      ours ||
        ['METRICS_PORT', 'HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS', 'DELETE'].includes(
          name,
        ),
      name,
    );
  }
  const { config } = app;
  t.ok(text.includes(`(\`SYNC_WAIT_SECONDS\`) | ${config.syncWaitSeconds} s |`));
  t.ok(text.includes(`(\`ZENODO_STALL_SECONDS\`) | ${config.uploads.stallSeconds} s |`));
  t.ok(text.includes(`\`DRAIN_SECONDS\` (${config.drainSeconds})`));
  const site = await readFile(join(ROOT, 'deploy/nginx.conf'), 'utf8');
  for (const [, row = '', seconds] of text.matchAll(/^\| proxy \| ([^|]+) \| (\d+) s/gm)) {
    for (const [, directive] of row.matchAll(/`([a-z_]+)`/g))
      t.ok(site.includes(`${directive} ${seconds}s;`), `${directive} ${seconds}s`);
  }
});

t.test('each document of operations fits on two screens, in lines that a screen holds', async (t) => {
  for (const path of documents().filter((one) => /^docs\/(operations\/|operator)/.test(one))) {
    const lines = readDocument(path).split('\n');
    t.ok(lines.length <= 110, `${path} has ${lines.length} lines`);
    const long = lines.filter((line) => line.length > 120 && !line.startsWith('|'));
    t.same(long, [], path);
  }
});

t.test('a backup is one', { skip: await lackOfPostgres() }, async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const programs = { initdb: `${POSTGRES}/initdb`, postgres: `${POSTGRES}/postgres` };
  const [old, fresh, third] = await Promise.all([1, 2, 3].map(() => startOwnPostgres(t, programs)));
  const home = await temporaryFolder(t);
  const start = async (database: OwnPostgres | undefined, keys = KEYS) =>
    startReplica(t, {
      NODE_ENV: 'test',
      DATABASE_URL: database?.url ?? '',
      ZENODO_URL: mock.url,
      ZENODO_CLIENT_ID: 'mock-client',
      ZENODO_CLIENT_SECRET: 'mock-secret',
      TOKEN_KEYS: keys,
      STAGING_DIR: await temporaryFolder(t),
    });
  const before = await start(old);
  const one = (await authorize(before.url, { container: 'one', user: 'mock-user' })).body;
  const two = (await authorize(before.url, { container: 'two', user: 'mock-user-2' })).body;
  await shell('backup', home, { DATABASE_URL: old?.url ?? '' });
  mock.tokens.expire({ user: 'mock-user-2' });
  t.equal(
    (await verify(before.url, two['deposition_id'], two['access_token'])).status,
    200,
    'renewed after the backup',
  );
  await before.kill('SIGTERM');

  // Into a database that is empty, and into one where a service has been.
  await migrate(third?.url ?? '');
  for (const database of [fresh, third]) await shell('restore', home, { DATABASE_URL: database?.url ?? '' });

  const [restored, keyless] = await Promise.all([
    start(fresh),
    start(third, `new:${randomBytes(32).toString('base64')}`),
  ]);
  t.match(await verify(restored.url, one['deposition_id'], one['access_token']), {
    status: 200,
    body: { valid: true },
  });
  t.match(
    await verify(restored.url, two['deposition_id'], two['access_token']),
    { status: 401, body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/ } },
    'whose tokens were renewed since',
  );
  t.match(await verify(keyless.url, one['deposition_id'], one['access_token']), {
    status: 500,
    body: { code: 'service_misconfigured', detail: /TOKEN_KEYS/ },
  });
  t.ok(
    await eventually(() => keyless.output().includes('a stored token cannot be decrypted')),
    'the log says so',
  );
  for (const [service, container, user, draft] of [
    [restored, 'two', 'mock-user-2', two],
    [keyless, 'one', 'mock-user', one],
  ] as const) {
    const again = await call(`${service.url}/oauth/callback`, {
      json: await bringBack(service.url, { container, user }),
    });
    t.match(
      again,
      { status: 200, body: { deposition_id: draft['deposition_id'] } },
      'one click later all is there',
    );
  }
});

t.test(
  'the views of docs/switching.md',
  { skip: await lackOfPython('python3-requests', 'python3-django') },
  async (t) => {
    const [shown] = blocksOf('docs/switching.md', 'diff');
    const args = ['-u', '--label', 'views.py', '--label', 'views.py', 'before.py', 'after.py'];
    const cwd = join(ROOT, 'examples/switching');
    const difference = await run('diff', args, { cwd }).catch(({ stdout }: { stdout: string }) => ({
      stdout,
    }));
    t.equal(shown?.text, difference.stdout, 'the difference is that between the files');

    const key = 'a-service-key-that-is-long-enough';
    const { url, mock } = await startService(t, { env: { API_KEYS: key } });
    const callback = 'http://127.0.0.1:8000/zenodo/callback/';
    const env = {
      ZENODO_URL: mock.url,
      ZENODO_CLIENT_ID: 'mock-client',
      ZENODO_CLIENT_SECRET: 'mock-secret',
      CALLBACK_URL: callback,
      SERVICE_URL: url,
      SERVICE_KEY: key,
      PYTHONDONTWRITEBYTECODE: '1',
    };
    for (const module of ['before', 'after']) {
      const { stdout } = await run(PYTHON, ['-c', DRIVER, module], { cwd, env, timeout: 60_000 });
      const { deposition_id: id, checksum } = JSON.parse(stdout) as {
        deposition_id: number;
        checksum: string;
      };
      const files = mock.state().depositions.find((deposition) => deposition.id === id)?.files ?? [];
      t.match(
        files,
        [{ key: 'data.csv', md5: checksum.replace('md5:', '') }],
        `${module}.py brings the file to Zenodo`,
      );
    }
  },
);

/**
 * A user of the views: begins, consents at Zenodo, comes back, and uploads. A foreign state is
 * refused.
 */
const DRIVER = `
import importlib, json, sys
from urllib.parse import parse_qs, urlparse
import django
from django.conf import settings
settings.configure(SECRET_KEY="for-this-test-alone")
django.setup()
import requests
from django.test import RequestFactory
views = importlib.import_module(sys.argv[1])
session, cookies = {}, {}
def request(query=None):
    made = RequestFactory().get("/zenodo/callback/", query or {})
    made.session = session
    made.COOKIES = dict(cookies)
    return made
def begin():
    begun = views.connect(request(), "42")
    cookies.update({name: morsel.value for name, morsel in begun.cookies.items()})
    return begun.url
def allow(url):
    page = requests.post(url, data={"confirm": "yes"}, allow_redirects=False)
    return {name: values[0] for name, values in parse_qs(urlparse(page.headers["Location"]).query).items()}
first = begin()
if sys.argv[1] == "after":
    # Another tab, begun later and brought back first.
    assert views.callback(request(allow(begin()))).status_code == 200
back = allow(first)
kept = dict(session)
assert views.callback(request({**back, "state": "another"})).status_code == 403
session.update(kept)
made = json.loads(views.callback(request(back)).content)
if sys.argv[1] == "after":
    assert json.loads(views.callback(request(back)).content) == made, "a reload"
    cookies.clear()
    assert views.callback(request(back)).status_code == 403, "in another browser"
print(json.dumps({**made, **json.loads(views.upload(request(), "data.csv", b"a,b").content)}))
`;
