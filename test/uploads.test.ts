import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import t, { type Test } from 'tap';
import { FormData, request } from 'undici';
import { startService } from './service.js';
import {
  eventually,
  formOf,
  holdForm,
  leftIn,
  look,
  md5,
  newDraft,
  noise,
  put,
  stored,
  TOKEN,
  type UploadAnswer,
  until,
  upload,
} from './uploads.js';

const PUT = { method: 'PUT', path: '/api/files/:bucket/:key' };

t.test('files arrive', async (t) => {
  const { url, mock, stagingDir, app } = await startService(t);

  await t.test('a form under any field names, each file as it is; one PUT a file and one GET', async (t) => {
    const id = await newDraft(mock);
    mock.requests.clear();
    const data = noise(2_000_000);
    const form = new FormData();
    form.append('access_token', TOKEN);
    form.append('a', new Blob([data]), 'data.bin');
    form.append('b', new Blob([gzipSync('x')]), 'ready.zip');
    form.append('c', new Blob(['{}']), 'notes.json');
    const answer = await upload(url, id, form);
    t.match(answer, {
      status: 200,
      body: { deposition_id: id, state: 'done', other_files: [], error: null },
    });
    t.same(
      answer.body.files.map(({ filename, size, status }) => ({ filename, size, status })),
      [
        { filename: 'data.bin', size: data.length, status: 'uploaded' },
        { filename: 'ready.zip', size: gzipSync('x').length, status: 'uploaded' },
        { filename: 'notes.json', size: 2, status: 'uploaded' },
      ],
    );
    t.equal(answer.body.files[0]?.checksum, `md5:${md5(data)}`);
    t.same(stored(mock, id), {
      'data.bin': md5(data),
      'ready.zip': md5(gzipSync('x')),
      'notes.json': md5('{}'),
    });
    t.equal(mock.requests.list(PUT).length, 3);
    t.equal(mock.requests.list({ method: 'GET' }).length, 1);
    t.same(await leftIn(stagingDir), []);
  });

  await t.test(
    'names survive to Zenodo and back: blanks, umlauts, CJK, percent, quotes, 255 characters',
    async (t) => {
      const id = await newDraft(mock);
      const names = [
        'a b.csv',
        'Größe é.txt',
        'Gro\u0308ße e\u0301 decomposed.txt',
        '数据 данные.bin',
        '100% #1?&+.csv',
        '.hidden, and ends with a dot.',
        'a:b.txt',
        'C:drive.txt',
        `${'ä'.repeat(251)}.txt`,
        '😀'.repeat(255),
      ];
      const answer = await upload(url, id, Object.fromEntries(names.map((name) => [name, name])));
      t.equal(answer.status, 200, JSON.stringify(answer.body));
      const quoted = 'a "quoted" %22 name.txt';
      t.equal((await put(url, id, quoted, Buffer.from(quoted))).status, 200);
      t.same(Object.keys(stored(mock, id)).sort(), [...names, quoted].sort());
      for (const name of [...names, quoted]) {
        const { body } = await look(`${url}/depositions/${id}/files`);
        const link = body.files.find(({ filename }) => filename === name)?.download_url ?? '';
        const file = await request(link, { headers: { authorization: `Bearer ${TOKEN}` } });
        t.equal(await file.body.text(), name, `${name} comes back`);
      }
      const removed = await look(`${url}/depositions/${id}/files/${encodeURIComponent(quoted)}`, {
        method: 'DELETE',
      });
      t.equal(removed.status, 204);
      t.notOk(stored(mock, id)[quoted]);
      t.match(await look(`${url}/depositions/${id}/files/nothing.txt`, { method: 'DELETE' }), {
        status: 404,
        body: { code: 'file_not_found' },
      });
    },
  );

  await t.test('what has not changed costs few reads, however many files and folders it is', async (t) => {
    const id = await newDraft(mock);
    const names = Array.from({ length: 40 }, (_, at) => [`${at}.txt`, `f${at % 10}/${at}.txt`]).flat();
    const files = Object.fromEntries(names.map((name) => [name, name]));
    t.equal((await upload(url, id, files)).status, 200);
    mock.requests.clear();
    const draft = { method: 'GET', path: `/api/deposit/depositions/${id}` };
    const begun = performance.now();
    const { status, body } = await upload(url, id, files);
    const most = 4 + (performance.now() - begun) / 1000;
    t.equal(status, 200);
    t.equal(body.files.length, 50);
    t.ok(body.files.every((file) => file.status === 'unchanged'));
    t.equal(mock.requests.list(PUT).length, 0);
    const reads = mock.requests.list(draft).length;
    t.ok(reads < most, `${reads} reads, and one a second may come`);

    mock.faults.add({ ...draft, status: 429, headers: { 'retry-after': '1' }, after: 1, times: 1 });
    const folder = await upload(url, id, { 'f0/0.txt': 'new' });
    t.match(
      folder,
      { status: 200, body: { files: [{ status: 'uploaded' }] } },
      'the rate limit costs no bytes',
    );
    t.equal(mock.requests.list(draft).filter((one) => one.status === 429).length, 1);
  });

  await t.test('a form with the rest of a folder whose zip is still on its way', async (t) => {
    const id = await newDraft(mock);
    const fault = { ...PUT, path: '/api/files/:bucket/data.zip', status: 503, times: 1 };
    mock.faults.add({ ...fault, headers: { 'retry-after': '1' } });
    const first = await upload(url, id, { 'data/a.txt': 'a', 'x.txt': 'x' }, { prefer: 'respond-async' });
    t.equal(first.status, 202);
    const rest = await upload(url, id, { 'data/b.txt': 'b', 'data/c.txt': 'c' });
    t.match(rest, { status: 200, body: { files: [{ filename: 'data.zip' }] } });
    t.equal(rest.body.files[0]?.parts?.length, 3, 'is joined with it, and not sent as loose files');
    t.same(Object.keys(stored(mock, id)).sort(), ['data.zip', 'x.txt']);
    mock.faults.clear();
  });

  await t.test('a folder that comes in several forms: its parts are joined', async (t) => {
    const [id, other] = [await newDraft(mock), await newDraft(mock)];
    const some = { 'data/a.txt': 'a', 'data/b.txt': 'old', 'x.txt': 'x' };
    const more = { 'data/b.txt': 'new', 'data/empty': '', 'data/sub/c.txt': noise(70_000), 'y.txt': 'y' };
    const whole = { ...some, ...more };
    await upload(url, other, whole);
    const merged = stored(mock, other)['data.zip'];
    const first = await upload(url, id, some);
    t.same(first.body['warnings'], []);
    const second = await upload(url, id, more);
    t.match(second, {
      status: 200,
      body: {
        warnings: [/^data\.zip also keeps 1 earlier files/],
        notices: [{ code: 'parts_kept', user_message: /^“data\.zip” also keeps 1 earlier file/ }],
      },
    });
    t.equal(stored(mock, id)['data.zip'], merged, 'as if all had come in one form');
    t.same(
      second.body.files[0]?.parts?.map(({ filename }) => filename),
      ['data/a.txt', 'data/b.txt', 'data/empty', 'data/sub/c.txt'],
    );
    mock.requests.clear();
    const again = await upload(url, id, more);
    t.match(again.body.files, [{ filename: 'data.zip', status: 'unchanged' }, { status: 'unchanged' }]);
    t.equal(mock.requests.list(PUT).length, 0, 'a call that is repeated sends nothing');
    const third = await upload(url, id, { 'data/d.txt': 'd', 'y.txt': 'y' });
    t.equal(third.body.files[0]?.parts?.length, 5, 'what was joined once can be joined again');
    const replaced = await upload(
      url,
      id,
      formOf({ 'data/d.txt': 'd', 'y.txt': 'y' }, { access_token: TOKEN, folders: 'replace' }),
    );
    t.equal(replaced.body.files[0]?.parts?.length, 1, 'unless the caller wants it replaced');
    t.same(replaced.body['warnings'], []);
    const zip = await put(url, id, 'data.zip', noise(500));
    t.match(zip.body, {
      warnings: [/^data\.zip replaced the zip of a folder with 1 files/],
      notices: [{ code: 'folder_replaced', user_message: /the folder with 1 file that/ }],
    });
    t.same((await put(url, id, 'data.zip', noise(600))).body['warnings'], [], 'it was no folder any more');
    t.match(await upload(url, id, some), { status: 409, body: { code: 'folder_exists' } }, 'nor the reverse');
    const [lower, composed] = [noise(30), noise(40)];
    t.same((await upload(url, id, { 'caf\u00e9.txt': composed, 'low.txt': lower })).body['warnings'], []);
    t.match((await upload(url, id, { 'cafe\u0301.txt': composed, 'LOW.txt': lower })).body, {
      warnings: [
        /^The draft has both cafe\u0301\.txt and caf\u00e9\.txt\. .* same file\. .* 1 more files\.$/,
      ],
      notices: [{ code: 'name_alike' }],
    });
    t.match((await upload(url, id, { 'DATA/e.txt': 'e', 'z.txt': 'z' })).body, {
      notices: [{ code: 'name_alike', user_message: /“DATA\.zip”/ }],
    });
    await look(`${url}/depositions/${id}/files/data.zip`, { method: 'DELETE' });
    await upload(url, id, some);
    const synced = await upload(
      url,
      id,
      formOf({ 'data/d.txt': 'd', 'y.txt': 'y' }, { access_token: TOKEN, sync: 'true' }),
    );
    t.equal(synced.body.files[0]?.parts?.length, 1, 'with sync the draft holds what the call brings');
    t.match(await upload(url, id, formOf(some, { access_token: TOKEN, folders: 'perhaps' })), {
      status: 400,
      body: { code: 'invalid_request', errors: [{ field: 'folders' }] },
    });
  });

  await t.test('the rest of a folder may come alone: it joins the zip that is there', async (t) => {
    for (const sizes of [false, true]) {
      for (const rest of [
        { 'c/data/b.txt': 'b', 'c/data/x.txt': 'inner' },
        { 'data/b.txt': 'b', 'data/x.txt': 'inner' },
      ]) {
        const [once, twice] = [await newDraft(mock), await newDraft(mock)];
        const first = { 'c/data/a.txt': 'a', 'c/data/sub/s.txt': 's', 'c/x.txt': 'outer' };
        const all = { ...first, 'c/data/b.txt': 'b', 'c/data/x.txt': 'inner' };
        t.equal((await upload(url, once, all)).status, 200);
        t.equal((await upload(url, twice, first)).status, 200);
        const said = sizes
          ? {
              sizes: JSON.stringify(
                Object.fromEntries(Object.entries(rest).map(([path, { length }]) => [path, length])),
              ),
            }
          : {};
        t.match(await upload(url, twice, formOf(rest, { access_token: TOKEN, ...said })), {
          status: 200,
          body: { files: [{ filename: 'data.zip' }] },
        });
        t.same(stored(mock, twice), stored(mock, once), 'and x.txt beside it is the one that was there');
        const deep = { 'c/data/sub/t.txt': 't', 'c/data/sub/u.txt': 'u' };
        t.match(
          (await upload(url, twice, deep)).body.files,
          [{ filename: 'data.zip' }],
          'also what lies deeper',
        );
      }
    }
    const own = await newDraft(mock);
    t.equal((await put(url, own, 'data.zip', noise(600))).status, 200);
    t.match((await upload(url, own, { 'data/a.txt': 'a', 'data/b.txt': 'b' })).body.files, [
      { filename: 'a.txt' },
      { filename: 'b.txt' },
    ]);
  });

  await t.test('a file that takes the place of one out of another folder is named', async (t) => {
    const id = await newDraft(mock);
    const warningsOf = async (files: Record<string, string>) =>
      (await upload(url, id, files)).body['warnings'];
    t.same(await warningsOf({ 'c/data/README': 'data', 'c/data/one.csv': '1', 'c/data/same': 's' }), []);
    t.match(await upload(url, id, { 'c/docs/README': 'docs', 'c/docs/two.csv': '2', 'c/docs/same': 's' }), {
      status: 200,
      body: {
        warnings: [
          /^README, sent as c\/docs\/README, replaced a different file that was sent as c\/data\/README\. /,
        ],
        notices: [{ code: 'file_replaced', user_message: /“README” replaced a different file/ }],
      },
    });
    t.same(await warningsOf({ 'c/docs/README': 'docs again' }), [], 'the same path is meant to be replaced');
    t.same(await warningsOf({ README: 'alone' }), [], 'and so is a plain name');
    const flat = { access_token: TOKEN, archive: 'never' };
    t.equal((await upload(url, id, formOf({ 'a/b_c': 'x', y: 'y' }, flat))).status, 200);
    t.match((await upload(url, id, formOf({ 'a_b/c': 'z', y: 'y' }, flat))).body['notices'], [
      { code: 'file_replaced' },
    ]);
  });

  await t.test('parts of one folder in two forms at once: none is lost', async (t) => {
    const id = await newDraft(mock);
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((name) => upload(url, id, { [`data/${name}.txt`]: name, [`${name}.txt`]: name })),
    );
    t.same(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    const { body } = await upload(url, id, { 'data/a.txt': 'a', 'a.txt': 'a' });
    t.equal(body.files[0]?.parts?.length, 3);
  });

  await t.test('parts that cannot be joined with what is there', async (t) => {
    const id = await newDraft(mock);
    await upload(url, id, { 'data.zip': gzipSync('made elsewhere') });
    const before = stored(mock, id);
    const folder = { 'data/a.txt': 'a', 'x.txt': 'x' };
    t.match(await upload(url, id, folder), {
      status: 409,
      body: { code: 'folder_exists', detail: /folders=replace/ },
    });
    t.equal(stored(mock, id)['data.zip'], before['data.zip'], 'a zip of others is not touched');
    const fields = { access_token: TOKEN, folders: 'replace' };
    t.equal((await upload(url, id, formOf(folder, fields))).status, 200, 'the advice leads somewhere');
    await app.database.upload.deleteMany();
    t.match((await upload(url, id, folder)).body.files, [{ status: 'unchanged' }, { status: 'unchanged' }]);
    await app.database.upload.deleteMany();
    t.match(await upload(url, id, { 'data/b.txt': 'b', 'x.txt': 'x' }), {
      status: 409,
      body: { code: 'folder_exists' },
    });
    const clash = await newDraft(mock);
    await upload(url, clash, { 'data/a': 'a', 'x.txt': 'x' });
    for (const name of ['data/a/b.txt', 'data/A']) {
      t.match(await upload(url, clash, { [name]: 'b', 'x.txt': 'x' }), {
        status: 400,
        body: { code: 'duplicate_file_name' },
      });
    }
  });

  await t.test('ten thousand files in a folder come in one form', async (t) => {
    const id = await newDraft(mock);
    const files = Array.from({ length: 10_000 }, (_, index) => [`c/d/${index}.txt`, 'x'] as const);
    // Client and service share this process: a connection of 5 s ago would end while the client is
    // busy with the form. So it is written first, and a new connection opened.
    const form = new Response(formOf(Object.fromEntries(files)));
    const body = Buffer.from(await form.arrayBuffer());
    const type = form.headers.get('content-type') ?? '';
    await (await request(`${url}/healthz`)).body.dump();
    const response = await request(`${url}/depositions/${id}/files`, {
      method: 'POST',
      body,
      headers: { 'content-type': type },
    });
    const answer = {
      status: response.statusCode,
      body: (await response.body.json()) as UploadAnswer['body'],
    };
    t.match(answer, { status: 200, body: { state: 'done', warnings: [] } });
    t.same(
      answer.body.files.map(({ filename, parts }) => [filename, parts?.length]),
      [['d.zip', 10_000]],
      'nothing is beside it, and it is not taken apart',
    );
  });

  await t.test('more single files than a draft takes are refused before any is there', async (t) => {
    const id = await newDraft(mock);
    const names = Array.from({ length: 1200 }, (_, index) => `${index}.txt`);
    const files = Object.fromEntries(names.map((name) => [name, noise(2000)]));
    const sizes = JSON.stringify(Object.fromEntries(names.map((name) => [name, 2000])));
    const began = await upload(url, id, files);
    t.match(began, { status: 400, body: { code: 'too_many_files', detail: /would have 101 files/ } });
    t.match(await upload(url, id, formOf(files, { access_token: TOKEN, sizes })), {
      status: 400,
      body: { code: 'too_many_files', detail: /would have 1200 files/ },
    });
    const unknownLength = holdForm(url, id, files, undefined, true);
    unknownLength.go();
    t.match(await unknownLength.answer, { status: 400, body: { code: 'too_many_files' } });
    t.same(stored(mock, id), {}, 'so the advice to send a folder can be followed');
    const odd = await newDraft(mock);
    const large = { 'first.bin': noise(3_000_000) };
    t.match(await upload(url, odd, { ...large, ...files }), {
      status: 400,
      body: { code: 'too_many_files' },
    });
    t.ok(
      Object.keys(stored(mock, odd)).length <= 1,
      'one that looks as if few were to come misleads for itself alone',
    );
    const folder = Object.fromEntries(names.map((name) => [`f/${name}`, 'x']));
    t.equal((await upload(url, id, { ...folder, 'e.txt': 'e' })).status, 200);
    const flat = formOf(folder, { access_token: TOKEN, archive: 'never' });
    t.match((await upload(url, id, flat)).body['detail'], /not with archive=never/);
  });

  await t.test('a folder alone stays one if it has more files than a draft takes', async (t) => {
    const id = await newDraft(mock);
    const named = (from: number, to: number) =>
      Object.fromEntries(Array.from({ length: to - from }, (_, at) => [`c/data/${from + at}.txt`, 'x']));
    const sizesOf = (files: object) =>
      JSON.stringify(Object.fromEntries(Object.keys(files).map((n) => [n, 1])));
    await upload(url, id, named(0, 2));
    const [many, more] = [named(0, 101), named(101, 130)];
    const sizes = sizesOf(many);
    const first = await upload(url, id, formOf(many, { access_token: TOKEN, sizes }));
    t.match([first.status, first.body.files], [200, [{ filename: 'data.zip', parts: { length: 101 } }]]);
    const second = await upload(url, id, more);
    t.match([second.status, second.body.files], [200, [{ filename: 'data.zip', parts: { length: 130 } }]]);
    t.same(Object.keys(stored(mock, id)).sort(), ['0.txt', '1.txt', 'data.zip']);
    const folders = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`c/${at}/x.txt`, 'x']));
    const nested = await upload(url, await newDraft(mock), folders);
    t.match([nested.status, nested.body.files], [200, [{ filename: 'c.zip', parts: { length: 101 } }]]);
  });

  await t.test('names that came percent-encoded are kept, and the caller is told', async (t) => {
    const id = await newDraft(mock);
    const encoded = await upload(url, id, { 'K%C3%A4se.txt': 'x', 'd/a%20b.txt': 'y', '100%.txt': 'z' });
    t.match(encoded.body['notices'], [
      { code: 'encoded_file_name', user_message: /“K%C3%A4se\.txt” and 1 more/ },
    ]);
    t.match(encoded.body['warnings'], [
      /^The file name K%C3%A4se\.txt and 1 more arrived with percent signs/,
    ]);
    t.same(Object.keys(stored(mock, id)).sort(), ['100%.txt', 'K%C3%A4se.txt', 'd.zip']);
    const plain = await upload(url, id, { 'a"b.txt': 'x', '100% c.txt': 'y' });
    t.same(plain.body['warnings'], [], 'what browsers encode is decoded');
    t.ok(stored(mock, id)['a"b.txt']);
  });

  await t.test('a directory that all parts share is removed; folders become one zip each', async (t) => {
    const id = await newDraft(mock);
    const paths = await upload(url, id, { 'containers/42/x.csv': 'x', 'containers/42/y.csv': 'y' });
    t.same(
      paths.body.files.map(({ filename }) => filename),
      ['x.csv', 'y.csv'],
    );
    const mixed = await upload(url, id, {
      'b/2.txt': 'two',
      'a/sub/1.txt': 'one',
      'loose.txt': 'loose',
      'b/1.txt': 'one',
      'a/0.txt': '',
    });
    t.equal(mixed.status, 200);
    // Zenodo lists them as they arrived, and the two were sent side by side.
    t.same(mixed.body.other_files?.toSorted(), ['x.csv', 'y.csv']);
    t.same(
      mixed.body.files.map(({ filename, parts }) => [filename, parts?.map((part) => part.filename)]),
      [
        ['b.zip', ['b/1.txt', 'b/2.txt']],
        ['a.zip', ['a/0.txt', 'a/sub/1.txt']],
        ['loose.txt', undefined],
      ],
    );
    const again = await upload(url, id, {
      'a/0.txt': '',
      'a/sub/1.txt': 'one',
      'b/1.txt': 'one',
      'b/2.txt': 'changed',
      'loose.txt': 'loose',
    });
    t.same(
      again.body.files.map(({ filename, status }) => [filename, status]),
      [
        ['a.zip', 'unchanged'],
        ['b.zip', 'uploaded'],
        ['loose.txt', 'unchanged'],
      ],
      'the same folder gives the same bytes',
    );
  });

  await t.test('archive=never flattens, and refuses what would collide', async (t) => {
    const id = await newDraft(mock);
    const fields = { access_token: TOKEN, archive: 'never' };
    const flat = await upload(url, id, formOf({ 'a/b/c.txt': '1', 'd.txt': '2' }, fields));
    t.same(
      flat.body.files.map(({ filename }) => filename),
      ['a_b_c.txt', 'd.txt'],
    );
    t.match(await upload(url, id, formOf({ 'a/b.txt': '1', 'a_b.txt': '2' }, fields)), {
      status: 400,
      body: {
        code: 'duplicate_file_name',
        detail: /^a\/b\.txt and a_b\.txt would both be named a_b\.txt/,
        errors: [
          { field: 'files', file: 'a/b.txt' },
          { field: 'files', file: 'a_b.txt' },
        ],
      },
    });
    t.match(await upload(url, id, { 'a/b.txt': '1', 'a.zip': '2' }), {
      status: 400,
      body: { code: 'duplicate_file_name', detail: /^the folder a and a\.zip would both/ },
    });
    t.match(await upload(url, id, { 'f/x': '1', 'f/X/y.txt': '2', 'd.txt': '2' }), {
      status: 400,
      body: { code: 'duplicate_file_name', detail: /^f\/x is both a file and the folder of f\/X\/y\.txt/ },
    });
  });

  await t.test(
    'storage paths as Django keeps them; a manifest in a folder is said not to be one',
    async (t) => {
      const id = await newDraft(mock);
      const storage = 'containers/2026/11/42/';
      const top = await upload(url, id, { [`${storage}manifest.rdmc`]: '{}', [`${storage}Größe.csv`]: '1' });
      t.match(top.body, { warnings: [], files: [{ filename: 'manifest.rdmc' }, { filename: 'Größe.csv' }] });
      const deep = await upload(url, id, {
        [`${storage}meta/manifest.rdmc`]: '{}',
        [`${storage}a.csv`]: '1',
      });
      t.match(deep.body, {
        warnings: [/^containers\/2026\/11\/42\/meta\/manifest\.rdmc was not read/],
        files: [{ filename: 'meta.zip' }, { filename: 'a.csv' }],
      });
      const both = await upload(url, id, { 'manifest.rdmc': '{}', 'parts/manifest.rdmc': '{}' });
      t.match(both.body, { warnings: [], files: [{ filename: 'manifest.rdmc' }, { filename: 'parts.zip' }] });
      const junk = await upload(url, id, { 'd/.DS_Store': 'x', '__MACOSX/d/._a': 'x', 'd/a': 'a', b: 'b' });
      t.match(junk, {
        status: 200,
        body: { warnings: [/^d\/\.DS_Store and 1 more are files that desktop systems/] },
      });
      t.ok(stored(mock, id)['__MACOSX.zip'], 'warned of, not left out');
    },
  );

  await t.test('sync=true removes what the upload does not bring; unknown fields are named', async (t) => {
    const id = await newDraft(mock);
    await upload(url, id, { 'old.txt': 'old', 'both.txt': 'both' });
    const fields = { access_token: TOKEN, sync: 'True', colour: 'red' };
    const answer = await upload(url, id, formOf({ 'both.txt': 'both', 'new.txt': 'new' }, fields));
    t.match(answer, { status: 200, body: { other_files: [], warnings: [/colour/] } });
    t.same(Object.keys(stored(mock, id)).sort(), ['both.txt', 'new.txt']);
  });

  await t.test('a removal that Zenodo refuses for now, or for no reason, is asked for again', async (t) => {
    const id = await newDraft(mock);
    await upload(url, id, { 'old.txt': 'old', 'stuck.txt': 'stuck' });
    const form = () => formOf({ 'new.txt': 'new' }, { access_token: TOKEN, sync: 'true' });
    mock.faults.add({ name: 'delete-403', times: 1 });
    t.match(await upload(url, id, form()), { status: 200, body: { other_files: [] } });
    t.same(Object.keys(stored(mock, id)), ['new.txt']);
    await upload(url, id, { 'stuck.txt': 'stuck' });
    const limited = { status: 429, headers: { 'Retry-After': '1' }, times: 1 };
    mock.faults.add({ method: 'DELETE', path: '/api/deposit/depositions/:id/files/:fileId', ...limited });
    t.match(await upload(url, id, form()), { status: 200, body: { other_files: [] } }, 'the rate limit');
    await upload(url, id, { 'stuck.txt': 'stuck' });
    mock.faults.add({ name: 'delete-403', times: 20 });
    t.match(await upload(url, id, form()), {
      status: 502,
      body: {
        code: 'zenodo_refused',
        file: 'stuck.txt',
        detail: /^stuck\.txt could not be removed from the draft\./,
        files: [{ filename: 'new.txt', status: 'unchanged', error: null }],
      },
    });
    mock.faults.clear();
  });

  await t.test('sync=true keeps what another upload has brought since it began', async (t) => {
    const id = await newDraft(mock);
    await upload(url, id, { 'old.txt': 'old', 'renewed.txt': 'old' });
    mock.requests.clear();
    const fault = {
      ...PUT,
      path: '/api/files/:bucket/new.txt',
      status: 503,
      headers: { 'Retry-After': '2' },
    };
    mock.faults.add({ ...fault, times: 2 });
    const syncing = upload(url, id, formOf({ 'new.txt': 'new' }, { access_token: TOKEN, sync: 'true' }));
    await mock.requests.waitFor({ method: 'PUT' });
    await upload(url, id, { 'renewed.txt': 'renewed', 'other.txt': 'other' });
    const { status, body } = await syncing;
    t.equal(status, 200);
    t.same(body.other_files.toSorted(), ['other.txt', 'renewed.txt']);
    t.same(Object.keys(stored(mock, id)).sort(), ['new.txt', 'other.txt', 'renewed.txt']);
  });

  await t.test('two identical calls at once, and two with different bytes, leave whole files', async (t) => {
    const id = await newDraft(mock);
    const [one, two] = [noise(300_000), noise(300_000)];
    mock.faults.add({ ...PUT, throttleRequest: 1_000_000 });
    const answers = await Promise.all([
      upload(url, id, { 'same.bin': one }),
      upload(url, id, { 'same.bin': one }),
      upload(url, id, { 'other.bin': one }),
      upload(url, id, { 'other.bin': two }),
    ]);
    mock.faults.clear();
    t.same(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    const files = stored(mock, id);
    t.equal(files['same.bin'], md5(one));
    t.ok([md5(one), md5(two)].includes(files['other.bin'] ?? ''));
  });

  await t.test(
    'a caller who repeats a call that still runs waits for it, and sends nothing again',
    async (t) => {
      const id = await newDraft(mock);
      const bytes = noise(600_000);
      mock.faults.add({ ...PUT, throttleRequest: 200_000, times: 1 });
      mock.requests.clear();
      const first = put(url, id, 'a.bin', bytes);
      await mock.requests.waitFor(PUT);
      let release = () => undefined as unknown;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      async function* late() {
        yield bytes.subarray(0, 300_000);
        await held;
        yield bytes.subarray(300_000);
      }
      const others = [
        upload(url, id, { 'a.bin': bytes }),
        put(url, id, 'a.bin', late(), { 'content-length': String(bytes.length) }),
      ];
      t.match((await first).body.files, [{ status: 'uploaded' }]);
      // The second has not all bytes yet, but the draft has a file of that length now.
      t.match((await others[0])?.body.files, [{ status: 'unchanged' }]);
      release();
      t.match((await others[1])?.body.files, [{ status: 'unchanged' }]);
      t.equal(mock.requests.list(PUT).length, 1, 'sent once');
      t.ok(mock.requests.list({ method: 'GET' }).length <= 5, 'Zenodo is not asked while they wait');
    },
  );

  await t.test('what a long upload saw at its beginning is looked at again at its end', async (t) => {
    const id = await newDraft(mock);
    await upload(url, id, { 'a.txt': 'a' });
    const form = holdForm(url, id, { 'z.txt': 'z', 'y.txt': 'y', 'a.txt': 'a' });
    t.ok(await eventually(() => Boolean(stored(mock, id)['z.txt'])));
    const removed = await look(`${url}/depositions/${id}/files/a.txt`, { method: 'DELETE' });
    t.equal(removed.status, 204, 'somebody removes it meanwhile');
    form.go();
    t.match(await form.answer, { status: 200 });
    t.equal(stored(mock, id)['a.txt'], md5('a'), 'and it is there all the same');

    const last = holdForm(url, id, { 'x.txt': 'x', 'y.txt': 'y', 'a.txt': 'a' });
    t.ok(await eventually(() => Boolean(stored(mock, id)['x.txt'])));
    const other = await upload(url, id, { 'a.txt': 'other' });
    t.match(other, { status: 200 }, 'somebody replaces it meanwhile');
    last.go();
    const replaced = { code: 'replaced_other', detail: /^a\.txt replaced/ };
    t.match(await last.answer, { status: 200, body: { notices: [replaced] } });
    t.equal(stored(mock, id)['a.txt'], md5('a'));
    t.match(await look(other.body.status_url), { body: { notices: [{ code: 'replaced_by_other' }] } });
  });

  await t.test('raw PUT: the transfer starts with the first byte', async (t) => {
    const id = await newDraft(mock);
    const bytes = noise(1_500_000);
    let release = () => undefined as unknown;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    async function* slowly() {
      yield bytes.subarray(0, 1_000_000);
      await held;
      yield bytes.subarray(1_000_000);
    }
    mock.requests.clear();
    const pending = put(url, id, 'cut.bin', slowly(), { 'content-length': String(bytes.length) });
    const begun = await eventually(() =>
      mock.requests.list({ ...PUT, running: true }).some(({ bytesIn }) => bytesIn > 500_000),
    );
    t.ok(begun, 'Zenodo has bytes before the caller has sent all');
    release();
    t.match(await pending, { status: 200, body: { state: 'done' } });
    t.same(stored(mock, id), { 'cut.bin': md5(bytes) });
    t.equal(mock.requests.list(PUT).length, 1);
    const before = mock.requests.list(PUT).length;
    t.match((await put(url, id, 'cut.bin', bytes)).body.files, [{ status: 'unchanged' }]);
    t.equal(mock.requests.list(PUT).length, before, 'nothing is sent again');
    t.match((await put(url, id, 'cut.bin', noise(bytes.length))).body.files, [{ status: 'uploaded' }]);
  });

  await t.test('a form with sizes is passed on while it arrives, and held to what it said', async (t) => {
    const id = await newDraft(mock);
    const [one, two] = [noise(700_000), noise(200_000)];
    const sizes = { 'one.bin': one.length, 'f/two.bin': two.length };
    const md5s = { 'one.bin': md5(one) };
    const fields = { access_token: TOKEN, sizes: JSON.stringify(sizes), md5s: JSON.stringify(md5s) };
    const answer = await upload(url, id, formOf({ 'one.bin': one, 'f/two.bin': two }, fields));
    t.equal(answer.status, 200, JSON.stringify(answer.body));
    t.equal(stored(mock, id)['one.bin'], md5(one));
    for (const [name, changed, code] of [
      ['shorter', { 'a.bin': 10 }, 'size_mismatch'],
      ['longer', { 'a.bin': 300_000 }, 'size_mismatch'],
      ['unnamed', { 'b.bin': 3 }, 'invalid_request'],
      ['no JSON', '{', 'invalid_request'],
      ['no numbers', { 'a.bin': 'x' }, 'invalid_request'],
    ] as const) {
      const wrong = typeof changed === 'string' ? changed : JSON.stringify(changed);
      const refused = await upload(url, id, formOf({ 'a.bin': two }, { access_token: TOKEN, sizes: wrong }));
      t.match(refused, { status: 400, body: { code } }, name);
    }
    const sums = JSON.stringify({ 'a.bin': md5('else') });
    const announced = { access_token: TOKEN, sizes: JSON.stringify({ 'a.bin': two.length }), md5s: sums };
    t.match(await upload(url, id, formOf({ 'a.bin': two }, announced)), {
      status: 400,
      body: { code: 'checksum_mismatch' },
    });
    t.notOk(stored(mock, id)['a.bin'], 'nothing of the refused file is on Zenodo');
    const three = { access_token: TOKEN, sizes: JSON.stringify({ 'f/a.bin': two.length, 'b.bin': 3 }) };
    t.match(await upload(url, id, formOf({ 'f/a.bin': two }, three)), {
      status: 400,
      body: { code: 'size_mismatch', errors: [{ field: 'sizes', file: 'b.bin' }] },
    });
    t.same(await leftIn(stagingDir), []);
    t.equal(await app.uploads.openUpload(id), null);
  });

  await t.test('respond-async, the state of an upload, its events, and whose it is', async (t) => {
    const id = await newDraft(mock);
    const bytes = noise(12_000_000);
    mock.faults.add({ ...PUT, throttleRequest: 3_000_000, times: 1 });
    const accepted = await upload(url, id, { 'slow.bin': bytes }, { prefer: 'respond-async' });
    t.match(accepted, {
      status: 202,
      headers: { 'retry-after': /\d+/, 'preference-applied': 'respond-async' },
      body: { state: 'running', files: [{ filename: 'slow.bin', status: 'pending' }] },
    });
    const { status_url: statusUrl } = accepted.body;
    t.match(await look(statusUrl, { token: mock.tokens.create({ user: 'mock-user-2' }).accessToken }), {
      status: 404,
      body: { code: 'upload_not_found' },
    });
    t.ok(await app.uploads.openUpload(id));
    const headers = { authorization: `Bearer ${TOKEN}` };
    const head = await request(`${statusUrl}/events`, { method: 'HEAD', headers });
    t.equal(head.statusCode, 405, 'which would be a stream without a reader');
    const events = await request(`${statusUrl}/events`, { headers });
    t.equal(events.headers['content-type'], 'text/event-stream');
    const snapshots = (await events.body.text())
      .split('\n\n')
      .flatMap((event) => /^event: upload\ndata: (.*)$/.exec(event)?.[1] ?? [])
      .map((text) => JSON.parse(text) as { state: string; files: { sent: number; rate: number }[] });
    t.ok(snapshots.length >= 2, `${snapshots.length} snapshots`);
    t.ok(
      snapshots.some(({ files }) => (files[0]?.sent ?? 0) > 0 && (files[0]?.rate ?? 0) > 0),
      'the way is shown',
    );
    t.equal(snapshots.at(-1)?.state, 'done', 'the stream ends with the upload');
    t.match(await look(statusUrl), { status: 200, body: { state: 'done', files: [{ status: 'uploaded' }] } });
    t.match(await look(`${url}/uploads/not-an-id`), { status: 400 });
  });

  await t.test('DELETE cancels what runs; cancelFor ends all of a draft', async (t) => {
    const id = await newDraft(mock);
    mock.faults.add({ ...PUT, throttleRequest: 50_000 });
    const waiting = upload(url, id, { 'c.bin': noise(1_000_000) });
    const sending = () =>
      app.database.uploadFile.findFirst({ where: { depositionId: id, state: 'transferring' } });
    t.ok(await eventually(async () => (await sending()) !== null));
    await look(`${url}/uploads/${(await sending())?.uploadId}`, { method: 'DELETE' });
    t.match(await waiting, {
      status: 409,
      body: {
        code: 'upload_cancelled',
        files: [{ filename: 'c.bin', status: 'failed' }],
      },
    });
    const first = await upload(url, id, { 'a.bin': noise(1_000_000) }, { prefer: 'respond-async' });
    const second = await upload(url, id, { 'b.bin': noise(1_000_000) }, { prefer: 'respond-async' });
    const cancelled = await look(first.body.status_url, { method: 'DELETE' });
    t.match(cancelled, { status: 200, body: { state: 'cancelled' } });
    t.match(await look(second.body.status_url), { body: { state: 'running' } });
    await app.uploads.cancelFor(id);
    t.match(await look(second.body.status_url), { body: { state: 'cancelled' } });
    mock.faults.clear();
    t.equal(await app.uploads.openUpload(id), null);
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0));
    t.same(stored(mock, id), {});
  });
});

t.test('refused cleanly, nothing left behind', async (t) => {
  const { url, mock, stagingDir, app } = await startService(t, {
    env: { MAX_DEPOSITION_FILES: '5', MAX_DEPOSITION_BYTES: '3000000', MAX_FILE_BYTES: '2000000' },
    dependencies: { transferTimings: { slowBody: 3000 } },
  });
  const id = await newDraft(mock);
  const nothingLeft = async (t: Test) => {
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0), 'staging is empty');
    t.equal(await app.database.upload.count({ where: { state: 'receiving' } }), 0, 'no row is left');
    t.same(stored(mock, id), {}, 'nothing is on Zenodo');
  };

  await t.test('names that mean something else somewhere', async (t) => {
    for (const name of [
      '/etc/passwd',
      '../up.txt',
      'a/../b.txt',
      './a.txt',
      'a//b.txt',
      'C:/evil.txt',
      'back\\slash.txt',
      'tab\there.txt',
      'turn\u202etxt.exe',
      'x'.repeat(256),
    ]) {
      const refused = await upload(url, id, { [name]: 'x' });
      t.match(
        refused,
        { status: 400, body: { code: 'invalid_file_name', errors: [{ field: 'files', file: name }] } },
        JSON.stringify(name),
      );
    }
    for (const pair of [
      ['a.txt', 'A.TXT'],
      ['é.txt', 'e\u0301.txt'],
      ['straße.txt', 'STRASSE.txt'],
      ['f/a.txt', 'f.zip'],
    ]) {
      const form = formOf({});
      for (const name of pair) form.append('files', new Blob(['x']), name);
      const refused = await upload(url, id, form);
      t.match(refused, { status: 400, body: { code: 'duplicate_file_name' } }, pair.join(' and '));
      for (const name of Object.keys(stored(mock, id))) {
        await look(`${url}/depositions/${id}/files/${encodeURIComponent(name)}`, { method: 'DELETE' });
      }
    }
    await nothingLeft(t);
  });

  await t.test('no token, no file, an empty file, too much, no length', async (t) => {
    t.match(await upload(url, id, formOf({ 'a.txt': 'x' }, {})), {
      status: 401,
      body: { code: 'missing_token', errors: [{ field: 'access_token' }] },
    });
    const envelope = await put(url, id, 'a.txt', Buffer.from('--x'), {
      'content-type': 'multipart/form-data; boundary=x',
    });
    t.match(envelope, { status: 415, body: { code: 'unsupported_media_type' } }, 'a form is no file');
    t.match(await upload(url, id, formOf({})), { status: 400, body: { code: 'no_files' } });
    t.match(await upload(url, id, { 'a.txt': '' }), { status: 400, body: { code: 'empty_file' } });
    const many = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`d/${index}.txt`, 'x']));
    const fields = { access_token: TOKEN, archive: 'never' };
    const tooMany = await upload(url, id, formOf({ ...many, 'e.txt': 'x' }, fields));
    t.match(tooMany, { status: 400, body: { code: 'too_many_files' } });
    const folders = `${'f'.repeat(248)}/`.repeat(4);
    const wordy = Object.fromEntries(Array.from({ length: 3200 }, (_, i) => [`${folders}${i}`, 'x']));
    t.match(await upload(url, id, wordy), {
      status: 400,
      body: { code: 'too_many_files', detail: /3145728 bytes in total/ },
    });
    for (const name of Object.keys(stored(mock, id))) {
      await look(`${url}/depositions/${id}/files/${name}`, { method: 'DELETE' });
    }
    t.match(await put(url, id, 'big.bin', noise(2_000_001)), {
      status: 413,
      body: { code: 'payload_too_large' },
    });
    const sizes = JSON.stringify({ 'a.bin': 1_600_000, 'b.bin': 1_600_000 });
    const bytes = noise(1_600_000);
    mock.requests.clear();
    t.match(
      await upload(url, id, formOf({ 'a.bin': bytes, 'b.bin': bytes }, { access_token: TOKEN, sizes })),
      { status: 413, body: { code: 'quota_exceeded' } },
    );
    t.equal(mock.requests.list(PUT).length, 0, 'refused before bytes move');
    async function* chunked() {
      yield Buffer.from('x');
    }
    t.match(await put(url, id, 'a.bin', chunked()), { status: 411, body: { code: 'length_required' } });
    t.match(await put(url, id, 'a.bin', Buffer.alloc(0)), {
      status: 400,
      body: { code: 'empty_file', errors: [{ field: 'name', file: 'a.bin', message: 'is empty' }] },
    });
    t.match(await put(url, id, 'a.bin', Buffer.from('x'), { 'content-encoding': 'gzip' }), {
      status: 415,
      body: { code: 'unsupported_media_type', errors: [{ field: 'content-encoding' }] },
    });
    t.match(await put(url, id, 'a.bin', Buffer.from('x'), { 'content-range': 'bytes 0-0/9' }), {
      status: 400,
      body: { code: 'invalid_request', errors: [{ field: 'content-range' }] },
    });
    const other = { authorization: 'Bearer another' };
    t.match(await upload(url, id, formOf({ 'a.txt': 'x' }), other), {
      status: 401,
      body: { code: 'invalid_token' },
    });
    await nothingLeft(t);
  });

  await t.test('forms that are none', async (t) => {
    const send = async (body: string, headers: Record<string, string> = {}) => {
      const answer = await request(`${url}/depositions/${id}/files`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${TOKEN}`,
          'content-type': 'multipart/form-data; boundary=xyz',
          ...headers,
        },
        body,
      });
      return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
    };
    const part = (headers: string, body = 'x') => `--xyz\r\n${headers}\r\n\r\n${body}\r\n`;
    const good = part('Content-Disposition: form-data; name="f"; filename="a.txt"');
    const cases: [string, string, string][] = [
      [
        'a part without a name',
        part('Content-Disposition: form-data; name="pictures"; filename=""'),
        'invalid_file_name',
      ],
      ['a part without a disposition', `${good}${part('X-Nothing: here')}`, 'malformed_multipart'],
      [
        '20 kB of part headers',
        part(`Content-Disposition: form-data; name="f"; filename="a.txt"\r\nX-Junk: ${'j'.repeat(20_000)}`),
        'malformed_multipart',
      ],
      ['parts without headers, without end', '--xyz\r\n\r\n\r\n'.repeat(30_000), 'malformed_multipart'],
      ['a body that breaks inside a boundary', `${good}--xy`, 'incomplete_body'],
      ['1,001 parts', part('Content-Disposition: form-data; name="n"').repeat(1001), 'invalid_request'],
    ];
    for (const [name, body, code] of cases) {
      const refused = await send(code === 'incomplete_body' ? body : `${body}--xyz--\r\n`);
      t.match(refused, { status: 400, body: { code } }, name);
      if (code === 'invalid_file_name') t.match(refused.body, { errors: [{ field: 'pictures' }] });
    }
    for (const boundary of ['', `; boundary=${'x'.repeat(300)}`])
      t.match(await send(`${good}--xyz--\r\n`, { 'content-type': `multipart/form-data${boundary}` }), {
        status: 400,
        body: { code: 'malformed_multipart' },
      });
    for (const name of Object.keys(stored(mock, id))) {
      await look(`${url}/depositions/${id}/files/${name}`, { method: 'DELETE' });
    }
    await nothingLeft(t);
  });

  await t.test('senders that go away, or send one byte a second', async (t) => {
    const { hostname, port } = new URL(url);
    const begin = async (contentLength: number, body: Buffer) => {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      const head = `PUT /depositions/${id}/files/gone.bin HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: ${contentLength}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), body]));
      return socket;
    };
    const gone = await begin(1_000_000, noise(500_000));
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length > 0), 'it has begun');
    await sleep(200);
    gone.destroy();
    await nothingLeft(t);
    const more = await begin(3, Buffer.from('abcdef'));
    const [answer] = (await once(more, 'data')) as [Buffer];
    t.match(answer.toString(), /^HTTP\/1\.1 400 /, 'more than announced');
    await nothingLeft(t);
    const slow = await begin(1_000_000, Buffer.from('x'));
    const dripping = setInterval(() => slow.write('x'), 200);
    const [said] = (await once(slow, 'data')) as [Buffer];
    clearInterval(dripping);
    t.match(said.toString(), /^HTTP\/1\.1 408 .*request_timeout/s);
    slow.destroy();
    await nothingLeft(t);
  });
});

t.test('bounds of the staging volume', async (t) => {
  const { url, mock } = await startService(t, { env: { STAGING_MIN_FREE: String(2 ** 52) } });
  const id = await newDraft(mock);
  t.match(await upload(url, id, { 'a.txt': 'x' }), {
    status: 507,
    headers: { 'retry-after': /\d+/ },
    body: { code: 'staging_full' },
  });
});

t.test('after SYNC_WAIT_SECONDS the call answers 202 and goes on', async (t) => {
  const { url, mock } = await startService(t, { env: { SYNC_WAIT_SECONDS: '0.5' } });
  const id = await newDraft(mock);
  const bytes = noise(600_000);
  mock.faults.add({ ...PUT, throttleRequest: 300_000, times: 1 });
  const accepted = await upload(url, id, { 'a.bin': bytes });
  t.match(accepted, { status: 202, body: { state: 'running' } });
  t.equal((await until(accepted.body.status_url, ['done'])).body.state, 'done');
  t.same(stored(mock, id), { 'a.bin': md5(bytes) });
  const slashed = await request(`${url}/depositions/${id}/files/`, {
    method: 'POST',
    body: formOf({ 'b.txt': 'b' }),
  });
  t.equal(slashed.statusCode, 200, 'a slash at the end, as Django writes it, is no other path');
  await slashed.body.dump();
});
