import t, { type Test } from 'tap';
import { type MockZenodo, startMockZenodo } from '../index.js';

async function start(t: Test): Promise<MockZenodo> {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  return mock;
}

const last = async (mock: MockZenodo) => {
  const [entry] = (await mock.requests.waitFor({}, 1)).slice(-1);
  if (entry === undefined) throw new Error('Nothing arrived.');
  return entry;
};

t.test('headers and bodies are kept, secrets masked by name and by value', async (t) => {
  const mock = await start(t);
  const { depositions } = await mock.seed({
    apps: [{ name: 'App', redirectUris: ['http://localhost/'], clientId: 'app', clientSecret: 'app-secret' }],
    depositions: [{}],
  });
  const send = async (path: string, init: RequestInit) => {
    const answer = await fetch(`${mock.url}${path}`, { redirect: 'manual', ...init });
    await answer.text();
    return last(mock);
  };
  const draft = await send('/api/deposit/depositions', {
    method: 'POST',
    headers: {
      authorization: 'Bearer mock-token',
      'content-type': 'application/json',
      cookie: 'a=b',
      'x-own': 'mine',
    },
    body: '{"metadata": {"title": "Käse mock-token"}}',
  });
  t.match(draft.request, {
    headers: { authorization: 'Bearer ***', cookie: 'a=***', 'x-own': 'mine' },
    body: { text: '{"metadata": {"title": "Käse ***"}}', truncated: false },
  });
  t.match(draft.answer, {
    headers: { 'content-type': 'application/json' },
    body: { text: /"state": "unsubmitted"/ },
  });
  t.equal(draft.route, '/api/deposit/depositions');

  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: 'unknown-refresh',
    client_id: 'app',
    client_secret: 'app-secret',
  });
  const token = await send('/oauth/token', { method: 'POST', body: form });
  t.equal(
    token.request?.body?.text,
    'grant_type=refresh_token&refresh_token=***&client_id=app&client_secret=***',
  );
  const grant = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'mock-client',
    client_secret: 'mock-secret',
  });
  const granted = await send('/oauth/token', { method: 'POST', body: grant });
  t.match(granted.answer?.body?.text, /"access_token": "\*\*\*"/);
  mock.consent.set({ mode: 'approve' });
  const query = 'response_type=code&client_id=mock-client&redirect_uri=http://localhost/back&state=s';
  const approved = await send(`/oauth/authorize?${query}`, {});
  t.match(approved.answer?.headers['location'], /code=\*\*\*/);

  const multipart = new FormData();
  multipart.set('access_token', 'of-a-form');
  const sent = await send('/oauth/ping', { method: 'POST', body: multipart });
  t.notMatch(sent.request?.body?.text, /of-a-form/);

  const bucket = `/api/files/${depositions[0]?.bucket}`;
  const headers = { authorization: 'Bearer mock-token' };
  const bytes = await send(`${bucket}/a.bin`, { method: 'PUT', headers, body: new Uint8Array(20_000) });
  t.match(bytes.request?.body, { text: null, truncated: true });
  const long = await send(`${bucket}/a.txt`, { method: 'PUT', headers, body: 'ä'.repeat(10_000) });
  t.equal(long.request?.body?.text, 'ä'.repeat(4096));
  t.equal(long.request?.body?.truncated, true);
  const odd = await send(`${bucket}/b.txt`, { method: 'PUT', headers, body: `x${'ä'.repeat(10_000)}` });
  t.equal(odd.request?.body?.text, `x${'ä'.repeat(4095)}`, 'a character in two pieces is left out');
  const { body } = (await send('/api/records', {})).request ?? {};
  t.equal(body, null);
  const all = await (await fetch(`${mock.url}/_mock/requests`)).text();
  t.notMatch(all, /app-secret|mock-secret|mock-token|unknown-refresh/);
});

t.test('secrets are masked in whatever way they are written', async (t) => {
  const mock = await start(t);
  const sent = async (path: string, body?: string) => {
    const init = body === undefined ? {} : { method: 'POST', body };
    await (await fetch(`${mock.url}${path}`, init)).text();
    return last(mock);
  };
  for (const [query, shown] of [
    ['access%5Ftoken=mock-token', 'access%5Ftoken=***'],
    ['page=1&%61ccess_token=of-another', '%61ccess_token=***'],
    ['key=mock-token', 'key=***'],
  ] as const) {
    const { path } = await sent(`/api/deposit/depositions?${query}`);
    t.ok(path.endsWith(shown), path);
  }
  for (const [body, shown] of [
    ['{"client_secret":"ab\\"cd"}', '{"client_secret":"***"}'],
    ['{"password": 123456, "a": 1}', '{"password": ***, "a": 1}'],
    ['{"token": null}', '{"token": null}'],
    ['{"password": {"a": 1}}', '{"password": {"a": 1}}'],
  ]) {
    t.equal((await sent('/oauth/token', body)).request?.body?.text, shown);
  }
});

t.test('only the newest are kept in full', async (t) => {
  const mock = await start(t);
  for (let index = 0; index < 503; index += 1)
    await (await fetch(`${mock.url}/oauth/ping?n=${index}`)).text();
  await mock.requests.waitFor({}, 503);
  const entries = mock.requests.list();
  t.equal(entries[2]?.request, null);
  t.equal(entries[2]?.path, '/oauth/ping?n=2');
  t.not(entries[3]?.request, null);
});

t.test('calls that Zenodo has no route for are named with the nearest that exist', async (t) => {
  const mock = await start(t);
  const nearest = async (method: string, path: string) => {
    await (
      await fetch(`${mock.url}${path}`, { method, headers: { authorization: 'Bearer mock-token' } })
    ).text();
    return last(mock);
  };
  t.match(await nearest('GET', '/api/deposit/deposition?size=1'), {
    unmatched: true,
    route: null,
    nearest: ['GET /api/deposit/depositions'],
  });
  t.equal(
    (await nearest('POST', '/api/deposit/depositions/12/action/publish')).nearest[0],
    'POST /api/deposit/depositions/:id/actions/publish',
  );
  t.equal((await nearest('GET', '/api/record/123/draft')).nearest[0], 'GET /api/records/:id/draft');
  t.equal((await nearest('GET', '/api/depositions')).nearest[0], 'GET /api/deposit/depositions');
  t.equal(
    (await nearest('POST', '/api/records/123/publish')).nearest[0],
    'POST /api/records/:id/draft/actions/publish',
  );
  t.equal(
    (await nearest('PATCH', '/api/records/123')).nearest[0],
    'GET /api/records/:id',
    'the method is wrong',
  );
  const far = await nearest('GET', '/nothing/like/it/anywhere');
  t.strictSame([far.unmatched, far.nearest], [true, []]);
  t.match(await nearest('GET', '/api/records/99999'), {
    unmatched: false,
    status: 404,
    route: '/api/records/:id',
  });
  t.equal(mock.requests.list({ unmatched: true }).length, 7);
  for (const path of [
    '/api/records/1/access/links',
    '/api/requests/1/timeline',
    '/search?q=x',
    '/me/uploads',
    '/api/hooks/receivers/github/events/?access_token=x',
    '/badge/1.svg',
    '/badge/latestdoi/1',
    '/sitemap_1.xml',
  ]) {
    t.match(await nearest('GET', path), { unmatched: false, notImitated: true, status: 404, nearest: [] });
  }
  t.equal(mock.requests.list({ notImitated: true }).length, 8);
  t.match(await nearest('GET', '/oai2d?verb=Identify'), { notImitated: false, route: '/oai2d' });
  const asked = await fetch(`${mock.url}/_mock/requests?unmatched=true&status=405`);
  t.equal(((await asked.json()) as object[]).length, 1);
});

t.test(
  'secrets that the mock does not know are masked by their names, however these are written',
  async (t) => {
    const mock = await start(t);
    const query = [
      'Access_Token=SECRET1',
      'token=SECRET2',
      'api_key=SECRET3',
      `next=${encodeURIComponent('/x?access_token=SECRET4')}`,
    ].join('&');
    await fetch(`${mock.url}/nothing?${query}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-csrftoken': 'SECRET5',
        'x-api-key': 'SECRET6',
        'x-auth-token': 'SECRET7',
      },
      body: '{"Token": "SECRET8", "client_assertion": "SECRET9", "title": "kept"}',
    });
    const text = JSON.stringify(await last(mock));
    t.same(text.match(/SECRET\d/g), null);
    t.match(text, /kept/);
  },
);
