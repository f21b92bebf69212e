import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import t from 'tap';
import type { Problem } from '../src/errors.js';
import { createRateBudget } from '../src/zenodo/rate-limit.js';
import { authorize, CALLBACK, call, consent, verify } from './consent.js';
import { startService } from './service.js';
import { listen, type Teardown } from './teardown.js';

const KEYS = { first: 'first-key-0123456789', second: 'second-key-012345678' };

/** Sends bytes as they are, and returns the status that comes back. */
async function raw(url: string, lines: string[], body = ''): Promise<number> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(5000, () => socket.destroy());
  socket.write(
    `${[...lines, 'Host: x', 'Connection: close', `Content-Length: ${Buffer.byteLength(body)}`].join('\r\n')}\r\n\r\n${body}`,
  );
  let answer = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text;
  });
  await once(socket, 'close');
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}

t.test('service keys', async (t) => {
  const { url, mock } = await startService(t, { env: { API_KEYS: `${KEYS.first},${KEYS.second}` } });
  const keyed = { 'x-api-key': KEYS.second };

  await t.test('every call but health and contract needs one of them', async (t) => {
    for (const path of ['/healthz', '/readyz', '/openapi.yaml', '/openapi.json', '/docs/']) {
      t.equal((await fetch(`${url}${path}`)).status, 200, path);
    }
    for (const key of [undefined, '', 'wrong', KEYS.first.slice(0, -1), `${KEYS.first},${KEYS.second}`]) {
      const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
      for (const path of ['/oauth/authorize', '/nowhere', '/healthz/../oauth/refresh', '//healthz']) {
        const answer = await call(`${url}${path}`, { json: {}, headers });
        t.match(answer, { status: 401, body: { code: 'invalid_api_key' } }, `${path} with ${key}`);
      }
    }
    t.equal(await raw(url, ['POST /docs/../oauth/authorize HTTP/1.1']), 401, 'dots on the wire');
    t.equal(await raw(url, ['POST /docs/%2e%2e/oauth/authorize HTTP/1.1']), 401, 'encoded dots');
    t.equal((await authorize(url, { headers: keyed })).status, 200);
    t.equal((await authorize(url, { headers: { 'x-api-key': KEYS.first } })).status, 200);
  });

  await t.test('a keyed caller may name the container instead of a lost token', async (t) => {
    const refresh = (container_id: string) =>
      call(`${url}/oauth/refresh`, { json: { container_id }, headers: keyed });
    const granted = await authorize(url, { container: 'keyed', headers: keyed });
    const renewed = await refresh('keyed');
    t.match(renewed, { status: 200, body: { container_id: 'keyed', zenodo_user_id: '1' } });
    t.equal(
      (await verify(url, granted.body['deposition_id'], renewed.body['access_token'], keyed)).status,
      200,
    );
    t.match(await refresh('never-seen'), { status: 404, body: { code: 'not_found' } });
    for (const lost of ['zds_lost', 'lost-elsewhere']) {
      const answer = await verify(url, granted.body['deposition_id'], lost, keyed);
      t.match(
        answer,
        { status: 401, body: { code: 'invalid_token', valid: false, zenodo_oauth_url: /^http/ } },
        lost,
      );
    }
    await authorize(url, { container: 'keyed', user: 'mock-user-2', headers: keyed });
    t.match(await refresh('keyed'), { status: 409, body: { code: 'ambiguous_user' } });
    mock.tokens.revoke({ user: 'mock-user-2' });
    const other = await authorize(url, { container: 'only-2', user: 'mock-user-2', headers: keyed });
    await call(`${url}/oauth/disconnect`, { token: other.body['access_token'], headers: keyed });
    t.match(await refresh('only-2'), {
      status: 401,
      body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/ },
    });
    t.equal((await refresh('keyed')).status, 200, 'one of two is left');

    const users = ['mock-user', 'mock-user-2'];
    for (const last of users) {
      for (const user of [...users.filter((one) => one !== last), last]) {
        const callback = `${CALLBACK}${user}`;
        const { body } = await authorize(url, { container: `left-${last}`, user, callback, headers: keyed });
        await call(`${url}/oauth/disconnect`, { token: body['access_token'], headers: keyed });
      }
      const { body } = await refresh(`left-${last}`);
      const asked = new URL(String(body['zenodo_oauth_url'])).searchParams.get('redirect_uri');
      t.equal(asked, `${CALLBACK}${last}`, 'the user returns to where the last one came from');
    }
  });
});

t.test('callers without a key', async (t) => {
  let offset = 0;
  const { url, mock } = await startService(t, {
    env: { ALLOWED_CALLBACK_URLS: 'https://app.example/cb?x=1,http://127.0.0.1:8000/zenodo/callback/' },
    dependencies: { now: () => Date.now() + offset },
  });

  await t.test('callback URLs are compared byte for byte', async (t) => {
    const begin = (django_callback_url: string) =>
      call(`${url}/oauth/authorize`, { json: { container_id: 'c', django_callback_url } });
    t.equal((await begin('https://app.example/cb?x=1')).status, 200);
    t.equal((await begin(CALLBACK)).status, 200);
    for (const other of [
      'https://app.example/cb',
      'https://app.example/cb?x=1&y=2',
      'https://app.example/cb?x=1/',
      'https://APP.example/cb?x=1',
      'https://app.example:443/cb?x=1',
      'https://app.example.evil.example/cb?x=1',
      'https://app.example/cb/../cb?x=1',
      'http://127.0.0.1:8000/zenodo/callback',
      'http://localhost:8000/zenodo/callback/',
    ]) {
      const answer = await begin(other);
      t.match(answer, { status: 400, body: { code: 'callback_url_not_allowed' } }, other);
      const [page = ''] = other.split('?');
      t.ok(String(answer.body['detail']).includes(` is ${page}, which`), 'and names what was sent');
      t.notMatch(answer.body['detail'], /[?]/, 'without its query');
    }
  });

  await t.test(
    'strangers’ tokens use up at most a tenth of Zenodo’s limit, and no other is held up',
    async (t) => {
      const granted = await authorize(url, { container: 'victim' });
      t.equal(
        (await verify(url, granted.body['deposition_id'], 'mock-token')).status,
        200,
        'a token that serves',
      );
      offset += 61_000;
      mock.requests.clear();
      const codes: unknown[] = [];
      for (let guess = 0; guess < 30; guess += 1) {
        codes.push((await verify(url, granted.body['deposition_id'], `guess-${guess}`)).body['code']);
      }
      t.same([...new Set(codes)], ['invalid_token', 'too_many_requests']);
      t.ok(mock.requests.list().length <= 15, `${mock.requests.list().length} calls for 30 guesses`);
      t.equal((await verify(url, granted.body['deposition_id'], granted.body['access_token'])).status, 200);
      t.equal(
        (await verify(url, granted.body['deposition_id'], 'mock-token')).status,
        200,
        'one that served goes on',
      );
      offset += 61_000;
      t.equal((await verify(url, 1, 'another-guess')).body['code'], 'invalid_token', 'a minute later');
      const list = () => call(`${url}/depositions`, { method: 'GET', token: 'mock-token-2' });
      const burst = await Promise.all(Array.from({ length: 30 }, list));
      t.ok(
        burst.every(({ status }) => status === 200),
        'many calls at once with one good token that is new here',
      );
    },
  );

  await t.test('failures are limited where they come from; calls that succeed never are', async (t) => {
    const granted = await authorize(url, { container: 'crowd' });
    const dead = await authorize(url, { container: 'dead', user: 'mock-user-2' });
    await call(`${url}/oauth/disconnect`, { token: dead.body['access_token'] });
    offset += 61_000;
    const codes: unknown[] = [];
    for (let turn = 0; turn < 70; turn += 1) {
      codes.push((await verify(url, 1, dead.body['access_token'])).body['code']);
    }
    t.same([...new Set(codes)], ['reauthorization_required', 'too_many_requests'], 'one handle');
    t.equal(codes.indexOf('too_many_requests'), 60);
    t.equal(
      (await verify(url, 1, 'zds_unknown')).body['code'],
      'invalid_token',
      'others of the address are not meant',
    );
    const guesses = await Promise.all(
      Array.from({ length: 130 }, (_, turn) =>
        call(`${url}/oauth/callback`, {
          json: { code: 'c', state: `guess-${turn}`, django_callback_url: CALLBACK },
        }),
      ),
    );
    const refused = guesses.filter(({ status }) => status === 429);
    t.equal(refused.length, 11, 'of 131 from one address');
    t.ok(Number(refused[0]?.headers['retry-after']) > 0);
    t.equal((await verify(url, granted.body['deposition_id'], granted.body['access_token'])).status, 200);
    t.equal((await authorize(url, { container: 'crowd' })).status, 200, 'a good flow from the same address');
    mock.requests.clear();
    t.equal((await verify(url, 1, 'yet-another')).status, 429);
    t.equal(mock.requests.list().length, 0, 'an unknown token of that address no longer travels');
    offset += 61_000;
    t.equal((await verify(url, 1, 'zds_unknown')).body['code'], 'invalid_token');
  });
});

t.test('strangers are counted by network: an IPv4 address, or the /64 of an IPv6 address', async (t) => {
  let offset = 0;
  const { url, app } = await startService(t, {
    env: { TRUSTED_PROXIES: '127.0.0.1' },
    dependencies: { now: () => Date.now() + offset },
  });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const guess = (address: string) =>
    call(`${url}/oauth/callback`, {
      json: { code: 'c', state: 'guess', django_callback_url: CALLBACK },
      headers: from(address),
    });

  await t.test('failures', async (t) => {
    const statuses: number[] = [];
    for (let turn = 0; turn < 121; turn += 1) {
      statuses.push((await guess(`2001:db8:7:1:${turn.toString(16)}:${turn}::${turn}`)).status);
    }
    t.same([...new Set(statuses.slice(0, 120))], [400]);
    t.equal(statuses[120], 429, 'a /64 has no more than a single address');
    t.equal((await guess('2001:db8:7:2::1')).status, 400, 'their neighbour is not meant');
    t.equal((await guess('192.0.2.1')).status, 400);
    t.equal((await guess('[2001:db8:7:1::9]:4711')).status, 429, 'nor has it more by another port');
    t.equal((await guess('2001:db8:7:1::9%eth0')).status, 429, 'nor by another zone');
  });

  await t.test('authorizations that are begun: each leaves a row', async (t) => {
    const begin = (address: string) =>
      call(`${url}/oauth/authorize`, {
        json: { container_id: 'rows', django_callback_url: CALLBACK },
        headers: from(address),
      });
    const spellings = [
      () => '198.51.100.7',
      () => '::ffff:198.51.100.7',
      () => '::ffff:c633:6407',
      (port: number) => `198.51.100.7:${port}`,
      (port: number) => `[::ffff:198.51.100.7]:${port}`,
      () => '64:ff9b::198.51.100.7',
    ];
    const answers = [];
    for (let turn = 0; turn < 303; turn += 1) {
      answers.push(await begin(spellings[turn % spellings.length]?.(40_000 + turn) ?? ''));
    }
    t.equal(answers.filter(({ status }) => status === 200).length, 300);
    t.match(answers[300], { status: 429, body: { code: 'too_many_requests' } });
    const wait = Number(answers[302]?.headers['retry-after']);
    t.ok(wait > 0 && wait <= 600, `to come again in ${wait} s`);
    t.equal(await app.database.oAuthState.count({ where: { containerId: 'rows' } }), 300);
    t.equal((await begin('198.51.100.8')).status, 200, 'others go on');
    const state = String(answers[0]?.body['state']);
    const back = { state, django_callback_url: CALLBACK, error: 'access_denied' };
    const replay = () => call(`${url}/oauth/callback`, { json: back, headers: from('198.51.100.7') });
    t.match([await replay(), await replay()], [{ status: 403 }, { status: 429 }]);
    t.equal(await app.database.oAuthState.count({ where: { containerId: 'rows' } }), 301, 'also those');
    offset += wait * 1000;
    t.equal((await begin('198.51.100.7')).status, 200, 'and so does this one, in time');
  });

  await t.test('a clock that was ahead, and is set right, shuts no one out', async (t) => {
    const year = 365 * 24 * 3_600_000;
    offset += year;
    for (let turn = 0; turn < 120; turn += 1) await guess('192.0.2.9');
    for (let turn = 0; turn < 20; turn += 1) await verify(url, 1, `made-up-${turn}`);
    t.match([await guess('192.0.2.9'), await verify(url, 1, 'made-up')], [{ status: 429 }, { status: 429 }]);
    offset -= year;
    t.equal((await guess('192.0.2.9')).status, 400);
    t.match(await verify(url, 1, 'made-up'), { status: 401, body: { code: 'invalid_token' } });
  });
});

t.test('ACCESS_TOKEN_KIND=zenodo hands out Zenodo’s own token', async (t) => {
  const { url, mock } = await startService(t, { env: { ACCESS_TOKEN_KIND: 'zenodo' } });
  const granted = await authorize(url, { container: 'own' });
  const token = granted.body['access_token'];
  t.equal(mock.state().tokens.find(({ kind }) => kind === 'oauth')?.accessToken, token);
  t.ok(Number(granted.body['expires_in']) > 5_183_000);
  const direct = await fetch(`${mock.url}/api/deposit/depositions`, {
    headers: { authorization: `Bearer ${token}` },
  });
  t.equal(direct.status, 200, 'it serves at Zenodo');
  t.equal((await verify(url, granted.body['deposition_id'], token)).status, 200);

  const second = await authorize(url, { container: 'second' });
  mock.requests.clear();
  t.equal(
    (await verify(url, granted.body['deposition_id'], token)).status,
    200,
    'dead at Zenodo, a handle here',
  );
  t.equal(mock.requests.list().length, 1, 'it was not tried there');
  mock.tokens.expire({ user: 'mock-user' });
  t.equal((await verify(url, granted.body['deposition_id'], token)).status, 200);
  const renewed = await call(`${url}/oauth/refresh`, { token });
  const live = mock.state().tokens.find(({ kind }) => kind === 'oauth')?.accessToken;
  t.match(renewed, { status: 200, body: { access_token: live, container_id: 'own' } });
  mock.tokens.revoke({ user: 'mock-user' });
  for (const old of [token, second.body['access_token'], live]) {
    const answer = await verify(url, granted.body['deposition_id'], old);
    t.match(answer, { status: 401, body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/ } });
    const back = await consent(answer.body['zenodo_oauth_url']);
    t.ok(back.code);
  }
});

t.test('a public OAuth client: Zenodo hands out refresh tokens that never work', async (t) => {
  const { url, mock } = await startService(t, { env: { ZENODO_CLIENT_ID: 'public-app' } });
  mock.clients.register({
    clientId: 'public-app',
    clientSecret: 'unused',
    name: 'public',
    owner: 'mock-user',
    redirectUris: [CALLBACK],
    confidential: false,
  });
  const granted = await authorize(url, { container: 'public' });
  t.equal(granted.status, 200);
  mock.tokens.expire({ user: 'mock-user' });
  t.match(await verify(url, granted.body['deposition_id'], granted.body['access_token']), {
    status: 401,
    body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/ },
  });
});

t.test('where this service calls', async (t) => {
  await t.test('ids and names never leave their place in a path', async (t) => {
    const { url, mock } = await startService(t);
    const { body } = await authorize(url);
    const token = `Authorization: Bearer ${body['access_token']}`;
    const id = body['deposition_id'];
    mock.requests.clear();
    for (const [path, expected] of [
      [`/depositions/${id}%2f..%2f..%2frecords/verify`, 400],
      [`/depositions/..%2f${id}/verify`, 400],
      [`/depositions/${id}/../../oauth/token/verify`, 404],
      [`/depositions/-1/verify`, 400],
      [`/depositions/1e3/verify`, 400],
      [`/depositions/${'9'.repeat(16)}/verify`, 400],
      [`/depositions/${id}%00/verify`, 400],
      [`/depositions/%/verify`, 400],
    ] as const) {
      t.equal(await raw(url, [`GET ${path} HTTP/1.1`, token]), expected, path);
    }
    t.equal(mock.requests.list().length, 0, 'none of these reached Zenodo');
    t.equal(await raw(url, [`GET /depositions/${id}/verify HTTP/1.1`, `${token}\r\nX-Smuggled: 1`]), 200);
    t.equal(
      await raw(url, [`GET /depositions/${id}/verify HTTP/1.1`, token, `${token}x`]),
      400,
      'two headers',
    );
    t.equal(
      await raw(url, [`GET http://evil.example/depositions/${id}/verify HTTP/1.1`, token]),
      200,
      'an absolute form means our own path',
    );
  });

  await t.test('redirects are not followed, cookies not kept, oversized answers not read', async (t) => {
    let seen: string[] = [];
    let cookies = 0;
    let answer: (path: string) => { status: number; headers: Record<string, string>; body: string } = () => ({
      status: 302,
      headers: { location: `${trap.url}/stolen`, 'set-cookie': 'session=1' },
      body: '',
    });
    const trap = await startOther(t, (path, cookie) => {
      seen.push(path);
      if (cookie !== undefined) cookies += 1;
      return answer(path);
    });
    const { url } = await startService(t, { env: { ZENODO_URL: trap.url } });
    const first = await verify(url, 1, 'personal-token');
    t.match(first, { status: 502, body: { code: 'zenodo_refused', valid: null } });
    t.same(seen, ['/api/deposit/depositions/1']);
    await verify(url, 2, 'personal-token');
    t.equal(cookies, 0);
    const started = await call(`${url}/oauth/authorize`, {
      json: { container_id: 'c', django_callback_url: CALLBACK },
    });
    seen = [];
    const json = { code: 'c', state: started.body['state'], django_callback_url: CALLBACK };
    t.equal((await call(`${url}/oauth/callback`, { json })).status, 502);
    t.same(seen, ['/oauth/token'], 'the client secret follows no redirect');
    answer = () => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: `"${'x'.repeat(11_000_000)}"`,
    });
    t.match(await verify(url, 3, 'personal-token'), { status: 502 });
  });
});

t.test('the rate budget', async (t) => {
  const shown = (remaining: number, after = '30') => ({
    'x-ratelimit-limit': '100',
    'x-ratelimit-remaining': String(remaining),
    'retry-after': after,
  });
  const budget = createRateBudget();
  await budget.take('transfer', 0);
  budget.learn(200, shown(60));
  await budget.take('transfer', 0);
  budget.learn(200, shown(20));
  await t.rejects(budget.take('transfer', 1000), { code: 'too_many_requests', members: { retry_after: 30 } });
  await budget.take('control', 0);
  budget.learn(200, shown(3));
  await t.rejects(budget.take('control', 1000), { code: 'too_many_requests' }, 'control calls go on longest');
  budget.learn(200, { ...shown(20), 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '0' });
  await t.rejects(budget.take('control', 1000), 'what cannot be Zenodo’s limit changes nothing');
  const other = createRateBudget();
  for (const limit of ['1e400', 'Infinity', '99999999999'])
    other.learn(200, { ...shown(50), 'x-ratelimit-limit': limit });
  await other.take('transfer', 0);
  budget.learn(429, { 'retry-after': '1' });
  const began = performance.now();
  await budget.take('control', 2000);
  t.ok(performance.now() - began > 900, 'a wait that fits is waited');
  budget.learn(429, { 'x-ratelimit-reset': String(Date.now() / 1000 + 20) });
  const { members } = (await budget.take('control', 1000).catch((error: unknown) => error)) as Problem;
  t.ok(Number(members.retry_after) <= 20, 'without Retry-After the reset tells');
});

/** A server that is no Zenodo. */
async function startOther(
  t: Teardown,
  answer: (
    path: string,
    cookie?: string,
  ) => { status: number; headers: Record<string, string>; body: string },
): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    request.resume();
    const { status, headers, body } = answer(request.url ?? '', request.headers.cookie);
    response.writeHead(status, headers).end(body);
  });
  const url = await listen(t, server);
  return { url, server };
}
