import { request as httpRequest } from 'node:http';
import { networkInterfaces } from 'node:os';
import t, { type Test } from 'tap';
import { type Answer, call, type Target } from '../conformance/rule.js';
import { type MockZenodo, type Options, type Snapshot, startMockZenodo } from '../index.js';

const BASE = '/api/deposit/depositions';
const METADATA = {
  title: 'A title',
  upload_type: 'dataset',
  description: 'Text',
  creators: [{ name: 'Doe, Jane' }],
};

async function start(t: Test, options: Partial<Options> = {}): Promise<{ mock: MockZenodo; target: Target }> {
  const mock = await startMockZenodo(options);
  t.teardown(() => mock.close());
  return { mock, target: { url: mock.url, token: 'mock-token' } };
}

const control = (target: Target, method: string, path: string, json?: unknown): Promise<Answer> =>
  call(target, method, `/_mock${path}`, { token: null, ...(json === undefined ? {} : { json }) });

/** Status of a control call with headers that fetch would not let through. */
function rawStatus(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: object }> {
  return new Promise((resolve, reject) => {
    httpRequest(`${url}/_mock/state`, { headers, agent: false }, (answer) => {
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers });
    })
      .on('error', reject)
      .end();
  });
}

t.test('seed makes accounts, apps, tokens, communities and depositions that work', async (t) => {
  const { target } = await start(t);
  const { status, json } = await control(target, 'POST', '/seed', {
    users: [
      { username: 'ann', token: 'ann-token' },
      { username: 'bob', blocked: true },
    ],
    apps: [
      {
        name: 'App',
        owner: 'ann',
        redirectUris: ['https://example.org/back'],
        clientId: 'app',
        clientSecret: 's',
      },
    ],
    tokens: [
      { user: 'bob', token: 'bob-token' },
      { user: 'ann', client: 'app', token: 'oauth-token' },
    ],
    communities: [{ slug: 'data', owner: 'ann', members: ['bob'] }],
    depositions: [
      {
        user: 'ann',
        metadata: METADATA,
        files: [
          { name: 'a.txt', content: 'hello' },
          { name: 'b.bin', size: 70_000 },
          { name: 'c', base64: 'AAEC' },
        ],
        state: 'published',
      },
      { user: 'bob' },
    ],
  });
  t.equal(status, 201);
  t.match(json, {
    users: [{ username: 'ann' }, { username: 'bob', blocked: true }],
    apps: [{ clientId: 'app' }],
    tokens: [
      { accessToken: 'bob-token', kind: 'personal' },
      { accessToken: 'oauth-token', kind: 'oauth', refreshToken: /^\w{30}$/ },
      { accessToken: 'ann-token' },
    ],
    communities: [{ slug: 'data', owner: 'ann', members: ['bob'] }],
    depositions: [
      {
        user: 'ann',
        state: 'done',
        files: [
          { key: 'a.txt', size: 5, md5: '5d41402abc4b2a76b9719d911017c592' },
          { size: 70_000 },
          { size: 3 },
        ],
      },
      { user: 'bob', state: 'unsubmitted', files: [] },
    ],
  });
  const listed = await call(target, 'GET', BASE, { token: 'ann-token' });
  t.match(listed.json, [{ title: 'A title', submitted: true, state: 'done' }]);
  t.match((await call(target, 'GET', BASE, { token: 'oauth-token' })).json, listed.json);
  const [{ id }] = listed.json as [{ id: number }];
  t.equal(
    (await call(target, 'GET', `/api/records/${id}/files/a.txt/content`, { token: null })).text,
    'hello',
  );

  const state = (await control(target, 'GET', '/state?user=bob')).json;
  t.match(state, {
    users: [{ username: 'bob' }],
    depositions: [{ user: 'bob' }],
    tokens: [{ accessToken: 'bob-token' }],
  });
});

t.test('wrong calls are 400s that list everything wrong; unknown ones 404', async (t) => {
  const { mock, target } = await start(t);
  const wrong: [string, string, unknown, RegExp][] = [
    ['POST', '/seed', { users: [{ usernam: 'x' }], more: 1 }, /users\.0 .*username.*|more is not a field/],
    ['POST', '/seed', { users: [{ username: 'mock-user' }] }, /already/],
    ['POST', '/seed', { depositions: [{ user: 'nobody' }] }, /no user nobody/],
    ['POST', '/seed', { depositions: [{ files: [{ name: 'a' }] }] }, /exactly one of/],
    ['POST', '/seed', { depositions: [{ state: 'published' }] }, /metadata\.title/],
    ['POST', '/reset', { user: 'nobody' }, /no user nobody/],
    ['POST', '/clock', { now: 'soon' }, /not a time/],
    ['POST', '/clock', { advance: 1e300 }, /exceed the range of dates/],
    ['POST', '/clock', {}, /now/],
    ['POST', '/consent', { mode: 'maybe' }, /mode/],
    ['POST', '/faults', { name: 'nope' }, /publish-504-but-done/],
    ['POST', '/faults', [{ name: 'maintenance' }, { status: 'x' }], /./],
    ['POST', '/faults', [{ name: 'maintenance' }, { name: 'nope' }], /nope/],
    ['POST', '/import', { format: 2 }, /format/],
    ['POST', '/tokens/revoke', { users: 'x' }, /users is not a field/],
    ['GET', '/requests?count=none', undefined, /count/],
    ['GET', '/requests?colour=red', undefined, /colour/],
    ['GET', '/nowhere', undefined, /docs/],
    ['PATCH', '/state', undefined, /docs/],
    ['DELETE', '/faults/none', undefined, /fault does not exist/],
  ];
  for (const [method, path, body, message] of wrong) {
    const { status, text } = await control(target, method, path, body);
    t.ok(status >= 400 && status < 500, `${method} ${path} ${status}`);
    t.match(text, message, `${method} ${path}`);
  }
  const broken = await call(target, 'POST', '/_mock/seed', { token: null, body: '{"users":' });
  t.match(broken.json, { status: 400, message: 'The body is not JSON.' });
  t.strictSame(mock.faults.list(), [], 'a list with one wrong fault orders none');
});

t.test('reset of one user leaves the others alone; reset of all is a fresh start', async (t) => {
  const { mock, target } = await start(t);
  const other = { ...target, token: 'mock-token-2' };
  for (const who of [target, other]) await call(who, 'POST', BASE, { json: { metadata: METADATA } });
  mock.faults.add({ path: '/never', status: 500 });
  await control(target, 'POST', '/tokens/expire', {});
  t.equal((await call(target, 'GET', BASE)).status, 403);

  t.equal((await control(target, 'POST', '/reset', { user: 'mock-user' })).status, 204);
  t.strictSame((await call(target, 'GET', BASE)).json, []);
  t.equal((await call(other, 'GET', BASE)).status, 403, 'still expired');
  t.equal(mock.faults.list().length, 1);

  mock.clock.advance(1000);
  mock.users.block('mock-user');
  t.equal((await control(target, 'POST', '/reset')).status, 204);
  t.strictSame((await call(other, 'GET', BASE)).json, []);
  t.strictSame(mock.faults.list(), []);
  t.equal(mock.requests.list().length, 1, 'only the call since');
  t.notOk(mock.state().users[0]?.blocked);
  t.ok(Math.abs(mock.clock.now().getTime() - Date.now()) < 2000);
  t.match((await call(target, 'POST', BASE, { json: {} })).json, { id: 123_457, conceptrecid: '123456' });
});

t.test('a reset of one user takes no bytes that another one is storing', async (t) => {
  const { target } = await start(t);
  const files = Array.from({ length: 100 }, (_, n) => ({ name: `${n}.txt`, content: `file ${n}` }));
  let done = false;
  const seeding = control(target, 'POST', '/seed', {
    depositions: [{ user: 'mock-user', metadata: METADATA, files }],
  }).finally(() => {
    done = true;
  });
  while (!done) await control(target, 'POST', '/reset', { user: 'mock-user-2' });
  const { depositions } = (await seeding).json as { depositions: { id: number }[] };
  const links = (await call(target, 'GET', `${BASE}/${depositions[0]?.id}/files`)).json as {
    links: { download: string };
  }[];
  t.equal(links.length, files.length);
  const statuses = await Promise.all(
    links.map(async (file) => (await call(target, 'GET', new URL(file.links.download).pathname)).status),
  );
  t.same([...new Set(statuses)], [200]);
});

t.test('the clock rules tokens, embargoes and limits', async (t) => {
  const { mock, target } = await start(t, { rateLimit: '3/min' });
  t.match((await control(target, 'POST', '/clock', { now: '2030-05-06T07:08:09Z' })).json, {
    now: /^2030-05-06T07:08:09/,
  });
  t.match((await control(target, 'POST', '/clock', { advance: 3600 })).json, { now: /^2030-05-06T08:08/ });
  t.match((await control(target, 'GET', '/clock')).json, { now: /^2030-05-06T08:08/ });
  const before = Date.now();
  const { json } = await control(target, 'POST', '/clock', { now: 'real' });
  const real = Date.parse((json as { now: string }).now);
  t.ok(real >= before && real <= Date.now(), 'the time of the machine');
  const ask = async () => {
    const { status, headers, text } = await fetchOnce(mock.url);
    return { status, left: headers.get('x-ratelimit-remaining'), wait: headers.get('retry-after'), text };
  };
  t.match(await ask(), { status: 200, left: '2', wait: /^(60|61)$/ });
  t.match(await ask(), { status: 200, left: '1' });
  mock.clock.advance(30);
  t.match(await ask(), { status: 200, left: '0' });
  t.match(await ask(), {
    status: 429,
    left: '0',
    wait: /^(30|31)$/,
    text: '{"message":"3 per 1 minute","status":429}\n',
  });
  mock.clock.advance(31);
  t.match(await ask(), { status: 200, left: '1' }, 'the first two left the window');
});

t.test('files that were never imported are not exported, nor those of a mock without bytes', async (t) => {
  const { mock } = await start(t);
  await mock.seed({ depositions: [{ files: [{ name: 'a.txt', content: 'hello' }] }] });
  const { mock: copy } = await start(t);
  await copy.import(await mock.export());
  t.strictSame((await copy.export({ files: true })).files, {});
  const { mock: without } = await start(t, { hashOnly: true });
  await t.rejects(without.export({ files: true }), /no bytes/);
});

t.test('a reset and an import begin rate limits anew, also if the clock stands still', async (t) => {
  const { mock } = await start(t, { rateLimit: '2/min', seed: 'limits' });
  const snapshot = await mock.export();
  for (const renew of [() => mock.reset(), () => mock.import(snapshot)]) {
    const statuses = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await fetchOnce(mock.url)).status);
    t.strictSame(statuses, [200, 200, 429]);
    await renew();
  }
  t.equal((await fetchOnce(mock.url)).status, 200);
});

t.test(
  'with --rate-limit zenodo the hundred and first call of a user is refused, others by agent are not',
  async (t) => {
    const { mock } = await start(t, { rateLimit: 'zenodo' });
    const statuses = [];
    for (let index = 0; index < 101; index += 1) statuses.push((await fetchOnce(mock.url)).status);
    t.strictSame(
      statuses.slice(0, 100).filter((status) => status !== 200),
      [],
    );
    t.equal(statuses[100], 429);
    t.equal((await fetchOnce(mock.url, { 'user-agent': 'another' })).status, 200);
    t.equal((await fetch(`${mock.url}/_mock/state`)).status, 200, 'the control API has no limit');
  },
);

t.test('without --rate-limit nothing is refused, and the shown remainder stops at half', async (t) => {
  const { mock } = await start(t);
  let left = 0;
  for (let index = 0; index < 120; index += 1) {
    const { status, headers } = await fetchOnce(mock.url);
    if (status !== 200) t.fail(`refused after ${index}`);
    left = Number(headers.get('x-ratelimit-remaining'));
  }
  t.equal(left, 50);
});

t.test('the journal shows what arrived, masks secrets, filters and waits', async (t) => {
  const { mock, target } = await start(t);
  const draft = (await call(target, 'POST', BASE, { json: {} })).json as {
    id: number;
    links: { bucket: string };
  };
  await call(target, 'GET', `//api//deposit/depositions/${draft.id}?access_token=mock-token&x=1`, {
    token: null,
  });
  await call(target, 'PUT', `${draft.links.bucket}/a.txt`, { body: new Uint8Array(5000) });
  await call(target, 'GET', BASE, { token: 'dead' });

  const all = (await control(target, 'GET', '/requests')).json as object[];
  t.match(all, [
    {
      method: 'POST',
      path: BASE,
      status: 201,
      bytesIn: 2,
      user: 'mock-user',
      faults: [],
      durationMs: Number,
    },
    {
      method: 'GET',
      path: `//api//deposit/depositions/${draft.id}?access_token=***&x=1`,
      status: 200,
      user: 'mock-user',
    },
    { method: 'PUT', path: /\/a\.txt$/, status: 201, bytesIn: 5000, bytesOut: Number },
    { method: 'GET', status: 403, user: null },
  ]);
  t.equal(all.length, 4, 'control calls are not in it');
  t.notMatch(JSON.stringify(all), /mock-token|dead/);

  const filtered = async (query: string) =>
    ((await control(target, 'GET', `/requests?${query}`)).json as object[]).length;
  t.equal(await filtered('method=get'), 2);
  t.equal(await filtered('path=/api/files/:bucket/:key'), 1);
  t.equal(await filtered('path=/api/files/*&method=PUT&status=201'), 1);
  t.equal(await filtered('status=403'), 1);
  t.equal(await filtered('user=mock-user'), 3);

  const waiting = control(target, 'GET', '/requests?method=DELETE&count=2&wait=5');
  for (const _ of [1, 2]) await call(target, 'DELETE', `${BASE}/${draft.id}`);
  t.match((await waiting).json, [{ status: 204 }, { status: 404 }]);
  const began = performance.now();
  t.strictSame((await control(target, 'GET', '/requests?method=TRACE&count=1&wait=0.2')).json, []);
  t.ok(performance.now() - began < 4500);
  t.equal((await control(target, 'DELETE', '/requests')).status, 204);
  t.strictSame(mock.requests.list(), []);
  t.equal((await mock.requests.waitFor({ path: BASE }, 1, 0.05)).length, 0);
});

t.test('export and import carry everything, bytes included, to another mock', async (t) => {
  const { target } = await start(t);
  await control(target, 'POST', '/seed', {
    users: [{ username: 'ann', token: 'ann-token' }],
    depositions: [{ user: 'ann', metadata: METADATA, files: [{ name: 'a.txt', content: 'hello' }] }],
  });
  await control(target, 'POST', '/clock', { advance: 86_400 });
  const { json } = await control(target, 'GET', '/export?files=true');
  const { target: copy, mock } = await start(t);
  t.equal((await control(copy, 'POST', '/import', json)).status, 204);
  const [draft] = (await call(copy, 'GET', BASE, { token: 'ann-token' })).json as [{ id: number }];
  const { links } = (await call(copy, 'GET', `${BASE}/${draft.id}`, { token: 'ann-token' })).json as {
    links: { bucket: string };
  };
  t.ok(links.bucket.startsWith(copy.url), 'links follow the host');
  t.equal((await call(copy, 'GET', `${links.bucket}/a.txt`, { token: 'ann-token' })).text, 'hello');
  t.ok(mock.clock.now().getTime() > Date.now() + 86_000_000);
  const again = (await control(copy, 'GET', '/export?files=true')).json as Snapshot;
  const { clock } = json as Snapshot;
  t.match(again.clock, typeof clock === 'number' ? {} : { ahead: clock.ahead });
  t.strictSame(again, { ...(json as object), ids: 0, clock: again.clock });
});

t.test('only this machine may call it, under a name of its own', async (t) => {
  const { mock } = await start(t);
  const { host, port } = new URL(mock.url);
  for (const name of [host, `localhost:${port}`, `[::1]:${port}`]) {
    t.equal((await rawStatus(mock.url, { host: name })).status, 200, name);
  }
  const refused = [
    { host: `rebound.example:${port}` },
    { host, origin: 'https://example.org' },
    { host, origin: 'null' },
    { host, 'sec-fetch-site': 'cross-site' },
  ];
  for (const headers of refused)
    t.equal((await rawStatus(mock.url, headers)).status, 403, JSON.stringify(headers));
  const own = await rawStatus(mock.url, { host, origin: mock.url });
  t.equal(own.status, 200);
  t.notOk('access-control-allow-origin' in own.headers, 'no CORS');
  const preflight = await fetch(`${mock.url}/_mock/reset`, { method: 'OPTIONS' });
  t.notOk(preflight.headers.get('access-control-allow-origin'));

  const outside = Object.values(networkInterfaces())
    .flat()
    .find((face) => face?.family === 'IPv4' && !face.internal)?.address;
  if (outside === undefined) return t.comment('this machine has no other address');
  const open = await start(t, { host: '0.0.0.0' });
  const foreign = `http://${outside}:${new URL(open.mock.url).port}`;
  t.equal((await fetch(`${foreign}/api/there-is-none`)).status, 404, 'Zenodo itself answers');
  t.equal((await rawStatus(foreign, { host: 'localhost' })).status, 403, 'the control API does not');
  t.equal((await rawStatus(open.mock.url, {})).status, 200);
  const there = await start(t, { host: outside });
  t.equal((await rawStatus(there.mock.url, {})).status, 200, 'who calls from that address is this machine');
  return undefined;
});

t.test('a control token opens it, and nothing else does', async (t) => {
  const { mock } = await start(t, { controlToken: 'let me in' });
  t.equal((await rawStatus(mock.url, {})).status, 403);
  t.equal((await rawStatus(mock.url, { 'x-control-token': 'let me out' })).status, 403);
  t.equal((await rawStatus(mock.url, { 'x-control-token': 'let me in' })).status, 200);
  t.equal(
    (await rawStatus(mock.url, { 'x-control-token': 'let me in', host: 'mock-zenodo:4000' })).status,
    200,
  );
  t.equal(
    (await rawStatus(mock.url, { 'x-control-token': 'let me in', origin: 'https://a.example' })).status,
    403,
  );
});

t.test('it documents itself: every call is in the OpenAPI document and on the page', async (t) => {
  const { mock, target } = await start(t);
  const document = (await control(target, 'GET', '/openapi.json')).json as {
    openapi: string;
    paths: Record<string, Record<string, { operationId: string; summary: string; responses: object }>>;
  };
  const page = (await control(target, 'GET', '/docs')).text;
  t.match(page, /<code>communities<\/code> Each with any of: [^.]*slug/, 'what is in a list is named too');
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ path, method: method.toUpperCase(), described })),
  );
  t.equal(document.openapi, '3.1.0');
  t.equal(new Set(calls.map(({ described }) => described.operationId)).size, calls.length);
  for (const { path, method, described } of calls) {
    t.ok(described.summary);
    t.match(page, `<code>${method} ${path.replace('{id}', ':id')}</code>`);
    t.ok('403' in described.responses);
    // Not by `call`, which would read the stream to its end.
    const { status, body } = await fetch(`${mock.url}${path.replace('{id}', 'none')}`, {
      method,
      ...(method === 'POST' ? { body: '{"x": 1}' } : {}),
    });
    await body?.cancel();
    t.ok(
      status === 200 || status === 204 || status === 400 || (path.includes('{id}') && status === 404),
      `${method} ${path}`,
    );
  }
  t.match(page, /publish-504-but-done/);
  t.equal((await fetch(`${mock.url}/_mock`, { redirect: 'manual' })).status, 302);
});

t.test('consent and tokens can be switched', async (t) => {
  const { target } = await start(t);
  t.strictSame((await control(target, 'GET', '/consent')).json, { mode: 'ask', user: null });
  await control(target, 'POST', '/consent', { mode: 'deny', user: 'mock-user-2' });
  const query = 'response_type=code&client_id=mock-client&redirect_uri=http://localhost/back&state=s';
  const denied = await call(target, 'GET', `/oauth/authorize?${query}`, { token: null });
  t.match(denied.headers.get('location'), /error=access_denied/);
  await control(target, 'POST', '/consent', { mode: 'approve' });
  const approved = await call(target, 'GET', `/oauth/authorize?${query}`, { token: null });
  t.match(approved.headers.get('location'), /code=\w{30}/);

  t.strictSame((await control(target, 'POST', '/tokens/expire', { user: 'mock-user-2' })).json, { count: 1 });
  t.equal((await call(target, 'GET', BASE, { token: 'mock-token-2' })).status, 403);
  t.strictSame((await control(target, 'POST', '/tokens/revoke', { token: 'mock-token' })).json, { count: 1 });
  t.equal((await call(target, 'GET', BASE)).status, 403);
  t.strictSame((await control(target, 'POST', '/tokens/revoke')).json, { count: 1 });
  const ghost = await control(target, 'POST', '/tokens/expire', { user: 'ghost' });
  t.match(ghost, { status: 404, json: { message: 'There is no user ghost.' } });
  const queried = await control(target, 'POST', '/reset?user=mock-user');
  t.match(queried.json, { message: 'This call has no query. Send user in a JSON body.' });
});

t.test('of several forms that a body may have, the one that was meant is held against it', async (t) => {
  const { target } = await start(t);
  const wrong: [path: string, body: object, details: string[]][] = [
    ['/clock', {}, ['now or advance is missing']],
    ['/clock', { advnace: 5 }, ['advance is missing', 'advnace is not a field; advance is']],
    ['/clock', { advance: '1d' }, ['advance must be number']],
    ['/clock', { at: 5 }, ['now or advance is missing', 'at is not a field']],
    ['/faults', { path: 5, drop: true }, ['path must be string or array']],
    [
      '/seed',
      { depositions: [{ versions: [{ id: true }] }] },
      ['depositions.0.versions.0.id must be integer'],
    ],
    [
      '/seed',
      { depositions: [{ state: 'publishd' }] },
      ['depositions.0.state must be one of draft, published, removed'],
    ],
  ];
  for (const [path, body, details] of wrong) {
    const { status, json } = await control(target, 'POST', path, body);
    t.match({ status, json }, { status: 400, json: { details } }, JSON.stringify(body));
    t.equal((json as { details: string[] }).details.length, details.length, path);
  }
});

function fetchOnce(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return fetch(`${url}${BASE}?size=1`, { headers: { authorization: 'Bearer mock-token', ...headers } }).then(
    async (answer) => ({
      status: answer.status,
      headers: answer.headers,
      text: await answer.text(),
      json: null,
    }),
  );
}
