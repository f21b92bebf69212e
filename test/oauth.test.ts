import t from 'tap';
import { startMockZenodo } from '../mock-zenodo/index.js';
import { authorize, bringBack, CALLBACK, call, consent, verify } from './consent.js';
import { startService } from './service.js';

const TOKEN_ENDPOINT = { method: 'POST', path: '/oauth/token' };

t.test('authorization over real sockets', async (t) => {
  let offset = 0;
  const { url, mock } = await startService(t, { dependencies: { now: () => Date.now() + offset } });
  const back = (container: string, extra: Record<string, unknown> = {}) =>
    bringBack(url, { container, extra });
  const complete = (json: unknown) => call(`${url}/oauth/callback`, { json });

  await t.test('the documented four steps bring a token, a draft and its address', async (t) => {
    const started = await call(`${url}/oauth/authorize`, {
      json: { container_id: 'steps', django_callback_url: CALLBACK },
    });
    t.equal(started.status, 200);
    t.ok(new Date(String(started.body['expires_at'])) > new Date());
    const page = new URL(String(started.body['zenodo_oauth_url']));
    t.equal(page.origin, mock.url);
    t.equal(page.searchParams.get('redirect_uri'), CALLBACK);
    t.equal(page.searchParams.get('scope'), 'deposit:write deposit:actions');
    t.equal(page.searchParams.get('state'), started.body['state']);
    t.notOk(started.headers['set-cookie'], 'no cookie: the caller is a server');

    const brought = await consent(page.href);
    const { status, body } = await complete({ ...brought, django_callback_url: CALLBACK });
    t.equal(status, 200);
    t.match(body, {
      access_token: /^zds_[\w-]{43}$/,
      token_type: 'Bearer',
      expires_in: 60 * 24 * 3600,
      scope: 'deposit:write deposit:actions',
      container_id: 'steps',
      zenodo_user_id: '1',
      deposition_id: Number,
      deposition_url: /^http/,
      deposition_state: 'draft',
      warnings: [],
    });
    const checked = await verify(url, body['deposition_id'], body['access_token']);
    t.match(checked, { status: 200, body: { valid: true, state: 'draft', submitted: false } });
    t.equal(checked.body['expires_at'], body['expires_at']);
  });

  await t.test('the token is found in header, body and query, and nowhere twice differently', async (t) => {
    const { body } = await authorize(url, { container: 'places' });
    const path = `${url}/depositions/${body['deposition_id']}/verify`;
    const token = String(body['access_token']);
    t.equal((await call(path, { method: 'GET', token })).status, 200);
    t.equal(
      (await call(path, { method: 'GET', json: { access_token: token } })).status,
      200,
      'body of a GET',
    );
    t.equal((await call(`${path}?access_token=${token}`, { method: 'GET' })).status, 200);
    t.equal(
      (await call(`${path}?access_token=${token}`, { method: 'GET', token })).status,
      200,
      'twice the same',
    );
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const posted = await fetch(`${url}/oauth/refresh`, {
      method: 'POST',
      headers: form,
      body: `access_token=${token}`,
    });
    t.equal(posted.status, 200, 'urlencoded');
    const two = await call(`${path}?access_token=other`, { method: 'GET', token });
    t.match(two, { status: 400, body: { code: 'conflicting_tokens', valid: false } });
    for (const nothing of ['', 'null', 'None', '%20']) {
      const none = await call(`${path}?access_token=${nothing}`, { method: 'GET' });
      t.match(none, { status: 401, body: { code: 'missing_token', valid: false } }, JSON.stringify(nothing));
    }
    const inQuery = await call(`${url}/oauth/refresh?access_token=${token}`, { json: {} });
    t.equal(inQuery.body['code'], 'missing_token', 'a POST takes none from the query');
  });

  await t.test('unknown fields are taken and named, ids may be numbers, null is absent', async (t) => {
    const started = await call(`${url}/oauth/authorize`, {
      json: { container_id: 7, django_callback_url: CALLBACK, colour: 'blue' },
    });
    t.match(started, {
      status: 200,
      body: { warnings: ['The field "colour" is unknown and was ignored.'] },
    });
    const brought = await consent(started.body['zenodo_oauth_url']);
    const { status, body } = await complete({
      ...brought,
      error: null,
      container_id: 7,
      create_deposition: null,
      django_callback_url: CALLBACK,
      shape: 'round',
    });
    t.equal(status, 200);
    t.equal(body['container_id'], '7');
    t.match(body['warnings'], ['The field "shape" is unknown and was ignored.']);
  });

  await t.test('wrong bodies are named by field', async (t) => {
    const cases: [string, unknown, string][] = [
      ['/oauth/authorize', { django_callback_url: CALLBACK }, 'container_id'],
      ['/oauth/authorize', { container_id: 'x' }, 'django_callback_url'],
      ['/oauth/authorize', { container_id: 'x', django_callback_url: 'not a url' }, 'django_callback_url'],
      [
        '/oauth/authorize',
        { container_id: 'x', django_callback_url: 'javascript:alert(1)' },
        'django_callback_url',
      ],
      [
        '/oauth/authorize',
        { container_id: 'x', django_callback_url: 'http://u:p@127.0.0.1/' },
        'django_callback_url',
      ],
      [
        '/oauth/authorize',
        { container_id: 'x', django_callback_url: `${CALLBACK}#top` },
        'django_callback_url',
      ],
      ['/oauth/authorize', { container_id: {}, django_callback_url: CALLBACK }, 'container_id'],
      ['/oauth/authorize', { container_id: '', django_callback_url: CALLBACK }, 'container_id'],
      ['/oauth/callback', { code: 'x', django_callback_url: CALLBACK }, 'state'],
      ['/oauth/callback', { code: 'x'.repeat(10_000), state: 's', django_callback_url: CALLBACK }, 'code'],
      ['/oauth/callback', { code: ['x', 'y'], state: 's', django_callback_url: CALLBACK }, 'code'],
      ['/oauth/callback', { ...(await back('no-code')), code: null }, 'code'],
    ];
    for (const [path, json, field] of cases) {
      const { status, body } = await call(`${url}${path}`, { json });
      const fields = (body['errors'] as { field: string }[]).map((fault) => fault.field);
      t.equal(status, 400, `${path} ${field}`);
      t.equal(body['code'], 'invalid_request');
      t.ok(fields.includes(field), `${fields} names ${field}`);
    }
    const elsewhere = await call(`${url}/oauth/authorize`, {
      json: { container_id: 'x', django_callback_url: 'https://evil.example/' },
    });
    t.match(elsewhere, { status: 400, body: { code: 'callback_url_not_allowed' } });
    const empty = await fetch(`${url}/oauth/authorize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    t.equal(empty.status, 400, 'an empty JSON body');
    const broken = await call(`${url}/oauth/authorize`, { json: undefined, headers: {} });
    t.equal(broken.status, 400, 'no body');
  });

  await t.test('a state is known, used, expired or somebody else’s, and each has its own code', async (t) => {
    const forged = await complete({ code: 'c', state: 'forged', django_callback_url: CALLBACK });
    t.match(forged, { status: 400, body: { code: 'state_unknown' } });
    t.notOk(forged.body['zenodo_oauth_url'], 'strangers get no link');

    const json = await back('states');
    t.match(await complete({ ...json, container_id: 'other' }), {
      status: 400,
      body: { code: 'state_mismatch' },
    });
    t.match(await complete({ ...json, django_callback_url: 'http://127.0.0.1:8000/elsewhere/' }), {
      status: 400,
      body: { code: 'state_mismatch' },
    });
    const first = await complete({ ...json, django_callback_url: `${CALLBACK}?code=x&state=y#z` });
    t.equal(first.status, 200, 'a mismatch does not use the state up; query and fragment do not matter');
    const replayed = await complete(json);
    t.match(replayed, { status: 400, body: { code: 'state_used', zenodo_oauth_url: /^http/ } });
    t.match(await verify(url, first.body['deposition_id'], first.body['access_token']), { status: 200 });

    const late = await back('late');
    offset = 61 * 60 * 1000;
    const expired = await complete(late);
    t.match(expired, {
      status: 400,
      body: { code: 'state_expired', zenodo_oauth_url: /^http/, state: String },
    });
    const again = await consent(expired.body['zenodo_oauth_url']);
    offset = 23 * 60 * 60 * 1000;
    t.equal(
      (await complete({ ...again, django_callback_url: CALLBACK })).status,
      200,
      'its link lives for a day',
    );
    offset = 0;
  });

  await t.test('of ten racing callbacks with one state exactly one gets a token', async (t) => {
    const json = await back('race');
    const answers = await Promise.all(Array.from({ length: 10 }, () => complete(json)));
    t.same(answers.map((answer) => answer.status).sort(), [200, ...Array(9).fill(400)]);
    const refused = answers.filter((answer) => answer.status === 400);
    t.same([...new Set(refused.map(({ body }) => body['code']))], ['state_used']);
    const won = answers.find((answer) => answer.status === 200);
    t.equal((await verify(url, won?.body['deposition_id'], won?.body['access_token'])).status, 200);
  });

  await t.test('a denial uses the state up', async (t) => {
    const started = await call(`${url}/oauth/authorize`, {
      json: { container_id: 'denied', django_callback_url: CALLBACK },
    });
    const brought = await consent(started.body['zenodo_oauth_url'], { confirm: 'no' });
    t.equal(brought.error, 'access_denied');
    const json = { ...brought, error_description: 'x', django_callback_url: CALLBACK };
    t.match(await complete(json), { status: 403, body: { code: 'access_denied' } });
    t.match(await complete(json), { status: 400, body: { code: 'state_used' } });
    for (const error of ['invalid_scope', 'unsupported_response_type', 'x'.repeat(200), '<b>\u0000\u202e']) {
      const other = await call(`${url}/oauth/authorize`, {
        json: { container_id: 'denied', django_callback_url: CALLBACK },
      });
      const brings = { state: other.body['state'], error, django_callback_url: CALLBACK };
      const answer = await complete({ ...brings, error_description: '<script>alert(1)</script>' });
      t.match(answer, { status: 502, body: { code: 'zenodo_refused' } }, JSON.stringify(error));
      t.notMatch(
        JSON.stringify(answer.body),
        /script|\\u0000|\u202e|x{101}/,
        'only a short plain error is repeated',
      );
      const again = await complete({ state: other.body['state'], error, django_callback_url: CALLBACK });
      t.match(
        again,
        { status: 400, body: { code: 'state_used' } },
        `${JSON.stringify(error)} uses the state up too`,
      );
    }
  });

  await t.test('the token endpoint fails in every way it can', async (t) => {
    const user = { id: '1' };
    const good = { access_token: 'A'.repeat(30), refresh_token: 'R'.repeat(30), expires_in: 60, user };
    const cases: [string, Record<string, unknown>, number, string, 'again' | 'reusable'][] = [
      [
        'invalid_grant on a fresh code',
        { status: 400, body: { error: 'invalid_grant' } },
        400,
        'code_refused',
        'again',
      ],
      [
        'invalid_grant with 401',
        { status: 401, body: { error: 'invalid_grant' } },
        400,
        'code_refused',
        'again',
      ],
      [
        'wrong client secret',
        { status: 401, body: { error: 'invalid_client' } },
        500,
        'service_misconfigured',
        'reusable',
      ],
      ['wrong client id: 404 HTML', { status: 404, html: true }, 500, 'service_misconfigured', 'reusable'],
      ['500 HTML', { status: 500, html: true }, 502, 'zenodo_error', 'again'],
      ['502 HTML', { status: 502, html: true }, 502, 'zenodo_error', 'again'],
      ['200 HTML', { status: 200, html: true }, 502, 'zenodo_error', 'again'],
      ['429', { status: 429, body: { message: 'slow', status: 429 } }, 429, 'too_many_requests', 'reusable'],
      [
        'an application that may not request tokens',
        { status: 400, body: { error: 'unauthorized_client' } },
        500,
        'service_misconfigured',
        'reusable',
      ],
      [
        'other refusals',
        { status: 400, body: { error: 'invalid_scope' } },
        502,
        'zenodo_refused',
        'reusable',
      ],
      ['500 with an error', { status: 500, body: { error: 'server_error' } }, 502, 'zenodo_error', 'again'],
      [
        '400, but its server failed',
        { status: 400, body: { error: 'server_error' } },
        502,
        'zenodo_error',
        'again',
      ],
      [
        'a proxy’s 503 in JSON',
        { status: 503, body: { error: 'Service Unavailable' } },
        502,
        'zenodo_error',
        'again',
      ],
      [
        'a proxy’s 503 that names the application',
        { status: 503, body: { error: 'unauthorized_client' } },
        502,
        'zenodo_error',
        'again',
      ],
      [
        'a 500 that names the client secret',
        { status: 500, body: { error: 'invalid_client' } },
        502,
        'zenodo_error',
        'again',
      ],
      ['504 HTML', { status: 504, html: true }, 504, 'zenodo_timeout', 'again'],
      ['a firewall’s 403', { status: 403, html: true }, 502, 'zenodo_error', 'again'],
      [
        'redirect',
        { status: 302, headers: { location: 'https://evil.example/' } },
        502,
        'zenodo_invalid_answer',
        'again',
      ],
      ['an answer that never arrives', { drop: true }, 502, 'zenodo_unreachable', 'again'],
      [
        'JSON null',
        { status: 200, body: 'null', headers: { 'content-type': 'application/json' } },
        502,
        'zenodo_invalid_answer',
        'again',
      ],
      [
        'no access_token',
        { status: 200, body: { ...good, access_token: undefined } },
        502,
        'zenodo_invalid_answer',
        'again',
      ],
      ['no user.id', { status: 200, body: { ...good, user: {} } }, 502, 'zenodo_invalid_answer', 'again'],
      ['no user', { status: 200, body: { ...good, user: undefined } }, 502, 'zenodo_invalid_answer', 'again'],
    ];
    for (const [name, fault, status, code, fate] of cases) {
      const json = await back('faults');
      const { id } = mock.faults.add({ ...TOKEN_ENDPOINT, ...fault });
      const answer = await complete(json);
      mock.faults.remove(id);
      t.match(answer, { status, body: { code } }, name);
      const { zenodo_oauth_url: link } = answer.body;
      if (fate === 'reusable') {
        t.notOk(link, `${name}: no new flow is needed`);
        t.equal((await complete(json)).status, 200, `${name}: the same code and state serve afterwards`);
      } else {
        t.match(link, /^http/, `${name}: start again`);
        t.equal((await complete(json)).body['code'], 'state_used', name);
        const anew = await consent(link);
        t.equal(
          (await complete({ ...anew, django_callback_url: CALLBACK })).status,
          200,
          `${name}: the link works`,
        );
      }
    }
  });

  await t.test('user.id may be a number, expires_in may be missing, 0, negative or text', async (t) => {
    for (const [expires, user] of [
      [undefined, 1],
      [0, '1'],
      [-5, '1'],
      ['3600', '1'],
      [5_184_000, '1'],
      [1e30, 1],
    ] as const) {
      const json = await back('lifetimes');
      const change = expires === undefined ? '' : `"expires_in": ${JSON.stringify(expires)},`;
      const { id } = mock.faults.add({
        ...TOKEN_ENDPOINT,
        replace: [
          { find: '"expires_in": \\d+,', with: change },
          { find: '"user": \\{"id": "1"\\}', with: `"user": {"id": ${JSON.stringify(user)}}` },
        ],
      });
      const { status, body } = await complete(json);
      mock.faults.remove(id);
      t.match(
        { status, body },
        { status: 200, body: { zenodo_user_id: '1', expires_in: 5_184_000 } },
        String(expires),
      );
      t.equal((await verify(url, body['deposition_id'], body['access_token'])).status, 200);
    }
  });

  await t.test('draft creation failing loses no token', async (t) => {
    const json = await back('no-draft');
    const { id } = mock.faults.add({ method: 'POST', path: '/api/deposit/depositions', status: 503 });
    const { status, body } = await complete(json);
    mock.faults.remove(id);
    t.match(
      { status, body },
      { status: 200, body: { deposition_id: null, deposition_url: null, deposition_state: null } },
    );
    t.match((body['warnings'] as string[])[0], /could not be found or created.*zenodo_error/);
    const limited = await back('no-draft-429');
    mock.faults.add({
      method: 'POST',
      path: '/api/deposit/depositions',
      status: 429,
      times: 1,
      headers: { 'retry-after': '7' },
    });
    t.match(await complete(limited), {
      status: 200,
      body: {
        access_token: String,
        deposition_id: null,
        warnings: [/too_many_requests: .*POST \/depositions with the access token in 7 s\.$/],
      },
    });
    const made = await call(`${url}/depositions`, {
      json: { container_id: 'no-draft' },
      token: body['access_token'],
    });
    t.match(made, { status: 201, body: { deposition_id: Number } }, 'the token serves');
    const without = await complete(await back('no-draft', { create_deposition: false }));
    t.match(without, { status: 200, body: { deposition_id: null, warnings: [] } });
    const found = await complete(await back('no-draft'));
    t.equal(found.body['deposition_id'], made.body['deposition_id'], 'the draft is found again');
  });

  await t.test('Zenodo down at the callback: the same code and state serve a minute later', async (t) => {
    const json = await back('down');
    const snapshot = await mock.export();
    await mock.close();
    const refused = await complete(json);
    t.match(refused, { status: 502, body: { code: 'zenodo_unreachable' } });
    t.notOk(refused.body['zenodo_oauth_url'], 'no new flow is needed');
    const revived = await startMockZenodo({ port: Number(new URL(mock.url).port) });
    t.teardown(() => revived.close());
    await revived.import(snapshot);
    t.match(await complete(json), { status: 200, body: { access_token: /^zds_/ } });
  });
});
