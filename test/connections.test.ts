import t from 'tap';
import type { MockZenodo } from '../mock-zenodo/index.js';
import { type Answer, authorize, bringBack, call, consent, verify } from './consent.js';
import { inDatabase } from './database.js';
import { startService } from './service.js';

const TOKEN_ENDPOINT = { method: 'POST', path: '/oauth/token' };
const REFRESH = { ...TOKEN_ENDPOINT, form: { grant_type: 'refresh_token' } };

/** Rows of the test's own database. */
async function sql(databaseUrl: string, text: string, values: unknown[] = []) {
  return inDatabase(databaseUrl, async (client) => (await client.query(text, values)).rows);
}

function tokenCalls(mock: MockZenodo): number {
  return mock.requests.list({ path: '/oauth/token' }).length;
}

function check(url: string, granted: Answer, id: unknown = granted.body['deposition_id']): Promise<Answer> {
  return verify(url, id, granted.body['access_token']);
}

t.test('connections and access tokens', async (t) => {
  let offset = 0;
  const { url, mock, databaseUrl } = await startService(t, {
    dependencies: { now: () => Date.now() + offset },
  });
  /** Lets the rules about what happened in the last 60 s pass. */
  const age = () =>
    sql(
      databaseUrl,
      `UPDATE connections SET refreshed_at = refreshed_at - interval '61 seconds', proved_alive_at = proved_alive_at - interval '61 seconds'`,
    );

  await t.test('a second container, and a refresh, leave every token at work', async (t) => {
    const first = await authorize(url, { container: 'a' });
    const second = await authorize(url, { container: 'b' });
    t.equal((await check(url, first)).status, 200, 'the first token after the second authorization');
    t.equal((await check(url, second)).status, 200);
    t.equal(
      (await check(url, first, second.body['deposition_id'])).status,
      200,
      'one token serves both drafts',
    );
    await age();
    const renewed = await call(`${url}/oauth/refresh`, {
      json: { access_token: first.body['access_token'] },
    });
    t.match(renewed, { status: 200, body: { access_token: /^zds_/, container_id: 'a', warnings: [] } });
    t.not(renewed.body['access_token'], first.body['access_token']);
    t.equal((await check(url, first)).status, 200, 'the token from before the refresh');
    t.equal((await verify(url, first.body['deposition_id'], renewed.body['access_token'])).status, 200);
    const before = tokenCalls(mock);
    t.equal(
      (await call(`${url}/oauth/refresh`, { token: renewed.body['access_token'] })).status,
      200,
      'by header alone',
    );
    t.equal(tokenCalls(mock), before, 'within 60 s nothing is rotated again');
    t.equal(mock.state().tokens.filter((token) => token.kind === 'oauth').length, 1);
  });

  await t.test('two users on one container do not mix', async (t) => {
    const one = await authorize(url, { container: 'shared', user: 'mock-user' });
    const two = await authorize(url, { container: 'shared', user: 'mock-user-2' });
    t.equal(one.body['zenodo_user_id'], '1');
    t.equal(two.body['zenodo_user_id'], '2');
    t.not(one.body['deposition_id'], two.body['deposition_id']);
    mock.requests.clear();
    const crossed = await check(url, two, one.body['deposition_id']);
    t.match(crossed, { status: 403, body: { code: 'not_your_deposition', valid: false } });
    t.equal(tokenCalls(mock), 0, 'somebody else’s deposition is no reason to refresh');
    t.equal(mock.requests.list().length, 2, 'the call, and one probe');
    await check(url, two, one.body['deposition_id']);
    t.equal(mock.requests.list().length, 3, 'a token proved alive is not probed again');
    const live = mock.state('mock-user-2').tokens.find(({ kind }) => kind === 'oauth')?.accessToken;
    t.equal(mock.tokens.expire({ token: live }), 1);
    t.equal((await check(url, two)).status, 200, 'unless its user’s own deposition is refused');
    t.match(await check(url, one, 999_999), {
      status: 404,
      body: { code: 'deposition_not_found', valid: false },
    });
  });

  await t.test('a personal token passes through, and nonsense does not pass twice', async (t) => {
    const made = await call(`${url}/depositions`, { json: {}, token: 'mock-token' });
    t.equal(made.status, 201);
    t.match(await verify(url, made.body['deposition_id'], 'mock-token'), {
      status: 200,
      body: { expires_at: null },
    });
    t.match(await verify(url, made.body['deposition_id'], 'mock-token-2'), {
      status: 403,
      body: { code: 'not_your_deposition' },
    });
    mock.requests.clear();
    const wrong = await verify(url, 1, 'wrong-token');
    t.match(wrong, { status: 401, body: { code: 'invalid_token', valid: false } });
    t.notOk(wrong.body['zenodo_oauth_url'], 'strangers get no link');
    const asked = mock.requests.list().length;
    t.match(await verify(url, 1, 'wrong-token'), { status: 401, body: { code: 'invalid_token' } });
    for (const token of [`zds_${'x'.repeat(43)}`, 'zds_', 'ünïcode', 'a b', 'x'.repeat(600)]) {
      const answer = await call(`${url}/oauth/disconnect`, { json: { access_token: token } });
      t.match(answer, { status: 401, body: { code: 'invalid_token' } }, token.slice(0, 20));
    }
    t.match(await call(`${url}/oauth/refresh`, { token: 'mock-token' }), {
      status: 401,
      body: { code: 'invalid_token' },
    });
    t.equal(mock.requests.list().length, asked, 'none of these reached Zenodo');
  });

  await t.test('a dead token is found out and renewed once, whichever call notices', async (t) => {
    const granted = await authorize(url, { container: 'dead' });
    mock.tokens.expire({ user: 'mock-user' });
    mock.requests.clear();
    t.equal((await check(url, granted)).status, 200);
    t.equal(tokenCalls(mock), 1);
    t.equal(mock.requests.list().length, 4, 'refused, probed, renewed, done');
    mock.tokens.expire({ user: 'mock-user' });
    mock.requests.clear();
    const many = await Promise.all(Array.from({ length: 50 }, () => check(url, granted)));
    t.ok(
      many.every(({ status }) => status === 200),
      '50 at once',
    );
    t.equal(tokenCalls(mock), 1, 'one refresh for all');
    mock.faults.add('csrf-400');
    const made = await call(`${url}/depositions`, {
      json: { container_id: 'csrf' },
      token: granted.body['access_token'],
    });
    t.equal(made.status, 201, 'a live token that Zenodo takes for a dead one for a moment');
    t.equal(tokenCalls(mock), 1, 'is no reason to refresh');
  });

  await t.test('a token near its end is renewed ahead, one of unknown life is not', async (t) => {
    const granted = await authorize(url, { container: 'ahead' });
    await age();
    offset = (5_184_000 - 30) * 1000;
    mock.requests.clear();
    const soon = await sql(
      databaseUrl,
      `UPDATE access_tokens SET expires_at = expires_at + interval '1 hour' RETURNING 1`,
    );
    t.ok(soon.length > 0);
    t.equal((await check(url, granted)).status, 200);
    t.equal(tokenCalls(mock), 1, 'renewed before Zenodo had to refuse');
    t.equal(mock.requests.list().length, 2);
    offset = 0;
    await sql(databaseUrl, 'UPDATE connections SET token_expires_at = NULL');
    await age();
    mock.requests.clear();
    t.equal((await check(url, granted)).status, 200);
    t.equal(tokenCalls(mock), 0);
  });

  await t.test('a clock an hour off, either way, costs a refresh at most', async (t) => {
    for (const hours of [1, -1]) {
      offset = hours * 3_600_000;
      const granted = await authorize(url, { container: 'skew' });
      t.equal((await check(url, granted)).status, 200, `${hours} h`);
      mock.tokens.expire({ user: 'mock-user' });
      t.equal((await check(url, granted)).status, 200, `${hours} h, dead`);
    }
    offset = 0;
  });

  await t.test('the user removes the application at Zenodo', async (t) => {
    const other = await authorize(url, { container: 'other', callback: 'http://127.0.0.1:8000/other/' });
    const granted = await authorize(url, { container: 'removed' });
    t.equal((await check(url, other)).status, 200);
    await age();
    mock.tokens.revoke({ user: 'mock-user' });
    mock.requests.clear();
    const refused = await check(url, granted, other.body['deposition_id']);
    t.match(refused, {
      status: 401,
      body: { code: 'reauthorization_required', valid: false, state: String, expires_at: String },
    });
    const link = new URL(String(refused.body['zenodo_oauth_url']));
    t.equal(
      link.searchParams.get('redirect_uri'),
      'http://127.0.0.1:8000/other/',
      'that of the deposition’s container',
    );
    const asked = mock.requests.list().length;
    for (const path of ['/oauth/refresh', '/oauth/disconnect', '/depositions']) {
      const answer = await call(`${url}${path}`, { json: {}, token: granted.body['access_token'] });
      t.match(
        answer,
        { status: 401, body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/ } },
        path,
      );
    }
    t.equal(mock.requests.list().length, asked, 'a spent handle never reaches Zenodo');
    const back = await consent(link.href);
    const again = await call(`${url}/oauth/callback`, {
      json: { ...back, django_callback_url: 'http://127.0.0.1:8000/other/' },
    });
    t.match(again, {
      status: 200,
      body: { container_id: 'other', deposition_id: other.body['deposition_id'] },
    });
    t.equal((await check(url, again)).status, 200);
    t.equal((await check(url, granted)).status, 401, 'what was spent stays spent');
  });

  await t.test('a handle ends after 60 days, and is recognised for long after', async (t) => {
    const granted = await authorize(url, { container: 'old' });
    offset = 60 * 24 * 3600 * 1000 + 1000;
    mock.requests.clear();
    const lapsed = await check(url, granted);
    t.match(lapsed, { status: 401, body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/ } });
    t.match(String(lapsed.body['detail']), /expired/);
    t.equal(mock.requests.list().length, 0);
    offset = 0;
  });

  await t.test('disconnecting ends the connection here and at Zenodo', async (t) => {
    const granted = await authorize(url, { container: 'bye', user: 'mock-user-2' });
    const token = granted.body['access_token'];
    const zenodoToken = mock.state('mock-user-2').tokens.find(({ kind }) => kind === 'oauth')?.accessToken;
    t.match(await call(`${url}/oauth/disconnect`, { token }), {
      status: 200,
      body: { disconnected: true, zenodo_token_ended: true, warnings: [] },
    });
    t.notOk(mock.state('mock-user-2').tokens.some(({ accessToken }) => accessToken === zenodoToken));
    t.match(await check(url, granted), { status: 401, body: { code: 'reauthorization_required' } });
    const kept = await sql(
      databaseUrl,
      `SELECT access_token, refresh_token FROM connections WHERE zenodo_user_id = '2'`,
    );
    t.same(kept, [{ access_token: null, refresh_token: null }]);

    const again = await authorize(url, { container: 'bye', user: 'mock-user-2' });
    t.equal(again.body['deposition_id'], granted.body['deposition_id'], 'the draft is found again');
    const { id } = mock.faults.add({ ...TOKEN_ENDPOINT, status: 503 });
    const down = await call(`${url}/oauth/disconnect`, { token: again.body['access_token'] });
    mock.faults.remove(id);
    t.match(down, {
      status: 200,
      body: { disconnected: true, zenodo_token_ended: false, warnings: [/Settings/] },
    });
    t.equal((await check(url, again)).status, 401);
  });

  await t.test('Zenodo is slow, down or wrong at a refresh: no user is logged out', async (t) => {
    const granted = await authorize(url, { container: 'slow' });
    const cases: [string, Record<string, unknown>, number, string][] = [
      ['503', { status: 503 }, 502, 'zenodo_error'],
      ['429', { status: 429, body: {} }, 429, 'too_many_requests'],
      ['404 HTML', { status: 404, html: true }, 500, 'service_misconfigured'],
      ['no access_token', { status: 200, body: { user: { id: '1' } } }, 502, 'zenodo_invalid_answer'],
      [
        'a token that no header can carry',
        { status: 200, body: { access_token: 'a\nb', user: { id: '1' } } },
        502,
        'zenodo_invalid_answer',
      ],
    ];
    for (const [name, fault, status, code] of cases) {
      mock.tokens.expire({ user: 'mock-user' });
      const { id } = mock.faults.add({ ...REFRESH, ...fault });
      t.match(await check(url, granted), { status, body: { code, valid: null } }, name);
      mock.faults.remove(id);
      t.equal((await check(url, granted)).status, 200, `${name}: then all is well`);
    }
    mock.tokens.expire({ user: 'mock-user' });
    const { id } = mock.faults.add({ ...REFRESH, delay: 6, times: 1 });
    t.equal((await check(url, granted)).status, 200, 'a token endpoint that takes 6 s');
    mock.faults.remove(id);
  });

  await t.test('a burst of one user’s calls takes turns at Zenodo, and few meet a dead token', async (t) => {
    const granted = await authorize(url, { container: 'burst' });
    const other = await authorize(url, { container: 'neighbour', user: 'mock-user-2' });
    const draft = { method: 'GET', path: `/api/deposit/depositions/${granted.body['deposition_id']}` };
    const burst = () => Array.from({ length: 60 }, () => check(url, granted));
    const held = mock.faults.add({ ...draft, delay: 1 });
    mock.requests.clear();
    const alive = burst();
    await mock.requests.waitFor({ ...draft, running: true }, 16);
    t.equal((await check(url, other)).status, 200, 'who calls meanwhile does not wait for them');
    // An answer counts as running at the mock for a moment after the service has read it.
    const running = mock.requests.list({ ...draft, running: true }).filter((one) => one.running).length;
    t.ok(running <= 32, `the others are in line: ${running} of 60 are running`);
    t.same([...new Set((await Promise.all(alive)).map(({ status }) => status))], [200]);
    mock.faults.remove(held.id);

    await age();
    mock.tokens.expire({ user: 'mock-user' });
    const renewal = mock.faults.add({ ...REFRESH, delay: 1, times: 1 });
    mock.requests.clear();
    t.same([...new Set((await Promise.all(burst())).map(({ status }) => status))], [200]);
    mock.faults.remove(renewal.id);
    const refused = mock.requests.list(draft).filter(({ status }) => status !== 200).length;
    t.ok(refused <= 48, `${refused} of 60 calls were made with the dead token`);
    t.equal(tokenCalls(mock), 1);
  });

  await t.test('the answer to a refresh is lost: the state is said truthfully', async (t) => {
    const granted = await authorize(url, { container: 'lost' });
    mock.tokens.expire({ user: 'mock-user' });
    mock.faults.add('refresh-answer-lost');
    const lost = await check(url, granted);
    t.match(lost, { status: 401, body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/ } });
    t.match(String(lost.body['detail']), /response was lost/);
    mock.faults.clear();
    const again = await authorize(url, { container: 'lost' });
    t.equal((await check(url, again)).status, 200);

    mock.tokens.expire({ user: 'mock-user' });
    mock.faults.add({ ...REFRESH, times: 1, status: 504 });
    t.equal((await check(url, again)).status, 200, 'lost before Zenodo did anything: asking again helps');
    mock.faults.clear();
  });

  await t.test('a refresh that names another user is thrown away', async (t) => {
    const granted = await authorize(url, { container: 'other-user' });
    mock.tokens.expire({ user: 'mock-user' });
    mock.faults.add({ ...REFRESH, times: 1, replace: [{ find: '"id": "1"', with: '"id": "2"' }] });
    t.match(await check(url, granted), { status: 502, body: { code: 'zenodo_invalid_answer', valid: null } });
    mock.faults.clear();
    t.match(await check(url, granted), { status: 401, body: { code: 'reauthorization_required' } });
  });

  await t.test('a callback during a refresh wins, whichever Zenodo answers first', async (t) => {
    const granted = await authorize(url, { container: 'overtaken' });
    for (const [name, fault] of [
      ['the refresh is handled last', { delay: 1 }],
      ['the refresh is handled first, its answer comes last', { delay: 0, throttleResponse: 200 }],
    ] as const) {
      const json = await bringBack(url, { container: 'overtaken' });
      mock.tokens.expire({ user: 'mock-user' });
      const { id } = mock.faults.add({ ...REFRESH, ...fault, times: 1 });
      mock.requests.clear();
      const refreshed = check(url, granted);
      await mock.requests.waitFor({ path: '/oauth/token', running: true });
      const completed = await call(`${url}/oauth/callback`, { json });
      t.equal(completed.status, 200, name);
      t.equal((await refreshed).status, 200, name);
      mock.faults.remove(id);
      t.equal((await check(url, completed)).status, 200, name);
      t.equal((await check(url, granted)).status, 200, name);
    }
  });

  await t.test('two authorizations of one user at the same moment', async (t) => {
    const [one, two] = await Promise.all([
      bringBack(url, { container: 'tab-1' }),
      bringBack(url, { container: 'tab-2' }),
    ]);
    mock.faults.add({ ...TOKEN_ENDPOINT, throttleResponse: 300, times: 1 });
    const answers = await Promise.all([one, two].map((json) => call(`${url}/oauth/callback`, { json })));
    mock.faults.clear();
    for (const answer of answers) {
      t.equal(answer.status, 200);
      t.equal((await check(url, answer)).status, 200);
    }
  });

  await t.test('a process whose lock ran out may still bring its token set', async (t) => {
    const granted = await authorize(url, { container: 'latecomer' });
    mock.tokens.expire({ user: 'mock-user' });
    await sql(
      databaseUrl,
      `UPDATE connections SET lease_by = 'another', lease_until = now() - interval '1 second' WHERE zenodo_user_id = '1'`,
    );
    mock.faults.add({ ...REFRESH, name: 'invalid-grant', times: 1 });
    const before = tokenCalls(mock);
    const asking = check(url, granted);
    for (let looks = 0; looks < 200 && tokenCalls(mock) === before; looks += 1) {
      await new Promise((done) => setTimeout(done, 10));
    }
    t.equal(tokenCalls(mock), before + 1, 'the refresh token was found spent');
    const late = await authorize(url, { container: 'latecomer-too' });
    t.equal((await asking).status, 200, 'served with the pair that came late');
    t.equal((await check(url, granted)).status, 200, 'no handle was spent');
    t.equal((await check(url, late)).status, 200);
  });

  await t.test(
    'a ciphertext that was moved, changed or encrypted with an unknown key opens nowhere',
    async (t) => {
      const one = await authorize(url, { container: 'vault', user: 'mock-user' });
      const two = await authorize(url, { container: 'vault', user: 'mock-user-2' });
      await sql(
        databaseUrl,
        `UPDATE connections SET access_token = (SELECT access_token FROM connections WHERE zenodo_user_id = '2') WHERE zenodo_user_id = '1'`,
      );
      mock.requests.clear();
      const moved = await check(url, one);
      t.match(moved, { status: 401, body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/ } });
      t.equal(mock.requests.list().length, 0, 'nothing was sent');
      await sql(
        databaseUrl,
        `UPDATE connections SET access_token = set_byte(access_token, length(access_token) - 1, get_byte(access_token, length(access_token) - 1) # 1) WHERE zenodo_user_id = '2'`,
      );
      t.match(
        await check(url, two),
        { status: 401, body: { code: 'reauthorization_required' } },
        'a flipped bit',
      );
      await sql(
        databaseUrl,
        `UPDATE connections SET access_token = overlay(access_token placing 'gone'::bytea from 3) WHERE zenodo_user_id = '2'`,
      );
      t.match(
        await check(url, two),
        { status: 500, body: { code: 'service_misconfigured', valid: null } },
        'unknown key',
      );
      await sql(
        databaseUrl,
        `UPDATE connections SET access_token = '\\x00'::bytea WHERE zenodo_user_id = '2'`,
      );
      t.match(
        await check(url, two),
        { status: 401, body: { code: 'reauthorization_required' } },
        'no ciphertext',
      );
      const again = await authorize(url, { container: 'vault', user: 'mock-user-2' });
      t.equal((await check(url, again)).status, 200, 'a new authorization helps');
      t.equal((await check(url, two)).status, 200, 'and the handle had not been spent');

      const disconnect = () => call(`${url}/oauth/disconnect`, { token: again.body['access_token'] });
      await sql(
        databaseUrl,
        `UPDATE connections SET refresh_token = overlay(refresh_token placing 'gone'::bytea from 3) WHERE zenodo_user_id = '2'`,
      );
      t.match(await disconnect(), { status: 500, body: { code: 'service_misconfigured' } });
      const leases = `SELECT lease_by FROM connections WHERE zenodo_user_id = '2'`;
      t.same(await sql(databaseUrl, leases), [{ lease_by: null }], 'no call has to wait for what failed');
      await sql(
        databaseUrl,
        `UPDATE connections SET refresh_token = access_token WHERE zenodo_user_id = '2'`,
      );
      t.match(
        await disconnect(),
        { status: 200, body: { zenodo_token_ended: false, warnings: [/Settings/] } },
        'what cannot be read can be forgotten',
      );
      t.match(await check(url, again), { status: 401, body: { code: 'reauthorization_required' } });
    },
  );

  await t.test(
    'a token that dies in the middle of an upload: authorize again, repeat, send what is missing',
    async (t) => {
      const granted = await authorize(url, { container: 'interrupted' });
      const path = `${url}/depositions/${granted.body['deposition_id']}/files`;
      const upload = async (token: unknown) => {
        const form = new FormData();
        form.set('access_token', String(token));
        form.append('files', new Blob(['first']), 'first.txt');
        form.append('files', new Blob(['second']), 'second.txt');
        const answer = await fetch(path, { method: 'POST', body: form });
        return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
      };
      mock.faults.add({ name: 'token-revoked', method: 'PUT', path: '/api/files/*', after: 1 });
      const stopped = await upload(granted.body['access_token']);
      mock.faults.clear();
      t.match(stopped, {
        status: 401,
        body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/ },
      });
      const back = await consent(stopped.body['zenodo_oauth_url']);
      const again = await call(`${url}/oauth/callback`, {
        json: { ...back, django_callback_url: 'http://127.0.0.1:8000/zenodo/callback/' },
      });
      t.equal(again.body['deposition_id'], granted.body['deposition_id']);
      mock.requests.clear();
      const repeated = await upload(again.body['access_token']);
      t.equal(repeated.status, 200);
      const files = repeated.body['files'] as { filename: string; status: string }[];
      t.same(files.map(({ filename }) => filename).sort(), ['first.txt', 'second.txt']);
      t.ok(
        files.some(({ status }) => status === 'unchanged'),
        JSON.stringify(files),
      );
    },
  );
});
