import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type MockZenodo, type Options, type Seed, startMockZenodo } from '../index.js';

async function start(t: Test, options: Partial<Options> = {}): Promise<MockZenodo> {
  const mock = await startMockZenodo(options);
  t.teardown(() => mock.close());
  return mock;
}

/** The parts of answers that are looked at. */
interface Body {
  id?: string;
  metadata?: object;
  hits: { hits: { member: { name: string }; role: string }[] };
}

async function get(mock: MockZenodo, path: string, token = 'mock-token', headers = {}) {
  const answer = await fetch(`${mock.url}${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  return { status: answer.status, json: (await answer.json()) as Body };
}

const METADATA = {
  title: 'Radium',
  upload_type: 'dataset',
  description: 'Found.',
  creators: [{ name: 'Curie, Marie' }],
};
const RDM = { accept: 'application/vnd.inveniordm.v1+json' };

t.test('ids that a client has wired in: of records, concepts, versions and communities', async (t) => {
  const mock = await start(t);
  const id = '0a0b0c0d-1111-2222-3333-444455556666';
  const { depositions, communities } = await mock.seed({
    communities: [{ id, slug: 'wired', owner: 'mock-user' }],
    depositions: [
      {
        id: 4_923_771,
        metadata: METADATA,
        files: [{ name: 'a.csv', content: 'one' }],
        versions: [
          { metadata: { ...METADATA, title: 'Radium again', version: '2' } },
          { id: 5_000_000, files: [{ name: 'b.csv', content: 'two' }], state: 'draft' },
        ],
      },
      { id: 900, conceptId: 800, metadata: METADATA },
    ],
  });
  t.equal(communities[0]?.id, id);
  t.match(depositions, [
    { id: 4_923_771, conceptId: 4_923_770, versionIndex: 1, state: 'done', files: [{ key: 'a.csv' }] },
    { versionIndex: 2, title: 'Radium again', state: 'done', files: [{ key: 'a.csv' }] },
    {
      id: 5_000_000,
      versionIndex: 3,
      state: 'unsubmitted',
      title: 'Radium again',
      files: [{ key: 'b.csv' }],
    },
    { id: 900, conceptId: 800, state: 'unsubmitted' },
  ]);
  t.match((await get(mock, '/api/records/4923771')).json, {
    conceptrecid: '4923770',
    metadata: { title: 'Radium' },
  });
  t.equal((await get(mock, '/api/communities/wired')).json.id, id);
  const made = await fetch(`${mock.url}/api/deposit/depositions`, {
    method: 'POST',
    headers: { authorization: 'Bearer mock-token', 'content-type': 'application/json' },
    body: '{}',
  });
  t.match(await made.json(), { id: 5_000_002, conceptrecid: '5000001' }, 'the next are larger');
  for (const taken of [4_923_771, 4_923_770, 801]) {
    await t.rejects(
      mock.seed({ depositions: [{ id: taken, metadata: METADATA }] }),
      /already used/,
      String(taken),
    );
  }
  await t.rejects(mock.seed({ depositions: [{ id: 7, conceptId: 7 }] }), /differ/);
  await t.rejects(mock.seed({ communities: [{ id, slug: 'other', owner: 'mock-user' }] }), /already/);
  await t.rejects(mock.seed({ depositions: [{ state: 'draft', versions: [{}] }] }), /Only a published/);
  const after = await mock.seed({ depositions: [{}] });
  t.equal(after.depositions[0]?.id, 5_000_004, 'a refused seed takes no ids');
});

t.test('ids of users and buckets that a client has wired in', async (t) => {
  const mock = await start(t);
  const bucket = '0a0b0c0d-0000-4000-8000-00000000000e';
  const other = bucket.replace('e', 'f');
  const wanted = {
    users: [{ id: 4711, username: 'wired', token: 'wired-token' }, { username: 'next' }],
    depositions: [
      {
        user: 'wired',
        metadata: METADATA,
        files: [{ name: 'a.csv', content: 'one' }],
        bucket,
        versions: [{ state: 'draft' as const, bucket: other }],
      },
    ],
  };
  const { users, depositions } = await mock.seed(wanted);
  t.strictSame([users[0]?.id, users[1]?.id], [4711, 4712]);
  t.match(depositions, [
    { bucket, state: 'done' },
    { bucket: other, state: 'unsubmitted' },
  ]);
  const file = await fetch(`${mock.url}/api/files/${bucket}/a.csv`);
  t.equal(await file.text(), 'one');
  const headers = { authorization: 'Bearer wired-token', accept: 'application/vnd.inveniordm.v1+json' };
  const record = await fetch(`${mock.url}/api/records/${depositions[0]?.id}`, { headers });
  t.match(await record.json(), { parent: { access: { owned_by: { user: '4711' } } } });
  await t.rejects(mock.seed({ users: [{ id: 4711, username: 'third' }] }), /4711 already exists/);
  await t.rejects(mock.seed({ depositions: [{ bucket }] }), /bucket .* already exists/);
});

t.test('a seed that is refused leaves nothing behind', async (t) => {
  const data = t.testdir();
  const mock = await start(t, { data });
  const kept = async () => JSON.stringify((await mock.export()).tables);
  const before = await kept();
  const blobs = () => readdir(join(data, 'blobs'));
  const whole: Seed = {
    users: [{ username: 'ann', token: 'ann-token' }],
    apps: [{ name: 'App', redirectUris: ['http://localhost/back'], clientId: 'app' }],
    tokens: [{ user: 'ann', token: 'second-token' }],
    communities: [{ slug: 'radium', owner: 'ann' }],
    vocabularies: { names: [{ id: 'n1', name: 'Hopper, Grace' } as { id: string }] },
    depositions: [
      { id: 7001, user: 'ann', metadata: METADATA, files: [{ name: 'a', size: 10 }], state: 'published' },
    ],
  };
  const first = whole.depositions?.[0];
  const refused: [string, Partial<Seed>, RegExp][] = [
    ['an unknown owner', { communities: [{ slug: 'x', owner: 'nobody' }] }, /no user nobody/],
    ['a user twice', { users: [{ username: 'ann' }, { username: 'ann' }] }, /user ann already/],
    ['a wrong redirect', { apps: [{ name: 'B', redirectUris: ['http://evil.example/'] }] }, /./],
    ['an unknown scope', { tokens: [{ user: 'ann', scopes: ['fly'] }] }, /./],
    ['a name without a name', { vocabularies: { names: [{ id: 'n2' }] } }, /needs a title or a name/],
    ['an id twice', { depositions: [{ ...first }, { id: 7001 }] }, /already used/],
    ['no metadata', { depositions: [{ ...first }, { state: 'published' }] }, /validation error/],
    [
      'an app twice',
      { apps: [{ name: 'B', redirectUris: ['https://b.example/'], clientId: 'mock-client' }] },
      /app mock-client already/,
    ],
    ['a token in use', { tokens: [{ user: 'ann', client: 'app', token: 'mock-token' }] }, /./],
    ['an unknown scope of an app', { tokens: [{ user: 'ann', client: 'app', scopes: ['fly'] }] }, /./],
    [
      'two tokens of one app',
      {
        tokens: [
          { user: 'ann', client: 'app' },
          { user: 'ann', client: 'app' },
        ],
      },
      /keeps one/,
    ],
    ['no bytes', { depositions: [{ files: [{ name: 'a', content: '' }] }] }, /File a is empty/],
    ['no base64', { depositions: [{ files: [{ name: 'a', base64: '!!!' }] }] }, /base64 of file a/],
    ['bytes told twice', { depositions: [{ files: [{ name: 'a', size: 1, content: 'a' }] }] }, /exactly one/],
    [
      'a file of a later version',
      {
        depositions: [
          { ...first, versions: [{ files: [{ name: 'b', size: 9 }], state: 'removed', id: 7001 }] },
        ],
      },
      /already used/,
    ],
  ];
  for (const [name, part, message] of refused) {
    await t.rejects(mock.seed({ ...whole, ...part }), message, name);
    t.equal(await kept(), before, `${name}: nothing is kept`);
    t.strictSame(await blobs(), [], `${name}: nor are bytes`);
  }
  const { depositions } = await mock.seed(whole);
  t.equal(depositions[0]?.id, 7001, 'and all of it can still be had');
  t.equal((await blobs()).length, 1);
  // Before its folder goes, which it writes to at its end.
  await mock.close();
});

t.test('metadata of the records API, roles, and users that staff has deactivated', async (t) => {
  const mock = await start(t);
  const person = { person_or_org: { type: 'personal', family_name: 'Hopper', given_name: 'Grace' } };
  const metadata = {
    title: 'Compilers',
    publication_date: '1952',
    resource_type: { id: 'software' },
    creators: [person],
    publisher: 'Zenodo',
  };
  const seed: Seed = {
    users: [
      { username: 'gone', token: 'gone-token', active: false },
      { username: 'reader', token: 'reader-token' },
      { username: 'manager', token: 'manager-token' },
    ],
    communities: [
      {
        slug: 'roles',
        owner: 'mock-user',
        visibility: 'restricted',
        members: ['mock-user-2', { user: 'reader', role: 'reader' }, { user: 'manager', role: 'manager' }],
      },
    ],
    depositions: [{ rdm: { metadata }, files: [{ name: 'a.txt', content: 'x' }], state: 'published' }],
  };
  const { depositions } = await mock.seed(seed);
  const record = await get(mock, `/api/records/${depositions[0]?.id}`, 'mock-token', RDM);
  t.match(record.json.metadata, {
    title: 'Compilers',
    publication_date: '1952',
    resource_type: { id: 'software' },
  });

  t.equal((await get(mock, '/api/deposit/depositions', 'gone-token')).status, 403);
  t.equal((await get(mock, '/api/communities/roles', 'reader-token')).status, 200, 'readers see it');
  t.equal(
    (await get(mock, '/api/communities/roles/requests', 'reader-token')).status,
    403,
    'and decide nothing',
  );
  t.equal((await get(mock, '/api/communities/roles/requests', 'manager-token')).status, 200);
  t.equal((await get(mock, '/api/communities/roles', 'gone-token')).status, 403);
  const { json } = await get(mock, '/api/communities/roles/members');
  const roles = json.hits.hits.map(
    (hit: { member: { name: string }; role: string }) => `${hit.member.name} ${hit.role}`,
  );
  t.strictSame(roles.sort(), ['manager manager', 'mock-user owner', 'mock-user-2 curator', 'reader reader']);
});

t.test('vocabularies take entries of one’s own', async (t) => {
  const mock = await start(t);
  await mock.seed({
    vocabularies: {
      affiliations: [{ id: '01ggx4157', name: 'Cernosaurus' } as { id: string }],
      awards: [
        { id: '00k4n6c32::755021', number: '755021', title: { en: 'Personalised' } } as { id: string },
      ],
      subjects: [{ id: 'S1', subject: 'Chemistrology' } as { id: string }],
      names: [{ id: 'n1', name: 'Hopper, Grace', given_name: 'Grace' } as { id: string }],
      funders: [{ id: '05abc', name: 'Funder of ours' } as { id: string }],
    },
  });
  const found = await get(mock, '/api/affiliations?suggest=cernosaur');
  t.match(found.json, { hits: { total: 1, hits: [{ id: '01ggx4157', name: 'Cernosaurus' }] } });
  t.match((await get(mock, '/api/awards/00k4n6c32::755021')).json, { number: '755021' });
  t.match((await get(mock, '/api/subjects?q=chemistrology')).json, { hits: { hits: [{ id: 'S1' }] } });
  t.match((await get(mock, '/api/names/n1')).json, { given_name: 'Grace' });
  t.match((await get(mock, '/api/funders/05abc')).json, { name: 'Funder of ours' });
  t.equal((await get(mock, '/api/funders/00k4n6c32')).status, 200, 'the others stay');
  const kept = await start(t);
  await kept.import(await mock.export());
  t.equal((await get(kept, '/api/affiliations/01ggx4157')).status, 200, 'they are part of an export');
  await t.rejects(mock.seed({ vocabularies: { names: [{ id: 'n2' }] } }), /needs a title or a name/);
  await mock.reset();
  t.equal((await get(mock, '/api/names/n1')).status, 404);
});

t.test('records can use seeded entries of vocabularies', async (t) => {
  const mock = await start(t);
  const affiliations = [{ id: 'paris', name: 'University of Paris' }, { id: '01ggx4157' }];
  const doi = { scheme: 'doi', identifier: '10.13039/77' };
  const vocabularies = {
    affiliations: affiliations.map((entry) => ({ name: 'Cernosaurus', ...entry })),
    subjects: [{ id: 'S1', subject: 'Chemistrology', scheme: 'ours' }],
    funders: [{ id: '05abc', name: 'Funder of ours', identifiers: [doi] }],
    awards: [{ id: '05abc::1', title: 'Personalised' } as { id: string }],
  };
  const metadata = {
    ...METADATA,
    grants: [{ id: '05abc::1' }],
    creators: [{ name: 'Curie, Marie' }],
  };
  const creators = affiliations.map(({ id }) => ({
    person_or_org: { type: 'personal', family_name: 'Curie' },
    affiliations: [{ id }],
  }));
  const { depositions } = await mock.seed({
    vocabularies,
    depositions: [
      { metadata, files: [{ name: 'a.csv', content: 'one' }], state: 'published' },
      { rdm: { metadata: { creators, subjects: [{ id: 'S1' }] } } },
    ],
  });
  const [record, draft] = depositions.map(({ id }) => id);
  t.match((await get(mock, `/api/records/${record}`)).json.metadata, {
    grants: [
      {
        code: '1',
        title: 'Personalised',
        funder: { name: 'Funder of ours', doi: '10.13039/77' },
      },
    ],
  });
  t.match((await get(mock, `/api/records/${draft}/draft`, 'mock-token', RDM)).json.metadata, {
    creators: [
      { affiliations: [{ id: 'paris', name: 'University of Paris' }] },
      { affiliations: [{ id: '01ggx4157', name: 'Cernosaurus' }] },
    ],
    subjects: [{ id: 'S1', subject: 'Chemistrology', scheme: 'ours' }],
  });
  await mock.reset();
  await t.rejects(
    mock.seed({ depositions: [{ metadata }] }),
    /Invalid value 05abc/,
    'they went with the reset',
  );
});

t.test('a seed file is there from the start and after a reset; a wrong one is told', async (t) => {
  const seedFile = join(t.testdir(), 'seed.json');
  await writeFile(seedFile, JSON.stringify({ depositions: [{ id: 77, metadata: METADATA }] }));
  const mock = await start(t, { seedFile });
  t.match(mock.state().depositions, [{ id: 77 }]);
  await mock.seed({ depositions: [{}] });
  await mock.reset();
  t.match(mock.state().depositions, [{ id: 77 }]);
  t.equal(mock.state().depositions.length, 1);

  await writeFile(seedFile, '{"depositons": []}');
  await t.rejects(startMockZenodo({ seedFile }), /seed\.json is not a valid seed.*\n.*depositions is/);
  const none = /is not a valid seed: no such file or directory\.$/;
  await t.rejects(startMockZenodo({ seedFile: `${seedFile}.none` }), none);
  await t.rejects(
    startMockZenodo({ seedFile: t.testdirName }),
    /is not a valid seed: illegal operation on a directory\.$/,
  );
  await writeFile(seedFile, '{"depositions": [{"state": "published", "metadata": {"title": "a"}}]}');
  await t.rejects(
    startMockZenodo({ seedFile }),
    /is not a valid seed: depositions\.0: A validation error occurred\.\n(.*\n)*metadata\.creators: ./,
    'each field that Zenodo refuses is named',
  );
  const versions = [{}, { metadata: { title: 'Replaced' } }];
  const files = [{ name: 'a.csv', content: 'one' }];
  await writeFile(seedFile, JSON.stringify({ depositions: [{}, { metadata: METADATA, files, versions }] }));
  await t.rejects(startMockZenodo({ seedFile }), /seed: depositions\.1\.versions\.1: A validation error/);
  await writeFile(seedFile, '{"users": ');
  await t.rejects(startMockZenodo({ seedFile }), /is not a valid seed: it is not JSON: /);
});

t.test('a reset is all or nothing, also with a seed file and several at a time', async (t) => {
  const seedFile = join(t.testdir(), 'seed.json');
  const files = [{ name: 'a.txt', content: 'one' }];
  const users = [{ username: 'ann', token: 'ann-token' }];
  const depositions = [{ id: 77, user: 'ann', files }];
  await writeFile(seedFile, JSON.stringify({ users, depositions }));
  const mock = await start(t, { seedFile, seed: 'resets' });
  const first = mock.state().depositions;
  await Promise.all([mock.reset(), mock.reset(), mock.reset()]);
  t.strictSame(mock.state().depositions, first, 'with the same ids as at the start');
  const bytes = await fetch(`${mock.url}/api/files/${first[0]?.bucket}/a.txt?access_token=ann-token`);
  t.equal(await bytes.text(), 'one');

  mock.faults.add('maintenance');
  mock.clock.advance(60);
  await mock.seed({ depositions: [{ id: 88 }] });
  const before = JSON.stringify(mock.state());
  for (const wrong of ['{', JSON.stringify({ users: [{ username: 'ann' }, { username: 'ann' }] })]) {
    await writeFile(seedFile, wrong);
    await t.rejects(mock.reset(), /not a valid seed/);
    t.equal(JSON.stringify(mock.state()), before);
    t.equal(mock.faults.list().length, 1);
  }
});

t.test('a reset of one user leaves the account with its seeded tokens, and nothing else', async (t) => {
  const mock = await start(t);
  await mock.seed({
    users: [{ username: 'w1', token: 'w1-token' }],
    tokens: [{ user: 'w1', client: 'mock-client', token: 'w1-oauth', scopes: ['deposit:write'] }],
    communities: [{ slug: 'of-w1', owner: 'w1' }],
    depositions: [{ user: 'w1' }, { user: 'mock-user' }],
  });
  mock.tokens.revoke({ user: 'w1' });
  mock.users.block('w1');
  mock.faults.add({ user: 'w1', status: 500 });
  mock.faults.add({ user: 'mock-user', status: 500, times: 1 });
  await get(mock, '/api/deposit/depositions', 'mock-token-2');
  await mock.reset('w1');
  t.match(mock.state('w1'), { users: [{ blocked: false }], communities: [], depositions: [] });
  t.strictSame(
    mock.faults.list().map(({ fault }) => fault.user),
    ['mock-user'],
  );
  for (const token of ['w1-token', 'w1-oauth']) {
    t.equal((await get(mock, '/api/deposit/depositions', token)).status, 200, token);
  }
  await mock.seed({ communities: [{ slug: 'of-w1', owner: 'w1' }] });
  t.equal(mock.requests.list({ user: 'w1' }).length, 2);
  await mock.reset('w1');
  t.strictSame(mock.requests.list({ user: 'w1' }), []);
  t.equal(mock.requests.list({ user: 'mock-user-2' }).length, 1);
  t.equal(mock.state('mock-user').depositions.length, 1, 'others keep theirs');
});

t.test('a state with rows that cannot be shown is refused', async (t) => {
  const mock = await start(t);
  await mock.seed({ depositions: [{}] });
  const snapshot = await mock.export();
  const [deposition] = snapshot.tables.depositions;
  const changed = (rows: object) =>
    JSON.parse(JSON.stringify({ ...snapshot, tables: { ...snapshot.tables, ...rows } }));
  for (const rows of [
    { depositions: [{ ...deposition, draft: {} }] },
    { depositions: [{}] },
    { users: [{ id: 1 }] },
  ]) {
    await t.rejects(mock.import(changed(rows)), /snapshot/, JSON.stringify(rows).slice(0, 40));
  }
  t.match(mock.state(), { depositions: [{ id: deposition?.id }] });
});

t.test('a blocked user may have published before', async (t) => {
  const mock = await start(t);
  await mock.seed({
    users: [{ username: 'spam', blocked: true }],
    depositions: [{ user: 'spam', state: 'published', metadata: METADATA, files: [{ name: 'a', size: 1 }] }],
  });
  t.match(mock.state('spam'), { users: [{ blocked: true }], depositions: [{ state: 'done' }] });
});

t.test('a snapshot keeps its time in a mock whose clock is of the other kind', async (t) => {
  const [running, still] = [await start(t), await start(t, { seed: 'still' })];
  running.clock.set('2031-02-03T04:05:06Z');
  const [ofRunning, ofStill] = [await running.export(), await still.export()];
  const fixed = still.clock.now().getTime();
  await still.import(ofRunning);
  t.match(still.clock.now().toISOString(), /^2031-02-03T04:0/);
  await running.import(ofStill);
  const passed = running.clock.now().getTime() - fixed;
  t.ok(passed >= 0 && passed < 600_000, `${passed} ms later`);
  await still.reset();
  t.equal(still.clock.now().getTime(), fixed, 'a reset leads back to the start');
  await still.import({ ...ofStill, clock: fixed + 1000 });
  t.equal(still.clock.now().getTime(), fixed + 1000, 'as older versions wrote it');
});

t.test('a reset begins anew with the first id, or counts on where that is wanted', async (t) => {
  const mock = await start(t);
  const next = async () => (await mock.seed({ depositions: [{}] })).depositions[0]?.id;
  t.equal(await next(), 123_457);
  await mock.reset();
  t.equal(await next(), 123_457);
  await mock.reset(undefined, { keepIds: true });
  t.equal(await next(), 123_459);
  const keeping = await start(t, { keepIds: true });
  const first = await keeping.seed({ depositions: [{}] });
  const post = (body: object) =>
    fetch(`${keeping.url}/_mock/reset`, { method: 'POST', body: JSON.stringify(body) });
  t.equal((await post({})).status, 204);
  const second = await keeping.seed({ depositions: [{}] });
  t.ok((second.depositions[0]?.id ?? 0) > (first.depositions[0]?.id ?? 0));
  await post({ keepIds: false });
  t.equal((await keeping.seed({ depositions: [{}] })).depositions[0]?.id, 123_457);
});

t.test('what is wrong with a body is named, also where several shapes are allowed', async (t) => {
  const mock = await start(t);
  const told = async (path: string, body: unknown) => {
    const answer = await fetch(`${mock.url}/_mock${path}`, { method: 'POST', body: JSON.stringify(body) });
    t.equal(answer.status, 400, JSON.stringify(body));
    return ((await answer.json()) as { details: string[] }).details;
  };
  t.strictSame(await told('/faults', { status: 'x' }), ['status must be integer']);
  t.strictSame(await told('/faults', [{ path: '/a' }, { statuss: 500 }]), [
    '1.statuss is not a field; status is',
  ]);
  t.strictSame(await told('/faults', { times: 'often' }), ['times must be number or null']);
  t.strictSame(await told('/faults', { times: 0 }), ['times must be >= 1']);
  t.strictSame(await told('/faults', { reset: 'both' }), ['reset must be one of request, response']);
  t.strictSame(await told('/clock', { advance: 'x' }), ['advance must be number']);
  t.strictSame(await told('/clock', { now: [] }), ['now must be number or string']);
  t.strictSame(
    await told('/seed', { communities: [{ slug: 'a', owner: 'b', members: [{ user: 'c', role: 'boss' }] }] }),
    ['communities.0.members.0.role must be one of owner, manager, curator, reader'],
  );
  t.strictSame(await told('/seed', { users: [{}], apps: 1 }), [
    'users.0.username is missing',
    'apps must be array',
  ]);
  t.strictSame(await told('/tokens/expire', { usr: 'x' }), ['usr is not a field; user is']);
});

t.test('/healthz answers everybody once the mock is up', async (t) => {
  const mock = await start(t, { controlToken: 'secret' });
  const answer = await fetch(`${mock.url}/healthz`);
  t.equal(answer.status, 200);
  t.strictSame(await answer.json(), { status: 'ok' });
  t.strictSame(mock.requests.list(), []);
});
