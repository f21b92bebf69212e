import t from 'tap';
import { startMockZenodo } from '../mock-zenodo/index.js';
import { bringBack, CALLBACK, call, verify } from './consent.js';
import { startOwnPostgres } from './postgres.js';
import { startRelay } from './relay.js';
import { endLeases, type Line, linesOf, startReplica } from './replica.js';
import { temporaryFolder } from './teardown.js';
import {
  eventually,
  formOf,
  holdForm,
  leftIn,
  look,
  md5,
  noise,
  put,
  stored,
  until,
  upload,
} from './uploads.js';

const REFRESH = { method: 'POST', path: '/oauth/token', form: { grant_type: 'refresh_token' } };

t.test('two replicas behind a proxy that sends each call to the other one', async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const postgres = await startOwnPostgres(t);
  const stagingDir = await temporaryFolder(t);
  const zenodo = await startRelay(t, [mock.url]);
  const proxy = await startRelay(t, []);
  const env = {
    NODE_ENV: 'test',
    LOG_LEVEL: 'debug',
    PUBLIC_URL: proxy.url,
    DATABASE_URL: postgres.url,
    ZENODO_URL: zenodo.url,
    ZENODO_CLIENT_ID: 'mock-client',
    ZENODO_CLIENT_SECRET: 'mock-secret',
    TOKEN_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    STAGING_DIR: stagingDir,
    STAGING_MIN_FREE: '0',
    DRAIN_SECONDS: '120',
    OPERATOR_CONTACT: 'ops@example.org',
  };
  // An empty database, and four processes that find it so at the same moment.
  const [one, two, ...spare] = await Promise.all([1, 2, 3, 4].map(() => startReplica(t, env)));
  if (one === undefined || two === undefined) throw new Error('no replicas');
  await Promise.all(spare.map(({ kill }) => kill('SIGTERM')));
  const replicas = [one, two];
  proxy.targets.push(one.url, two.url);
  const all = () => replicas.flatMap(({ output }) => linesOf(output()));
  const ask = (path: string, method: 'GET' | 'POST' | 'DELETE', token: unknown, json?: unknown) =>
    call(`${proxy.url}${path}`, { method, token, ...(json === undefined ? {} : { json }) });
  const fileOf = (name: string) => ({ method: 'PUT', path: `/api/files/:bucket/${name}` });
  const sending = (name: string) =>
    eventually(() => mock.requests.list({ ...fileOf(name), running: true }).some(({ running }) => running));

  const json = await bringBack(proxy.url, { container: 'shared', user: 'mock-user' });
  const granted = await call(`${proxy.url}/oauth/callback`, {
    json,
    headers: { 'x-request-id': 'the-callback' },
  });
  t.match(granted, { status: 200, body: { deposition_state: 'draft' } });
  const id = Number(granted.body['deposition_id']);
  const token = String(granted.body['access_token']);
  const authorization = `Bearer ${token}`;
  const secrets = [token, String(json['code']), String(json['state'])];

  await t.test('the whole workflow', async (t) => {
    const sent = await upload(
      proxy.url,
      id,
      formOf({ 'a.txt': 'aaa', 'f/b.txt': 'b' }, { access_token: token }),
    );
    t.match(sent, { status: 200, body: { state: 'done' } });
    t.match(await look(sent.body.status_url, { token }), { status: 200, body: { state: 'done' } });
    t.match(stored(mock, id), { 'a.txt': md5('aaa'), 'f.zip': /./ });
    const metadata = {
      title: 'Two of them',
      upload_type: 'dataset',
      description: 'x',
      creators: [{ name: 'A, B' }],
    };
    t.match(await ask(`/depositions/${id}/metadata`, 'POST', token, { metadata }), {
      status: 200,
      body: { title: 'Two of them' },
    });
    t.equal((await verify(proxy.url, id, token)).status, 200);
    mock.tokens.expire({ user: 'mock-user' });
    t.equal((await verify(proxy.url, id, token)).status, 200, 'a token that ran out');
    t.equal(mock.requests.list({ path: REFRESH.path }).length, 2, 'was renewed once');
    t.match(await ask(`/depositions/${id}/files`, 'GET', token), { status: 200 });
    t.match(await ask('/oauth/refresh', 'POST', undefined, { access_token: token }), { status: 200 });
    const extra = await ask('/depositions', 'POST', token, { container_id: 'another' });
    t.match(extra, { status: 201 });
    const gone = Number(extra.body['deposition_id']);
    const removed = { method: 'DELETE', path: `/api/deposit/depositions/${gone}` };
    const held = holdForm(two.url, gone, { 'a.bin': noise(1000), 'b.bin': 'b' }, { authorization });
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length > 0), 'it is under way');
    mock.faults.add({ ...removed, delay: 3, times: 1 });
    const deleted = call(`${one.url}/depositions/${gone}`, { method: 'DELETE', token });
    t.ok(await eventually(() => mock.requests.list({ ...removed, running: true }).length > 0));
    const late = await put(two.url, gone, 'late.bin', Buffer.from('late'), { authorization });
    t.match(late, { status: 409, body: { code: 'operation_in_progress' } }, 'none begins meanwhile');
    t.match(await deleted, { status: 204 });
    t.match(await ask(`/depositions/${gone}`, 'GET', token), { status: 404 });
    held.go();
    t.match(
      await held.answer,
      { status: 409, body: { code: 'upload_cancelled' } },
      'the other replica’s ended',
    );
    t.match(await ask(`/depositions/${id}/publish`, 'POST', token), { status: 200 });
    t.match(await ask(`/depositions/${id}`, 'GET', token), { status: 200, body: { state: 'published' } });
    const turns = proxy.seen.map(({ target }) => target);
    t.ok(turns.length >= 13, `${turns.length} calls`);
    t.ok(
      turns.every((target, index) => index === 0 || target !== turns[index - 1]),
      'never twice the same replica',
    );
  });

  const next = await ask('/depositions', 'POST', token, { container_id: 'next' });
  const draft = Number(next.body['deposition_id']);

  await t.test('PostgreSQL restarts in the middle: 503 meanwhile, nothing is lost', async (t) => {
    const bytes = noise(600_000);
    mock.faults.add({ ...fileOf('during.bin'), throttleRequest: 150_000, times: 1 });
    const form = formOf({ 'during.bin': bytes }, { access_token: token });
    const accepted = await upload(proxy.url, draft, form, { prefer: 'respond-async' });
    t.match(accepted, { status: 202 });
    t.ok(await sending('during.bin'), 'a transfer is under way');
    await postgres.stop();
    const meanwhile = await Promise.all([
      verify(proxy.url, draft, token),
      ask(`/depositions/${draft}`, 'GET', token),
      ask('/oauth/authorize', 'POST', undefined, { container_id: 'c', django_callback_url: CALLBACK }),
      ask('/oauth/callback', 'POST', undefined, { code: 'x', state: 'y', django_callback_url: CALLBACK }),
      ask(`/depositions/${draft}/metadata`, 'POST', token, { metadata: { title: 'x' } }),
      ask(`/depositions/${draft}/publish`, 'POST', token),
      ask('/readyz', 'GET', undefined),
      look(accepted.body.status_url, { token }),
      put(proxy.url, draft, 'refused.bin', noise(1000), { authorization }),
      upload(proxy.url, draft, formOf({ 'refused.txt': 'x' }, { access_token: token })),
    ]);
    for (const { status, headers, body } of meanwhile) {
      t.match([status, body['code']], [503, 'service_unavailable']);
      t.match(headers, { 'retry-after': /^\d+$/, 'content-type': /^application\/problem\+json/ });
    }
    t.equal((await ask('/healthz', 'GET', undefined)).status, 200, 'the process is well');
    await postgres.start();
    t.ok(
      await eventually(async () => (await ask('/readyz', 'GET', undefined)).status === 200),
      'the pools recover',
    );
    t.ok(await eventually(async () => (await ask('/readyz', 'GET', undefined)).status === 200), 'both');
    t.match(await until(accepted.body.status_url, ['done', 'failed'], token), {
      body: { state: 'done' },
    });
    t.same(stored(mock, draft), { 'during.bin': md5(bytes) });
    t.equal(mock.requests.list({ ...fileOf('during.bin'), status: 201 }).length, 1, 'sent once');
    t.equal((await verify(proxy.url, draft, token)).status, 200, 'the token serves as before');
  });

  await t.test(
    'kill -9 in the middle of an upload: the other one finishes it, once, under the id of the call',
    async (t) => {
      const bytes = noise(2_000_000);
      // Not a slow one: what lies in sockets would arrive after the death of its sender.
      mock.faults.add({ ...fileOf('killed.bin'), stopReading: true, atBytes: 1000, times: 1 });
      const accepted = await put(proxy.url, draft, 'killed.bin', bytes, {
        authorization,
        prefer: 'respond-async',
        'x-request-id': 'the-upload',
      });
      t.match(accepted, { status: 202, headers: { 'x-request-id': 'the-upload' } });
      const { target } = proxy.seen.findLast(({ path }) => path.endsWith('/killed.bin')) ?? { target: 0 };
      t.ok(await sending('killed.bin'));
      await replicas[target]?.kill('SIGKILL');
      await endLeases(postgres.url);
      t.match(await until(accepted.body.status_url, ['done', 'failed'], token), {
        body: { state: 'done' },
      });
      t.match(stored(mock, draft), { 'killed.bin': md5(bytes) });
      t.equal(mock.requests.list({ ...fileOf('killed.bin'), status: 201 }).length, 1, 'stored once');
      const survivor = replicas[1 - target];
      const uploadId = accepted.body.upload_id;
      const said = linesOf(survivor?.output() ?? '');
      t.match(
        said.find(({ upload_id: about, msg }) => about === uploadId && msg === 'an upload is resumed'),
        { request_id: 'the-upload', deposition_id: draft, container_id: String },
      );
      t.ok(
        said.some(
          ({ request_id: requestId, upload_id: about, zenodo: call }) =>
            requestId === 'the-upload' &&
            about === uploadId &&
            (call as Line | undefined)?.['outcome'] === '201',
        ),
        'its calls to Zenodo are logged under both ids',
      );
      const relayed = zenodo.seen.filter(({ path }) => path.endsWith('/killed.bin'));
      t.same(
        relayed.map(({ requestId }) => requestId),
        ['the-upload', 'the-upload'],
        'and carry it',
      );
      replicas.splice(target, 1);
      proxy.targets.splice(target, 1);
    },
  );

  await t.test(
    'SIGTERM: running uploads are finished, new ones refused, all else is answered meanwhile',
    async (t) => {
      const bytes = noise(500_000);
      let go: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        go = resolve;
      });
      async function* halves() {
        yield bytes.subarray(0, 300_000);
        await held;
        yield bytes.subarray(300_000);
      }
      const length = { 'content-length': String(bytes.length) };
      const running = put(proxy.url, draft, 'last.bin', halves(), { authorization, ...length });
      t.ok(await sending('last.bin'));
      const [survivor] = replicas;
      const ended = survivor?.kill('SIGTERM');
      t.ok(await eventually(async () => (await ask('/readyz', 'GET', undefined)).status === 503));
      t.match(await ask('/readyz', 'GET', undefined), {
        status: 503,
        body: { detail: /shutting down/, checks: { database: 'ok', uploads: 'draining' } },
      });
      for (const refused of [
        put(proxy.url, draft, 'late.bin', noise(3_000_000), { authorization }),
        upload(proxy.url, draft, formOf({ 'late.txt': 'x' }, { access_token: token })),
      ]) {
        t.match(await refused, {
          status: 503,
          headers: { 'retry-after': '5' },
          body: { code: 'service_unavailable' },
        });
      }
      t.equal((await verify(proxy.url, draft, token)).status, 200, 'a call that needs little time');
      go();
      t.match(
        await running,
        { status: 200, body: { state: 'done' } },
        'the caller who waited for their upload',
      );
      await ended;
      t.equal(survivor?.process.exitCode, 0);
      const story = /"the service starts".*"signal":"SIGTERM".*"the service has ended"/s;
      t.ok(await eventually(async () => story.test(survivor?.output() ?? '')), 'its log says so');
      t.match(stored(mock, draft), { 'last.bin': md5(bytes) });
    },
  );

  await t.test('logs: one id from the caller to Zenodo, audit lines of ids, no secrets', async (t) => {
    const output = [one, two].map((replica) => replica.output()).join('\n');
    const lines = linesOf(output);
    t.ok(lines.length > 50 && all().length > 0);
    const callback = lines.filter((line) => line['request_id'] === 'the-callback');
    t.match(
      callback.find(({ audit }) => audit === 'authorized'),
      { connection_id: /^[0-9a-f-]{36}$/, zenodo_user_id: '1' },
    );
    const calls = callback.flatMap(({ zenodo: call }) => (call === undefined ? [] : [call as Line]));
    t.match(calls, [
      { method: 'POST', path: '/oauth/token', outcome: '200', ms: Number },
      { method: 'GET', path: '/api/users/:id', outcome: '200', ms: Number },
      { method: 'POST', path: '/api/deposit/depositions', outcome: '201', ms: Number },
    ]);
    t.match(callback.at(-1), { method: 'POST', route: '/oauth/callback', status: 200, ms: Number });
    for (const path of ['/oauth/token', '/api/deposit/depositions']) {
      const { requestId, userAgent } =
        zenodo.seen.find((seen) => seen.method === 'POST' && seen.path === path) ?? {};
      t.match([requestId, userAgent], ['the-callback', /^zenodo-service\/.* \(ops@example\.org\)$/], path);
    }
    const audits = new Set(lines.flatMap(({ audit }) => (audit === undefined ? [] : [audit])));
    for (const event of ['authorized', 'refreshed', 'draft_created', 'draft_deleted', 'published']) {
      t.ok(audits.has(event), event);
      t.ok(
        lines.every((line) => line['audit'] !== event || typeof line['request_id'] === 'string'),
        `${event} names its call`,
      );
    }
    for (const secret of secrets) t.notOk(output.includes(secret));
    t.notMatch(output, /Carberry|Two of them|killed\.bin/, 'nor names');
    t.notMatch(output, /"request_id":[^\n]*"request_id":/, 'one id a line');
  });
});
