import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import t from 'tap';
import { request } from 'undici';
import { previewMerge } from '../src/uploads/plan/plan.js';
import { blocksOf } from './blocks.js';
import { authorize, CALLBACK, call } from './consent.js';
import { lackOfProgram } from './debian.js';
import { startService } from './service.js';
import { silenceDuring } from './silence-during.js';
import { announce, send, tus } from './tus-caller.js';
import { askForLink, connect, newLink, pageLink, RETURN } from './upload-links.js';
import { eventually, formOf, look, put, stored, upload } from './uploads.js';

const skip = await lackOfProgram('/usr/bin/curl', 'curl');

t.test('the four calls of docs/upload-page.md, with curl', { skip }, async (t) => {
  const { url } = await startService(t);
  const who = await connect(url, 'documented');
  const say = async (text = '', more: Record<string, string> = {}) => {
    const env = { ...process.env, service: url, id: String(who.id), token: who.token, ...more };
    return (await promisify(execFile)('bash', ['-euc', text], { env, timeout: 60_000 })).stdout;
  };
  const [before, after] = blocksOf('docs/upload-page.md', 'sh');
  const secret = /"url":"[^"]*#(zdl_[^"]+)"/.exec(await say(before?.text))?.[1];
  const sent = await put(url, who.id, 'ice.csv', Buffer.from('1,2'), { authorization: `Bearer ${secret}` });
  const said = await say(after?.text, { upload_id: sent.body.upload_id });
  t.notMatch(said, /"status":4\d\d/, 'no call is refused');
  t.match(said, /"state":"done".*"title":"Ice thickness 2024".*"doi":"10\.5281/);
  const record = await call(`${url}/depositions/${who.id}`, { method: 'GET', token: who.token });
  t.match(record.body, { state: 'published' });
});

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

  await t.test('brings files by tus, within its limits', async (t) => {
    const { secret, id } = await newLink(url, alice, { max_files: 2, max_bytes: 1000, folders: 'zip' });
    const by = (token: string) => ({ authorization: `Bearer ${token}` });
    const [group, other] = [randomUUID(), randomUUID()];
    const add = (path: string, size: number, upload_id = group) => {
      const filename = path.split('/').at(-1) ?? path;
      return announce(url, alice.id, size, { filename, relativePath: path, upload_id }, by(secret));
    };
    const first = await add('measured/a.csv', 3);
    t.match(first, { status: 201, headers: { 'upload-id': group } });
    t.match(await add('measured/b.csv', 2000), { status: 413, body: { code: 'upload_link_limit' } });
    t.equal((await add('notes.txt', 5, other)).status, 201);
    t.match(await add('third.txt', 1), { body: { code: 'upload_link_limit' } }, 'a folder counts as one');
    t.equal((await tus('HEAD', first.location, by(alice.token))).status, 200, 'the application sees it too');
    const strange = await newLink(url, alice);
    t.equal((await tus('HEAD', first.location, by(strange.secret))).status, 404, 'another link does not');
    t.match(await call(`${url}/upload-link/finish`, { json: {}, token: secret }), {
      body: { code: 'upload_unfinished' },
    });
    t.equal((await tus('DELETE', `${url}/uploads/${other}`, by(secret))).status, 200);
    t.equal((await send(first.location, 0, 'abc', by(secret))).status, 204);
    const complete = `${url}/depositions/${alice.id}/tus/${group}/complete`;
    t.equal((await tus('POST', complete, by(secret))).status, 202);
    t.ok(await eventually(() => stored(mock, alice.id)['measured.zip'] !== undefined));
    t.match(await app.database.upload.findUnique({ where: { id: group } }), { uploadLinkId: id });
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
  const { url, mock, app } = await startService(t, {
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
    const { limits, uploads } = (await pageLink(url, small.secret)).body;
    t.match(limits, { used_bytes: 9, used_files: 1 }, 'what came twice counts once');
    t.equal((uploads as unknown[]).length, 2);
  });

  await t.test(
    'limits count what a refused form has left on the draft, and what comes at once',
    async (t) => {
      const draft = await connect(url, 'counted');
      const two = await newLink(url, draft, { max_files: 2 });
      const authorization = `Bearer ${two.secret}`;
      const where = { name: 'left.txt', state: 'uploaded' } as const;
      const isThere = async () => (await app.database.uploadFile.count({ where })) === 1;
      const part = (head: string, text: string) =>
        `--xyz\r\nContent-Disposition: form-data; name=${head}\r\n\r\n${text}\r\n`;
      const file = (name: string) => part(`"f"; filename="${name}"`, '1');
      // The next part tells where a file ends.
      const first = part('"link"', two.secret) + file('left.txt') + file('more.txt');
      const last = `${file('LEFT.txt')}--xyz--\r\n`;
      async function* form() {
        yield first;
        t.ok(await eventually(isThere));
        yield last;
      }
      const type = { 'content-type': 'multipart/form-data; boundary=xyz' };
      const headers = { ...type, 'content-length': String(first.length + last.length) };
      const refused = await request(`${url}/upload`, {
        method: 'POST',
        headers,
        body: Readable.from(form()),
      });
      t.equal(refused.statusCode, 400, await refused.body.text());
      const bring = (name: string) => put(url, draft.id, name, Buffer.alloc(1), { authorization });
      t.match(
        [await bring('y'), await bring('z')],
        [{ status: 200 }, { body: { code: 'upload_link_limit' } }],
        'what a refused form has left on the draft counts',
      );
      const rush = { authorization: `Bearer ${(await newLink(url, draft, { max_files: 1 })).secret}` };
      const names = Array.from({ length: 8 }, (_, index) => `rush-${index}`);
      const answers = await Promise.all(
        names.map((name) => put(url, draft.id, name, Buffer.from(name), rush)),
      );
      const codes = new Set(answers.map(({ body }) => String(body['code'] ?? 'none')));
      codes.delete('none');
      t.same([...codes], ['upload_link_limit']);
      const came = names.filter((name) => Object.hasOwn(stored(mock, draft.id), name));
      t.ok(came.length <= 1, `${came.length} of those that came at once`);
    },
  );

  await t.test('the page is told the first parts of many, and how many there are', async (t) => {
    const draft = await connect(url, 'many');
    const { secret, id } = await newLink(url, draft);
    const parts = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`data/${i}.txt`, String(i)]));
    const sent = await upload(
      url,
      draft.id,
      formOf({ ...parts, 'top.txt': 'top' }, { access_token: draft.token }),
    );
    t.equal(sent.status, 200);
    // As if they had come by the link, one by one.
    await app.database.upload.update({ where: { id: sent.body.upload_id }, data: { uploadLinkId: id } });
    const [shown] = (await pageLink(url, secret)).body['uploads'] as { files: Record<string, unknown>[] }[];
    t.same(
      shown?.files.map((file) => [
        file['filename'],
        file['part_count'],
        (file['parts'] as unknown[] | undefined)?.length,
      ]),
      [
        ['data.zip', 130, 100],
        ['top.txt', undefined, undefined],
      ],
    );
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
    const long = 'x'.repeat(150);
    const list = Array.from({ length: 20_000 }, (_, i) => ({ path: `d/${long}${i}`, size: 1 }));
    const { body } = await plan(secret, list);
    t.match(body['files'], [], '3.5 MB of names');
    t.same(refusals({ body }), [['d/', 'payload_too_large']], 'as a zip they are larger than a file may be');
    const longer = list.map(({ path, size }) => ({ path: `${path}${'y'.repeat(40)}`, size }));
    t.match(
      await plan(secret, longer),
      { status: 413, body: { code: 'payload_too_large' } },
      'more than 4 MiB',
    );
    t.equal((await plan(secret, [...list, { path: 'one-more', size: 1 }])).status, 400);
    const folders = `${'f'.repeat(248)}/`.repeat(4);
    const wordy = Array.from({ length: 3200 }, (_, i) => ({ path: `${folders}${i}`, size: 1 }));
    const ofAll = async (files: typeof wordy) =>
      refusals(await plan(secret, files)).filter(([path]) => path === null);
    t.same(await ofAll(wordy), [[null, 'too_many_files']], 'paths of more than 3 MiB');
    t.same(await ofAll(wordy.slice(0, 3100)), []);
    const parts = wordy.map(({ path }) => ({ path, entry: path, size: 1 }));
    const [half, more] = [parts.slice(0, 1600), parts.slice(1600)];
    t.throws(() => previewMerge(half, more), { code: 'too_many_files' }, 'nor in a zip of several uploads');
    t.match(previewMerge(half, half), { keeps: 0 });
    t.match(await plan('zdl_unknown', list), { status: 401, body: { code: 'invalid_upload_link' } });
  });

  await t.test('long lists do not keep other calls waiting', async (t) => {
    const { secret } = await newLink(url, alice);
    const paths: Record<string, (i: number) => string> = {
      'a folder each': (i) => `d${i}/x`,
      'deep folders': (i) => `${'a/'.repeat(40)}${i}`,
      'names that fold': (i) => `${'İ'.repeat(40)}/${i}`,
      'too long': (i) => `${'a/'.repeat(200)}${'b'.repeat(700)}${i}`,
    };
    for (const [kind, path] of Object.entries(paths)) {
      const most = kind === 'too long' ? 2000 : 20_000;
      const list = Array.from({ length: most }, (_, i) => ({ path: path(i), size: 1 }));
      const work = async () => t.equal((await plan(secret, list)).status, 200, kind);
      const silence = await silenceDuring(work, 250);
      t.ok(silence <= 250, `${kind}: a turn of the loop takes ${silence} ms`);
    }
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

t.test('a link ends', async (t) => {
  const time = { now: Date.now() };
  const { url, app, mock } = await startService(t, { dependencies: { now: () => time.now } });
  const HOUR = 3600 * 1000;
  const state = async (secret: string) => {
    const { body } = await pageLink(url, secret);
    return [body['state'], body['reason'], (body['uploads'] as unknown[]).length];
  };
  const bring = (secret: string, id: number, name: string) =>
    put(url, id, name, Buffer.from(name), { authorization: `Bearer ${secret}` });

  await t.test('at its time; what is on its way arrives, and can be watched for a day', async (t) => {
    const alice = await connect(url, 'c1');
    const { secret } = await newLink(url, alice, { expires_in: 60 });
    const { go, answer } = holdPut(`${url}/depositions/${alice.id}/files/late.bin`, secret);
    t.ok(
      await eventually(async () => ((await pageLink(url, secret)).body['uploads'] as unknown[]).length > 0),
    );
    time.now += 61_000;
    t.same(await state(secret), ['expired', 'expired', 1]);
    t.match(await bring(secret, alice.id, 'new.bin'), { status: 410, body: { reason: 'expired' } });
    go();
    t.equal((await answer).status, 200);
    t.ok(stored(mock, alice.id)['late.bin']);
    t.notOk(stored(mock, alice.id)['new.bin']);
    time.now += 25 * HOUR;
    t.same(await state(secret), ['expired', 'expired', 0]);
    t.same(await app.uploadLinks.sweep(), { links: 0 });
    time.now += 30 * 24 * HOUR;
    t.same(await app.uploadLinks.sweep(), { links: 1 });
    t.match(await pageLink(url, secret), { status: 401, body: { code: 'invalid_upload_link' } });
    time.now = Date.now();
  });

  await t.test('and with it the right to watch, and to go on sending', async (t) => {
    const alice = await connect(url, 'c-watched');
    const revoked = await newLink(url, alice);
    const late = await newLink(url, alice, { expires_in: 60 });
    const watch = async (secret: string, name: string) => {
      const { go, answer } = holdPut(`${url}/depositions/${alice.id}/files/${name}`, secret);
      const uploads = async () => (await pageLink(url, secret)).body['uploads'] as { status_url: string }[];
      t.ok(await eventually(async () => (await uploads()).length > 0));
      const headers = { authorization: `Bearer ${secret}` };
      const events = await fetch(`${(await uploads())[0]?.status_url}/events`, { headers });
      t.equal(events.status, 200);
      return { go, answer, told: events.text() };
    };
    const first = await watch(revoked.secret, 'revoked.bin');
    const path = `${url}/depositions/${alice.id}/upload-links/${revoked.id}`;
    t.equal((await call(path, { method: 'DELETE', token: alice.token })).status, 204);
    t.match(await first.told, /"stage":"receiving"/, 'the stream has ended, and the upload has not');
    const second = await watch(late.secret, 'late.bin');
    time.now += 25 * HOUR;
    t.match(await second.told, /"stage":"receiving"/);
    time.now = Date.now();
    for (const { go, answer } of [first, second]) {
      go();
      await answer;
    }
  });

  await t.test('with the draft: published, deleted, and either at Zenodo’s own page', async (t) => {
    const publish = async (token: string, id: number) => {
      const metadata = {
        title: 'A title',
        description: 'D',
        contributors: [{ first_name: 'A', last_name: 'B', role: 'Author' }],
      };
      const described = await call(`${url}/depositions/${id}/metadata`, { json: metadata, token });
      t.equal(described.status, 200, JSON.stringify(described.body));
      return call(`${url}/depositions/${id}/publish`, { token });
    };
    const first = await connect(url, 'p1');
    const published = await newLink(url, first);
    t.equal((await bring(published.secret, first.id, 'a.csv')).status, 200);
    const publication = await publish(first.token, first.id);
    t.equal(publication.status, 200, JSON.stringify(publication.body));
    const row = await app.database.uploadLink.findUniqueOrThrow({ where: { id: published.id } });
    t.equal(row.reason, 'published', 'ended before anybody looked');
    t.same(await state(published.secret), ['ended', 'published', 1]);
    t.match(await bring(published.secret, first.id, 'b.csv'), { status: 410, body: { reason: 'published' } });
    t.match(await askForLink(url, first), { status: 409, body: { code: 'already_published' } });

    const second = await connect(url, 'p2');
    const deleted = await newLink(url, second);
    t.equal((await bring(deleted.secret, second.id, 'a.csv')).status, 200);
    t.equal(
      (await call(`${url}/depositions/${second.id}`, { method: 'DELETE', token: second.token })).status,
      204,
    );
    t.same(await state(deleted.secret), ['ended', 'deleted', 0]);
    t.match(await bring(deleted.secret, second.id, 'b.csv'), { status: 410, body: { reason: 'deleted' } });

    const third = await connect(url, 'p3');
    const elsewhere = await newLink(url, third);
    const zenodo = mock.state().tokens.find(({ kind }) => kind === 'oauth')?.accessToken;
    await fetch(`${mock.url}/api/deposit/depositions/${third.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${zenodo}` },
    });
    t.same(await state(elsewhere.secret), ['ended', 'deleted', 0]);
  });

  await t.test('with the connection, and outlasts one that lapsed', async (t) => {
    const bob = await connect(url, 'l1', 'mock-user-2');
    const { secret, id } = await newLink(url, bob);
    t.equal((await bring(secret, bob.id, 'before.csv')).status, 200);
    mock.tokens.revoke({ user: 'mock-user-2' });
    const lapsed = await pageLink(url, secret);
    t.match(lapsed.body, {
      state: 'active',
      connection: 'reauthorization_required',
      draft: null,
      draft_error: { code: 'reauthorization_required' },
      uploads: [{ state: 'done' }],
    });
    const refused = await bring(secret, bob.id, 'after.csv');
    t.match(refused, { status: 401, body: { code: 'reauthorization_required', return_url: RETURN } });
    t.notOk('zenodo_oauth_url' in refused.body, 'a state that is in no session is not given away');
    const again = await connect(url, 'l1', 'mock-user-2');
    t.equal(again.id, bob.id);
    t.match((await pageLink(url, secret)).body, { state: 'active', connection: 'active' });
    t.equal((await bring(secret, bob.id, 'after.csv')).status, 200);
    t.equal((await call(`${url}/oauth/disconnect`, { token: again.token })).status, 200);
    t.same(await state(secret), ['ended', 'disconnected', 0]);
    t.match(await bring(secret, bob.id, 'late.csv'), { status: 410, body: { reason: 'disconnected' } });

    const back = await connect(url, 'l1', 'mock-user-2');
    const { secret: other } = await newLink(url, back);
    mock.tokens.revoke({ user: 'mock-user-2' });
    await pageLink(url, other);
    await app.connections.disconnect(await app.connections.backgroundCaller(await connectionOf(id)));
    t.same(await state(other), ['ended', 'disconnected', 0], 'one that had lapsed before');
  });

  async function connectionOf(id: string): Promise<string> {
    return (await app.database.uploadLink.findUniqueOrThrow({ where: { id } })).connectionId;
  }
});

t.test('a link gives nothing else', async (t) => {
  const { url, mock } = await startService(t, {
    env: { API_KEYS: 'k'.repeat(20), ALLOWED_CALLBACK_URLS: `${CALLBACK},${RETURN}` },
  });
  const headers = { 'x-api-key': 'k'.repeat(20) };
  const asUser = async (container: string, user: string) => {
    const { body } = await authorize(url, { container, user, headers });
    return { token: String(body['access_token']), id: Number(body['deposition_id']) };
  };
  const alice = await asUser('a', 'mock-user');
  const bob = await asUser('b', 'mock-user-2');
  const make = (who: { id: number; token: string }, wishes: object = {}) =>
    call(`${url}/depositions/${who.id}/upload-links`, {
      json: { return_url: RETURN, ...wishes },
      token: who.token,
      headers,
    });
  const secretOf = ({ body }: { body: Record<string, unknown> }) =>
    new URL(String(body['url'])).hash.slice(1);
  const made = await make(alice);
  const secret = secretOf(made);
  const bobs = secretOf(await make(bob));
  const bearer = { authorization: `Bearer ${secret}` };

  await t.test('needs no service key where it serves, and is no key and no token elsewhere', async (t) => {
    t.equal((await pageLink(url, secret)).status, 200);
    const mine = await put(url, alice.id, 'a.csv', Buffer.from('1'), bearer);
    t.equal(mine.status, 200);
    const at = `${url}/depositions/${alice.id}`;
    const calls: [method: 'GET' | 'POST' | 'DELETE', path: string, json?: object][] = [
      ['GET', at],
      ['GET', `${at}/files`],
      ['GET', `${at}/files/a.csv`],
      ['DELETE', `${at}/files/a.csv`],
      ['DELETE', at],
      ['POST', `${at}/metadata`, { title: 'T' }],
      ['POST', `${at}/publish`],
      ['GET', `${at}/upload-links`],
      ['POST', `${at}/upload-links`, { return_url: RETURN }],
      ['POST', `${url}/oauth/authorize`],
      ['POST', `${url}/oauth/refresh`],
      ['POST', `${url}/oauth/disconnect`],
      ['GET', `${url}/depositions`],
      ['GET', `${url}/nowhere`],
    ];
    mock.requests.clear();
    for (const [method, path, json] of calls) {
      const options = { method, token: secret, ...(json === undefined ? {} : { json }) };
      t.match((await call(path, options)).body, { code: 'invalid_api_key' }, `${method} ${path}`);
      if (/oauth\/authorize|nowhere/.test(path)) continue;
      t.match(
        await call(path, { ...options, headers }),
        { status: 401, body: { code: 'invalid_token' } },
        `${method} ${path} with a key`,
      );
    }
    t.match(await upload(url, alice.id, formOf({ 'b.csv': '1' }, {}), { ...headers, ...bearer }), {
      status: 401,
      body: { code: 'invalid_token' },
    });
    t.match(await upload(url, alice.id, formOf({ 'b.csv': '1' }, { access_token: secret }), headers), {
      status: 401,
      body: { code: 'invalid_token' },
    });
    t.same(mock.requests.list(), [], 'Zenodo never sees the secret');
    t.equal((await call(`${url}/upload-link`, { method: 'GET' })).status, 401);
    t.match(await call(`${url}/upload-link`, { method: 'GET', token: alice.token, headers }), {
      status: 401,
      body: { code: 'invalid_upload_link' },
    });
    for (const wrong of [secret.slice(0, -1), `${secret}x`, secret.toUpperCase(), 'zdl_', 'zdl_%00']) {
      t.match(await pageLink(url, wrong), { status: 401, body: { code: /^invalid_(upload_link|api_key)$/ } });
    }
    for (const carried of [`?access_token=${secret}`, `?token=${secret}`, `#${secret}`]) {
      const answer = await call(`${url}/upload-link${carried}`, { method: 'GET', headers });
      t.equal(answer.status, 401, 'in the header alone');
    }
    t.match(await call(`${url}/upload-link?access_token=${alice.token}`, { method: 'GET', token: secret }), {
      status: 400,
      body: { code: 'conflicting_tokens' },
    });
  });

  await t.test('nothing of another deposition or user', async (t) => {
    const theirs = await put(url, bob.id, 'b.csv', Buffer.from('2'), {
      authorization: `Bearer ${bobs}`,
    });
    t.equal(theirs.status, 200);
    for (const [id, with_] of [
      [bob.id, secret],
      [alice.id, bobs],
    ] as const) {
      t.match(await put(url, id, 'x.csv', Buffer.from('x'), { authorization: `Bearer ${with_}` }), {
        status: 403,
        body: { code: 'not_your_deposition' },
      });
    }
    for (const method of ['GET', 'DELETE'] as const) {
      t.match(await look(theirs.body.status_url, { method, token: secret }), {
        status: 404,
        body: { code: 'upload_not_found' },
      });
    }
    t.equal((await fetch(`${theirs.body.status_url}/events`, { headers: bearer })).status, 404);
    t.notMatch(JSON.stringify((await pageLink(url, secret)).body), /b\.csv/);
    const id = String(made.body['upload_link_id']);
    for (const method of ['GET', 'DELETE'] as const) {
      for (const [deposition, token] of [
        [alice.id, bob.token],
        [bob.id, bob.token],
        [bob.id, alice.token],
      ] as const) {
        t.match(
          await call(`${url}/depositions/${deposition}/upload-links/${id}`, { method, token, headers }),
          { status: 404, body: { code: 'upload_link_not_found' } },
        );
      }
    }
    t.match((await make({ id: alice.id, token: bob.token })).body, { code: 'not_your_deposition' });
    t.same(
      (
        await call(`${url}/depositions/${alice.id}/upload-links`, {
          method: 'GET',
          token: bob.token,
          headers,
        })
      ).body,
      { upload_links: [] },
    );
  });

  await t.test('is made only as it should be', async (t) => {
    for (const return_url of [
      'https://elsewhere.example.org/',
      `${RETURN}?next=https://elsewhere.example.org`,
      RETURN.slice(0, -1),
      RETURN.replace('127.0.0.1', 'localhost'),
      // What leads elsewhere, or only looks like the one that is allowed.
      RETURN.replace('127.0.0.1', '127.0.0.1.evil.example'),
      RETURN.replace('127.0.0.1', '127.0.0.1.'),
      RETURN.replace('127.0.0.1', '127\u30020.0.1'),
      RETURN.replace('127.0.0.1', '0x7f.0.0.1'),
      RETURN.replace(':8000', ':8001'),
      RETURN.replace(':8000', ':08000'),
      RETURN.replace('http:', 'https:'),
      RETURN.replace('http:', 'HTTP:'),
      RETURN.replace('zenodo', 'Zenodo'),
      RETURN.replace('zenodo/', 'zenodo/../zenodo/'),
      RETURN.replace('zenodo', '%7aenodo'),
      `${RETURN}?`,
      'https://app.ex\u00e4mple/',
    ]) {
      t.match(await make(alice, { return_url }), {
        status: 400,
        body: { code: 'callback_url_not_allowed', errors: [{ field: 'return_url' }] },
      });
    }
    const wrong: object[] = [
      { return_url: 'javascript:alert(1)' },
      { return_url: ' javascript:alert(1)' },
      { return_url: 'java\nscript:alert(1)' },
      { return_url: 'data:text/html,x' },
      { return_url: 'file:///etc/passwd' },
      { return_url: '//evil.example/' },
      { return_url: '/\\evil.example/' },
      { return_url: 'evil.example' },
      { return_url: '' },
      { return_url: RETURN.replace('//', '//evil.example\\@') },
      { return_url: RETURN.replace('//', '//user:secret@') },
      { return_url: 'http://127.0.0.1:8000@evil.example/' },
      { return_url: RETURN.replace('//', '\\\\') },
      { return_url: `${RETURN}#x` },
      { return_url: `${RETURN}\u0000` },
      { return_url: `\u0001${RETURN}` },
      { return_url: ` ${RETURN}` },
      { return_url: `${RETURN}${'x'.repeat(2000)}` },
      { return_url: 7 },
      { expires_in: 59 },
      { expires_in: 604_801 },
      { expires_in: '7200' },
      { max_bytes: 0 },
      { max_bytes: 2 ** 53 },
      { max_files: 0 },
      { folders: 'merge' },
      { sync: 'true' },
      { locale: '../de' },
      { application_name: '' },
      { application_name: 'x'.repeat(101) },
      { application_name: 'Data\u202edesk' },
      { application_name: 'Data\u0000desk' },
      { files: [] },
    ];
    for (const wishes of wrong) {
      const [field = ''] = Object.keys(wishes);
      t.match(
        await make(alice, wishes),
        { status: 400, body: { code: 'invalid_request', errors: [{ field }] } },
        JSON.stringify(wishes),
      );
    }
    const told = async (wishes: object) => (await make(alice, wishes)).body['errors'];
    t.match(await told({ folders: 'merge' }), [{ message: 'must be one of `zip`, `never`' }]);
    t.match(await told({ locale: '../de' }), [{ message: /^must be a language tag, such as `de`/ }]);
    t.match(await make({ id: alice.id, token: 'mock-token' }), {
      status: 403,
      body: { code: 'connection_required' },
    });
    t.match(await make({ id: 999_999, token: alice.token }), { body: { code: 'deposition_not_found' } });
  });

  await t.test('and no more than a hundred live ones are there', async (t) => {
    const many = await asUser('many', 'mock-user');
    for (let made = 0; made < 100; made += 1) t.equal((await make(many)).status, 201);
    t.match(await make(many), { status: 429, body: { code: 'too_many_requests' } });
  });
});

t.test('scripts of another origin', async (t) => {
  const ORIGIN = 'https://app.example.org';
  const { url } = await startService(t, { env: { CORS_ORIGINS: `${ORIGIN},http://127.0.0.1:8000` } });
  const alice = await connect(url, 'c1');
  const { secret } = await newLink(url, alice);
  const ask = (path: string, origin: string, method = 'PATCH') =>
    fetch(`${url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,upload-offset',
      },
    });
  const paths = [
    '/upload-link',
    '/upload-link/plan',
    '/upload-link/finish',
    '/uploads/00000000-0000-4000-8000-000000000000/events',
    `/depositions/${alice.id}/tus`,
    `/depositions/${alice.id}/tus/x`,
    `/depositions/${alice.id}/files/a.csv`,
  ];
  for (const path of paths) {
    const allowed = await ask(path, ORIGIN);
    t.equal(allowed.status, 204, path);
    t.equal(allowed.headers.get('access-control-allow-origin'), ORIGIN);
    t.match(allowed.headers.get('access-control-allow-methods'), /PATCH/);
    t.match(allowed.headers.get('access-control-allow-headers'), /Authorization.*Upload-Offset/);
    t.equal(allowed.headers.get('access-control-allow-credentials'), null);
    for (const other of ['https://evil.example.org', `${ORIGIN}.evil.org`, 'null', `${ORIGIN}:444`]) {
      t.equal((await ask(path, other)).headers.get('access-control-allow-origin'), null, other);
    }
  }
  for (const path of ['/oauth/authorize', `/depositions/${alice.id}/publish`, `/depositions/${alice.id}`]) {
    const answer = await ask(path, ORIGIN, 'POST');
    t.equal(answer.headers.get('access-control-allow-origin'), null, path);
    t.equal(answer.status, 405);
  }
  const headers = { authorization: `Bearer ${secret}`, origin: ORIGIN };
  const read = await fetch(`${url}/upload-link`, { headers });
  t.equal(read.headers.get('access-control-allow-origin'), ORIGIN);
  t.match(read.headers.get('vary'), /origin/i);
  t.match(read.headers.get('access-control-expose-headers'), /Upload-Offset/);
  const fault = await fetch(`${url}/upload-link`, { headers: { origin: ORIGIN } });
  t.equal(fault.status, 401);
  t.equal(fault.headers.get('access-control-allow-origin'), ORIGIN, 'what went wrong can be read too');

  const { url: closed } = await startService(t);
  const none = await fetch(`${closed}/upload-link`, { headers: { origin: ORIGIN } });
  t.equal(none.headers.get('access-control-allow-origin'), null, 'off unless asked for');
});
