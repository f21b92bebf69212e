import { randomBytes, randomUUID } from 'node:crypto';
import t from 'tap';
import { createSessions } from '../src/operator/sessions.js';
import { formTokenIn, KEY, operatorUrlIn, person, startOperatedProcess } from './operated.js';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { eventually } from './uploads.js';

const { operatorUrl, url, settings, output } = await startOperatedProcess(t);

t.test('without a key there are metrics and nothing else', async (t) => {
  const { app } = await startService(t, { env: { OPERATOR_PORT: '0' } });
  const operatorUrl = `http://127.0.0.1:${app.operatorAddress()?.port}`;
  t.match(await (await fetch(`${operatorUrl}/metrics`)).text(), 'zenodo_service_database_up 1');
  for (const path of ['', '/login', '/uploads', '/metrics/x']) {
    const answer = await fetch(`${operatorUrl}${path}`);
    t.equal(answer.status, 404, path);
    t.match(await answer.text(), /Set OPERATOR_KEY to enable/, path);
  }
  for (const method of ['PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH']) {
    const answer = await fetch(`${operatorUrl}/metrics`, { method });
    t.match([answer.status, answer.headers.get('allow')], [405, 'GET, HEAD'], method);
  }
});

t.test('a method that an address does not take is named, with those that it takes', async (t) => {
  const body = '{"a":1}';
  const json = { 'content-type': 'application/json' };
  for (const [path, allowed, methods] of [
    ['/', 'GET, HEAD', ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'POST']],
    ['/uploads', 'GET, HEAD', ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'POST']],
    ['/login', 'GET, HEAD, POST', ['PUT', 'OPTIONS']],
    ['/logout', 'POST', ['GET', 'HEAD', 'OPTIONS']],
    [`/uploads/${randomUUID()}/retry`, 'GET, HEAD, POST', ['DELETE']],
  ] as const)
    for (const method of methods) {
      const init = ['GET', 'HEAD'].includes(method) ? { method } : { method, body, headers: json };
      const answer = await fetch(`${operatorUrl}${path}`, init);
      t.equal(answer.status, 405, `${method} ${path}`);
      const named = answer.headers.get('allow')?.split(', ').toSorted().join(', ');
      t.equal(named, allowed.split(', ').toSorted().join(', '), `${method} ${path}`);
      t.match(answer.headers.get('content-security-policy'), "default-src 'none'");
      if (method !== 'HEAD') t.match(await answer.text(), `and not ${method}`);
    }
  t.equal((await fetch(`${operatorUrl}/nowhere`, { method: 'PUT', body, headers: json })).status, 404);
});

t.test('a session ends after twelve hours', async (t) => {
  let later = 0;
  const store = { add: async () => undefined, list: async () => [] };
  const sessions = createSessions(KEY, () => Date.now() + later, randomBytes, store);
  const session = sessions.open();
  later = (12 * 60 - 1) * 60_000;
  t.ok(sessions.isOpen(session));
  later = (12 * 60 + 1) * 60_000;
  t.notOk(sessions.isOpen(session));
});

t.test('a session ends with the key that it was opened by, or with its logout, everywhere', async (t) => {
  const opened = person(operatorUrl);
  await opened.login();
  const logOut = async (somebody: typeof opened) => {
    const form = formTokenIn((await somebody.ask('uploads')).text);
    t.equal((await somebody.ask('logout', { form })).status, 303);
  };
  const gone = person(operatorUrl);
  await gone.login();
  const left = gone.cookie();
  await logOut(gone);
  const cookie = opened.cookie();
  const start = async (key: string) => {
    const replica = await startReplica(t, { ...settings, OPERATOR_KEY: key });
    const other = person(operatorUrlIn(replica.output()));
    other.takeCookie(cookie);
    return other;
  };
  const [same, changed] = await Promise.all([start(KEY), start(`${KEY} of another day`)]);
  t.equal((await same.ask('uploads')).status, 200, 'another replica knows it');
  same.takeCookie(left);
  t.equal((await same.ask('uploads')).status, 303, 'one that starts later knows which have ended');
  same.takeCookie(opened.cookie());
  await logOut(opened);
  const refused = async () => (await same.ask('uploads')).status === 303;
  t.ok(await eventually(refused), 'and one that runs hears of it');
  t.match(await changed.ask('uploads'), { status: 303, location: './login?next=uploads' });
  t.match(await changed.ask('login'), { status: 200, text: 'name="key"' });
});

t.test('what a browser or a proxy says of hosts and addresses is not believed', async (t) => {
  // Of its own: who has tried ten keys waits.
  const replica = await startReplica(t, settings);
  const operatorUrl = operatorUrlIn(replica.output());
  const stranger = person(operatorUrl);
  const host = 'evil.example';
  for (const headers of [
    { origin: `https://${host}`, 'x-forwarded-host': host, 'x-forwarded-proto': 'https' },
    { origin: `http://${host}`, forwarded: `host=${host};proto=http` },
    { origin: operatorUrl, 'sec-fetch-site': 'cross-site' },
    { origin: `${operatorUrl}.${host}` },
    { origin: operatorUrl.replace('//', `//${host}@`) },
  ] as Record<string, string>[])
    t.match(await stranger.login(KEY, headers), { status: 403, set: null }, JSON.stringify(headers));
  const secure = await stranger.login(KEY, { 'x-forwarded-proto': 'https' });
  t.match([secure.status, secure.set], [303, /SameSite=Strict$/], 'not over https, for all that is known');
  for (const next of [
    'uploads?x=//evil',
    'a/../../b',
    '%2F%2Fevil.example',
    'https:evil.example',
    '\\\\evil',
  ])
    t.match(
      (await person(operatorUrl).ask('login', { key: KEY, next })).location,
      /^\.\/(uploads|$)/,
      `on to ${next}`,
    );
  for (let tries = 0; tries < 9; tries += 1)
    await stranger.login('no', { 'x-forwarded-for': `198.51.100.${tries}` });
  const last = await stranger.login('no', {
    'x-forwarded-for': '198.51.100.77',
    'x-real-ip': '198.51.100.78',
  });
  const after = await stranger.login('no', { 'x-forwarded-for': '198.51.100.79' });
  t.match([last.status, after.status].at(-1), 429, 'who tries keys is one, whatever they call themselves');
});

t.test('HEAD is answered as GET, without a page', async (t) => {
  const asked = (path: string) => fetch(`${operatorUrl}${path}`, { method: 'HEAD', redirect: 'manual' });
  t.match([(await asked('/uploads')).status, (await asked('/login')).status], [303, 200]);
  t.equal(await (await asked('/login')).text(), '');
});

t.test('the page opens for who knows the key, and for them alone', async (t) => {
  const stranger = person(operatorUrl);
  t.match(await stranger.ask('metrics'), { status: 200, text: 'zenodo_service_database_up 1' }, 'as ever');
  const sent = await stranger.ask('uploads?state=failed');
  t.match(sent, { status: 303, location: '../login?next=uploads%3Fstate%3Dfailed'.replace('../', './') });
  t.equal((await fetch(`${url}/login`)).status, 404, 'not at the public port');
  const form = await stranger.ask('login?next=uploads%3Fstate%3Dfailed');
  t.match(form, { status: 200, text: /<input type="password" name="key"/ });
  t.match(form.text, 'value="uploads?state=failed"');
  for (const elsewhere of ['//evil.example', 'https://evil.example', '/\\evil', 'javascript:x', '../../x'])
    t.match(
      (await stranger.ask(`login?next=${encodeURIComponent(elsewhere)}`)).text,
      'name="next" value=""',
      elsewhere,
    );

  for (const key of ['', 'x', `${KEY}x`, KEY.slice(1), KEY.toUpperCase(), 'ä'.repeat(9000)])
    t.match(
      await stranger.login(key),
      { status: key.length > 1000 ? 413 : 401, set: null },
      `key ${key.slice(0, 20)}`,
    );
  t.match(await stranger.ask('login', { key: KEY }, { origin: 'https://evil.example' }), {
    status: 403,
    set: null,
  });
  t.match(await stranger.ask('login', { key: KEY }, { 'sec-fetch-site': 'cross-site' }), {
    status: 403,
    set: null,
  });
  t.match(await stranger.ask('login', { key: KEY }, { origin: 'null' }), { status: 403, set: null });

  const known = person(operatorUrl);
  const opened = await known.ask(
    'login',
    { key: KEY, next: 'uploads?state=failed' },
    { origin: operatorUrl },
  );
  t.match(opened, { status: 303, location: './uploads?state=failed' });
  t.match(opened.set, /^zenodo_service_operator=[^;]+; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  const list = await known.ask('uploads');
  t.equal(list.status, 200);
  t.equal(
    list.headers.get('content-security-policy'),
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  t.equal(list.headers.get('cache-control'), 'no-store');
  const behind = await known.ask(
    'login',
    { key: KEY },
    { origin: 'https://ops.example', 'sec-fetch-site': 'same-origin' },
  );
  t.match(behind.set, /; Secure/, 'where the browser came by https');

  const old = known.cookie();
  const [until = ''] = old.split('=')[1]?.split('.') ?? [];
  for (const cookie of [
    old.slice(0, -1),
    old.replace(until, String(Number(until) + 1)),
    `${old}0`,
    'zenodo_service_operator=',
  ]) {
    stranger.takeCookie(cookie);
    t.equal((await stranger.ask('uploads')).status, 303, 'a cookie that was tampered with');
  }
  t.equal((await known.ask('logout', { form: 'x' })).status, 403, 'no other site logs out');
  t.match(
    await known.ask('logout', { form: formTokenIn(list.text) }),
    { status: 403 },
    'the form is of its session',
  );
  const fresh = await known.ask('uploads');
  t.match(await known.ask('logout', { form: formTokenIn(fresh.text) }), {
    status: 303,
    location: './login',
  });
  stranger.takeCookie(old);
  t.equal((await stranger.ask('uploads')).status, 303, 'an old cookie');

  const guesser = person(operatorUrl);
  let last = await guesser.login('no');
  for (let tries = 0; tries < 20 && last.status === 401; tries += 1) last = await guesser.login('no');
  t.match(last, { status: 429, text: /Too many wrong keys. Try again in \d+ s/ });
  t.match(last.headers.get('retry-after'), /^\d+$/);
  t.match(await guesser.login(), { status: 429, set: null }, 'the right one is not tried either');
  t.match(output(), /"audit":"operator_refused"/);
  t.match(output(), /"audit":"operator_login"/);
  t.notMatch(output(), KEY);
  t.notMatch(output(), old.slice(-64), 'no session is logged');
});
