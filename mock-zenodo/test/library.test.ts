import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { compiled, freshEnvironment } from '../../test/process.js';
import { call, type Target } from '../conformance/rule.js';
import { type MockZenodo, type Options, startMockZenodo } from '../index.js';

const BASE = '/api/deposit/depositions';

interface Draft {
  id: number;
  links: { self: string; bucket: string };
}

interface Started {
  child: ChildProcess;
  url: string;
  /** Code and signal with which it ended. */
  ended: Promise<[number | null, string | null]>;
}

const targetOf = (url: string): Target => ({ url, token: 'mock-token' });
const draftOf = async (url: string) => (await call(targetOf(url), 'POST', BASE, { json: {} })).json as Draft;

async function start(t: Test, options: Partial<Options> = {}): Promise<MockZenodo> {
  const mock = await startMockZenodo(options);
  t.teardown(() => mock.close());
  return mock;
}

function run(args: string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [...compiled('mock-zenodo/cli.ts'), ...args], {
    env: { ...freshEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function startCli(t: Test, args: string[], env: Record<string, string> = {}): Promise<Started> {
  const child = run(args, env);
  t.teardown(() => child.kill('SIGKILL'));
  const ended = new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (code, signal) => resolve([code, signal]));
  });
  child.stderr?.resume();
  const first = await new Promise<string>((resolve, reject) => {
    if (child.stdout !== null) createInterface(child.stdout).once('line', resolve);
    child.once('exit', () => reject(new Error('It ended before it was ready.')));
  });
  return { child, url: first, ended };
}

async function output(args: string[], env: Record<string, string> = {}) {
  const child = run(args, env);
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => (text.out += chunk));
  child.stderr?.on('data', (chunk) => (text.err += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

/** Temporary folders of mocks of any process: compared before and after. */
const leftovers = () => readdirSync(tmpdir()).filter((name) => name.startsWith('mock-zenodo-'));

t.test('several mocks in one process share nothing', async (t) => {
  const [one, two] = await Promise.all([start(t), start(t)]);
  t.not(one.url, two.url);
  const draft = await draftOf(one.url);
  t.ok(draft.links.self.startsWith(one.url));
  one.faults.add('maintenance');
  one.clock.advance(1000);
  t.equal((await call(targetOf(two.url), 'GET', `${BASE}/${draft.id}`)).status, 404);
  t.strictSame(two.state().depositions, []);
  t.equal(two.requests.list().length, 1);
  t.ok(one.clock.now().getTime() - two.clock.now().getTime() > 990_000);
});

t.test('close ends at once, whatever is under way, and leaves no file', async (t) => {
  const mock = await startMockZenodo();
  const draft = await draftOf(mock.url);
  const folder = leftovers();
  t.ok(folder.length > 0);
  mock.faults.add({ name: 'upload-stalls', atFraction: 0.1 });
  const stalled = fetch(`${draft.links.bucket}/a.bin`, {
    method: 'PUT',
    body: new Uint8Array(20_000_000),
    headers: { authorization: 'Bearer mock-token' },
  }).catch((error) => error);
  mock.faults.add({ method: 'GET', path: BASE, delay: 60 });
  const delayed = call(targetOf(mock.url), 'GET', BASE).catch((error) => error);
  const waiting = mock.requests.waitFor({ status: 599 }, 1, 60);
  const arrived = async () => {
    while (mock.requests.list({ running: true }).filter(({ running }) => running).length < 2) await sleep(10);
  };
  await arrived();
  const began = performance.now();
  await mock.close();
  t.ok(performance.now() - began < 30_000, `${performance.now() - began}`);
  t.ok((await stalled) instanceof Error);
  t.ok((await delayed) instanceof Error);
  t.strictSame(await waiting, []);
  await t.rejects(fetch(mock.url));
  t.notOk(
    folder.every((name) => existsSync(join(tmpdir(), name))),
    'its folder is gone',
  );
});

t.test('a process that only starts and closes a mock ends by itself', async (t) => {
  const script = `const { startMockZenodo } = await import(${JSON.stringify(new URL('../index.js', import.meta.url).href)});
    const mock = await startMockZenodo({ data: ${JSON.stringify(t.testdir())} });
    const answer = await fetch(mock.url + '/api/nowhere'); await answer.text();
    await mock.close(); console.log('closed');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  t.equal(out, 'closed\n');
  t.equal(code, 0);
});

t.test('wrong options and a taken port are told', async (t) => {
  const mock = await start(t);
  await t.rejects(startMockZenodo({ port: 70_000, rateLimit: '5' }), /port .*; rateLimit /);
  await t.rejects(startMockZenodo({ publicUrl: 'zenodo.org' }), /publicUrl/);
  await t.rejects(startMockZenodo({ port: Number(new URL(mock.url).port) }), {
    code: 'EADDRINUSE',
    message: /is taken, perhaps by another mock/,
  });
});

t.test('links follow the Host of the request, or publicUrl', async (t) => {
  const mock = await start(t);
  const other = mock.url.replace('127.0.0.1', 'localhost');
  t.ok((await draftOf(other)).links.bucket.startsWith(`${other}/api/files/`));
  const fronted = await start(t, { publicUrl: 'https://zenodo.example/', port: 0 });
  t.equal((await fetch(`${fronted.address}/_mock/clock`)).status, 200, 'and says where it listens');
  t.equal(fronted.url, 'https://zenodo.example');
});

t.test('with a seed the same calls give the same values', async (t) => {
  const story = async () => {
    const mock = await start(t, { seed: 'seven' });
    const { json } = await call(targetOf(mock.url), 'POST', BASE, { json: { metadata: { title: 'x' } } });
    await call(targetOf(mock.url), 'GET', BASE);
    const second = await draftOf(mock.url);
    return JSON.stringify([json, second, mock.state()]).replaceAll(mock.url, '');
  };
  const first = await story();
  t.equal(await story(), first);
  t.match(first, /2026-01-02T03:04:05/);
});

t.test('data is kept over a restart: state, files, time', async (t) => {
  const data = t.testdir();
  const first = await startMockZenodo({ data, seed: 's' });
  const draft = await draftOf(first.url);
  await call(targetOf(first.url), 'PUT', `${draft.links.bucket}/a.txt`, { body: Buffer.from('hello') });
  await first.seed({ users: [{ username: 'ann', token: 'ann-token' }] });
  first.clock.advance(500);
  await first.close();

  const again = await startMockZenodo({ data, seed: 's' });
  t.match(again.state('mock-user').depositions, [{ id: draft.id, files: [{ key: 'a.txt', size: 5 }] }]);
  const bucket = draft.links.bucket.replace(first.url, again.url);
  t.equal((await call(targetOf(again.url), 'GET', `${bucket}/a.txt`)).text, 'hello');
  t.equal(again.users.list().length, 3);
  t.equal(again.clock.now().getTime(), Date.UTC(2026, 0, 2, 3, 4, 5) + 500_000);
  const next = await draftOf(again.url);
  t.not(next.links.bucket.split('/').at(-1), draft.links.bucket.split('/').at(-1), 'ids do not come twice');
  await again.close();
});

t.test('a damaged state file is told, not overwritten', async (t) => {
  const data = t.testdir({ 'state.json': '{"format":1' });
  for (const _ of [1, 2]) await t.rejects(startMockZenodo({ data }), /not the state of a mock Zenodo/);
  t.equal(readFileSync(join(data, 'state.json'), 'utf8'), '{"format":1');
  const unreadable = t.testdir({ 'state.json': {} });
  await t.rejects(
    startMockZenodo({ data: unreadable }),
    { code: 'EISDIR' },
    'one that cannot be read neither',
  );
});

t.test('a folder is for one mock at a time, of this process or another', async (t) => {
  const data = join(t.testdir(), 'new', 'folder');
  const first = await startMockZenodo({ data });
  await t.rejects(startMockZenodo({ data }), /in use by the mock with process id/);
  t.strictSame(await output(['--data', data]), {
    code: 1,
    out: '',
    err: `${data} is in use by the mock with process id ${process.pid}. Stop it, or choose another folder.\n`,
  });
  t.ok((await draftOf(first.url)).id, 'the first one goes on');
  await first.close();

  const { pid } = process;
  const stale = { 'of a process that is gone': { pid: 2 ** 22 + 1, host: hostname(), began: '1' } };
  const reused = { 'of one whose number is used again': { pid: process.ppid, host: hostname(), began: '1' } };
  const own = { 'of an earlier process with our number': { pid, host: hostname(), began: '1' } };
  const elsewhere = { 'of another machine': { pid: process.ppid, host: 'elsewhere', began: '1' } };
  for (const [name, lock] of Object.entries({ ...stale, ...reused, ...own, ...elsewhere })) {
    writeFileSync(join(data, 'lock.json'), JSON.stringify(lock));
    const next = await startMockZenodo({ data });
    t.equal(next.state('mock-user').depositions.length, 1, `a lock ${name} is taken over`);
    await next.close();
    t.notOk(existsSync(join(data, 'lock.json')), 'and given back');
  }
  writeFileSync(join(data, 'lock.json'), '{"pid":');
  await (await startMockZenodo({ data })).close();
});

t.test('a folder that cannot be made is told', async (t) => {
  const folder = t.testdir({ file: 'text' });
  await t.rejects(startMockZenodo({ data: '/proc/mock-zenodo/data' }));
  await t.rejects(startMockZenodo({ data: join(folder, 'file') }), {
    code: 'EEXIST',
    message: `${join(folder, 'file')} cannot be used as the data folder: file already exists.`,
  });
  await t.rejects(startMockZenodo({ data: join(folder, 'file', 'data') }), {
    code: 'ENOTDIR',
    message: /as the data folder: not a directory\.$/,
  });
  await t.rejects(startMockZenodo({ impersonate: true, certificate: join(folder, 'none', 'a.pem') }), {
    message: /^The certificate cannot be written to .*a\.pem: no such file or directory\.$/,
  });
});

t.test('command line: the URL comes first, it serves, and SIGTERM or SIGINT end it at once', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const { child, url, ended } = await startCli(t, ['--port', '0'], { MOCK_ZENODO_REPORT_401: 'yes' });
    t.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    t.equal((await call({ url, token: 'dead' }, 'GET', BASE)).status, 401, 'the environment counts');
    const draft = await draftOf(url);
    await call({ url, token: 'x' }, 'POST', '/_mock/faults', { json: { name: 'upload-stalls' } });
    const stalled = fetch(`${draft.links.bucket}/a.bin`, {
      method: 'PUT',
      body: new Uint8Array(20_000_000),
      headers: { authorization: 'Bearer mock-token' },
    }).catch(() => 'cut');
    await sleep(100);
    const began = performance.now();
    child.kill(signal);
    t.strictSame(await ended, [0, null]);
    t.ok(performance.now() - began < 30_000);
    t.equal(await stalled, 'cut');
  }
});

t.test('command line: kill -9 loses nothing that is a moment old', async (t) => {
  const data = t.testdir();
  const first = await startCli(t, ['--data', data]);
  const draft = await draftOf(first.url);
  await call(targetOf(first.url), 'PUT', `${draft.links.bucket}/a.txt`, { body: Buffer.from('hello') });
  const saved = () =>
    existsSync(join(data, 'state.json')) && /a\.txt/.test(readFileSync(join(data, 'state.json'), 'utf8'));
  for (let waited = 0; !saved() && waited < 5000; waited += 20) await sleep(20);
  first.child.kill('SIGKILL');
  await first.ended;
  writeFileSync(join(data, 'state.json.new'), 'half a fil');
  const second = await startCli(t, [`--data=${data}`]);
  const bucket = draft.links.bucket.replace(first.url, second.url);
  t.equal((await call(targetOf(second.url), 'GET', `${bucket}/a.txt`)).text, 'hello');
});

t.test('command line: the version is that of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  t.match(await output(['--version']), { code: 0, out: `${version}\n` });
});

t.test('command line: help explains every option, wrong ones are all listed', async (t) => {
  const help = await output(['--help']);
  t.equal(help.code, 0);
  for (const name of [
    'port',
    'public-url',
    'data',
    'hash-only',
    'rate-limit',
    'report-401',
    'control-token',
  ]) {
    t.match(help.out, new RegExp(`--${name}\\b.*\\w`));
    t.match(help.out, `MOCK_ZENODO_${name.replaceAll('-', '_').toUpperCase()}`);
  }
  const wrong = await output(['--prot', '1', '--port', 'x', '--rate-limit=5', 'extra'], {
    MOCK_ZENODO_QUOTA: '-1',
  });
  t.equal(wrong.code, 2);
  t.equal(wrong.out, '');
  for (const part of ['--prot', '--port', '--rate-limit', 'extra', 'MOCK_ZENODO_QUOTA', '--help']) {
    t.match(wrong.err, part);
  }
  const mock = await start(t);
  const taken = await output(['--port', new URL(mock.url).port]);
  t.equal(taken.code, 1);
  t.match(taken.err, /^Port \d+ of 127\.0\.0\.1 is taken, perhaps by another mock\. Choose another one/);
});
