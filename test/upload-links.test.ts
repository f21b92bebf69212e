import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import t from 'tap';
import { request } from 'undici';
import { call } from './consent.js';
import { startService } from './service.js';
import { askForLink, connect, newLink, pageLink, RETURN } from './upload-links.js';
import { eventually, look, put, stored } from './uploads.js';

t.test('an upload link', async (t) => {
  const time = { now: Date.now() };
  const { url, app, mock } = await startService(t, { dependencies: { now: () => time.now } });
  const alice = await connect(url, 'c1');
  const links = `${url}/depositions/${alice.id}/upload-links`;

  await t.test('is made, shown, listed and ended by the application', async (t) => {
    const made = await askForLink(url, alice, { application_name: 'Data desk', locale: 'de' });
    t.match(made, {
      status: 201,
      body: {
        deposition_id: alice.id,
        return_url: RETURN,
        application_name: 'Data desk',
        locale: 'de',
        state: 'active',
        reason: null,
        folders: 'zip',
        sync: false,
        max_bytes: null,
        max_files: null,
        ended_at: null,
        expires_at: new Date(time.now + 2 * 3600 * 1000).toISOString(),
      },
    });
    const [page, secret = ''] = String(made.body['url']).split('#');
    t.equal(page, `${url}/upload`);
    t.match(secret, /^zdl_[A-Za-z0-9_-]{43}$/);
    const id = String(made.body['upload_link_id']);
    const row = await app.database.uploadLink.findUniqueOrThrow({ where: { id } });
    t.equal(row.secretHash, createHash('sha256').update(secret).digest('hex'));
    t.notOk(JSON.stringify(row, (_k, v) => (typeof v === 'bigint' ? Number(v) : v)).includes(secret));
    const { url: _, ...shown } = made.body;
    t.same((await call(`${links}/${id}`, { method: 'GET', token: alice.token })).body, {
      ...shown,
      upload_ids: [],
    });
    t.same((await call(links, { method: 'GET', token: alice.token })).body, { upload_links: [shown] });
    for (const _again of [1, 2]) {
      t.equal((await call(`${links}/${id}`, { method: 'DELETE', token: alice.token })).status, 204);
    }
    t.match((await call(`${links}/${id}`, { method: 'GET', token: alice.token })).body, {
      state: 'ended',
      reason: 'revoked',
    });
    t.match((await pageLink(url, secret)).body, {
      state: 'ended',
      reason: 'revoked',
      draft: null,
      uploads: [],
    });
    t.match(await put(url, alice.id, 'x', Buffer.from('x'), { authorization: `Bearer ${secret}` }), {
      status: 410,
      body: { code: 'upload_link_ended', reason: 'revoked', return_url: RETURN },
    });
  });

  await t.test('brings files to its draft; these uploads alone can be looked at with it', async (t) => {
    const { secret, id } = await newLink(url, alice);
    const ours = await put(url, alice.id, 'by-application.csv', Buffer.from('123'), {
      authorization: `Bearer ${alice.token}`,
    });
    t.equal(ours.status, 200);
    const theirs = await put(url, alice.id, 'by-user.csv', Buffer.from('12345'), {
      authorization: `Bearer ${secret}`,
    });
    t.match(theirs, { status: 200, body: { state: 'done' } });
    t.equal(stored(mock, alice.id)['by-user.csv'], theirs.body.files[0]?.checksum.slice(4));
    t.equal((await look(theirs.body.status_url, { token: secret })).status, 200);
    t.match(await look(ours.body.status_url, { token: secret }), {
      status: 404,
      body: { code: 'upload_not_found' },
    });
    t.equal((await look(`${theirs.body.status_url}`, { token: alice.token })).status, 200);
    const shown = await pageLink(url, secret);
    t.match(shown, {
      status: 200,
      body: {
        upload_link_id: id,
        state: 'active',
        connection: 'active',
        draft_error: null,
        limits: { used_bytes: 5, used_files: 1, deposition_files: 100 },
      },
    });
    const draft = shown.body['draft'] as { files: { name: string; size: number }[]; free_bytes: number };
    t.same(
      draft.files.filter(({ name }) => name.startsWith('by-')).sort((a, b) => (a.name < b.name ? -1 : 1)),
      [
        { name: 'by-application.csv', size: 3 },
        { name: 'by-user.csv', size: 5 },
      ],
    );
    t.equal(draft.free_bytes, 50_000_000_000 - draft.files.reduce((sum, { size }) => sum + size, 0));
    t.same(
      (shown.body['uploads'] as { upload_id: string }[]).map((one) => one.upload_id),
      [theirs.body.upload_id],
    );
    const events = await fetch(`${theirs.body.status_url}/events`, {
      headers: { authorization: `Bearer ${secret}` },
    });
    t.match(await events.text(), /^event: upload\ndata: \{/);
  });
});

t.test('what would stand at Zenodo is told before a byte moves', async (t) => {
  const { url, mock } = await startService(t, {
    env: { MAX_FILE_BYTES: '1000000', MAX_DEPOSITION_BYTES: '3000000', MAX_DEPOSITION_FILES: '5' },
  });
  const alice = await connect(url, 'c1');
  const plan = async (secret: string, files: Record<string, number> | { path: string; size: number }[]) => {
    const list = Array.isArray(files) ? files : Object.entries(files).map(([path, size]) => ({ path, size }));
    return call(`${url}/upload-link/plan`, { json: { files: list }, token: secret });
  };
  const refusals = ({ body }: { body: Record<string, unknown> }) =>
    (body['refused'] as { path: string | null; code: string }[]).map(({ path, code }) => [path, code]);

  await t.test('folders, rubbish of desktops, names, sizes', async (t) => {
    const { secret } = await newLink(url, alice);
    const answer = await plan(secret, [
      { path: 'a.csv', size: 5 },
      { path: 'photos/1.jpg', size: 10 },
      { path: 'photos/raw/2.jpg', size: 0 },
      { path: 'photos/.DS_Store', size: 6148 },
      { path: '__MACOSX/photos/._1.jpg', size: 1 },
      { path: 'A.CSV', size: 5 },
      { path: '../up.csv', size: 5 },
      { path: 'empty.csv', size: 0 },
      { path: 'huge.bin', size: 1_000_001 },
      { path: 'photos.zip', size: 3 },
    ]);
    t.equal(answer.status, 200, JSON.stringify(answer.body));
    t.match(answer.body['files'], [
      { name: 'a.csv', size: 5, zip: false, parts: 1, replaces: false, keeps: 0 },
      { name: 'photos.zip', zip: true, parts: 2, replaces: false },
    ]);
    t.same(answer.body['left_out'], [
      { path: 'photos/.DS_Store', reason: 'desktop_file' },
      { path: '__MACOSX/photos/._1.jpg', reason: 'desktop_file' },
    ]);
    t.same(refusals(answer), [
      ['A.CSV', 'duplicate_file_name'],
      ['../up.csv', 'invalid_file_name'],
      ['photos.zip', 'duplicate_file_name'],
      ['empty.csv', 'empty_file'],
      ['huge.bin', 'payload_too_large'],
    ]);
    t.same(stored(mock, alice.id), {}, 'nothing was sent');
  });

  await t.test('one folder stays one zip, also if all that is sent lies in it', async (t) => {
    const { secret } = await newLink(url, alice);
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`data/${i}.csv`, 3]));
    const answer = await plan(secret, many);
    t.match(answer.body['files'], [{ name: 'data.zip', parts: 400 }]);
    t.same(refusals(answer), []);
    const flat = await newLink(url, alice, { folders: 'never' });
    t.match((await plan(flat.secret, { 'data/x/1.csv': 3 })).body['files'], [
      { name: 'data_x_1.csv', zip: false },
    ]);
    t.same(refusals(await plan(flat.secret, many)), [[null, 'too_many_files']]);
  });

  await t.test('what is there already, and what is too much for Zenodo or for the link', async (t) => {
    const draft = await connect(url, 'c2');
    const app = { authorization: `Bearer ${draft.token}` };
    await put(url, draft.id, 'old.csv', Buffer.alloc(500_000), app);
    const { secret } = await newLink(url, draft, { sync: true });
    const answer = await plan(secret, { 'old.csv': 7, 'new.csv': 7 });
    t.match(answer.body['files'], [
      { name: 'old.csv', replaces: true },
      { name: 'new.csv', replaces: false },
    ]);
    t.same((await plan(secret, { 'new.csv': 7 })).body['removes'], ['old.csv']);
    const much = Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`${i}.bin`, 999_999]));
    t.same(refusals(await plan(secret, much)), [[null, 'quota_exceeded']]);
    const small = await newLink(url, draft, { max_bytes: 10, max_files: 2 });
    t.same(refusals(await plan(small.secret, { a: 5, b: 5 })), []);
    t.same(refusals(await plan(small.secret, { a: 5, b: 6 })), [[null, 'upload_link_limit']]);
    t.same(refusals(await plan(small.secret, { a: 1, b: 1, 'c/d': 1 })), [[null, 'upload_link_limit']]);
    const bearer = { authorization: `Bearer ${small.secret}` };
    const before = mock.requests.list({ method: 'PUT' }).length;
    t.match(await put(url, draft.id, 'x', Buffer.alloc(11), bearer), {
      status: 413,
      body: { code: 'upload_link_limit' },
    });
    t.equal(mock.requests.list({ method: 'PUT' }).length, before, 'no byte went to Zenodo');
    t.equal((await put(url, draft.id, 'x', Buffer.alloc(6), bearer)).status, 200);
    t.match(await put(url, draft.id, 'y', Buffer.alloc(5), bearer), { body: { code: 'upload_link_limit' } });
    t.equal((await put(url, draft.id, 'x', Buffer.alloc(9), bearer)).status, 200, 'in place of the first');
    t.same(refusals(await plan(small.secret, { y: 2 })), [[null, 'upload_link_limit']]);
  });

  await t.test('a folder whose zip is on the draft', async (t) => {
    const draft = await connect(url, 'c3');
    const form = new FormData();
    form.append('access_token', draft.token);
    form.append('files', new Blob(['one']), 'data/1.csv');
    form.append('files', new Blob(['top']), 'top.csv');
    const sent = await fetch(`${url}/depositions/${draft.id}/files`, { method: 'POST', body: form });
    t.equal(sent.status, 200);
    const { secret } = await newLink(url, draft);
    const { files = [] } = (await plan(secret, { 'data/2.csv': 3 })).body as {
      files?: { name: string; size: number; replaces: boolean; keeps: number }[];
    };
    t.match(files, [{ name: 'data.zip', replaces: true, keeps: 1 }]);
    const both = await plan((await newLink(url, draft, { sync: true })).secret, {
      'data/1.csv': 3,
      'data/2.csv': 3,
    });
    t.equal((both.body['files'] as typeof files)[0]?.size, files[0]?.size, 'the length that it will have');
    await put(url, draft.id, 'other.zip', Buffer.from('no zip of ours'), {
      authorization: `Bearer ${draft.token}`,
    });
    t.same(refusals(await plan(secret, { 'other/1.csv': 3 })), [['other/', 'folder_exists']]);
  });

  await t.test('lists that are wrong or long', async (t) => {
    const { secret } = await newLink(url, alice);
    const wrong: unknown[] = [
      [],
      'x',
      [{ path: 'a' }],
      [{ path: 'a', size: -1 }],
      [{ path: 'a', size: 1.5 }],
    ];
    for (const files of wrong) {
      t.match(await call(`${url}/upload-link/plan`, { json: { files }, token: secret }), {
        status: 400,
        body: { code: 'invalid_request' },
      });
    }
    const long = 'x'.repeat(200);
    const list = Array.from({ length: 20_000 }, (_, i) => ({ path: `d/${long}${i}`, size: 1 }));
    const { body } = await plan(secret, list);
    t.match(body['files'], [], '4 MB of names');
    t.same(refusals({ body }), [['d/', 'payload_too_large']], 'as a zip they are larger than a file may be');
    t.equal((await plan(secret, [...list, { path: 'one-more', size: 1 }])).status, 400);
    t.match(await plan('zdl_unknown', list), { status: 401, body: { code: 'invalid_upload_link' } });
  });
});

t.test('the user is done', async (t) => {
  const { url, mock } = await startService(t);
  const alice = await connect(url, 'c1');
  const finish = (secret: string) => call(`${url}/upload-link/finish`, { token: secret });

  await t.test('and goes back with the upload and its state; again, the same', async (t) => {
    const { secret, id } = await newLink(url, alice, { return_url: `${RETURN}?from=zenodo` });
    const bearer = { authorization: `Bearer ${secret}` };
    const { body } = await put(url, alice.id, 'a.csv', Buffer.from('1'), bearer);
    const expected = `${RETURN}?from=zenodo&upload_link_id=${id}&upload_id=${body.upload_id}&state=done`;
    for (const _again of [1, 2]) {
      const answer = await finish(secret);
      t.match(answer, {
        status: 200,
        body: { return_url: expected, upload_id: body.upload_id, state: 'done' },
      });
    }
    t.match((await pageLink(url, secret)).body, {
      state: 'ended',
      reason: 'finished',
      draft: null,
      uploads: [{ upload_id: body.upload_id }],
    });
    t.match(await put(url, alice.id, 'b.csv', Buffer.from('1'), bearer), {
      status: 410,
      body: { code: 'upload_link_ended', reason: 'finished' },
    });
    t.match(
      await call(`${url}/upload-link/plan`, { json: { files: [{ path: 'a', size: 1 }] }, token: secret }),
      {
        status: 410,
      },
    );
    t.equal((await look(body.status_url, { token: secret })).status, 200, 'the last upload can be watched');
    t.equal((await look(body.status_url, { method: 'DELETE', token: secret })).status, 410);
  });

  await t.test('without having sent anything', async (t) => {
    const { secret, id } = await newLink(url, alice);
    t.match((await finish(secret)).body, {
      return_url: `${RETURN}?upload_link_id=${id}&state=none`,
      upload_id: null,
      state: 'none',
    });
  });

  await t.test('but not while bytes are arriving', async (t) => {
    const { secret } = await newLink(url, alice);
    const { go, answer } = holdPut(`${url}/depositions/${alice.id}/files/slow.bin`, secret);
    t.ok(
      await eventually(async () => {
        const { body } = await pageLink(url, secret);
        return (body['uploads'] as { stage: string }[]).some(({ stage }) => stage === 'receiving');
      }),
    );
    t.match(await finish(secret), { status: 409, body: { code: 'upload_unfinished' } });
    go();
    t.equal((await answer).status, 200);
    t.match((await finish(secret)).body, { state: 'done' });
    t.ok(stored(mock, alice.id)['slow.bin']);
  });
});

/** PUT of two bytes, the second of which is held back until `go` is called. */
function holdPut(target: string, secret: string): { go(): void; answer: Promise<{ status: number }> } {
  let go = () => undefined as unknown;
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  async function* body() {
    yield Buffer.from('1');
    await held;
    yield Buffer.from('2');
  }
  const answer = request(target, {
    method: 'PUT',
    headers: { authorization: `Bearer ${secret}`, 'content-length': '2' },
    body: Readable.from(body()),
  }).then(async ({ statusCode, body: said }) => {
    await said.dump();
    return { status: statusCode };
  });
  return { go: () => void go(), answer };
}
