import { randomBytes } from 'node:crypto';
import t from 'tap';
import { authorize, bringBack, CALLBACK, call, verify } from './consent.js';
import { inDatabase } from './database.js';
import { startReplica } from './replica.js';
import { startSurroundings } from './service.js';

const REFRESH = { method: 'POST', path: '/oauth/token', form: { grant_type: 'refresh_token' } };

/** Every row of every table, as text: bytes in hex and as they are. */
async function dump(url: string): Promise<string> {
  return inDatabase(url, async (client) => {
    const { rows: tables } = await client.query(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const texts: string[] = [];
    for (const { table_name } of tables) {
      const { rows } = await client.query(`SELECT * FROM "${table_name}"`);
      for (const row of rows) {
        for (const value of Object.values(row)) {
          if (Buffer.isBuffer(value)) texts.push(value.toString('latin1'), value.toString('hex'));
          else texts.push(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
        }
      }
    }
    return texts.join('\n');
  });
}

/**
 * A secret in the ways it may be written: as it is, in base64 at any offset, in hex,
 * percent-encoded.
 */
function disguises(secret: string): string[] {
  const shifted = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]).toString('base64');
    return text.slice(offset === 0 ? 0 : 4, -4);
  });
  const url = shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    ...new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('hex'), ...shifted, ...url]),
  ];
}

/** A deposition's state is a word, that of a flow is random. */
function isSecret(state: unknown): state is string {
  return typeof state === 'string' && state.length > 40;
}

t.test('no secret is ever logged, stored in the clear, measured or answered to the wrong one', async (t) => {
  const { mock, databaseUrl, env } = await startSurroundings(t);
  const secrets = {
    'vault key': randomBytes(32).toString('base64'),
    'service key': randomBytes(18).toString('base64url'),
    'wrong key': randomBytes(18).toString('base64url'),
    'client secret': randomBytes(30).toString('hex'),
    'personal token': randomBytes(30).toString('hex'),
    'refused token': randomBytes(30).toString('hex'),
  };
  mock.clients.register({
    clientId: 'silent-app',
    clientSecret: secrets['client secret'],
    name: 'silent',
    owner: 'mock-user',
    redirectUris: [CALLBACK],
    confidential: true,
  });
  mock.tokens.create({ user: 'mock-user-2', token: secrets['personal token'] });
  const replica = await startReplica(t, {
    ...env,
    LOG_LEVEL: 'trace',
    OPERATOR_PORT: '0',
    ZENODO_CLIENT_ID: 'silent-app',
    ZENODO_CLIENT_SECRET: secrets['client secret'],
    TOKEN_KEYS: `k:${secrets['vault key']}`,
    API_KEYS: secrets['service key'],
    DEBUG: '',
  });
  const { url } = replica;
  const headers = { 'x-api-key': secrets['service key'] };
  const found = new Map<string, string>(Object.entries(secrets).map(([name, value]) => [value, name]));
  const answers: string[] = [];
  const remember = () => {
    for (const token of mock.state().tokens) {
      if (token.kind !== 'oauth') continue;
      found.set(token.accessToken, 'access token of Zenodo');
      if (token.refreshToken !== null) found.set(token.refreshToken, 'refresh token of Zenodo');
    }
  };
  const note = (json: Record<string, unknown>) => {
    if (typeof json['code'] === 'string') found.set(json['code'], 'authorization code');
    if (typeof json['state'] === 'string') found.set(json['state'], 'state');
    return json;
  };
  const complete = async (json: Record<string, unknown>) => {
    const answer = await call(`${url}/oauth/callback`, { json: note(json), headers });
    remember();
    const { access_token: handle, ...rest } = answer.body;
    if (typeof handle === 'string') found.set(handle, 'handle');
    if (isSecret(rest['state'])) found.set(rest['state'], 'state');
    answers.push(JSON.stringify({ ...rest, state: undefined, zenodo_oauth_url: undefined }));
    return answer;
  };
  const ask = async (path: string, options: Parameters<typeof call>[1] = {}) => {
    const answer = await call(`${url}${path}`, { headers, ...options });
    const { access_token: handle, state, zenodo_oauth_url: _link, ...rest } = answer.body;
    if (typeof handle === 'string') found.set(handle, 'handle');
    if (isSecret(state)) found.set(state, 'state');
    answers.push(JSON.stringify(rest));
    remember();
    return answer;
  };

  await t.test('flows, with every fault of the token endpoint', async (t) => {
    const json = await bringBack(url, { container: 'silent', headers });
    const granted = await complete(json);
    t.equal(granted.status, 200);
    const token = granted.body['access_token'];
    const id = granted.body['deposition_id'];
    await complete(json);
    await complete({ ...json, state: `${json['state']}x` });
    for (const fault of [
      { status: 400, body: { error: 'invalid_grant' } },
      { status: 401, body: { error: 'invalid_client', access_token: 'A'.repeat(30) } },
      { status: 500, html: true },
      { status: 404, html: true },
      { drop: true },
      { status: 200, body: { access_token: 'half' } },
      { replace: [{ find: '"user": ?\\{[^}]*\\}', with: '"user": {}' }] },
    ]) {
      const back = await bringBack(url, { container: 'silent', headers });
      const { id: faultId } = mock.faults.add({ method: 'POST', path: '/oauth/token', ...fault });
      t.not((await complete(back)).status, 200);
      mock.faults.remove(faultId);
    }
    t.equal((await complete(await bringBack(url, { container: 'silent', headers }))).status, 200);
    mock.tokens.expire({ user: 'mock-user' });
    t.equal((await ask(`/depositions/${id}/verify`, { method: 'GET', token })).status, 200);
    t.equal((await ask(`/depositions/${id}/verify?access_token=${token}`, { method: 'GET' })).status, 200);
    for (const fault of [{ status: 503 }, { status: 200, body: {} }, { status: 404, html: true }]) {
      mock.tokens.expire({ user: 'mock-user' });
      const { id: faultId } = mock.faults.add({ ...REFRESH, ...fault });
      await ask(`/depositions/${id}/verify`, { method: 'GET', token });
      mock.faults.remove(faultId);
    }
    t.equal((await ask('/oauth/refresh', { json: { access_token: token } })).status, 200);
    await ask('/oauth/refresh', {
      json: { access_token: token },
      headers: { 'x-api-key': secrets['wrong key'] },
    });
    await ask(`/depositions/${id}/verify`, { method: 'GET', token: secrets['refused token'] });
    await ask(`/depositions/${id}/verify?access_token=${secrets['refused token']}`, { method: 'GET' });
    await ask(`/nowhere/${token}?access_token=${token}`, { method: 'GET' });
    await ask('/oauth/refresh', { json: { access_token: [token] } });
    await ask('/oauth/callback', {
      json: { code: [token], state: { a: token }, django_callback_url: CALLBACK },
    });
    await fetch(`${url}/oauth/refresh`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: `{"access_token": "${token}", oops`,
    }).then(async (answer) => answers.push(await answer.text()));

    const form = new FormData();
    form.set('access_token', secrets['personal token']);
    const made = await ask('/depositions', { json: {}, token: secrets['personal token'] });
    form.set('file', new Blob(['personal bytes']), 'a.txt');
    const sent = await fetch(`${url}/depositions/${made.body['deposition_id']}/files`, {
      method: 'POST',
      headers: { ...headers, prefer: 'respond-async' },
      body: form,
    });
    answers.push(await sent.text());
    t.ok(sent.status < 300, `an upload with a personal token: ${answers.at(-1)}`);
    await ask(`/depositions/${id}/metadata`, {
      json: { access_token: token, metadata: { title: 'Silence', upload_type: 'dataset' } },
    });
    const link = await call(`${url}/depositions/${id}/upload-links`, {
      json: { return_url: CALLBACK },
      token,
      headers,
    });
    t.equal(link.status, 201);
    const secret = new URL(String(link.body['url'])).hash.slice(1);
    found.set(secret, 'secret of an upload link');
    t.equal((await ask('/upload-link', { method: 'GET', token: secret, headers: {} })).status, 200);
    await ask('/upload-link/plan', { json: { files: secret }, token: secret, headers: {} });
    await ask(`/upload-link?access_token=${secret}`, { method: 'GET', headers: {} });
    await ask(`/depositions/${id}?access_token=${secret}`, { method: 'GET' });
    await ask(`/uploads/${secret}`, { method: 'GET', token: secret, headers: {} });
    await ask(`/upload/${secret}`, { method: 'GET' });
    const plain = new FormData();
    plain.set('link', String(link.body['url']));
    plain.set('files', new Blob(['plain bytes']), 'plain.txt');
    const page = await fetch(`${url}/upload`, { method: 'POST', body: plain });
    answers.push(await page.text());
    t.equal(page.status, 200, 'the form for browsers without JavaScript');
    t.equal((await ask('/upload-link/finish', { token: secret, headers: {} })).status, 200);
    await ask('/upload-link/plan', { json: {}, token: secret, headers: {} });
    mock.faults.add('refresh-answer-lost');
    mock.tokens.expire({ user: 'mock-user' });
    t.match(await ask(`/depositions/${id}/verify`, { method: 'GET', token }), {
      body: { code: 'reauthorization_required' },
    });
    mock.faults.clear();
    const again = await authorize(url, { container: 'silent', headers });
    found.set(String(again.body['access_token']), 'handle');
    remember();
    t.equal(
      (await verify(url, again.body['deposition_id'], again.body['access_token'], headers)).status,
      200,
    );
    t.equal((await ask('/oauth/disconnect', { token: again.body['access_token'] })).status, 200);
  });

  await t.test('nothing of it is to be found', async (t) => {
    const metrics = /metrics[^"]*(http:\/\/127\.0\.0\.1:\d+)/i.exec(replica.output())?.[1];
    const measured = metrics === undefined ? '' : await (await fetch(`${metrics}/metrics`)).text();
    const stored = await dump(databaseUrl);
    await replica.kill('SIGTERM');
    const places = {
      log: replica.output(),
      database: stored,
      metrics: measured,
      answers: answers.join('\n'),
    };
    const kinds = new Set(found.values());
    t.ok(places.log.length > 5000, `${places.log.length} characters of log`);
    t.ok(found.size > 40, `${found.size} secrets of ${kinds.size} kinds`);
    for (const kind of [
      'authorization code',
      'state',
      'handle',
      'refresh token of Zenodo',
      'secret of an upload link',
    ])
      t.ok(kinds.has(kind), kind);
    for (const [place, text] of Object.entries(places)) {
      for (const [secret, name] of found) {
        for (const disguise of disguises(secret)) {
          if (text.includes(disguise)) {
            const at = text.indexOf(disguise);
            t.fail(`${name} in the ${place}: ${text.slice(Math.max(0, at - 200), at + 100)}`);
          }
        }
      }
    }
    t.ok(
      disguises('abcdefghijkl').some((disguise) =>
        Buffer.from('xyabcdefghijkl').toString('base64').includes(disguise),
      ),
    );
  });
});
