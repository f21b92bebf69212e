import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pg from 'pg';
import t from 'tap';
import { type WithLiveToken, zenodoForCaller } from '../src/connections/zenodo-for-caller.js';
import { OutOfTime, type Problem } from '../src/errors.js';
import { countdown } from '../src/time.js';
import type { ZenodoClient } from '../src/zenodo/client.js';
import { createRateBudget, retryAfterSeconds } from '../src/zenodo/rate-limit.js';
import { zenodoLate } from '../src/zenodo/unreachable.js';
import { authorize, bringBack, CALLBACK, call } from './consent.js';
import { createTestDatabase } from './database.js';
import { startService } from './service.js';
import { startSilentRelay } from './silent-relay.js';
import type { Teardown } from './teardown.js';
import { announce, offsetOf, send, tus } from './tus-caller.js';
import { newLink, pageLink } from './upload-links.js';
import { eventually, newDraft, noise, put, stored, TOKEN, upload } from './uploads.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Milliseconds. The shape of the real ones, a tenth as long. */
const TIMINGS = { call: 4500, longCall: 9000, zenodoCall: 3000, tokenCall: 1000 };

/** Wide: a busy machine answers late, but one that waits for ever does not answer at all. */
const SLACK = 20_000;

/** Longer than any test waits: what ends meanwhile has ended by another time-out. */
const BEYOND = 3 * SLACK;

/** Keeps everybody else out of a table until the function returned is called. */
async function locked(t: Teardown, databaseUrl: string, table: string) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  let over = false;
  const unlock = async () => {
    if (!over) await client.end();
    over = true;
  };
  t.teardown(unlock);
  await client.query(`BEGIN; LOCK TABLE "${table}"`);
  /** How many statements wait for it. */
  const waiting = async () =>
    (await client.query('SELECT pid FROM pg_locks WHERE NOT granted AND relation = $1::regclass', [table]))
      .rowCount;
  return { unlock, waiting };
}

/** What came of a call, and whether it came within `promised` and the slack. */
async function timed(promised: number, work: () => Promise<{ status: number; body: unknown }>) {
  let late: NodeJS.Timeout | undefined;
  const never = new Promise<{ status: number; body: unknown }>((come) => {
    late = setTimeout(() => come({ status: 0, body: 'no answer' }), promised + SLACK);
  });
  const { status, body } = await Promise.race([work(), never]).finally(() => clearTimeout(late));
  return { status, code: (body as { code?: string }).code, body };
}

t.test('who took the time of a call is told: Zenodo, or this service', async (t) => {
  const BUDGET = 600;
  const answer = { status: 200, headers: {}, text: '', json: undefined };
  const codeAfter = async (ours: number, zenodo: number) => {
    const send = async (_request: unknown, { timeout = BUDGET } = {}) => {
      await sleep(Math.min(timeout, zenodo));
      if (zenodo > timeout) throw zenodoLate();
      return answer;
    };
    const run: WithLiveToken = (ask) => ask('token');
    const limits = { left: countdown(BUDGET) };
    const { deposits } = zenodoForCaller({ send } as unknown as ZenodoClient, run, limits);
    await sleep(ours);
    return deposits.delete(1).then(
      () => 'done',
      (error: Problem) => (error instanceof OutOfTime ? error.told().code : error.code),
    );
  };
  t.equal(await codeAfter(0, 0), 'done');
  t.equal(await codeAfter(0, 10_000), 'zenodo_timeout', 'Zenodo is silent');
  t.equal(await codeAfter(BUDGET + 50, 0), 'service_unavailable', 'Zenodo was never asked');
  t.equal(await codeAfter(0.8 * BUDGET, 10_000), 'service_unavailable', 'Zenodo had little time');
});

t.test('every wait for Zenodo ends, whatever the garbage collector does meanwhile', async (t) => {
  const relay = await startSilentRelay(t);
  const url = `http://${relay.host}`;
  const service = await startService(t, {
    mock: { publicUrl: url },
    env: { ZENODO_URL: url, SYNC_WAIT_SECONDS: '5' },
    // Collections hold up this process, which is client and service at once: the database is not
    // what this is about.
    dependencies: {
      timings: { ...TIMINGS, databaseConnect: BEYOND, databaseStatement: BEYOND, databaseAnswer: BEYOND },
      transferTimings: { attempts: 2, firstWait: 100, stall: 2000, trust: 0 },
    },
  });
  relay.leadTo(service.mock.address);
  const granted = await authorize(service.url, { container: 'waits' });
  const token = granted.body['access_token'];
  const id = granted.body['deposition_id'];
  const gc = setInterval(collect, 1000);
  t.teardown(() => clearInterval(gc));

  const at = (path: string) => `${service.url}/depositions/${id}${path}`;
  const put = async (name: string, prefer = '') => {
    const headers = { authorization: `Bearer ${token}`, ...(prefer ? { prefer } : {}) };
    const answer = await fetch(at(`/files/${name}`), { method: 'PUT', headers, body: `bytes of ${name}` });
    return { status: answer.status, body: await answer.json() };
  };
  t.equal((await put('there.txt')).status, 200);
  const read = () => call(at(''), { method: 'GET', token });
  const bearer = { authorization: `Bearer ${token}` };
  const link = await newLink(service.url, { id: Number(id), token: String(token) });
  const plan = { files: [{ path: 'planned.txt', size: 1 }] };

  for (const mode of ['mute', 'drip'] as const) {
    await t.test(`Zenodo is ${mode === 'mute' ? 'mute' : 'dripping'}`, async (t) => {
      const back = await bringBack(service.url, { container: `waits-${mode}` });
      // A few calls first, as in a life: connections are open, and there is something to collect.
      for (let round = 0; round < 5; round += 1) t.equal((await read()).status, 200);
      const piece = await announce(service.url, Number(id), 8, { filename: `piece-${mode}.txt` }, bearer);
      t.equal(piece.status, 201);
      relay.set(mode);
      const json = { metadata: { title: 'Waits' } };
      const calls = {
        read,
        verify: () => call(at('/verify'), { method: 'GET', token }),
        metadata: () => call(at('/metadata'), { json, token }),
        list: () => call(`${service.url}/depositions`, { method: 'GET', token }),
        files: () => call(at('/files'), { method: 'GET', token }),
        download: () => call(at('/files/there.txt'), { method: 'GET', token }),
        'a file removed': () => call(at('/files/there.txt'), { method: 'DELETE', token }),
        upload: () => put(`${mode}.txt`),
        'tus, announced': () =>
          announce(service.url, Number(id), 4, { filename: `announced-${mode}.txt` }, bearer),
        'a link': () => call(at('/upload-links'), { json: { return_url: CALLBACK }, token }),
        'a link’s plan': () => call(`${service.url}/upload-link/plan`, { json: plan, token: link.secret }),
        'a foreign token': () => call(at(''), { method: 'GET', token: 'somebody-elses' }),
        refresh: async () => {
          await service.app.database.connection.updateMany({ data: { refreshedAt: new Date(0) } });
          return call(`${service.url}/oauth/refresh`, { json: { access_token: token } });
        },
      };
      const shown = timed(TIMINGS.call, () => pageLink(service.url, link.secret));
      const taken = timed(TIMINGS.call, () => send(piece.location, 0, 'half', bearer));
      const answers = await Promise.all(
        Object.entries(calls).map(async ([name, work]) => {
          return [name, await timed(TIMINGS.call, work)] as const;
        }),
      );
      t.match(await shown, { status: 200, body: { draft: null, draft_error: { code: 'zenodo_timeout' } } });
      t.match(await taken, { status: 204 }, 'bytes by tus are taken: they go on to Zenodo later');
      for (const [name, answer] of answers) t.match(answer, { status: 504, code: 'zenodo_timeout' }, name);
      const ended = await timed(TIMINGS.longCall, () =>
        call(`${service.url}/oauth/callback`, { json: back }),
      );
      t.match(ended, { status: 504, code: 'zenodo_timeout' }, 'callback');
      t.equal((await fetch(`${service.url}/healthz`)).status, 200);
      t.equal((await fetch(`${service.url}/readyz`)).status, 200, 'Zenodo is not this service');
      relay.set('pass');
      // What dripped has reached Zenodo: the pair it gave is lost, and only the user can give
      // another.
      const then = mode === 'mute' ? 200 : 401;
      t.equal((await timed(TIMINGS.call, read)).status, then, 'and Zenodo is heard again');
    });
  }

  const timings = Object.assign(service.app.timings, { readiness: 500 });
  const { unlock } = await locked(t, service.databaseUrl, '_prisma_migrations');
  const ready = await timed(timings.readiness, async () => {
    const answer = await fetch(`${service.url}/readyz`);
    return { status: answer.status, body: await answer.json() };
  });
  t.match(ready, { status: 503, body: { checks: { database: 'unreachable' } } }, 'readiness has its own end');
  await unlock();
});

t.test('a Zenodo that is slow, or silent at one call of several', async (t) => {
  const relay = await startSilentRelay(t);
  const url = `http://${relay.host}`;
  const slow = await startService(t, {
    mock: { publicUrl: url },
    env: { ZENODO_URL: url },
    dependencies: { timings: { zenodoCall: 2 * BEYOND, tokenCall: BEYOND } },
  });
  relay.leadTo(slow.mock.address);
  const { mock } = slow;
  const granted = await authorize(slow.url, { container: 'slow' });
  const [token, id] = [String(granted.body['access_token']), Number(granted.body['deposition_id'])];
  const link = await newLink(slow.url, { id, token });
  const back = await bringBack(slow.url, { container: 'slow-2' });
  const at = (path: string) => `${slow.url}/depositions/${id}${path}`;
  const headers = { authorization: `Bearer ${token}` };
  t.equal((await fetch(at('/files/there.txt'), { method: 'PUT', headers, body: 'bytes' })).status, 200);
  // From here on: what comes before may take its time on a busy machine.
  const timings = Object.assign(slow.app.timings, { call: 3000, longCall: 3000, uploadPage: 1000 });
  const zenodoLate = { status: 504, code: 'zenodo_timeout' };
  // Each answer comes in time, and all of them together do not.
  mock.faults.add({ path: '/api/*', delay: 2 });
  const json = { metadata: { title: 'Slow' } };
  const [described, removed] = await Promise.all([
    timed(timings.call, () => call(at('/metadata'), { json, token })),
    timed(timings.call, () => call(at('/files/there.txt'), { method: 'DELETE', token })),
  ]);
  t.match(described, zenodoLate, 'metadata');
  t.match(removed, zenodoLate, 'a file removed');
  mock.faults.clear();
  mock.faults.add({ path: '/api/*', delay: 90 });
  const [shown, ended] = await Promise.all([
    timed(timings.uploadPage, () => pageLink(slow.url, link.secret)),
    timed(timings.longCall, () => call(`${slow.url}/oauth/callback`, { json: back })),
  ]);
  t.match(shown, { status: 200, body: { draft: null, draft_error: { code: 'zenodo_timeout' } } }, 'the page');
  t.match(ended, { status: 504, code: 'outcome_unknown' }, 'callback');
  mock.faults.clear();
  await slow.app.database.connection.updateMany({
    data: { tokenExpiresAt: new Date(0), refreshedAt: new Date(0) },
  });
  relay.set('mute');
  const [renewed, asked] = await Promise.all([
    timed(timings.call, () => call(at(''), { method: 'GET', token })),
    timed(timings.call, () => call(`${slow.url}/oauth/refresh`, { json: { access_token: token } })),
  ]);
  t.match(renewed, zenodoLate, 'a call whose token has to be renewed first');
  t.match(asked, zenodoLate, 'a renewal that was asked for');
  relay.set('pass');

  const transferTimings = { attempts: 1, stall: 1000, fileWait: 500 };
  // A download ends with its call, however long one answer of Zenodo may take.
  const ends = { call: TIMINGS.call, zenodoCall: BEYOND };
  const stuck = await startService(t, { dependencies: { timings: ends, transferTimings } });
  const draft = await newDraft(stuck.mock);
  t.equal((await upload(stuck.url, draft, { 'there.txt': 'bytes' })).status, 200);
  stuck.mock.faults.add({ method: 'GET', path: '/api/files/:bucket/there.txt', delay: 90 });
  const there = `${stuck.url}/depositions/${draft}/files/there.txt`;
  const read = await timed(TIMINGS.call, () => call(there, { method: 'GET', token: TOKEN }));
  t.match(read, zenodoLate, 'the draft is read, and the file does not come');
  stuck.mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/unheard.txt', delay: 90 });
  const unheard = await timed(transferTimings.stall, () =>
    upload(stuck.url, draft, { 'unheard.txt': 'bytes' }),
  );
  t.match(unheard, { ...zenodoLate, body: { detail: /has all bytes/ } }, 'all is sent, and no answer comes');
  stuck.mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/untaken.bin', stopReading: true });
  // More than both ends' buffers take.
  const untaken = await timed(transferTimings.stall, () =>
    put(stuck.url, draft, 'untaken.bin', noise(32_000_000)),
  );
  t.match(untaken, { ...zenodoLate, body: { detail: /stopped accepting bytes/ } }, 'bytes are not taken');

  const { location } = await announce(stuck.url, draft, 4, { filename: 'elsewhere.txt' });
  const elsewhere = { leaseBy: randomUUID(), leaseUntil: new Date('2099-01-01'), activeAt: new Date(0) };
  await stuck.app.database.tusFile.updateMany({ data: elsewhere });
  const refused = await timed(transferTimings.fileWait, () => send(location, 0, 'half'));
  t.match(refused, { status: 423, code: 'upload_locked' }, 'another process does not let go of a file');
});

t.test('a caller who only drips is hung up on', async (t) => {
  const { url } = await startService(t, { dependencies: { timings: { headers: 600, refusedBody: 600 } } });
  const { hostname, port } = new URL(url);
  /** Sends it, then a byte now and then; what was answered before the connection ended. */
  const drip = (head: string) =>
    timed(0, async () => {
      const socket = connect(Number(port), hostname);
      t.teardown(() => socket.destroy());
      let said = '';
      socket.on('error', () => undefined).setEncoding('latin1');
      socket.on('data', (text: string) => {
        said += text;
      });
      socket.write(head);
      const drops = setInterval(() => socket.write('x'), 50);
      await once(socket, 'close');
      clearInterval(drops);
      return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1]), body: said };
    });
  const refused = 'POST /nowhere HTTP/1.1\r\nhost: x\r\ncontent-length: 5000000\r\n\r\n';
  const [headers, body] = await Promise.all([drip('GET /healthz HTTP/1.1\r\nhost: '), drip(refused)]);
  t.match(headers, { status: 408, body: /request_timeout/ }, 'headers without end');
  t.match(body, { status: 404, body: /not_found/ }, 'a refused body without end');
});

t.test('a connection is kept longer than a proxy keeps it, and holds no shutdown up', async (t) => {
  const { url, mock, app } = await startService(t);
  const draft = await newDraft(mock);
  await put(url, draft, 'long.bin', noise(300_000));
  const said = await fetch(`${url}/healthz`);
  t.equal(said.headers.get('keep-alive'), 'timeout=75');
  await said.text();
  mock.faults.add({ method: 'GET', path: '/api/*/content', throttleResponse: 100_000 });
  const headers = { authorization: `Bearer ${TOKEN}` };
  const download = await fetch(`${url}/depositions/${draft}/files/long.bin`, { headers });
  const closing = performance.now();
  const closed = app.close();
  t.equal((await download.arrayBuffer()).byteLength, 300_000, 'it began before, and is served to its end');
  await closed;
  t.ok(performance.now() - closing < 60_000, 'its connection is closed behind it');
});

t.test('a database that is there but silent is named, and every call ends', async (t) => {
  const relay = await startSilentRelay(t);
  const database = await createTestDatabase();
  t.teardown(() => database.drop());
  relay.leadTo(database.url);
  const through = new URL(database.url);
  through.host = relay.host;
  const timings = {
    ...TIMINGS,
    databaseConnect: 3000,
    databaseStatement: 2500,
    databaseAnswer: 3000,
    tokenCall: 6000,
    readiness: 1500,
    streamSilence: 1000,
  };
  const service = await startService(t, {
    env: { DATABASE_URL: through.href, SYNC_WAIT_SECONDS: '20' },
    dependencies: { timings },
  });
  const { mock } = service;
  const granted = await authorize(service.url, { container: 'silent' });
  const token = granted.body['access_token'];
  const id = granted.body['deposition_id'];
  const back = await bringBack(service.url, { container: 'silent-2' });
  const exchanged = await bringBack(service.url, { container: 'silent-3', user: 'mock-user-2' });
  const at = (path: string) => `${service.url}/depositions/${id}${path}`;
  const put = async (name: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(at(`/files/${name}`), { method: 'PUT', headers, body: `bytes of ${name}` });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const ready = async () => {
    const answer = await fetch(`${service.url}/readyz`);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  t.match(await ready(), { status: 200, body: { checks: { database: 'ok' } } });

  const bearer = { authorization: `Bearer ${token}` };
  const link = await newLink(service.url, { id: Number(id), token: String(token) });
  const piece = await announce(service.url, Number(id), 8, { filename: 'piece.txt' }, bearer);
  const table = await locked(t, database.url, 'connections');
  const blocked = await timed(TIMINGS.call, () => call(at(''), { method: 'GET', token }));
  t.match(blocked, { status: 503, code: 'service_unavailable' }, 'a statement that takes too long');
  t.ok(await eventually(async () => (await table.waiting()) === 0), 'the database has given it up too');
  await table.unlock();

  const piecewise = `${service.url}/uploads/${piece.headers['upload-id']}`;
  const watching = await fetch(`${piecewise}/events`, { headers: bearer });
  let heard = '';
  const listening = (async () => {
    for await (const text of (watching.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()))
      heard += text;
  })().catch(() => undefined);

  // One upload is on its way, and ends well at Zenodo, when the database falls silent.
  mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/under-way.txt', delay: 8, times: 1 });
  const underWay = timed(20_000, () => put('under-way.txt'));
  const stateNow = async () =>
    (await service.app.database.upload.findFirst({ where: { resumable: false } }))?.state;
  while ((await stateNow()) !== 'transferring') await sleep(20);
  // One code is being exchanged.
  const exchange = { method: 'POST', path: '/oauth/token' };
  mock.faults.add({ ...exchange, delay: 3, times: 1 });
  const earlier = mock.requests.list(exchange).length;
  const completion = timed(TIMINGS.longCall, () =>
    call(`${service.url}/oauth/callback`, { json: exchanged }),
  );
  while (mock.requests.list(exchange).length === earlier) await sleep(20);
  relay.set('mute');
  // The code that is being exchanged is of another user, whose account is looked at afterwards.
  const asked = () =>
    mock.requests.list().filter(({ path, user }) => !path.includes('/files/') && user !== 'mock-user-2')
      .length;
  const before = asked();

  const json = { metadata: { title: 'Silent' } };
  const calls = {
    read: () => call(at(''), { method: 'GET', token }),
    verify: () => call(at('/verify'), { method: 'GET', token }),
    refresh: () => call(`${service.url}/oauth/refresh`, { json: { access_token: token } }),
    metadata: () => call(at('/metadata'), { json, token }),
    upload: () => put('later.txt'),
    list: () => call(`${service.url}/depositions`, { method: 'GET', token }),
    delete: () => call(at(''), { method: 'DELETE', token }),
    authorize: () =>
      call(`${service.url}/oauth/authorize`, { json: { container_id: 'c', django_callback_url: CALLBACK } }),
    callback: () => call(`${service.url}/oauth/callback`, { json: back }),
    'tus, announced': () => announce(service.url, Number(id), 4, { filename: 'new.txt' }, bearer),
    'tus, bytes': () => send(piece.location, 0, 'half', bearer),
    'tus, complete': () => tus('POST', at(`/tus/${piece.headers['upload-id']}/complete`), bearer),
    'an upload': () => call(piecewise, { method: 'GET', token }),
    'an upload, cancelled': () => call(piecewise, { method: 'DELETE', token }),
    'a stream of events': () => call(`${piecewise}/events`, { method: 'GET', token }),
    'what became of uploads': () => call(`${service.url}/events`, { method: 'GET', token }),
    'a link': () => call(at('/upload-links'), { json: { return_url: CALLBACK }, token }),
    'a link’s page': () => pageLink(service.url, link.secret),
    'a link’s plan': () =>
      call(`${service.url}/upload-link/plan`, {
        json: { files: [{ path: 'a.txt', size: 1 }] },
        token: link.secret,
      }),
    'a link’s end': () => call(`${service.url}/upload-link/finish`, { json: {}, token: link.secret }),
  };
  const order: string[] = [];
  const readiness = timed(timings.readiness, ready).finally(() => order.push('readyz'));
  const answers = await Promise.all(
    Object.entries(calls).map(async ([name, work]) => [name, await timed(TIMINGS.call, work)] as const),
  );
  for (const [name, answer] of answers) {
    t.match(answer, { status: 503, code: 'service_unavailable' }, name);
  }
  order.push('calls');
  t.match(await readiness, { status: 503, body: { checks: { database: 'unreachable' } } });
  t.same(order, ['readyz', 'calls'], 'who asks whether it is ready waits less than a call');
  t.equal((await fetch(`${service.url}/healthz`)).status, 200);
  const offset = await timed(TIMINGS.call, () => tus('HEAD', piece.location, bearer));
  t.equal(offset.status, 503, 'tus, how much is here');
  const ended = await underWay;
  t.ok([202, 503].includes(ended.status), `the upload under way: ${ended.status} ${ended.code}`);
  t.equal(asked(), before, 'Zenodo was not asked meanwhile');
  t.match(
    await completion,
    { status: 503, code: 'service_unavailable', body: { detail: /^The database/, outcome: 'unknown' } },
    'Zenodo has answered, and the database is named',
  );

  t.ok(await eventually(() => heard.includes(': still here')), 'an open stream of events is not silent');
  relay.set('pass');
  t.ok(await eventually(async () => (await ready()).status === 200), 'and is heard again');
  t.equal((await call(at('/verify'), { method: 'GET', token })).status, 200, 'all is well again');
  for (let left = 400; left > 0 && (await stateNow()) !== 'done'; left -= 1) await sleep(100);
  t.equal(await stateNow(), 'done', 'what Zenodo has is written down by who takes the upload up');
  t.match(Object.keys(stored(mock, Number(id))), ['under-way.txt']);
  const there = await offsetOf(piece.location, bearer);
  t.ok(there === 0 || there === 4, 'bytes that came by tus are whole');
  const rest = await send(piece.location, there, 'halfhalf'.slice(there), bearer);
  t.equal(rest.status, 204, 'and go on where they ended');
  t.ok(await eventually(() => 'piece.txt' in stored(mock, Number(id))));
  await listening;
  t.match(heard, /"state":"done"/, 'the stream tells the end');
});

t.test('a pause that Zenodo asks for is bounded, then one call tries', async (t) => {
  const headers: [string, Record<string, string | string[]>, number][] = [
    ['far', { 'retry-after': '99999999999' }, 120],
    ['a day', { 'retry-after': '86400' }, 120],
    ['a date in 2099', { 'retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT' }, 120],
    ['a date long ago', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 60],
    ['negative', { 'retry-after': '-5' }, 60],
    ['garbage', { 'retry-after': 'soon, perhaps' }, 60],
    ['no number', { 'retry-after': 'Infinity' }, 120],
    ['several', { 'retry-after': ['30', '99999999999'] }, 30],
    ['a reset in 2099', { 'x-ratelimit-reset': '4096000000' }, 60],
    ['nothing', {}, 60],
  ];
  for (const [name, given, seconds] of headers) {
    const budget = createRateBudget();
    budget.learn(429, given);
    t.ok(budget.refused);
    const fault = await budget.take('control', 0).catch((error: unknown) => error);
    t.match(fault, { code: 'too_many_requests', members: { retry_after: seconds } }, name);
    t.equal(retryAfterSeconds({ headers: given }), seconds, name);
  }

  const budget = createRateBudget();
  budget.learn(429, { 'retry-after': '1' });
  await budget.take('control', 2000);
  t.ok(budget.refused, 'nothing was learned yet');
  await t.rejects(budget.take('control', 0), { code: 'too_many_requests' }, 'one call tries, not all');
  budget.learn(200, {});
  t.notOk(budget.refused);
  await budget.take('control', 0);

  const { url, mock, app } = await startService(t);
  for (const fault of [{}, { html: true }]) {
    mock.faults.add({
      path: '/oauth/token',
      status: 429,
      headers: { 'retry-after': '17' },
      times: 1,
      ...fault,
    });
    const waiting = await authorize(url, { container: 'waits' });
    t.match(waiting, { status: 429, headers: { 'retry-after': '17' }, body: { retry_after: 17 } }, 'a token');
  }
  mock.faults.add({ status: 429, headers: { 'retry-after': '99999999999' }, times: 1 });
  const refused = await call(`${url}/depositions`, { method: 'GET', token: TOKEN });
  t.match(refused, { status: 429, body: { code: 'too_many_requests', retry_after: 120 } });
  const download = app.zenodo.download({ path: '/api/files/x/y', token: TOKEN, timeout: 300 });
  const waited = Promise.race([download, sleep(SLACK)]);
  await t.rejects(waited, { code: 'too_many_requests' }, 'a download waits no longer than its call');
  const ready = async () => (await fetch(`${url}/readyz`)).json();
  t.match(await ready(), { status: 'ok', checks: { zenodo: 'holds_back' } });
  t.ok(app.zenodo.isHoldingBack());
});

t.test('a log that is not taken holds nothing up, and its lines are counted', async (t) => {
  const program = `
    import { openLogStream } from ${JSON.stringify(new URL('../src/log-stream.js', import.meta.url).href)};
    const log = openLogStream();
    for (let at = 0; at < 100000; at += 1) log.write('x'.repeat(99) + '\\n');
    setTimeout(() => console.error('lost', log.lost()), 100);
    if (process.argv.includes('stay')) setInterval(() => {}, 1000);
  `;
  const start = (stdout: number | 'pipe', ...more: string[]) => {
    // What tap makes every Node import turns the pipe into one that does not block.
    const plain = ['-u', 'NODE_OPTIONS', process.execPath];
    const child = spawn('env', [...plain, '--input-type=module', '-e', program, ...more], {
      stdio: ['ignore', stdout, 'pipe'],
      timeout: SLACK,
      killSignal: 'SIGKILL',
    });
    t.teardown(() => child.kill('SIGKILL'));
    return child;
  };
  const full = await open('/dev/full', 'w');
  t.teardown(() => full.close());
  // A pipe as a shell makes it, which both ends hold open and which is not read: what Node makes
  // for a child is a socket.
  const folder = t.testdir();
  await promisify(execFile)('mkfifo', [`${folder}/pipe`]);
  const pipe = await open(`${folder}/pipe`, 'r+');
  t.teardown(() => pipe.close());
  for (const stdout of [full.fd, pipe.fd, 'pipe'] as const) {
    const child = start(stdout);
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(child, 'exit');
    t.equal(code, 0, said);
    t.match(said, /lost [1-9]\d*/, 'what did not fit is counted');
  }

  const child = start('pipe', 'stay');
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('it has no pipes');
  await once(stderr, 'data');
  let taken = 0;
  stdout.on('data', (bytes: Buffer) => {
    taken += bytes.length;
  });
  t.ok(await eventually(() => taken > 1_000_000), 'what waited comes once it is taken');
});

t.test('no source relies on a signal that the garbage collector may take', async (t) => {
  const folder = new URL('../src/', import.meta.url);
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.ts') || name.startsWith('database/generated')) continue;
    const text = await readFile(new URL(name, folder), 'utf8');
    t.notMatch(text, /AbortSignal\.(any|timeout)\(/, `${name}: take a Deadline of time.ts`);
  }
});
