import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import {
  authorizePath,
  CLIENT,
  decide,
  exchange,
  locationOf,
  newCode,
  postToken,
  probe,
  REDIRECT,
  tokenOf,
} from '../conformance/oauth-flow.js';
import { call, type Target } from '../conformance/rule.js';
import type { MockContext } from '../context.js';
import { registerApp } from '../oauth/apps.js';
import { createPersonalToken, expireTokens, revokeTokens } from '../oauth/tokens.js';
import { type Options, parseOptions } from '../options.js';
import { buildMock } from '../server.js';

const BASE = '/api/deposit/depositions';
const GUEST = '{"status": 403, "message": "Permission denied."}';
const REFUSED = { message: 'A validation error occurred.' };
const INVALID_GRANT = '{"error": "invalid_grant"}';

async function running(
  t: Test,
  options: Partial<Options> = {},
): Promise<{ target: Target; mock: MockContext }> {
  const app = await buildMock(parseOptions(options));
  t.teardown(() => app.close());
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return { target: { url: `http://127.0.0.1:${port}`, token: 'mock-token' }, mock: app.mock };
}

function refresh(target: Target, refreshToken: string | undefined, client: Record<string, string> = CLIENT) {
  return postToken(target, { grant_type: 'refresh_token', refresh_token: refreshToken ?? '', ...client });
}

const show = (target: Target, path: string, headers: Record<string, string> = {}) =>
  call(target, 'GET', path, { token: null, headers });

t.test('what expires follows the clock', async (t) => {
  const { target, mock } = await running(t, { tokenLifetime: 3600 });

  const late = await newCode(target);
  mock.clock.advance(99);
  const inTime = await newCode(target);
  const first = tokenOf(await exchange(target, late));
  t.equal(first.expires_in, 3600);
  mock.clock.advance(101);
  t.equal((await exchange(target, inTime)).text, INVALID_GRANT, 'a code lives 100 seconds');

  mock.clock.advance(3600 - 102);
  t.equal(await probe(target, first.access_token), 200);
  mock.clock.advance(2);
  const dead = await call(target, 'GET', BASE, { token: first.access_token });
  t.same([dead.status, dead.text], [403, GUEST], 'an expired token is a guest');
  t.equal((await call(target, 'GET', '/oauth/ping', { token: first.access_token })).status, 401);
  const again = tokenOf(await refresh(target, first.refresh_token));
  t.equal(await probe(target, again.access_token), 200, 'refresh tokens do not expire');

  mock.clock.advance(10 * 365 * 86_400);
  t.equal(await probe(target, 'mock-token'), 200, 'personal tokens do not expire');
});

t.test('races have one winner', async (t) => {
  const { target } = await running(t);
  const code = await newCode(target);
  const exchanges = await Promise.all(Array.from({ length: 8 }, () => exchange(target, code)));
  const won = exchanges.filter(({ status }) => status === 200);
  t.equal(won.length, 1, 'one exchange of a code');
  t.ok(exchanges.every(({ status, text }) => status === 200 || (status === 400 && text === INVALID_GRANT)));
  const [winner] = won;
  t.ok(winner);
  if (winner === undefined) return;
  const { refresh_token } = tokenOf(winner);
  const refreshes = await Promise.all(Array.from({ length: 8 }, () => refresh(target, refresh_token)));
  t.equal(refreshes.filter(({ status }) => status === 200).length, 1, 'one refresh of a token');
});

t.test('several users, several apps', async (t) => {
  const { target, mock } = await running(t);
  const portal = registerApp(mock, {
    name: 'Portal <b>&</b>',
    ownerId: 2,
    redirectUris: ['https://portal.example.org/callback', 'http://localhost:3000/back'],
    website: 'javascript:alert(1)',
  });
  const page = registerApp(mock, { name: 'Page', ownerId: 1, redirectUris: [REDIRECT], confidential: false });
  t.match(portal.clientId, /^\w{40}$/);
  t.match(portal.clientSecret, /^\w{60}$/);
  const portalKeys = { client_id: portal.clientId, client_secret: portal.clientSecret };

  await t.test('the redirect URI defaults to the first that was registered', async (t) => {
    const path = `/oauth/authorize?response_type=code&client_id=${portal.clientId}&state=s`;
    const location = new URL(locationOf(await decide(target, 'yes', path)));
    t.equal(location.origin + location.pathname, 'https://portal.example.org/callback');
    const form = {
      grant_type: 'authorization_code',
      code: location.searchParams.get('code') ?? '',
      ...portalKeys,
    };
    t.equal((await postToken(target, form)).status, 200, 'and so it does at the exchange');

    const other = { client_id: portal.clientId, redirect_uri: 'http://localhost:3000/back' };
    const left = await postToken(target, {
      grant_type: 'authorization_code',
      code: await newCode(target, other),
      ...portalKeys,
    });
    t.equal(left.text, '{"error": "invalid_request", "error_description": "Mismatching redirect URI."}');
  });

  await t.test('comparison is exact, loopback or not', async (t) => {
    for (const uri of [
      'http://localhost:3001/back',
      'http://localhost:3000/back/',
      'http://127.0.0.1:3000/back',
      'https://portal.example.org/callback?x=1',
      'https://portal.example.org:443/callback',
    ]) {
      const path = authorizePath({ client_id: portal.clientId, redirect_uri: uri });
      t.match(locationOf(await show(target, path)), /^\/oauth\/errors\?.*Mismatching\+redirect\+URI\./, uri);
    }
    for (const uri of [
      'http://localhost@example.org/',
      'http://localhost.example.org/',
      'https://localhost/',
      '*loopback*',
    ]) {
      t.match(locationOf(await show(target, authorizePath({ redirect_uri: uri }))), /^\/oauth\/errors/, uri);
    }
  });

  await t.test('registration takes https, and http on this machine', async (t) => {
    const register = (uri: string) => registerApp(mock, { name: 'x', ownerId: 1, redirectUris: [uri] });
    for (const uri of [
      'http://example.org/',
      'ftp://localhost/',
      'localhost',
      '',
      'javascript:alert(1)',
      'https://a b/',
    ]) {
      t.throws(() => register(uri), REFUSED, uri);
    }
    for (const uri of ['https://example.org', 'http://localhost', 'http://127.0.0.1:5/x?y=z'])
      t.ok(register(uri), uri);
  });

  await t.test('a code belongs to its client', async (t) => {
    const code = await newCode(target);
    t.equal((await exchange(target, code, portalKeys)).text, INVALID_GRANT);
    t.equal((await exchange(target, code)).status, 200, 'and is not used up by the attempt');
  });

  await t.test('public clients: no secret for the code, no refresh, no credentials grant', async (t) => {
    const code = await newCode(target, { client_id: page.clientId });
    const token = tokenOf(await exchange(target, code, { client_id: page.clientId, client_secret: 'wrong' }));
    t.ok(token.refresh_token, 'it is handed out');
    const keys = { client_id: page.clientId, client_secret: page.clientSecret };
    t.equal((await refresh(target, token.refresh_token, keys)).text, INVALID_GRANT, 'but does not work');
    const own = await postToken(target, { grant_type: 'client_credentials', ...keys });
    t.same([own.status, own.text], [401, '{"error":"invalid_client"}\n']);
    t.equal(own.headers.get('www-authenticate'), null);
  });

  await t.test('client credentials act as the owner of the app', async (t) => {
    const token = tokenOf(await postToken(target, { grant_type: 'client_credentials', ...portalKeys }));
    t.same(token.user, { id: '2' });
  });

  await t.test('one live token per client and user, not per client or user', async (t) => {
    const approveAs = async (user: string, client: Record<string, string>) => {
      const body = new URLSearchParams({ confirm: 'yes', user });
      const path = authorizePath({
        client_id: client['client_id'] ?? '',
        redirect_uri: 'http://localhost:3000/back',
      });
      const location = new URL(locationOf(await call(target, 'POST', path, { token: null, body })));
      const code = location.searchParams.get('code') ?? '';
      return tokenOf(await exchange(target, code, { ...client, redirect_uri: 'http://localhost:3000/back' }));
    };
    const first = await approveAs('mock-user', CLIENT);
    const others = [await approveAs('mock-user-2', CLIENT), await approveAs('mock-user', portalKeys)];
    t.same(
      others.map(({ user }) => user.id),
      ['2', '1'],
    );
    t.equal(await probe(target, first.access_token), 200);
    await approveAs('mock-user', CLIENT);
    t.equal(await probe(target, first.access_token), 403);
    for (const { access_token } of others) t.equal(await probe(target, access_token), 200);
  });

  await t.test('the page escapes what an app says about itself', async (t) => {
    const { text, headers } = await show(
      target,
      `/oauth/authorize?response_type=code&client_id=${portal.clientId}&state=${encodeURIComponent('"><script>')}`,
    );
    t.match(text, 'Portal &lt;b&gt;&amp;&lt;/b&gt;');
    t.notMatch(text, /<script|javascript:/);
    t.match(
      headers.get('content-security-policy'),
      /^default-src 'none'; img-src 'self'; style-src 'sha256-/,
    );
  });
});

t.test('consent without a page', async (t) => {
  const { target, mock } = await running(t, { autoApprove: true });
  const location = locationOf(await show(target, authorizePath({ state: 's' })));
  t.match(location, /^http:\/\/localhost:9\/callback\?code=\w{30}&state=s$/);
  t.match(locationOf(await show(target, authorizePath({ scope: 'nope' }))), /error=invalid_scope/);

  mock.consent = { mode: 'deny', user: null };
  t.equal(
    locationOf(await show(target, authorizePath({ state: 's' }))),
    `${REDIRECT}?error=access_denied&state=s`,
  );

  mock.consent = { mode: 'approve', user: 'mock-user-2' };
  const code = new URL(locationOf(await show(target, authorizePath()))).searchParams.get('code') ?? '';
  t.equal(tokenOf(await exchange(target, code)).user.id, '2', 'as the chosen user');

  mock.consent = { mode: 'ask', user: null };
  t.equal((await show(target, authorizePath())).status, 200);
});

t.test('login', async (t) => {
  const { target } = await running(t);
  const out = (await show(target, '/logout/')).headers.get('set-cookie')?.split(';')[0] ?? '';
  const login = locationOf(await show(target, authorizePath({ state: 's' }), { cookie: out }));
  t.equal(
    login,
    `/login/?next=${encodeURIComponent(authorizePath({ state: 's' }))}`,
    'logged out means to the login',
  );
  t.match((await show(target, login)).text, 'mock-user-2');

  const logIn = (path: string) =>
    call(target, 'POST', path, { token: null, body: new URLSearchParams({ username: 'mock-user-2' }) });
  const answer = await logIn(login);
  t.equal(locationOf(answer), authorizePath({ state: 's' }), 'and back');
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  t.match(
    (await show(target, authorizePath(), { cookie })).text,
    'Logged in as <strong>mock-user-2</strong>',
  );
  for (const next of ['//example.org', 'https://example.org', '/\\example.org', '/a\r\nb']) {
    t.equal(locationOf(await logIn(`/login/?next=${encodeURIComponent(next)}`)), '/login/', next);
  }
});

t.test('settings: personal tokens, revoking, expiring', async (t) => {
  const { target, mock } = await running(t);
  const { accessToken } = createPersonalToken(mock, { userId: 2 });
  t.match(accessToken, /^\w{60}$/);
  t.equal(await probe(target, accessToken), 200);
  t.throws(() => createPersonalToken(mock, { userId: 99 }), REFUSED);
  t.throws(() => createPersonalToken(mock, { userId: 1, scopes: ['everything'] }), REFUSED);
  t.throws(() => createPersonalToken(mock, { userId: 1, accessToken }), REFUSED);

  const token = tokenOf(await exchange(target, await newCode(target)));
  t.equal(expireTokens(mock, { token: token.access_token }), 1);
  t.equal(await probe(target, token.access_token), 403);
  t.equal(await probe(target, 'mock-token'), 200);
  const fresh = tokenOf(await refresh(target, token.refresh_token));
  t.equal(revokeTokens(mock, { user: 'mock-user' }), 2);
  t.same(await Promise.all([probe(target, fresh.access_token), probe(target, 'mock-token')]), [403, 403]);
  t.equal((await refresh(target, fresh.refresh_token)).text, INVALID_GRANT, 'the refresh token goes with it');
  t.equal(revokeTokens(mock, { user: 'nobody' }), 0);
  t.equal(await probe(target, accessToken), 200);
  t.equal(expireTokens(mock, {}), 2);
  t.equal(await probe(target, accessToken), 403);
});

t.test('CSRF cookies age', async (t) => {
  const { target, mock } = await running(t);
  const create = (headers: Record<string, string>) =>
    call(target, 'POST', BASE, { token: 'dead', json: {}, headers });
  const token = /csrftoken=([^;]+)/.exec((await create({})).headers.get('set-cookie') ?? '')?.[1] ?? '';
  const both = { cookie: `csrftoken=${token}`, 'x-csrftoken': token };
  mock.clock.advance(8 * 86_400 - 1);
  t.equal((await create(both)).text, GUEST, 'a day and a week of grace');
  mock.clock.advance(2);
  t.equal((await create(both)).text, '{"message":"CSRF token expired. Try again.","status":400}\n');
  t.match((await create({ cookie: 'csrftoken=invented' })).text, 'CSRF token missing or incorrect.');
});

t.test('behind https the Referer counts', async (t) => {
  const { target } = await running(t, { publicUrl: 'https://zenodo.example.org' });
  const create = (headers: Record<string, string>) =>
    call(target, 'POST', BASE, { token: 'dead', json: {}, headers });
  const cookie = (await create({})).headers.get('set-cookie') ?? '';
  t.match(cookie, /; Secure;/);
  const token = /csrftoken=([^;]+)/.exec(cookie)?.[1] ?? '';
  const messages = [];
  for (const referer of [
    null,
    'nowhere',
    'http://zenodo.example.org/',
    'https://example.org/',
    'https://zenodo.example.org/x',
  ]) {
    const headers = { cookie: `csrftoken=${token}`, 'x-csrftoken': token };
    const answer = await create(referer === null ? headers : { ...headers, referer });
    messages.push((answer.json as { message: string }).message);
  }
  t.same(messages, [
    'Referer checking failed - no Referer.',
    'Referer checking failed - Referer is malformed.',
    'Referer checking failed - Referer is insecure while host is secure.',
    'Referer checking failed - https://example.org/ does not match any trusted origins.',
    'Permission denied.',
  ]);
});

t.test('relaxations and restrictions', async (t) => {
  const { target, mock } = await running(t, { acceptBasic: true, report401: true, enforceScopes: true });
  const headers = { authorization: `Basic ${btoa('mock-client:mock-secret')}` };
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'deposit:write' });
  const basic = await call(target, 'POST', '/oauth/token', { token: null, headers, body });
  t.equal(basic.status, 200, 'acceptBasic');

  const dead = await call(target, 'GET', BASE, { token: 'dead' });
  t.match(dead.json, { status: 401 }, 'report401');
  t.equal((await call(target, 'GET', BASE, { token: null })).status, 403, 'no token is no dead token');

  const writer = createPersonalToken(mock, { userId: 1, scopes: ['deposit:write'] }).accessToken;
  const publisher = createPersonalToken(mock, { userId: 1, scopes: ['deposit:actions'] }).accessToken;
  const created = await call(target, 'POST', BASE, { token: writer, json: {} });
  t.equal(created.status, 201, 'enforceScopes');
  t.match((await call(target, 'POST', BASE, { token: publisher, json: {} })).json, { status: 403 });
  const { id } = created.json as { id: number };
  const discard = (token: string) => call(target, 'POST', `${BASE}/${id}/actions/discard`, { token });
  t.match((await discard(writer)).json, {
    status: 403,
    message: /permission to access the requested resource/,
  });
  t.equal((await discard(publisher)).status, 204);
});

t.test('whatever is sent, the answer is one that the OAuth pages give', async (t) => {
  const { target } = await running(t);
  const near = (...values: string[]) => fc.oneof(fc.constantFrom(...values), fc.string({ unit: 'binary' }));
  const fields = fc.record(
    {
      response_type: near('code', 'token', 'none', 'code token'),
      client_id: near(CLIENT.client_id),
      client_secret: near(CLIENT.client_secret),
      redirect_uri: near(
        REDIRECT,
        'http://localhost/?a=%zz&b',
        'http://localhost:99999/',
        'http://localhost/#f',
      ),
      scope: near('deposit:write', 'user:email tokens:generate', ''),
      state: near('s', 'é\r\nSet-Cookie: x=y'),
      code_challenge: near('x'),
      code_challenge_method: near('S256', 'plain'),
      grant_type: near('authorization_code', 'refresh_token', 'client_credentials', 'password'),
      code: near('x'),
      refresh_token: near('x'),
      confirm: near('yes', 'no'),
      user: near('mock-user-2'),
    },
    { requiredKeys: [] },
  );
  const defined = (given: Record<string, string | undefined>) => {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(given)) if (value !== undefined) parameters.set(name, value);
    return parameters;
  };
  await fc.assert(
    fc.asyncProperty(fields, fields, async (query, form) => {
      const path = `/oauth/authorize?${defined(query)}`;
      const shown = await show(target, path);
      const decided = await call(target, 'POST', path, { token: null, body: defined(form) });
      const token = await call(target, 'POST', '/oauth/token', { token: null, body: defined(form) });
      for (const { status, headers } of [shown, decided]) {
        if (status !== 302 && (status !== 200 || shown.status !== 200))
          throw new Error(`authorize: ${status}`);
        if (status === 302) new URL(headers.get('location') ?? '', target.url);
        if (headers.get('set-cookie') !== null) throw new Error('a header was smuggled in');
      }
      if (![200, 400, 401, 404].includes(token.status)) throw new Error(`token: ${token.status}`);
    }),
    { numRuns: 200 },
  );
  t.equal(await probe(target, 'mock-token'), 200, 'and it is still there');
});
