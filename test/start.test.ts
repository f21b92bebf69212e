import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { loadConfig } from '../src/config.js';
import { serve } from '../src/serve.js';
import { explainStart } from '../src/start-failure.js';
import { VERSION } from '../src/version.js';
import { authorize, call, consent } from './consent.js';
import { createEmptyDatabase, inDatabase } from './database.js';
import { type ScriptProcess, startProgram, startScript } from './process.js';
import { temporaryFolder } from './teardown.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

function start(t: Test, cwd: string, env: Record<string, string> = {}): ScriptProcess {
  return startScript(t, 'scripts/start.ts', { cwd, env: { PORT: '0', LOG_LEVEL: 'warn', ...env } });
}

/** As `npm start` does it, in another folder. */
async function npmStart(t: Test, cwd: string): Promise<ScriptProcess> {
  const { scripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const [program = '', ...files] = (scripts['start'] ?? '').split(' ');
  const command = ['env', '-u', 'NODE_OPTIONS', program, ...files.map((file) => join(ROOT, file))];
  return startProgram(t, command, { cwd, env: { PORT: '0', LOG_LEVEL: 'warn' } });
}

async function urlsOf(service: ScriptProcess): Promise<{ url: string; mock: string }> {
  await service.says(/Ctrl-C/);
  const [, url = ''] = await service.says(/service +(http:\S+)/);
  const [, mock = ''] = await service.says(/mock Zenodo +(http:\S+)/);
  return { url, mock };
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

/** Whether the PostgreSQL that kept its data there still runs. */
async function databaseRuns(folder: string): Promise<boolean> {
  const lock = join(folder, '.data/postgres/cluster/postmaster.pid');
  const pid = Number.parseInt(await readFile(lock, 'utf8').catch(() => ''), 10);
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What production insists on, but a database. */
const STRICT = {
  NODE_ENV: 'production',
  ZENODO_URL: 'https://zenodo.example',
  ZENODO_CLIENT_ID: 'id',
  ZENODO_CLIENT_SECRET: 'secret',
  TOKEN_KEYS: `given:${randomBytes(32).toString('base64')}`,
  ALLOWED_CALLBACK_URLS: 'https://app.example/callback',
  PUBLIC_URL: 'https://service.example',
  API_KEYS: 'none',
  OPERATOR_CONTACT: 'operator@service.example',
};

/** The URL of an account that may enter this database, and make nothing in it. */
async function strangerTo(t: Test, url: string): Promise<string> {
  const name = `stranger_${randomBytes(6).toString('hex')}`;
  const ask = (sql: string) => inDatabase(url, (client) => client.query(sql));
  await ask(`CREATE ROLE ${name} LOGIN PASSWORD 'x'`);
  t.teardown(() => ask(`DROP ROLE ${name}`));
  return Object.assign(new URL(url), { username: name, password: 'x' }).href;
}

t.test('with nothing set it brings its own database and Zenodo, and finds them again', async (t) => {
  const folder = await temporaryFolder(t);
  const began = performance.now();
  const first = start(t, folder);
  await first.says(/development mode/);
  const firstWord = performance.now() - began;
  const { url, mock } = await urlsOf(first);
  t.match(first.output(), 'development mode, which only this machine can reach', 'it says what it is');
  t.ok(firstWord < (performance.now() - began) / 2, 'before it does what takes time');
  t.match(first.output(), `${url}/docs`, 'a banner names the reference');
  const [, operator = '', opening = ''] = await first.says(/operator +(http:\S+) +\(key: (\S+)\)/);
  const login = { method: 'POST', body: new URLSearchParams({ key: opening }), redirect: 'manual' } as const;
  t.equal((await fetch(`${operator}/login`, login)).status, 303, 'and the operator’s page, with its key');
  t.equal(await modeOf(join(folder, '.data/operator-key')), '600');
  t.equal(await modeOf(join(folder, '.data/settings.json')), '600');
  for (const [name, args, code, said] of [
    ['uploads', ['list'], 0, /^0 uploads\n$/],
    ['uploads', ['show', '0b8a3c1e'], 1, /^There is no upload with this id/],
    ['connections', ['list'], 0, /^0 connections\n$/],
    ['drafts', ['find'], 0, /^0 drafts\n$/],
    ['webhooks', ['list'], 0, /^0 webhooks\n/],
    ['now', [], 0, /^\{"uploads":\[\]/],
  ] as const) {
    const asked = startScript(t, `scripts/${name}.ts`, { cwd: folder, args: [...args] });
    t.equal(await asked.ended(), code, `${name} finds the database that was brought`);
    t.match(asked.output(), said, name);
  }
  t.match(
    await (await fetch(mock)).text(),
    /<title>[\s\S]* Ids continue to count\./,
    'and the mock’s window',
  );
  t.match(first.output(), /mock-user \(personal token mock-token\)/, 'and whom one can be');
  t.match(first.output(), /in \.data\/: database/, 'and what is kept where');
  t.notMatch(first.output(), 'Warning', 'nothing is deprecated');
  t.equal(await modeOf(join(folder, '.data')), '700');
  t.equal(await modeOf(join(folder, '.data/postgres')), '700');
  t.equal(await modeOf(join(folder, '.data/token-key')), '600');
  t.equal((await fetch(`${url}/readyz`)).status, 200);
  const programs = (await (await fetch(url)).json()) as Record<string, unknown>;
  t.match(
    programs,
    { name: 'Zenodo service', version: VERSION, docs: `${url}/docs`, health: `${url}/readyz` },
    'programs get JSON at /',
  );
  const back = `${url}/?code=%3Cb%3E&state=the-state`;
  const people = await fetch(back, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
  t.match(people.headers.get('content-type'), 'text/html', 'people get a page');
  t.match(people.headers.get('content-security-policy'), /^default-src 'none'/);
  const page = await people.text();
  t.match(page, /ready<\/span>/, 'with the health');
  for (const part of [VERSION, `href="${url}/docs"`, `href="${url}/readyz"`]) t.match(page, part);
  t.match(page, '&lt;b&gt;', 'and what a browser brought back from Zenodo, as text');
  t.match(page, `href="${url}/try"`, 'and a way through the upload page');
  t.match(first.output(), `upload page  ${url}/try`, 'which the banner names');
  const asked = await fetch(`${url}/try`, { redirect: 'manual' });
  const agreed = await consent(asked.headers.get('location'));
  const came = new URLSearchParams({ ...agreed });
  const led = new URL(
    String((await fetch(`${url}/try?${came}`, { redirect: 'manual' })).headers.get('location')),
  );
  t.equal(`${led.origin}${led.pathname}`, `${url}/upload`);
  const shown = await call(`${url}/upload-link`, { method: 'GET', token: led.hash.slice(1) });
  t.match(shown, { status: 200, body: { state: 'active', return_url: `${url}/`, draft: { files: [] } } });
  const refused = await fetch(`${url}/try?error=access_denied&state=x`, { redirect: 'manual' });
  t.equal(refused.headers.get('location'), `${url}/`, 'a user who does not agree is back');

  const { body } = await authorize(url, { container: 'container-1' });
  const path = `/depositions/${body['deposition_id']}/verify?access_token=${body['access_token']}`;
  t.match((await call(`${url}${path}`, { method: 'GET' })).body, { valid: true });
  const key = await readFile(join(folder, '.data/token-key'), 'utf8');
  const ending = Date.now();
  t.equal(await first.kill('SIGTERM'), 0);
  t.ok(Date.now() - ending < 5000, 'it ends promptly');
  t.notOk(await databaseRuns(folder), 'and takes PostgreSQL with it');

  const second = await npmStart(t, folder);
  const again = await urlsOf(second);
  t.equal(again.mock, mock, 'the mock is where it was');
  t.match((await call(`${again.url}${path}`, { method: 'GET' })).body, { valid: true }, 'yesterday’s token');
  t.equal(await readFile(join(folder, '.data/token-key'), 'utf8'), key, 'the key is written once');

  const third = start(t, folder, {
    ZENODO_URL: again.mock,
    ZENODO_CLIENT_ID: 'a',
    ZENODO_CLIENT_SECRET: 'b',
  });
  t.equal(await third.ended(), 1, 'two of them do not share a database');
  t.match(third.output(), /in use by another process/);

  await second.kill('SIGKILL');
  const fourth = start(t, folder);
  const revived = await urlsOf(fourth);
  t.match(
    (await call(`${revived.url}${path}`, { method: 'GET' })).body,
    { valid: true },
    'after a sudden death, too',
  );
  t.equal(await fourth.kill('SIGINT'), 0);
});

t.test('SIGTERM lets a call finish that is under way', async (t) => {
  const service = start(t, await temporaryFolder(t), { LOG_LEVEL: 'info' });
  const { url, mock } = await urlsOf(service);
  const { body } = await authorize(url);
  await call(`${mock}/_mock/faults`, { json: { path: '/api/*', delay: 1.5 } });
  await call(`${mock}/_mock/requests`, { method: 'DELETE' });
  const underWay = call(`${url}/depositions/${body['deposition_id']}?access_token=${body['access_token']}`, {
    method: 'GET',
  });
  await fetch(`${mock}/_mock/requests?count=1`);
  const ended = service.kill('SIGTERM');
  await sleep(200);
  const late = await fetch(`${url}/healthz`).then(
    ({ status }) => status,
    () => 'refused',
  );
  t.ok(['refused', 503].includes(late), 'no new caller is let in');
  t.equal((await underWay).status, 200, 'the old one is answered');
  t.equal(await ended, 0);
  t.match(service.output(), /^\[\d\d:\d\d:\d\d\] INFO: a request was answered \{.*"container_id":"c1"/m);
  t.notMatch(service.output(), /^\{/m, 'the log is for people');
});

t.test('any part may be somebody else’s', async (t) => {
  const folder = await temporaryFolder(t);
  const host = start(t, folder);
  const { mock } = await urlsOf(host);
  const guest = start(t, await temporaryFolder(t), {
    ZENODO_URL: mock,
    ZENODO_CLIENT_ID: 'mock-client',
    ZENODO_CLIENT_SECRET: 'mock-secret',
    TOKEN_KEYS: `given:${randomBytes(32).toString('base64')}`,
  });
  await guest.says(/Ctrl-C/);
  t.notMatch(guest.output(), 'mock Zenodo ', 'it starts no mock');
  t.notMatch(guest.output(), 'token-key', 'and makes no key');
  const [, url = ''] = await guest.says(/service +(http:\S+)/);
  t.equal((await authorize(url)).status, 200);

  guest.child.kill('SIGSTOP');
  const callers = Array.from({ length: 1000 }, () => connect(Number(new URL(url).port), '127.0.0.1'));
  await Promise.all(
    callers.map((socket) => once(socket, 'connect', { signal: AbortSignal.timeout(30_000) })),
  );
  guest.child.kill('SIGCONT');
  for (const socket of callers) socket.destroy();
  t.equal((await fetch(`${url}/healthz`)).status, 200, 'a thousand callers may come in the same moment');
});

t.test('what is wrong is told before anything starts', async (t) => {
  const folder = await temporaryFolder(t);
  const open = start(t, folder, { HOST: '0.0.0.0', LOG_LEVEL: 'loud', ZENODO_URL: 'https://zenodo.org' });
  t.equal(await open.ended(), 1);
  for (const fault of [
    'HOST must be a loopback address',
    'LOG_LEVEL',
    'ZENODO_CLIENT_ID',
    'ZENODO_CLIENT_SECRET',
  ]) {
    t.match(open.output(), fault);
  }
  const production = start(t, folder, { NODE_ENV: 'production' });
  t.equal(await production.ended(), 1);
  const essential = [
    ...['DATABASE_URL', 'ZENODO_URL', 'ZENODO_CLIENT_ID', 'ZENODO_CLIENT_SECRET', 'TOKEN_KEYS'],
    ...['ALLOWED_CALLBACK_URLS', 'PUBLIC_URL', 'API_KEYS', 'OPERATOR_CONTACT'],
  ];
  for (const name of essential) t.match(production.output(), `${name} is missing`);
  t.notMatch(production.output(), '    at ', 'no stack');
  t.notOk(existsSync(join(folder, '.data')), 'nothing was made');
  const lonely = start(t, folder, { ...STRICT, DATABASE_URL: 'postgresql://127.0.0.1:1/none' });
  t.equal(await lonely.ended(), 1);
  t.match(lonely.output(), 'the database that DATABASE_URL names cannot be used: connect ECONNREFUSED');
  t.notMatch(lonely.output(), '    at ', 'no stack where there is no database');

  const squatter = createServer().listen(0, '127.0.0.1');
  t.teardown(() => squatter.close());
  const taken = (
    await new Promise<{ port: number }>((done) => {
      squatter.once('listening', () => done(squatter.address() as { port: number }));
    })
  ).port;
  const late = start(t, folder, { PORT: String(taken) });
  t.equal(await late.ended(), 1);
  t.match(late.output(), `port ${taken} is in use`);
  t.notOk(await databaseRuns(folder), 'what was started is stopped again');

  const note = join(folder, '.data/mock-port');
  await writeFile(note, String(taken));
  const moved = start(t, folder);
  await moved.says(/Ctrl-C/);
  t.match(moved.output(), `port ${taken} is in use`, 'a mock that had to move says so');
  t.equal(await readFile(note, 'utf8'), String(taken), 'and will be back at its place');
});

t.test('what stands in the way is told in a sentence', async (t) => {
  const folder = await temporaryFolder(t);
  const { url, drop } = await createEmptyDatabase();
  t.teardown(drop);
  const squatter = createServer().listen(0, '127.0.0.1');
  t.teardown(() => squatter.close());
  await once(squatter, 'listening');
  const { port } = squatter.address() as AddressInfo;
  const well = { ...STRICT, PORT: '0', LOG_LEVEL: 'silent', STAGING_DIR: folder, DATABASE_URL: url };
  const sentenceFor = async (changes: Record<string, string>) => {
    const config = loadConfig({ ...well, ...changes });
    const app = await serve(config).catch((error: unknown) => explainStart(error, config));
    return typeof app === 'string' ? app : t.fail(`no sentence: ${app}`);
  };
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'half'));
  await writeFile(join(folder, 'half/volume-id'), '');
  await mkdir(join(folder, 'odd/volume-id'), { recursive: true });
  await symlink('loop', join(folder, 'loop'));
  await symlink('not/there', join(folder, 'nowhere'));
  const wrong: [Record<string, string>, RegExp][] = [
    [
      { DATABASE_URL: await strangerTo(t, url) },
      /^the account in DATABASE_URL may not create tables \(permission/,
    ],
    [{ DATABASE_URL: `${url}?sslmode=verify-full` }, /cannot be used: The server does not support SSL/],
    [{ PORT: String(port) }, /^port \d+ is in use: stop the program that uses it, or set PORT$/],
    [
      { OPERATOR_PORT: String(port) },
      /^port \d+ is in use: stop the program that uses it, or set OPERATOR_PORT$/,
    ],
    [{ HOST: '192.0.2.1' }, /^HOST is 192\.0\.2\.1, which is not an address of this machine$/],
    [
      { STAGING_DIR: '/proc/none/of/these' },
      /^STAGING_DIR cannot be used: no such file or directory\. .* may write to$/,
    ],
    [
      { STAGING_DIR: join(folder, 'file') },
      /^STAGING_DIR cannot be used: file already exists\. .* may write to$/,
    ],
    [
      { STAGING_DIR: join(folder, 'file/in') },
      /^STAGING_DIR cannot be used: not a directory\. .* may write to$/,
    ],
    [{ STAGING_DIR: join(folder, 'loop/in') }, /^STAGING_DIR cannot be used: too many symbolic links/],
    [
      { STAGING_DIR: join(folder, 'nowhere') },
      /^STAGING_DIR cannot be used: (?:no such file or directory|file already exists)\. .* may write to$/,
    ],
    [
      { STAGING_DIR: '/sys/none' },
      /^STAGING_DIR cannot be used: (?:operation not permitted|read-only file system|permission denied|no such file)/,
    ],
    [{ STAGING_DIR: '/dev/null/none' }, /^STAGING_DIR cannot be used: not a directory\. .* may write to$/],
    [{ STAGING_DIR: '/dev/full' }, /^STAGING_DIR cannot be used: file already exists\. .* may write to$/],
    [
      { STAGING_DIR: join(folder, 'n'.repeat(300)) },
      /^STAGING_DIR cannot be used: name too long\. .* may write to$/,
    ],
    [
      { STAGING_DIR: join(folder, 'odd') },
      /^STAGING_DIR cannot be used: .*volume-id: illegal operation on a directory\. .* may write to$/,
    ],
    [
      { STAGING_DIR: join(folder, 'half') },
      /^STAGING_DIR cannot be used: .*volume-id does not contain .*remove it/,
    ],
  ];
  for (const [changes, sentence] of wrong) t.match(await sentenceFor(changes), sentence);
});

t.test('a staging volume that hangs ends the start, and the process', async (t) => {
  const { url, drop } = await createEmptyDatabase();
  t.teardown(drop);
  const folder = await temporaryFolder(t);
  await promisify(execFile)('mkfifo', [join(folder, 'volume-id')]);
  const env = { ...STRICT, PORT: '0', LOG_LEVEL: 'silent', STAGING_DIR: folder, DATABASE_URL: url };
  const { says, ended } = startScript(t, 'src/server.ts', { env });
  await says(/STAGING_DIR cannot be used: .* does not respond/);
  t.not(await ended(), 0);
});
