import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { type Answer, call, type Target } from '../conformance/rule.js';
import { NAMED_FAULTS } from '../faults/named.js';
import { type Fault, type MockZenodo, startMockZenodo } from '../index.js';

const METADATA = {
  title: 'A title',
  upload_type: 'dataset',
  description: 'Text',
  creators: [{ name: 'Doe, Jane' }],
};
const BASE = '/api/deposit/depositions';

interface Draft {
  id: number;
  submitted: boolean;
  links: { bucket: string };
  files: { filename: string; checksum: string }[];
}

async function start(t: Test): Promise<{ mock: MockZenodo; target: Target }> {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  return { mock, target: { url: mock.url, token: 'mock-token' } };
}

async function draftOf(target: Target): Promise<Draft> {
  const { json } = await call(target, 'POST', BASE, { json: { metadata: METADATA } });
  return json as Draft;
}

const look = async (target: Target, id: number) => (await call(target, 'GET', `${BASE}/${id}`)).json as Draft;

const upload = (target: Target, draft: Draft, key: string, bytes: string | Uint8Array) =>
  call(target, 'PUT', `${draft.links.bucket}/${key}`, {
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
  });

async function publishable(target: Target): Promise<Draft> {
  const draft = await draftOf(target);
  await upload(target, draft, 'a.txt', 'hello');
  return draft;
}

const tokenCall = (target: Target, fields: Record<string, string>) =>
  call(target, 'POST', '/oauth/token', {
    token: null,
    body: new URLSearchParams({ client_id: 'mock-client', client_secret: 'mock-secret', ...fields }),
  });

async function signIn(
  mock: MockZenodo,
  target: Target,
): Promise<{ access_token: string; refresh_token: string }> {
  mock.consent.set({ mode: 'approve' });
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'mock-client',
    redirect_uri: 'http://localhost/back',
    scope: 'deposit:write',
  });
  const { headers } = await call(target, 'GET', `/oauth/authorize?${query}`, { token: null });
  const code = new URL(headers.get('location') ?? '').searchParams.get('code') ?? '';
  const fields = { grant_type: 'authorization_code', code, redirect_uri: 'http://localhost/back' };
  return (await tokenCall(target, fields)).json as { access_token: string; refresh_token: string };
}

function isProxyPage(t: Test, answer: Answer, status: number): void {
  t.equal(answer.status, status);
  t.match(answer.headers.get('content-type'), /^text\/html/);
  t.match(answer.text, /<center>nginx<\/center>/);
  t.equal(answer.headers.get('x-ratelimit-limit'), null, 'no header of the application');
}

t.test('publish-504-but-done publishes and answers the page of a proxy, once', async (t) => {
  const { mock, target } = await start(t);
  const draft = await publishable(target);
  mock.faults.add('publish-504-but-done');
  isProxyPage(t, await call(target, 'POST', `${BASE}/${draft.id}/actions/publish`), 504);
  t.equal((await look(target, draft.id)).submitted, true);
  t.equal((await call(target, 'POST', `${BASE}/${draft.id}/actions/publish`)).status, 404);
});

t.test('publish-504-but-done waits for a publication that succeeds', async (t) => {
  const { mock, target } = await start(t);
  const empty = await draftOf(target);
  mock.faults.add('publish-504-but-done');
  t.equal(
    (await call(target, 'POST', `${BASE}/${empty.id}/actions/publish`)).status,
    400,
    'nothing to spoil',
  );
  t.strictSame(mock.requests.list({ status: 400 }).at(-1)?.faults, []);
  const draft = await publishable(target);
  t.equal((await call(target, 'POST', `${BASE}/${draft.id}/actions/publish`)).status, 504);
});

t.test('newversion-504-but-done leaves the open draft behind', async (t) => {
  const { mock, target } = await start(t);
  const draft = await publishable(target);
  await call(target, 'POST', `${BASE}/${draft.id}/actions/publish`);
  mock.faults.add('newversion-504-but-done');
  isProxyPage(t, await call(target, 'POST', `${BASE}/${draft.id}/actions/newversion`), 504);
  const again = await call(target, 'POST', `${BASE}/${draft.id}/actions/newversion`);
  t.match(again.text, /Please remove all files first/);
});

t.test('uploads: lost answer, cut, stall, wrong checksum', async (t) => {
  const { mock, target } = await start(t);
  const draft = await draftOf(target);
  const names = async () => (await look(target, draft.id)).files.map(({ filename }) => filename);
  const bytes = new Uint8Array(3_000_000).fill(7);

  mock.faults.add('upload-stored-answer-lost');
  await t.rejects(upload(target, draft, 'lost.bin', bytes));
  t.strictSame(await names(), ['lost.bin'], 'stored');

  mock.faults.add('connection-cut');
  await t.rejects(upload(target, draft, 'cut.bin', bytes));
  mock.faults.add({ name: 'connection-cut', atBytes: 100_000 });
  await t.rejects(upload(target, draft, 'cut.bin', bytes));
  t.strictSame(await names(), ['lost.bin'], 'nothing of it is kept');
  const [half, early] = mock.requests.list({ path: '/api/files/:bucket/cut.bin' });
  t.equal(half?.status, null);
  t.ok((half?.bytesIn ?? 0) >= 1_500_000 && (half?.bytesIn ?? 0) < 3_000_000, `${half?.bytesIn}`);
  t.ok((early?.bytesIn ?? 0) >= 100_000 && (early?.bytesIn ?? 0) < 1_500_000, `${early?.bytesIn}`);

  mock.faults.add({ name: 'upload-stalls', atBytes: 200_000 });
  const abort = new AbortController();
  const stalled = fetch(`${draft.links.bucket}/stalled.bin`, {
    method: 'PUT',
    body: new Uint8Array(40_000_000),
    headers: { authorization: 'Bearer mock-token' },
    signal: abort.signal,
  });
  const running = () => mock.requests.list({ path: '/api/files/:bucket/stalled.bin', running: true })[0];
  while ((running()?.bytesIn ?? 0) < 200_000) await sleep(20);
  const first = await Promise.race([stalled.then(() => 'answered'), sleep(700, 'silence')]);
  t.equal(first, 'silence');
  t.ok((running()?.bytesIn ?? 0) < 30_000_000, `${running()?.bytesIn}`);
  abort.abort();
  await t.rejects(stalled);

  mock.faults.add('wrong-md5');
  const right = createHash('md5').update(bytes).digest('hex');
  t.equal(
    ((await upload(target, draft, 'md5.bin', bytes)).json as { checksum: string }).checksum,
    `md5:${'0'.repeat(32)}`,
  );
  t.equal(
    ((await upload(target, draft, 'md5.bin', bytes)).json as { checksum: string }).checksum,
    `md5:${right}`,
  );
  t.equal((await look(target, draft.id)).files.at(-1)?.checksum, right);
});

t.test(
  'answers instead: 429, 503 everywhere, 400 of CSRF, 403 of deletions, 500 and spam of publish',
  async (t) => {
    const { mock, target } = await start(t);
    const draft = await publishable(target);
    const get = () => call(target, 'GET', `${BASE}/${draft.id}`);

    mock.faults.add({ name: 'rate-limited', headers: { 'retry-after': '0' } });
    const limited = await fetch(`${mock.url}${BASE}`, { headers: { authorization: 'Bearer mock-token' } });
    t.equal(limited.status, 429);
    t.equal(limited.headers.get('retry-after'), '0');
    t.equal(await limited.text(), '{"message":"100 per 1 minute","status":429}\n');

    const { id } = mock.faults.add('maintenance');
    isProxyPage(t, await get(), 503);
    isProxyPage(t, await call(target, 'GET', '/records/1'), 503);
    t.ok(mock.faults.remove(id));
    t.equal((await get()).status, 200);

    mock.faults.add('csrf-400');
    t.equal((await get()).status, 200, 'reading is not spoilt');
    const forged = await call(target, 'PUT', `${BASE}/${draft.id}`, { json: {} });
    t.equal(forged.text, '{"message":"CSRF token missing or incorrect.","status":400}\n');

    mock.faults.add('delete-403');
    const kept = await call(target, 'DELETE', `${draft.links.bucket}/a.txt`);
    t.equal(kept.status, 403);
    t.equal(kept.text, '{"status": 403, "message": "Permission denied."}');

    mock.faults.add('publish-500');
    const failed = await call(target, 'POST', `${BASE}/${draft.id}/actions/publish`);
    t.equal(failed.status, 500);
    t.equal(
      failed.text,
      '{"message":"The server encountered an internal error and was unable to complete your request. Either the server is overloaded or there is an error in the application.","status":500}\n',
    );

    mock.faults.add('account-blocked');
    t.match(
      (await call(target, 'POST', `${BASE}/${draft.id}/actions/publish`)).text,
      /Your account has been blocked/,
    );
    t.equal((await look(target, draft.id)).submitted, false);
  },
);

t.test('OAuth: a refused grant, a lost rotation, a token that dies', async (t) => {
  const { mock, target } = await start(t);
  mock.faults.add('invalid-grant');
  t.strictSame(await signIn(mock, target), { error: 'invalid_grant' });
  const tokens = await signIn(mock, target);

  mock.faults.add('refresh-answer-lost');
  const refresh = () =>
    tokenCall(target, { grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
  await t.rejects(refresh());
  t.strictSame((await refresh()).json, { error: 'invalid_grant' }, 'rotated all the same');

  const fresh = await signIn(mock, target);
  const ask = () => call(target, 'GET', BASE, { token: fresh.access_token });
  t.equal((await ask()).status, 200);
  mock.faults.add('token-revoked');
  t.equal((await ask()).status, 403);
  t.equal((await ask()).status, 403, 'for good');
  t.equal((await call(target, 'GET', BASE)).status, 200, 'others live');
});

t.test('links and listings: no bucket, a bucket elsewhere, an index that lags', async (t) => {
  const { mock, target } = await start(t);
  const draft = await draftOf(target);
  mock.faults.add('bucket-missing');
  const without = await look(target, draft.id);
  t.notOk('bucket' in without.links);
  t.ok('publish' in without.links);
  mock.faults.clear();
  mock.faults.add('bucket-elsewhere');
  t.match((await look(target, draft.id)).links.bucket, /^https:\/\/elsewhere\.example\/api\/files\//);
  mock.faults.clear();

  mock.faults.add({ name: 'listing-lags', lag: 30 });
  t.strictSame((await call(target, 'GET', BASE)).json, []);
  t.equal((await look(target, draft.id)).id, draft.id, 'known by id');
  mock.clock.advance(31);
  t.match((await call(target, 'GET', BASE)).json, [{ id: draft.id }]);
});

t.test("primitives: delay, throttle either way, reset of an answer, an answer of one's own", async (t) => {
  const { mock, target } = await start(t);
  const draft = await draftOf(target);
  const bytes = new Uint8Array(600_000);
  const timed = async (work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };
  const read = () => call(target, 'GET', `${draft.links.bucket}/a.bin`);

  mock.faults.add({ path: '/api/files/*', throttleRequest: 1_000_000, times: 1 });
  t.ok((await timed(() => upload(target, draft, 'a.bin', bytes))) > 500, 'slow upload');
  mock.faults.add({ path: '/api/files/*', throttleRequest: 1_000_000, shared: true, times: 2 });
  const two = () => Promise.all(['b.bin', 'c.bin'].map((name) => upload(target, draft, name, bytes)));
  t.ok((await timed(two)) > 1100, 'two share one line');
  mock.faults.add({ path: '/api/files/*', throttleResponse: 1_000_000, times: 1 });
  t.ok((await timed(read)) > 500, 'slow download');
  mock.faults.add({ method: 'GET', path: BASE, delay: 2, times: 1 });
  t.ok((await timed(() => call(target, 'GET', BASE))) > 1900, 'delay');
  t.ok((await timed(() => call(target, 'GET', BASE))) < 1900, 'only once');

  mock.faults.add({ path: '/api/files/*', reset: 'response', atFraction: 0.5, times: 1 });
  await t.rejects(read());
  t.match(mock.requests.list({ method: 'GET', path: '/api/files/*' }).at(-1), {
    status: null,
    bytesOut: 300_000,
  });
  t.equal((await read()).status, 200);

  mock.faults.add({ method: 'GET', path: `${BASE}/:id`, status: 418, body: { short: 'stout' }, times: 1 });
  const odd = await look(target, draft.id);
  t.strictSame(odd, { short: 'stout' });
  mock.faults.add({ method: 'POST', path: BASE, done: true, status: 201, body: { id: 1 }, times: 1 });
  t.strictSame(await draftOf(target), { id: 1 });
  t.equal(mock.state().depositions.length, 2, 'done all the same');
});

t.test('selection: user, after, times, probability with a seed, life time', async (t) => {
  const { mock, target } = await start(t);
  const other = { ...target, token: 'mock-token-2' };
  const status = async (who: Target) => (await call(who, 'GET', BASE)).status;
  const row = async (length: number) => {
    const all = [];
    for (let index = 0; index < length; index += 1) all.push((await status(target)) === 500 ? 'x' : '-');
    return all.join('');
  };

  mock.faults.add({ path: BASE, user: 'mock-user-2', status: 500 });
  t.equal(await status(target), 200);
  t.equal(await status(other), 500);
  mock.faults.clear();

  const { id } = mock.faults.add({ path: BASE, status: 500, after: 2, times: 3 });
  t.equal(await row(7), '--xxx--');
  t.match(mock.faults.list(), [{ id, hits: 3, seen: 5 }]);
  mock.faults.clear();

  mock.faults.add({ path: BASE, status: 500, times: 1 });
  mock.faults.add({ path: BASE, status: 500, times: 1 });
  t.equal(await row(3), 'xx-', 'faults that decide the answer follow one another');
  mock.faults.clear();

  const chances = async () => {
    mock.faults.add({ path: BASE, status: 500, probability: 0.5, seed: 'seven' });
    const result = await row(20);
    mock.faults.clear();
    return result;
  };
  const once = await chances();
  t.equal(await chances(), once);
  t.match(once, /x.*-|-.*x/);

  mock.faults.add({ path: BASE, status: 500, ttl: 60 });
  t.equal(await status(target), 500);
  mock.clock.advance(61);
  t.equal(await status(target), 200);
  t.strictSame(mock.faults.list(), []);
});

t.test('headers of a fault are sent with every kind of answer', async (t) => {
  const { mock, target } = await start(t);
  const headers = { 'x-served-by': 'edge', 'set-cookie': 'lb=1', server: 'lb', 'x-request-id': 'own' };
  for (const fault of [{ status: 503 }, { status: 500 }, { status: 500, html: true }, {}]) {
    mock.faults.add({ path: BASE, headers, times: 1, ...fault });
    const answer = await call(target, 'GET', BASE);
    const sent = Object.keys(headers).map((name) => [name, answer.headers.get(name)]);
    t.strictSame(Object.fromEntries(sent), headers, JSON.stringify(fault));
  }
  mock.faults.add({ path: BASE, headers: { 'content-type': 'application/json; charset=utf-8' } });
  const { headers: own } = await call(target, 'GET', BASE);
  t.equal(own.get('content-type'), 'application/json; charset=utf-8');
});

t.test('the bytes of a download are changed, text or not', async (t) => {
  const { mock, target } = await start(t);
  const draft = await draftOf(target);
  for (const [key, bytes, changed] of [
    ['a.txt', Buffer.from('grüße'), Buffer.from('xrüße')],
    ['a.bin', Buffer.from([0xff, 0x67, 0x00]), Buffer.from([0xff, 0x78, 0x00])],
  ] as const) {
    await upload(target, draft, key, bytes);
    mock.faults.add({ path: '/api/files/*', replace: [{ find: 'g', with: 'x' }], times: 1 });
    const url = `${draft.links.bucket}/${key}?access_token=mock-token`;
    t.strictSame(Buffer.from(await (await fetch(url)).arrayBuffer()), changed);
    t.strictSame(Buffer.from(await (await fetch(url)).arrayBuffer()), bytes);
  }
});

t.test('a fault that had nothing to cut does not count', async (t) => {
  const { mock, target } = await start(t);
  const draft = await draftOf(target);
  const path = '/api/files/*';
  const hits = () => mock.faults.list().map((fault) => fault.hits);
  for (const fault of [
    { method: 'PUT', path, reset: 'request', atBytes: 1000 },
    { method: 'PUT', path, stopReading: true, atBytes: 1000 },
    { method: 'GET', path, reset: 'response', atBytes: 1000 },
    { method: 'GET', path, stopReading: true },
    { method: 'GET', path, throttleRequest: 1 },
  ] as Fault[]) {
    mock.faults.add({ ...fault, times: 1 });
    t.equal((await upload(target, draft, 'a.txt', 'x'.repeat(500))).status, 201);
    t.equal((await call(target, 'GET', `${draft.links.bucket}/a.txt`)).text.length, 500);
    t.strictSame(hits(), [0], JSON.stringify(fault));
    t.strictSame(
      mock.requests.list({ path }).flatMap(({ faults }) => faults),
      [],
    );
    mock.faults.clear();
  }
  mock.faults.add({ method: 'PUT', path, reset: 'request', atBytes: 1000, times: 1 });
  await t.rejects(upload(target, draft, 'b.txt', 'x'.repeat(100_000)));
  t.strictSame(hits(), [1]);
});

t.test('a path may name a file as the user does', async (t) => {
  const { mock, target } = await start(t);
  const draft = await draftOf(target);
  for (const key of ['my file.csv', 'é.csv', '100%.csv']) {
    const url = `${draft.links.bucket}/${encodeURIComponent(key)}`;
    for (const path of [`/api/files/:bucket/${key}`, `/api/files/:bucket/${encodeURIComponent(key)}`]) {
      mock.faults.add({ path, status: 418, times: 1 });
      t.equal((await call(target, 'GET', url.replace('%C3%A9', '%c3%a9'))).status, 418, path);
    }
    t.equal(mock.requests.list({ path: `/api/files/:bucket/${key}` }).length, 2);
  }
});

t.test('users must exist; the app’s owner is the user of client credentials', async (t) => {
  const { mock, target } = await start(t);
  t.throws(() => mock.faults.add({ user: 'nobody', status: 500 }), /There is no user nobody/);
  t.throws(() => mock.consent.set({ user: 'nobody' }), /There is no user nobody/);
  const posted = await fetch(`${mock.url}/_mock/faults`, {
    method: 'POST',
    body: JSON.stringify([{ user: 'nobody', status: 500 }]),
  });
  t.equal(posted.status, 404);
  mock.faults.add({ user: 'mock-user', path: '/oauth/token', status: 500 });
  t.equal((await tokenCall(target, { grant_type: 'client_credentials' })).status, 500);
});

t.test('versions and communities lag too', async (t) => {
  const { mock, target } = await start(t);
  const { depositions } = await mock.seed({
    communities: [{ slug: 'late', owner: 'mock-user' }],
    depositions: [{ state: 'published', metadata: METADATA, files: [{ name: 'a', size: 1 }] }],
  });
  mock.faults.add({ path: '/api/*', lag: 60 });
  const total = async (path: string) =>
    ((await call(target, 'GET', path)).json as { hits: { total: number } }).hits.total;
  const paths = [`/api/records/${depositions[0]?.id}/versions`, '/api/communities', '/api/user/communities'];
  for (const path of paths) t.equal(await total(path), 0, path);
  mock.clock.advance(61);
  for (const path of paths) t.equal(await total(path), 1, path);
});

t.test('headers alone are added to the answer that there is', async (t) => {
  const { mock, target } = await start(t);
  mock.faults.add({ path: BASE, headers: { 'retry-after': '7', 'x-own': 'ä'.length.toString() } });
  const { status, headers } = await call(target, 'GET', BASE);
  t.equal(status, 200);
  t.match([headers.get('retry-after'), headers.get('x-own')], ['7', '1']);
});

t.test('wrong faults are refused, with the names there are', async (t) => {
  const { mock } = await start(t);
  t.throws(() => mock.faults.add('publish-505'), /publish-504-but-done/);
  t.throws(() => mock.faults.add({ path: '/x' }), /has no effect/);
  t.throws(() => mock.faults.add({ path: '/x', done: true }), /done requires status/);
  t.throws(() => mock.faults.add({ path: '/x', status: 99 }), /status/);
  t.throws(() => mock.faults.add({ path: '/x', replace: [{ find: '(', with: '' }] }), /replace/);
  const never: [Fault, RegExp][] = [
    [{ path: 'api/records', status: 500 }, /api\/records matches no request: begin it with \//],
    [{ path: '/api/records/{id}/draft', status: 500 }, /no request: write :id instead of \{id\}\./],
    [{ path: '/api/records/<int:id>', status: 500 }, /no request: write :id instead of <int:id>\./],
    [{ path: ['/api/*', 'http://zenodo.org/api'], status: 500 }, /begin it with \//],
    [{ path: '/api/records?q=a', status: 500 }, /leave out the query/],
    [{ path: '/api//records', status: 500 }, /doubled slashes/],
    [{ path: '/_mock/state', status: 500 }, /belongs to the mock/],
    [{ path: '/', status: 500 }, /belongs to the mock/],
    [{ method: 'PSOT', status: 500 }, /no HTTP method PSOT/],
    [{ path: '/api/*', form: { grant_type: 'refresh_token' }, status: 500 }, /form selects requests to/],
    [{ status: 500, headers: { 'bad name': 'x' } }, /headers: .*bad name/],
    [{ status: 500, headers: { 'x-a': 'a\nb' } }, /headers: .*x-a/],
    [{ headers: { '': 'x' } }, /headers: /],
    [{ path: '/x', body: 'a' }, /has no effect/],
    [{ path: '/x', delay: 1, html: true }, /html requires status/],
    [{ path: '/x', delay: 1, atBytes: 5 }, /atBytes requires reset or stopReading/],
    [{ path: '/x', throttleResponse: 9, shared: true }, /shared requires throttleRequest/],
    [{ path: '/x', drop: false }, /has no effect/],
    [{ path: '/x', statuss: 500 } as Fault, /statuss is not a field; status is/],
  ];
  for (const [fault, message] of never)
    t.throws(() => mock.faults.add(fault), message, JSON.stringify(fault));
  t.strictSame(mock.faults.list(), [], 'none of them is in force');
  for (const path of ['api/records', '/api/records?q=a']) {
    t.throws(() => mock.requests.list({ path }), /matches no request/, 'nor does anybody wait for one');
    await t.rejects(mock.requests.waitFor({ path }), /matches no request/);
  }
  for (const { name, says, source, fault } of NAMED_FAULTS) {
    t.match(mock.faults.add(name).fault, { name, ...fault });
    t.match(says, /\.$/);
    t.match(source, /^[\w.-]+\/[\w.-]+[#:]/);
  }
});
