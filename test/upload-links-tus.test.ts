import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import t from 'tap';
import { call } from './consent.js';
import { startService } from './service.js';
import { announce, send, type TusAnswer, tus } from './tus-caller.js';
import { connect, newLink, pageLink } from './upload-links.js';
import { eventually, look, md5, noise, stored, until } from './uploads.js';

t.test('a browser with an upload link brings files by tus', async (t) => {
  const time = { now: Date.now() };
  const { url, mock, app } = await startService(t, { dependencies: { now: () => time.now } });
  const alice = await connect(url, 'c1');

  /** Announces and sends files of one upload by a link. */
  const bring = async (secret: string, id: number, files: Record<string, string>, group = randomUUID()) => {
    const authorization = `Bearer ${secret}`;
    const answers: TusAnswer[] = [];
    for (const [path, text] of Object.entries(files)) {
      const values = { filename: path.split('/').at(-1) ?? '', relativePath: path, upload_id: group };
      const { location, ...created } = await announce(url, id, text.length, values, { authorization });
      answers.push(created);
      if (created.status === 201) answers.push(await send(location, 0, text, { authorization }));
    }
    return { group, answers };
  };
  const complete = (secret: string, id: number, group: string) =>
    call(`${url}/depositions/${id}/tus/${group}/complete`, { token: secret, json: {} });

  await t.test('a folder becomes what the plan said; the user is done once all is here', async (t) => {
    const { secret } = await newLink(url, alice);
    const files = { 'data/1.csv': 'one', 'data/2.csv': 'two' };
    const list = Object.entries(files).map(([path, text]) => ({ path, size: text.length }));
    const plan = await call(`${url}/upload-link/plan`, { json: { files: list }, token: secret });
    const { group, answers } = await bring(secret, alice.id, files);
    t.same(
      answers.map(({ status }) => status),
      [201, 204, 201, 204],
    );
    t.match(await call(`${url}/upload-link/finish`, { token: secret }), {
      status: 409,
      body: { code: 'upload_unfinished' },
    });
    t.match(await complete(secret, alice.id, group), { status: 202, body: { upload_id: group } });
    const done = await until(`${url}/uploads/${group}`, ['done', 'failed'], secret);
    t.match(done.body, { state: 'done', container_id: 'c1' });
    t.same(
      done.body.files.map(({ filename, size }) => ({ name: filename, size })),
      (plan.body['files'] as { name: string; size: number }[]).map(({ name, size }) => ({ name, size })),
    );
    t.equal((await look(`${url}/uploads/${group}`, { token: alice.token })).status, 200);
    t.match((await call(`${url}/upload-link/finish`, { token: secret })).body, {
      upload_id: group,
      state: 'done',
    });
    t.match((await bring(secret, alice.id, { late: 'x' })).answers, [
      { status: 410, body: { code: 'upload_link_ended', reason: 'finished' } },
    ]);
  });

  await t.test('two links bring different files of one name at once: both are told', async (t) => {
    const draft = await connect(url, 'rivals');
    const [one, two] = [await newLink(url, draft), await newLink(url, draft)];
    const plan = async (secret: string, names: string[], extra: object = {}) => {
      const files = names.map((path) => ({ path, size: 3 }));
      const { body } = await call(`${url}/upload-link/plan`, { json: { files, ...extra }, token: secret });
      return (body['files'] as { name: string; contested: boolean }[]).filter((file) => file.contested);
    };
    const concurrent = async (secret: string, own = '') =>
      (await call(`${url}/upload-link/concurrent${own}`, { method: 'GET', token: secret })).body;
    const none = { uploads: 0, files: 0, size: 0, received: 0 };
    t.same(await concurrent(two.secret), none);
    const first = await bring(one.secret, draft.id, { 'a.csv': 'one', 'same.csv': 'both' });
    t.ok(await eventually(() => Object.keys(stored(mock, draft.id)).length === 2));
    const folder = { filename: 'ice.csv', relativePath: 'data/ice.csv', upload_id: first.group };
    await announce(url, draft.id, 3, folder, { authorization: `Bearer ${one.secret}` }).then(
      async ({ location }) => {
        t.match(await plan(two.secret, ['a.csv', 'b.csv', 'data/ice.csv']), [{ name: 'data.zip' }]);
        t.same(await plan(one.secret, ['data/ice.csv'], { upload_id: first.group }), [], 'none of its own');
        t.same(await concurrent(one.secret, `?upload_id=${first.group}`), none);
        t.match(await concurrent(two.secret), { uploads: 1, files: 3, size: 10 }, 'how much, and no more');
        t.same(Object.keys(await concurrent(two.secret)).sort(), ['files', 'received', 'size', 'uploads']);
        const { tusFile } = app.database;
        const silent = { activeAt: new Date(0), createdAt: new Date(0) };
        await tusFile.updateMany({ where: { uploadId: first.group }, data: silent });
        t.same(await concurrent(two.secret), none, 'nothing moves');
        t.match(await plan(two.secret, ['data/ice.csv']), [{ name: 'data.zip' }], 'but it may be continued');
        await send(location, 0, 'ice', { authorization: `Bearer ${one.secret}` });
      },
    );
    const second = await bring(two.secret, draft.id, {
      'a.csv': 'two',
      'same.csv': 'both',
      'data/ice.csv': 'ICE',
      'data/more.csv': 'more',
    });
    const done = async (secret: string, group: string) => {
      await complete(secret, draft.id, group);
      return (await until(`${url}/uploads/${group}`, ['done', 'failed'], secret)).body;
    };
    t.match(await done(one.secret, first.group), { state: 'done' });
    const winner = await done(two.secret, second.group);
    t.match(winner, {
      state: 'done',
      notices: [
        { code: 'replaced_other', user_message: /“a\.csv” \(and 1 more\).*This one has replaced it/ },
      ],
      warnings: [/replaced a different file/],
    });
    t.notOk(winner.files.some((file) => (file as { replaced?: boolean }).replaced));
    const loser = (await look(`${url}/uploads/${first.group}`, { token: draft.token, language: 'de' })).body;
    t.match(loser, { notices: [{ code: 'replaced_by_other', user_message: /die liegt jetzt bei Zenodo/ }] });
    const replaced = loser.files.filter((file) => (file as { replaced?: boolean }).replaced);
    t.same(replaced.map(({ filename }) => filename).sort(), ['a.csv', 'data.zip']);
    t.equal(stored(mock, draft.id)['a.csv'], md5('two'));
    t.same(await concurrent(two.secret), none);
  });

  await t.test('folders that are merged lose nothing; what began first gives way, and says so', async (t) => {
    const draft = await connect(url, 'merged');
    const [one, two] = [await newLink(url, draft), await newLink(url, draft)];
    const first = await bring(one.secret, draft.id, { 'data/1.csv': 'one' });
    const authorization = `Bearer ${one.secret}`;
    const late = { filename: 'late.csv', upload_id: first.group };
    const { location } = await announce(url, draft.id, 3, late, { authorization });
    const second = await bring(two.secret, draft.id, { 'data/2.csv': 'two', 'late.csv': 'new' });
    await complete(two.secret, draft.id, second.group);
    const done = await until(`${url}/uploads/${second.group}`, ['done', 'failed'], two.secret);
    t.match(done.body, { state: 'done', notices: [] });
    await send(location, 0, 'old', { authorization });
    await complete(one.secret, draft.id, first.group);
    const ended = await until(`${url}/uploads/${first.group}`, ['done', 'failed'], one.secret);
    t.match(ended.body, {
      state: 'failed',
      error: { code: 'upload_superseded', user_message: /Zenodo keeps that one/ },
    });
    const there = (await look(`${url}/uploads/${second.group}`, { token: two.secret })).body;
    t.notOk(there.files.some((file) => (file as { replaced?: boolean }).replaced));
    t.equal(stored(mock, draft.id)['late.csv'], md5('new'));
  });

  await t.test('with sync, uploads of one link do not remove each other’s files', async (t) => {
    const draft = await connect(url, 'sync');
    const { secret } = await newLink(url, draft, { sync: true });
    const other = await newLink(url, draft);
    for (const [by, files] of [
      [other.secret, { 'old.csv': 'old' }],
      [secret, { 'first.csv': '1' }],
      [secret, { 'second.csv': '2' }],
    ] as const) {
      const { group } = await bring(by, draft.id, files);
      await complete(by, draft.id, group);
      t.equal((await until(`${url}/uploads/${group}`, ['done', 'failed'], by)).body.state, 'done');
    }
    t.same(stored(mock, draft.id), { 'first.csv': md5('1'), 'second.csv': md5('2') });
  });

  await t.test('limits hold over all uploads of a link, before bytes move', async (t) => {
    const { secret } = await newLink(url, alice, { max_files: 2, max_bytes: 10 });
    const first = await bring(secret, alice.id, { a: '12345' });
    t.match(first.answers, [{ status: 201 }, { status: 204 }]);
    const refused = { status: 413, body: { code: 'upload_link_limit' } };
    t.match((await bring(secret, alice.id, { b: '123456' })).answers, [refused]);
    t.match((await bring(secret, alice.id, { b: '12', c: '1' }, first.group)).answers, [
      { status: 201 },
      { status: 204 },
      refused,
    ]);
    const one = await newLink(url, alice, { max_files: 1 });
    const authorization = `Bearer ${one.secret}`;
    const [group, other] = [randomUUID(), randomUUID()];
    const values = { filename: 'kept', upload_id: group };
    const { location } = await announce(url, alice.id, 1, values, { authorization });
    t.equal((await send(location, 0, '1', { authorization })).status, 204);
    const where = { uploadId: group, state: 'uploaded' } as const;
    t.ok(await eventually(async () => (await app.database.uploadFile.count({ where })) === 1));
    const taken = await tus('DELETE', location, { authorization });
    t.match(taken, { status: 409 }, 'what is at Zenodo counts, and is not taken back');
    t.match((await bring(one.secret, alice.id, { more: '2' }, other)).answers, [refused]);
  });

  await t.test('what was begun in time may be ended after it, by that link alone', async (t) => {
    const { secret } = await newLink(url, alice, { expires_in: 60 });
    const { secret: another } = await newLink(url, alice);
    const group = randomUUID();
    const authorization = `Bearer ${secret}`;
    const { location } = await announce(
      url,
      alice.id,
      4,
      { filename: 'slow.bin', upload_id: group },
      { authorization },
    );
    t.equal((await send(location, 0, 'ab', { authorization })).status, 204);
    for (const wrong of [another, alice.token.replace(/^zds_/, 'zdl_')]) {
      const answer = await tus('HEAD', location, { authorization: `Bearer ${wrong}` });
      t.ok([401, 404].includes(answer.status));
      t.ok([401, 404].includes((await complete(wrong, alice.id, group)).status));
    }
    time.now += 61_000;
    t.match((await bring(secret, alice.id, { new: 'x' })).answers, [{ status: 410 }]);
    t.match((await bring(secret, alice.id, { more: 'x' }, randomUUID())).answers, [{ status: 410 }]);
    const { group: others } = await bring(another, alice.id, { 'others.bin': 'x' });
    t.match((await bring(secret, alice.id, { more: 'x' }, others)).answers, [{ status: 404 }]);
    t.match(
      (await bring(secret, alice.id, { 'waiting.bin': 'x' }, group)).answers,
      [{ status: 201 }, { status: 204 }],
      'a file whose turn had not come belongs to what was begun',
    );
    t.match(await tus('HEAD', location, { authorization }), { headers: { 'upload-offset': '2' } });
    t.equal((await send(location, 2, 'cd', { authorization })).status, 204);
    t.equal((await complete(secret, alice.id, group)).status, 202);
    t.ok(await eventually(() => stored(mock, alice.id)['slow.bin'] === md5('abcd')));
    t.ok(await eventually(() => 'waiting.bin' in stored(mock, alice.id)));
    time.now = Date.now();
  });

  await t.test('a secret of another deposition opens no way', async (t) => {
    const bob = await connect(url, 'b', 'mock-user-2');
    const { secret } = await newLink(url, bob);
    t.match((await bring(secret, alice.id, { x: 'x' })).answers, [
      { status: 403, body: { code: 'not_your_deposition' } },
    ]);
    const mine = await newLink(url, alice);
    const { group } = await bring(mine.secret, alice.id, { y: 'y' });
    t.match((await bring(secret, bob.id, { z: 'z' }, group)).answers, [
      { status: 404, body: { code: 'upload_not_found' } },
    ]);
    const second = await newLink(url, alice);
    t.match((await bring(second.secret, alice.id, { z: 'z' }, group)).answers, [
      { status: 404, body: { code: 'upload_not_found' } },
    ]);
  });

  await t.test('revoked, it takes nothing more of what is on its way', async (t) => {
    const { id: linkId, secret } = await newLink(url, alice);
    const authorization = `Bearer ${secret}`;
    const values = { filename: 'held.bin', upload_id: randomUUID() };
    const { location } = await announce(url, alice.id, 200_000, values, { authorization });
    async function* held() {
      yield Buffer.alloc(100_000);
      await new Promise(() => undefined);
    }
    const sending = send(location, 0, Readable.from(held()), { authorization, 'content-length': '200000' });
    const arrived = async () =>
      Number(
        (await tus('HEAD', location, { authorization: `Bearer ${alice.token}` })).headers['upload-offset'],
      );
    t.ok(await eventually(async () => (await arrived()) === 100_000));
    const path = `${url}/depositions/${alice.id}/upload-links/${linkId}`;
    t.equal((await call(path, { method: 'DELETE', token: alice.token })).status, 204);
    t.match(await sending, { status: 404 }, 'while half of it has not come');
  });

  await t.test('a new link of the same user goes on with what an older one left unfinished', async (t) => {
    const bob = await connect(url, 'c-late', 'mock-user-2');
    const carol = await connect(url, 'c-late');
    const old = await newLink(url, carol, { expires_in: 60 });
    const bytes = noise(2000);
    const values = { filename: 'late.bin', upload_id: randomUUID() };
    const group = values.upload_id;
    const begun = await announce(url, carol.id, 2000, values, { authorization: `Bearer ${old.secret}` });
    const first = Readable.from([bytes.subarray(0, 500)]);
    await send(begun.location, 0, first, {
      authorization: `Bearer ${old.secret}`,
      'content-length': '500',
    });
    const earlier = async (secret: string) =>
      (await pageLink(url, secret)).body['earlier_uploads'] as unknown[];
    const takeOver = (secret: string) => call(`${url}/upload-link/uploads/${group}`, { token: secret });
    const other = await newLink(url, carol);
    t.match(await earlier(other.secret), [{ upload_id: group, active: true }], 'its link is still active');
    t.match(await takeOver(other.secret), { status: 409, body: { code: 'upload_unfinished' } });
    time.now += 61_000;
    const next = await newLink(url, carol);
    const quiet = async () => {
      const [one] = (await earlier(next.secret)) as { active: boolean }[];
      return one?.active === false;
    };
    t.match(await earlier(next.secret), [
      { upload_id: group, files: 1, names: ['late.bin'], size: 2000, active: true },
    ]);
    t.match(await takeOver(next.secret), { status: 409, body: { code: 'upload_unfinished' } });
    const strangers = [await newLink(url, bob), await newLink(url, carol, { folders: 'never' })];
    for (const { secret } of strangers) {
      t.same(await earlier(secret), []);
      t.match(await takeOver(secret), { status: 404 });
    }
    await app.database.tusFile.updateMany({
      where: { uploadId: group },
      data: { activeAt: new Date(0) },
    });
    t.ok(await eventually(quiet));
  });

  await t.test('an end at the same moment as a beginning: the one or the other, never both', async (t) => {
    const draft = await connect(url, 'race');
    for (let round = 0; round < 10; round += 1) {
      const { secret } = await newLink(url, draft);
      const authorization = `Bearer ${secret}`;
      const [finished, begun] = await Promise.all([
        call(`${url}/upload-link/finish`, { token: secret }),
        announce(url, draft.id, 1, { filename: `${round}.txt` }, { authorization }),
      ]);
      t.same(
        [finished.status, begun.status].sort(),
        finished.status === 200 ? [200, 410] : [201, 409],
        `${finished.status} and ${begun.status}`,
      );
    }
  });

  await t.test('Zenodo is away: the page is there, and says so', async (t) => {
    const { secret } = await newLink(url, alice);
    mock.faults.add({ path: '/api/*', status: 503 });
    t.match(await pageLink(url, secret), {
      status: 200,
      body: {
        state: 'active',
        connection: 'active',
        draft: null,
        draft_error: { code: 'zenodo_error', user_message: /Zenodo/ },
      },
    });
    const files = [{ path: 'a', size: 1 }];
    t.match(await call(`${url}/upload-link/plan`, { json: { files }, token: secret }), {
      status: 502,
      body: { code: 'zenodo_error' },
    });
    mock.faults.clear();
  });
});
