import pg from 'pg';
import t, { type Test } from 'tap';
import { type DeploymentOptions, testDeployment, type Verdict } from '../contract/deployment.js';
import { namesProduction } from '../contract/production.js';
import { authorize, CALLBACK } from './consent.js';
import { type FakeAnswer, fakeProblem, type Misbehaviour, startFakeDeployment } from './fake-deployment.js';
import { startScript } from './process.js';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { newDraft, put } from './uploads.js';

const TOKEN = 'zds_not-to-be-shown';

/** Runs the tester in this process; its verdict, and all that it said. */
async function tested(
  url: string,
  options: Partial<DeploymentOptions> = {},
): Promise<{ verdict: Verdict; said: string }> {
  const lines: string[] = [];
  const verdict = await testDeployment({
    url,
    token: TOKEN,
    callbackUrl: CALLBACK,
    contract: new URL('../openapi.yaml', import.meta.url),
    allowed: { publish: false, refresh: false, disconnect: false },
    documentedOnly: false,
    cases: 0,
    seed: 1,
    concurrency: 2,
    timeout: 30_000,
    signal: new AbortController().signal,
    say: (line) => void lines.push(line),
    ...options,
  });
  return { verdict, said: lines.join('\n') };
}

/** What the tester says of a deployment that misbehaves like this; generated requests for the documented calls only. */
async function found(t: Test, misbehave: Misbehaviour, options: Partial<DeploymentOptions> = {}) {
  const fake = await startFakeDeployment(t, misbehave);
  const run = await tested(fake.url, { cases: 140, documentedOnly: true, ...options });
  t.notMatch(run.said, TOKEN, 'the token is not shown');
  return { ...run, requests: fake.requests };
}

/** Misbehaves at one call only. */
const at = (method: string, path: RegExp, answer: FakeAnswer): Misbehaviour => {
  return (request) => (request.method === method && path.test(request.path) ? answer : undefined);
};

/** Rows by table. */
async function rowsOf(databaseUrl: string): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%' ORDER BY 1`,
    );
    const counts: [string, number][] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${name}"`);
      counts.push([name, rows[0]?.n ?? 0]);
    }
    return Object.fromEntries(counts);
  } finally {
    await client.end();
  }
}

t.test('this service keeps its contract, whatever it is sent, and nothing is left of it', async (t) => {
  let later = 0;
  const { url, mock, app, databaseUrl, env } = await startService(t, {
    dependencies: { now: () => Date.now() + later },
  });
  const preload = (file: string) => `--import=${import.meta.resolve(file)}`;
  const replica = await startReplica(t, {
    ...env,
    LOG_LEVEL: 'info',
    NODE_OPTIONS: `${preload('tsx')} ${preload('./say-heap.ts')}`,
  });
  const { body } = await authorize(url, { container: 'somebody’s' });
  const theirs = Number(body['deposition_id']);
  const token = String(body['access_token']);
  await put(url, theirs, 'theirs.csv', Buffer.from('a,b\n'), { authorization: `Bearer ${token}` });
  const before = await rowsOf(databaseUrl);
  const untouched = mock.state().depositions;
  mock.requests.clear();

  const options = { token, allowed: { publish: false, refresh: true, disconnect: false } };
  const cases = Number(process.env['TEST_CONTRACT_CASES'] ?? 700);
  const { verdict, said } = await tested(replica.url, { ...options, cases, seed: 7, concurrency: 3 });
  t.equal(verdict, 0, said);
  t.match(said, /POST \/depositions\/\{id\}\/metadata +\d+ +200×\d+ 400×\d+/, 'some is taken, some is not');
  t.match(said, 'The contract is kept.');

  t.same(mock.state().depositions, untouched, 'what it made is deleted, and what was there is as it was');
  const asked = mock.requests.list().map(({ path }) => path);
  t.same(
    asked.filter((path) => path.includes(String(theirs))),
    [],
    'and was not even looked at',
  );
  later = 400 * 24 * 3600 * 1000;
  await app.housekeeping.run();
  const after = await rowsOf(databaseUrl);
  for (const [table, count] of Object.entries(after)) {
    t.ok(
      count <= (before[table] ?? 0),
      `rows of ${table}: ${before[table]} before, ${count} once the time is over that they are kept`,
    );
  }
});

t.test('it publishes only if told to, and then once; the token is spent only if told to', async (t) => {
  const { url, mock } = await startService(t);
  const token = async () => String((await authorize(url, { container: 'x' })).body['access_token']);
  const published = () => mock.state().depositions.filter(({ state }) => state === 'done').length;
  const spare = { publish: false, refresh: false, disconnect: false };
  const run = async (allowed: Partial<typeof spare>) =>
    tested(url, { token: await token(), allowed: { ...spare, ...allowed } });
  const plain = await run({});
  t.equal(plain.verdict, 0, plain.said);
  t.equal(published(), 0);
  t.notMatch(plain.said, /✓ POST \/(oauth\/refresh|oauth\/disconnect|depositions\/\{id\}\/publish)/);
  const all = await run({ publish: true, refresh: true, disconnect: true });
  t.equal(all.verdict, 0, all.said);
  for (const call of ['publish', 'edit', 'discard', 'versions']) {
    t.match(all.said, new RegExp(`✓ POST /depositions/\\{id\\}/${call}: 20`), call);
  }
  t.match(all.said, /✓ POST \/oauth\/refresh: 200[\s\S]*✓ POST \/oauth\/disconnect: 200/);
  t.equal(published(), 1);
});

t.test('another deployment: what it does not offer is said once', async (t) => {
  const fake = await startFakeDeployment(t);
  const { verdict, said } = await tested(fake.url, { cases: 26 * 12 });
  t.equal(verdict, 0, said);
  t.match(said, /POST \/depositions\/\{id\}\/publish +8 +404×8 +not offered/);
  t.match(said, 'no draft could be made here');
  const touched = fake.requests.map(({ path }) => /^\/depositions\/([^/?]+)/.exec(path)?.[1] ?? '');
  t.same(
    touched.filter((id) => /^[1-9]\d{0,14}/.test(decodeURIComponent(id))),
    [],
    'no id that could be somebody’s was ever sent',
  );
  const few = await tested(fake.url, { cases: 70, documentedOnly: true });
  t.notMatch(few.said, '/publish');
});

t.test('it finds what breaks the contract, and shows the smallest request for it', async (t) => {
  const extra = (answer: FakeAnswer) => ({ ...answer, json: { ...(answer.json as object), surprise: 1 } });
  const link = { zenodo_oauth_url: 'https://sandbox.zenodo.org/', state: 's', warnings: [] };
  const authorized = { status: 200, json: { ...link, expires_at: new Date().toISOString() } };
  const faults: [string, Misbehaviour, RegExp][] = [
    [
      'an undocumented status',
      at('GET', /verify/, fakeProblem(418, 'invalid_token')),
      /verify: undocumented status 418/,
    ],
    [
      'an undocumented property',
      at('POST', /authorize/, extra(authorized)),
      /authorize: undocumented property \/surprise/,
    ],
    [
      'a value of another type',
      at('POST', /authorize/, { status: 200, json: { ...authorized.json, warnings: 1 } }),
      /\/warnings must be array/,
    ],
    [
      'a code that is none',
      at('DELETE', /./, fakeProblem(404, 'gone_fishing')),
      /\{id\}: undocumented code gone_fishing for 404/,
    ],
    [
      'a code of another status',
      at('DELETE', /./, fakeProblem(404, 'invalid_token')),
      /undocumented code invalid_token for 404/,
    ],
    [
      'a missing header',
      at('POST', /callback/, {
        ...fakeProblem(400, 'state_unknown'),
        headers: { 'cache-control': 'private' },
      }),
      /callback: header Cache-Control/,
    ],
    [
      'another content type',
      at('POST', /refresh/, {
        ...fakeProblem(401, 'missing_token'),
        headers: { 'content-type': 'text/html' },
      }),
      /refresh: undocumented content type text\/html/,
    ],
    [
      'what is forbidden is taken',
      at('DELETE', /./, { status: 204 }),
      /answered 204 to what the contract forbids: an id that nothing has/,
    ],
    ['a 500', at('POST', /metadata/, fakeProblem(500, 'internal_error')), /metadata: answered 500/],
  ];
  for (const [name, misbehave, expected] of faults) {
    const { verdict, said } = await found(t, misbehave);
    t.equal(verdict, 1, name);
    t.match(said, expected, name);
    t.match(said, /curl -X [A-Z]+ 'http:\/\/127\.0\.0\.1:\d+\//, `${name}: with the command`);
  }
  const picky = await found(t, ({ path, body }) =>
    path.includes('/metadata') && body.includes('"keywords"')
      ? fakeProblem(500, 'internal_error')
      : undefined,
  );
  t.match(picky.said, /"?\$CONTRACT_TOKEN/, 'secrets are named');
  t.match(
    picky.said,
    /--data-binary '\{"keywords":("[^"]?"|null|\[\]|\{\})\}'/,
    'nothing else is left in the body',
  );
  const mute = await found(t, ({ path }) => {
    if (path.includes('/metadata')) throw new Error('cut');
    return undefined;
  });
  t.match(mute.said, 'metadata: no answer');
});

t.test('Zenodo itself is never tested', async (t) => {
  const real = 'https://zenodo.org/oauth/authorize?x';
  for (const consentLink of [real, 'https://user@ZENODO.org:443/a', 'http:\\/\\/www.zenodo.org\\/']) {
    t.ok(namesProduction(consentLink), consentLink);
  }
  for (const harmless of [
    'https://sandbox.zenodo.org/',
    'https://doi.org/10.5281/zenodo.1',
    'https://zenodo.org.example/',
    'zenodo.org',
    'https://a.example/?zenodo.org',
  ]) {
    t.notOk(namesProduction(harmless), harmless);
  }
  const json = { zenodo_oauth_url: real, state: 's', warnings: [], expires_at: new Date().toISOString() };
  const first = await found(t, at('POST', /authorize/, { status: 200, json }));
  t.equal(first.verdict, 2);
  t.match(first.said, /names zenodo\.org/);
  t.equal(first.requests.length, 1, 'nothing else was sent');
  const later = await found(
    t,
    at('GET', /verify/, fakeProblem(401, 'invalid_token', { zenodo_oauth_url: real })),
    {
      concurrency: 1,
    },
  );
  t.equal(later.verdict, 2);
  t.match(later.requests.at(-1)?.path, '/verify', 'the first answer that shows it is the last');
});

t.test('it waits as long as it is asked to', async (t) => {
  let refused = 0;
  const { verdict, said, requests } = await found(
    t,
    ({ path }) => {
      if (!path.includes('/callback') || refused > 0) return undefined;
      refused += 1;
      return {
        ...fakeProblem(429, 'too_many_requests', { retry_after: 1 }),
        headers: { 'retry-after': '1' },
      };
    },
    { cases: 0 },
  );
  t.equal(verdict, 0, said);
  t.match(said, 'callback: 429, waiting 1 s as asked');
  t.equal(requests.filter(({ path }) => path.includes('/callback')).length, 2, 'and then asks again');
});

t.test('the command: what it needs, and Ctrl-C', async (t) => {
  const { url, mock } = await startService(t);
  const { body } = await authorize(url, { container: 'x' });
  const others = mock.state().depositions.length;
  await newDraft(mock);
  const run = (args: string[], env = { CONTRACT_TOKEN: String(body['access_token']) }) =>
    startScript(t, 'contract/run.ts', { args, env });
  const [without, nowhere, stopped] = [
    run(['--url', url], { CONTRACT_TOKEN: '' }),
    run(['--url', 'http://127.0.0.1:9']),
    run(['--url', `${url}/`, '--cases', '100000', '--seed', '5']),
  ];
  t.equal(await without.ended(), 2);
  t.match(without.output(), 'Set CONTRACT_TOKEN');
  const foreign = await tested(url, { token: 'zds_nobody' });
  t.match(foreign, { verdict: 2, said: /does not take CONTRACT_TOKEN/ });
  t.equal(await nowhere.ended(), 2);
  t.match(nowhere.output(), 'answered nothing');
  await stopped.says(/\d+ of 100000 generated requests/);
  t.ok(mock.state().depositions.length > others + 1, 'it has drafts');
  t.equal(await stopped.kill('SIGINT'), 2, stopped.output());
  t.match(stopped.output(), 'The run was ended early');
  t.equal(mock.state().depositions.length, others + 1, 'and deleted them');
});
