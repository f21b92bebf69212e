import { createHash, randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { request } from 'undici';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import type { Prisma } from '../src/database/generated/client.js';
import { createDatabase } from '../src/database/prisma.js';
import { planUpload } from '../src/uploads/plan/plan.js';
import { tusNeeds } from '../src/uploads/rows/tus-needs.js';
import { createTusRepository } from '../src/uploads/rows/tus-repository.js';
import { addToTargets } from '../src/uploads/rows/tus-targets.js';
import { createReservations } from '../src/uploads/staging/reservations.js';
import { startService } from './service.js';
import { temporaryFolder } from './teardown.js';
import { announce, metadata, offsetOf, send, tus } from './tus-caller.js';
import { eventually, leftIn, look, md5, newDraft, noise, put, stored, TOKEN, until } from './uploads.js';

t.test('files come by tus', async (t) => {
  const { url, mock, app, stagingDir, databaseUrl } = await startService(t);

  t.test('a file in two chunks is at Zenodo when the last byte is here', async (t) => {
    const id = await newDraft(mock);
    const bytes = noise(300_000);
    const { location, ...created } = await announce(url, id, bytes.length, { filename: 'data ä.bin' });
    t.match(created, { status: 201, headers: { 'tus-resumable': '1.0.0', 'upload-offset': '0' } });
    t.match(await send(location, 0, bytes.subarray(0, 100_000)), {
      status: 204,
      headers: { 'upload-offset': '100000', 'upload-expires': /GMT$/ },
    });
    t.ok(
      await eventually(() => {
        const puts = mock.requests.list({ method: 'PUT', running: true });
        return puts.some(({ path }) => path.endsWith(encodeURIComponent('data ä.bin')));
      }),
      'Zenodo gets bytes before all are here',
    );
    t.match(await tus('HEAD', location), {
      status: 200,
      headers: { 'upload-offset': '100000', 'upload-length': '300000', 'cache-control': 'no-store' },
    });
    t.match(await send(location, 100_000, bytes.subarray(100_000)), {
      status: 204,
      headers: { 'upload-offset': '300000' },
    });
    const done = await until(`${url}/uploads/${created.headers['upload-id']}`, ['done', 'failed']);
    t.match(done.body, {
      state: 'done',
      // A slow machine may lose the lease while Zenodo answers: then the file is found there.
      files: [{ filename: 'data ä.bin', status: /^(uploaded|unchanged)$/, size: 300_000 }],
    });
    t.same(stored(mock, id), { 'data ä.bin': md5(bytes) });
    t.equal(await offsetOf(location), 300_000, 'HEAD still knows it');
    t.same(await app.database.tusFile.count({ where: { leaseBy: { not: null } } }), 0, 'no lease is left');
  });

  t.test('a file that was deleted or replaced a moment ago is sent, not called unchanged', async (t) => {
    const id = await newDraft(mock);
    const bring = async (filename: string, text: string) => {
      const { location, headers } = await announce(url, id, text.length, { filename });
      t.match(await send(location, 0, text), { status: 204 });
      const { body } = await until(`${url}/uploads/${headers['upload-id']}`, ['done', 'failed']);
      t.match(stored(mock, id), { [filename]: md5(text) });
      return body.files.map(({ status }) => status);
    };
    for (const name of ['x.txt', 'y.txt']) await put(url, id, name, Buffer.from('one'));
    t.same(await bring('x.txt', 'one'), ['unchanged'], 'the draft is read');
    t.same(await bring('x.txt', 'two'), ['uploaded']);
    t.same(await bring('x.txt', 'one'), ['uploaded'], 'what was replaced');
    const headers = { authorization: `Bearer ${TOKEN}` };
    const deleted = await request(`${url}/depositions/${id}/files/y.txt`, { method: 'DELETE', headers });
    t.equal(deleted.statusCode, 204);
    mock.requests.clear();
    const { location } = await announce(url, id, 3, { filename: 'z.txt' });
    t.equal(mock.requests.list({ method: 'GET' }).length, 1, 'limits count what is left');
    await tus('DELETE', location);
    t.same(await bring('y.txt', 'one'), ['uploaded'], 'what was deleted');
  });

  t.test('an upload of several files, with a folder, ends when its caller says so', async (t) => {
    const id = await newDraft(mock);
    const group = randomUUID();
    const files = { 'readme.txt': 'read me', 'data/a.csv': 'a,b', 'data/sub/b.csv': 'c', 'data/empty': '' };
    for (const [path, text] of Object.entries(files)) {
      const { status, location, headers } = await announce(url, id, text.length, {
        filename: path.split('/').at(-1) ?? '',
        relativePath: path.includes('/') ? `/${path}` : 'null',
        upload_id: group,
      });
      t.equal(status, 201);
      t.equal(headers['upload-id'], group);
      if (text !== '') t.equal((await send(location, 0, text)).status, 204);
    }
    t.ok(
      await eventually(() => stored(mock, id)['readme.txt'] === md5('read me')),
      'a file in no folder is there already',
    );
    const sofar = await look(`${url}/uploads/${group}`);
    t.match(sofar.body['progress'], { size: 11, received: 11 }, 'the folder counts before its zip is made');
    const said = await tus('POST', `${url}/depositions/${id}/tus/${group}/complete`, {
      'tus-resumable': null,
    });
    t.match(said, { status: 202, body: { upload_id: group, state: 'running' } });
    t.ok((said.body['progress'] as { size: number }).size >= 11, 'and when no more files come');
    const done = await until(`${url}/uploads/${group}`, ['done', 'failed']);
    t.match(done.body, { state: 'done', files: [{ filename: 'readme.txt' }, { filename: 'data.zip' }] });
    t.same(Object.keys(stored(mock, id)).sort(), ['data.zip', 'readme.txt']);
    t.match(await tus('POST', `${url}/depositions/${id}/tus/${group}/complete`), {
      status: 202,
      body: { state: 'done' },
    });
    t.match(await announce(url, id, 3, { filename: 'late', upload_id: group }), {
      status: 409,
      body: { code: 'upload_complete' },
    });
  });

  t.test('bytes may come with the announcement, and with a checksum', async (t) => {
    const id = await newDraft(mock);
    const sha = (text: string) => createHash('sha256').update(text).digest('base64');
    const headers = {
      'upload-length': '11',
      'upload-metadata': metadata({ filename: 'x.txt', md5: md5('hello world') }),
      'content-type': 'application/offset+octet-stream',
      'upload-checksum': `sha256 ${sha('hello ')}`,
    };
    const created = await tus('POST', `${url}/depositions/${id}/tus`, headers, 'hello ');
    t.match(created, { status: 201, headers: { 'upload-offset': '6' } });
    const location = String(created.headers['location']);
    t.match(await send(location, 6, 'wOrld', { 'upload-checksum': `sha256 ${sha('world')}` }), {
      status: 460,
      body: { code: 'chunk_checksum_mismatch' },
    });
    t.equal(await offsetOf(location), 6);
    t.match(await send(location, 6, 'world', { 'upload-checksum': `sha256 ${sha('world')}` }), {
      status: 204,
    });
    t.ok(await eventually(() => stored(mock, id)['x.txt'] === md5('hello world')));
  });

  t.test('what the protocol asks of a server', async (t) => {
    const id = await newDraft(mock);
    const home = `${url}/depositions/${id}/tus`;
    const nobody = `${home}/${randomUUID()}`;
    const chunk = 'application/offset+octet-stream';
    const named = (name: string, more: Record<string, string> = {}) => metadata({ filename: name, ...more });
    const begin = { 'upload-length': '5', 'upload-metadata': named('never.txt') };
    const patch = { 'upload-offset': '0', 'content-type': chunk };
    const { location } = await announce(url, id, 10, { filename: 'half.txt' });
    t.equal((await send(location, 0, '01234')).status, 204);
    const group = randomUUID();
    await announce(url, id, 2, { filename: 'g.txt', upload_id: group });

    type Case = [
      what: string,
      method: 'POST' | 'HEAD' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'GET',
      to: string,
      headers: Record<string, string | null>,
      body: string | null,
      status: number,
      code?: string,
    ];
    const bad = (what: string, said: string, code = 'invalid_request'): Case => [
      `metadata: ${what}`,
      'POST',
      home,
      { ...begin, 'upload-metadata': said },
      null,
      400,
      code,
    ];
    const cases: Case[] = [
      ['no version', 'HEAD', location, { 'tus-resumable': null }, null, 412],
      [
        'no version',
        'PATCH',
        location,
        { ...patch, 'tus-resumable': null },
        'x',
        412,
        'tus_version_unsupported',
      ],
      [
        'another version',
        'POST',
        home,
        { ...begin, 'tus-resumable': '0.2.2' },
        null,
        412,
        'tus_version_unsupported',
      ],
      [
        'another version',
        'DELETE',
        location,
        { 'tus-resumable': '2.0.0' },
        null,
        412,
        'tus_version_unsupported',
      ],
      ['the protocol', 'OPTIONS', home, { 'tus-resumable': null, authorization: null }, null, 204],
      ['the protocol, of a file', 'OPTIONS', location, { 'tus-resumable': '0.1.0' }, null, 204],
      ['GET is no call', 'GET', location, {}, null, 405, 'method_not_allowed'],
      ['no token', 'POST', home, { ...begin, authorization: null }, null, 401, 'missing_token'],
      ['a token that is not known', 'HEAD', location, { authorization: 'Bearer zs_nobody' }, null, 404],
      ['no such file', 'HEAD', nobody, {}, null, 404],
      ['no such file', 'PATCH', nobody, patch, 'x', 404, 'upload_not_found'],
      ['no such file', 'DELETE', nobody, {}, null, 404, 'upload_not_found'],
      ['no id', 'PATCH', `${home}/first`, patch, 'x', 400, 'invalid_request'],
      [
        'of another deposition',
        'PATCH',
        location.replace(`/${id}/`, '/1/'),
        patch,
        'x',
        404,
        'upload_not_found',
      ],
      ['no length', 'POST', home, { 'upload-metadata': named('a') }, null, 400, 'invalid_request'],
      [
        'a length later',
        'POST',
        home,
        { 'upload-defer-length': '1', 'upload-metadata': named('a') },
        null,
        400,
        'invalid_request',
      ],
      [
        'a length now and later',
        'POST',
        home,
        { ...begin, 'upload-defer-length': '1' },
        null,
        400,
        'invalid_request',
      ],
      [
        'a length below zero',
        'POST',
        home,
        { ...begin, 'upload-length': '-1' },
        null,
        400,
        'invalid_request',
      ],
      [
        'a length in words',
        'POST',
        home,
        { ...begin, 'upload-length': 'five' },
        null,
        400,
        'invalid_request',
      ],
      [
        'too long',
        'POST',
        home,
        { ...begin, 'upload-length': '50000000001' },
        null,
        413,
        'payload_too_large',
      ],
      [
        'longer than can be counted',
        'POST',
        home,
        { ...begin, 'upload-length': '9'.repeat(30) },
        null,
        400,
        'invalid_request',
      ],
      [
        'a partial upload',
        'POST',
        home,
        { ...begin, 'upload-concat': 'partial' },
        null,
        400,
        'invalid_request',
      ],
      [
        'a final upload',
        'POST',
        home,
        { 'upload-concat': `final;${location} ${location}`, 'upload-metadata': named('a') },
        null,
        400,
        'invalid_request',
      ],
      ['an empty file', 'POST', home, { ...begin, 'upload-length': '0' }, null, 400, 'empty_file'],
      [
        'bytes of no type',
        'POST',
        home,
        { ...begin, 'content-type': null },
        'hello',
        415,
        'unsupported_media_type',
      ],
      [
        'bytes of a form',
        'POST',
        home,
        { ...begin, 'content-type': 'multipart/form-data; boundary=x' },
        'hello',
        415,
        'unsupported_media_type',
      ],
      [
        'more bytes than announced',
        'POST',
        home,
        { ...begin, 'content-type': chunk },
        'hello world',
        400,
        'invalid_request',
      ],
      bad('nothing', '', 'invalid_file_name'),
      bad('no name', metadata({ filetype: 'text/plain' }), 'invalid_file_name'),
      bad('no base64', 'filename ca*fe'),
      bad('three words', 'filename YQ== YQ=='),
      bad('a key twice', `${named('a')},${named('b')}`),
      bad('no UTF-8', `filename ${Buffer.from([0xff, 0xfe]).toString('base64')}`),
      bad('dots', named('../a.txt'), 'invalid_file_name'),
      bad('an absolute name', named('/etc/passwd'), 'invalid_file_name'),
      bad(
        'dots in the path',
        named('a', { relativePath: 'x/../../a', upload_id: group }),
        'invalid_file_name',
      ),
      bad('a folder without an upload', named('a', { relativePath: 'x/a' })),
      bad('an md5 that is none', named('a', { md5: 'abc' })),
      bad('a checksum that is none', named('a', { checksum: 'abc' })),
      bad('a checksum that is not compared', named('a', { checksum: `sha256:${'0'.repeat(64)}` })),
      bad('a sum of the right length by another name', named('a', { checksum: `crc:${'0'.repeat(32)}` })),
      bad('two checksums', named('a', { md5: md5('a'), checksum: md5('b') })),
      bad('an upload that is no UUID', named('a', { upload_id: '7' })),
      bad('another archive in the same upload', named('z', { upload_id: group, archive: 'never' })),
      bad('an archive that is none', named('z', { archive: 'tar' })),
      [
        'two uploads for one file',
        'POST',
        home,
        { ...begin, 'upload-metadata': named('a', { upload_id: group }), 'upload-group': randomUUID() },
        null,
        400,
        'invalid_request',
      ],
      [
        'the same name, another length',
        'POST',
        home,
        { ...begin, 'upload-metadata': named('g.txt', { upload_id: group }) },
        null,
        400,
        'duplicate_file_name',
      ],
      [
        'the same name in other letters',
        'POST',
        home,
        { ...begin, 'upload-metadata': named('G.TXT', { upload_id: group }) },
        null,
        400,
        'duplicate_file_name',
      ],
      ['no type', 'PATCH', location, { 'upload-offset': '5' }, '56789', 415, 'unsupported_media_type'],
      [
        'another type',
        'PATCH',
        location,
        { 'upload-offset': '5', 'content-type': 'text/plain' },
        '56789',
        415,
        'unsupported_media_type',
      ],
      [
        'packed',
        'PATCH',
        location,
        { ...patch, 'upload-offset': '5', 'content-encoding': 'gzip' },
        '56789',
        415,
        'unsupported_media_type',
      ],
      ['no offset', 'PATCH', location, { 'content-type': chunk }, '56789', 400, 'invalid_request'],
      [
        'an offset in words',
        'PATCH',
        location,
        { ...patch, 'upload-offset': 'five' },
        '56789',
        400,
        'invalid_request',
      ],
      [
        'an offset below zero',
        'PATCH',
        location,
        { ...patch, 'upload-offset': '-5' },
        '56789',
        400,
        'invalid_request',
      ],
      [
        'an offset too low',
        'PATCH',
        location,
        { ...patch, 'upload-offset': '4' },
        '45678',
        409,
        'upload_offset_mismatch',
      ],
      [
        'an offset too high',
        'PATCH',
        location,
        { ...patch, 'upload-offset': '6' },
        '6789',
        409,
        'upload_offset_mismatch',
      ],
      [
        'beyond the length',
        'PATCH',
        location,
        { ...patch, 'upload-offset': '5' },
        '56789x',
        400,
        'size_mismatch',
      ],
      [
        'a sum by crc32',
        'PATCH',
        location,
        { ...patch, 'upload-offset': '5', 'upload-checksum': 'crc32 AAAA' },
        '56789',
        400,
        'invalid_request',
      ],
      [
        'a sum that is none',
        'PATCH',
        location,
        { ...patch, 'upload-offset': '5', 'upload-checksum': 'sha1 AAAA' },
        '56789',
        400,
        'invalid_request',
      ],
      [
        'a sum of nothing',
        'PATCH',
        location,
        { ...patch, 'upload-offset': '5', 'upload-checksum': 'md5' },
        '56789',
        400,
        'invalid_request',
      ],
      ['no such upload', 'POST', `${home}/${randomUUID()}/complete`, {}, null, 404, 'upload_not_found'],
      [
        'an upload with bytes to come',
        'POST',
        `${home}/${group}/complete`,
        {},
        null,
        409,
        'upload_unfinished',
      ],
    ];
    for (const [what, method, to, headers, body, status, code] of cases) {
      const answer = await tus(method, to, headers, body);
      const isDone = answer.status === status && (code === undefined || answer.body.code === code);
      t.ok(
        isDone,
        `${method} ${what}: ${status} ${code ?? ''}${isDone ? '' : ` not ${answer.status} ${JSON.stringify(answer.body)}`}`,
      );
      if (to.endsWith('/complete') || method === 'GET') continue;
      t.equal(answer.headers['tus-resumable'], '1.0.0', 'says its version');
      if (status === 412) t.equal(answer.headers['tus-version'], '1.0.0');
    }
    t.match(await tus('OPTIONS', home, { 'tus-resumable': null }), {
      headers: {
        'tus-version': '1.0.0',
        'tus-extension': 'creation,creation-with-upload,termination,expiration,checksum',
        'tus-max-size': '50000000000',
        'tus-checksum-algorithm': 'md5,sha1,sha256',
      },
    });
    t.equal(await offsetOf(location), 5, 'nothing of all that was kept');
    const told = `${named('told.txt')} , is_confidential,place ${btoa('Vernagt')}`;
    const { headers: made } = await tus('POST', home, { ...begin, 'upload-metadata': told });
    const { headers: known } = await tus('HEAD', String(made['location']));
    t.equal(known['upload-metadata'], told, 'HEAD returns the metadata as the client sent it');
    for (const algorithm of ['md5', 'sha1', 'sha256']) {
      const sum = createHash(algorithm).update('5').digest('base64');
      const { location: summed } = await announce(url, id, 2, { filename: `${algorithm}.txt` });
      t.equal(
        (await send(summed, 0, '5', { 'upload-checksum': `${algorithm} ${sum}` })).status,
        204,
        algorithm,
      );
    }
    const override = { ...patch, 'upload-offset': '5', 'x-http-method-override': 'PATCH' };
    t.match(await tus('POST', location, override, '567'), { status: 204, headers: { 'upload-offset': '8' } });
    t.match(await tus('POST', location, { 'x-http-method-override': 'DELETE' }), { status: 204 });
    t.equal((await tus('HEAD', location)).status, 404, 'it is gone');
    t.match(await send(location, 8, '89'), { status: 404, body: { code: 'upload_not_found' } });
    const { location: removed } = await announce(url, id, 3, { filename: 'gone.txt', upload_id: group });
    t.equal((await tus('DELETE', removed)).status, 204);
    t.equal((await tus('HEAD', removed)).status, 404);
    t.match(
      await tus(
        'POST',
        `${home}/${group}/complete`,
        { 'content-type': 'application/json' },
        '{"folders":"both"}',
      ),
      {
        status: 400,
        body: { code: 'invalid_request' },
      },
    );
    const { location: own, headers } = await announce(url, id, 3, { filename: 'own.txt' });
    t.match(
      await tus('POST', `${home}/${headers['upload-id']}/complete`),
      { status: 404 },
      'it ends with its file',
    );
    const stranger = mock.tokens.create({ user: 'mock-user-2' }).accessToken;
    t.equal(
      (await tus('HEAD', own, { authorization: `Bearer ${stranger}` })).status,
      404,
      'it is no other’s',
    );
  });

  t.test('announced once more, a file takes its own place', async (t) => {
    const id = await newDraft(mock);
    const group = randomUUID();
    const first = await announce(url, id, 6, { filename: 'a.txt', upload_id: group });
    await send(first.location, 0, 'old');
    const second = await announce(url, id, 6, { filename: 'a.txt', upload_id: group });
    t.equal(second.status, 201);
    t.equal((await tus('HEAD', first.location)).status, 404);
    t.equal((await send(second.location, 0, 'newest')).status, 204);
    t.equal((await tus('POST', `${url}/depositions/${id}/tus/${group}/complete`)).status, 202);
    t.match((await until(`${url}/uploads/${group}`, ['done', 'failed'])).body.state, 'done');
    t.same(stored(mock, id), { 'a.txt': md5('newest') });
  });

  t.test('folders are flattened where the caller wants that', async (t) => {
    const id = await newDraft(mock);
    const group = randomUUID();
    const said = { filename: 'b.txt', relativePath: 'a/b.txt', upload_id: group, archive: 'never' };
    const { location } = await announce(url, id, 1, said);
    await send(location, 0, 'x');
    t.ok(await eventually(() => stored(mock, id)['a_b.txt'] === md5('x')), 'and sent while they come');
    t.equal((await tus('POST', `${url}/depositions/${id}/tus/${group}/complete`)).status, 202);
    t.match((await until(`${url}/uploads/${group}`, ['done', 'failed'])).body.state, 'done');
  });

  t.test('limits hold before a byte is sent', async (t) => {
    const id = await newDraft(mock);
    const group = randomUUID();
    for (let index = 0; index < 100; index += 1) {
      const { status } = await announce(url, id, 1, { filename: `${index}.txt`, upload_id: group });
      if (status !== 201) t.equal(status, 201);
    }
    t.match(await announce(url, id, 1, { filename: 'more.txt', upload_id: group }), {
      body: { code: 'too_many_files' },
    });
    const large = randomUUID();
    t.equal((await announce(url, id, 30e9, { filename: 'a', upload_id: large })).status, 201);
    t.match(await announce(url, id, 30e9, { filename: 'b', upload_id: large }), {
      status: 413,
      body: { code: 'quota_exceeded' },
    });
    const { free } = await app.uploads.space();
    t.match(await app.uploads.space(), { reserved: Number }, 'what is to come is counted');
    t.ok((free ?? 0) > 0);
    t.equal((await tus('DELETE', `${url}/uploads/${group}`)).status, 200);
    t.equal((await tus('DELETE', `${url}/uploads/${large}`)).status, 200);
    t.match(await announce(url, 999_999_999, 1, { filename: 'a' }), {
      status: 404,
      body: { code: 'deposition_not_found' },
    });
  });

  t.test('each file is judged as the whole would be, and what is removed counts no more', async (t) => {
    const deep = `d/${'x'.repeat(250)}/${'y'.repeat(250)}`;
    const paths = [
      'a',
      'A',
      'a.zip',
      'a/b',
      'A/b',
      'a/B',
      'a/b/c',
      'a/b!',
      'a/b/C/d',
      'a/c',
      'a/c/d',
      'a_b',
      'ab',
    ];
    paths.push(
      'A.ZIP/x',
      'b/\u00e9',
      'b/e\u0301',
      'b/\u00e9/x',
      'c.zip',
      'c/x',
      `${deep}/z`,
      deep,
      `${deep}/z/w`,
      `${deep}0`,
    );
    for (const archive of ['zip', 'never'] as const) {
      for (const order of [paths, paths.toReversed()]) {
        const id = await newDraft(mock);
        const upload_id = randomUUID();
        const taken: { path: string; location: string }[] = [];
        for (const path of order) {
          const said = { filename: 'x', relativePath: path, upload_id, archive };
          const whole = [...taken, { path }].map((one) => ({ path: one.path, size: 3 }));
          const [expected] = planUpload(whole, { archive, prefix: '' }).faults;
          const { location, status, body } = await announce(url, id, 3, said);
          t.same([status, body.code], [expected === undefined ? 201 : 400, expected?.fault.code], path);
          if (status === 201) taken.push({ path, location });
        }
        const of = { where: { uploadId: upload_id }, orderBy: { name: 'asc' } } as const;
        const targets = await app.database.tusTarget.findMany(of);
        const { files: plan } = planUpload(
          taken.map(({ path }) => ({ path, size: 3 })),
          { archive, prefix: '' },
        );
        const counted = targets.map(({ name, files, isZip, bytes }) => [
          name,
          files,
          Number(bytes) + (isZip ? 22 : 0),
        ]);
        const planned = plan.map(({ name, paths: of, size }) => [name, of.length, size]);
        t.same(counted.sort(), planned.sort(), 'the sums are those of the plan');
        for (const { location } of taken) t.equal((await tus('DELETE', location)).status, 204);
        t.equal(await app.database.tusTarget.count(of), 0);
        t.match(await tus('POST', `${url}/depositions/${id}/tus/${upload_id}/complete`), {
          status: 400,
          body: { code: 'no_files' },
        });
      }
    }
  });

  /** Reservations on a volume with so many free bytes. */
  const reserveWith = (volume: string, free: number, database = app.database) => {
    const space = () => Promise.resolve({ total: 1e15, free });
    const staging = { volume, space, remove: () => Promise.resolve() };
    const kept = { bytes: () => Promise.resolve(0), giveWay: () => Promise.resolve([]) };
    return createReservations(database, staging, { minFree: 1000, share: 1, longestLine: 20_000 }, kept);
  };
  /** How many rows of files this connection has read. */
  const looked = async (tx: Prisma.TransactionClient) => {
    const [rows] = await tx.$queryRaw<{ read: number }[]>`
      SELECT (seq_tup_read + idx_tup_fetch)::int AS read FROM pg_stat_xact_user_tables WHERE relname = 'tus_files'`;
    return rows?.read ?? Number.NaN;
  };

  for (const [what, received, sum] of [
    ['have arrived', 3, 'x'],
    ['are announced', 0, null],
  ] as const) {
    t.test(`of twenty thousand files that ${what} none is looked at for one more`, async (t) => {
      const id = await newDraft(mock);
      const upload_id = randomUUID();
      const first = await announce(url, id, 5, { filename: 'a', relativePath: 'd/a', upload_id });
      t.equal((await send(first.location, 0, 'abc')).status, 204);
      await app.database.$executeRaw`
        INSERT INTO tus_files (id, upload_id, position, path, path_key, size, received, md5)
        SELECT gen_random_uuid(), ${upload_id}::uuid, n, 'd/' || n, 'd/' || n, 3, ${received}, ${sum} FROM generate_series(1, 19000) n`;
      await app.database.$executeRaw`ANALYZE tus_files`;
      const { volume, owner } = await app.database.upload.findUniqueOrThrow({ where: { id: upload_id } });
      const files = createTusRepository(app.database);
      // A connection of its own, and new: what the service's have read before would count too.
      const database = createDatabase(databaseUrl);
      const read = await reserveWith(volume, 1e14, database).reserve(owner, 3, async (tx) => {
        await addToTargets(tx, upload_id, { path: 'd/last', size: 3 }, 'zip');
        t.equal(await files.nextPosition(upload_id, tx), 19_001);
        return looked(tx);
      });
      t.ok(read < 50, `${read} rows`);
      await database.$disconnect();
      t.equal((await tus('DELETE', `${url}/uploads/${upload_id}`)).status, 200);
    });
  }

  t.test('what is here is not counted twice where a volume is nearly full', async (t) => {
    const id = await newDraft(mock);
    const upload_id = randomUUID();
    const { location } = await announce(url, id, 100_000, { filename: 'here', upload_id });
    t.equal((await send(location, 0, Buffer.alloc(60_000))).status, 204);
    const { owner } = await app.database.upload.findUniqueOrThrow({ where: { id: upload_id } });
    // No other upload is on it.
    const volume = randomUUID();
    await app.database.upload.update({ where: { id: upload_id }, data: { volume } });
    t.ok(
      await eventually(async () => {
        const { received } = await app.database.tusFile.findFirstOrThrow({ where: { uploadId: upload_id } });
        return received === 60_000n;
      }),
    );
    const reserve = (free: number) =>
      reserveWith(volume, free).reserve(owner, 500, () => Promise.resolve(true));
    t.equal(await reserve(1000 + 40_000 + 500), true);
    await t.rejects(reserve(1000 + 40_000 + 499), { code: 'staging_full' });
    t.equal((await tus('DELETE', `${url}/uploads/${upload_id}`)).status, 200);
  });

  t.test('what uploads need of the volume: a folder twice, and what is here once less', async (t) => {
    const needs = async () => {
      const { volume } = await app.database.upload.findFirstOrThrow({ where: { id: upload_id } });
      const all = await app.database.$queryRaw<{ owner: string; whole: number; coming: number }[]>`
        SELECT owner, whole::float8 AS whole, coming::float8 AS coming FROM (${tusNeeds(volume)}) n
        WHERE owner = (SELECT owner FROM uploads WHERE id = ${upload_id}::uuid)`;
      const sum = (of: (one: (typeof all)[number]) => number) =>
        all.reduce((total, one) => total + of(one), 0);
      return [sum(({ whole }) => whole), sum(({ coming }) => coming)];
    };
    const id = await newDraft(mock);
    const upload_id = randomUUID();
    const plain = await announce(url, id, 1000, { filename: 'plain', upload_id });
    const [whole = 0, coming = 0] = await needs();
    const from = { whole: whole - 1000, coming: coming - 1000 };
    const folder = await announce(url, id, 500, { filename: 'a', relativePath: 'd/a', upload_id });
    // Of what a zip has besides its files: a header before each, one in its list, sizes behind it.
    const zip = 500 + 92 + 2 * 'd/a'.length;
    const is = async (expected: [whole: number, coming: number], what: string) => {
      const [all, rest] = await needs();
      t.same([(all ?? 0) - from.whole, (rest ?? 0) - from.coming], expected, what);
    };
    await is([1000 + 2 * zip, 1000 + 500 + zip], 'announced');
    t.equal((await send(plain.location, 0, Buffer.alloc(1000))).status, 204);
    await is([1000 + 2 * zip, 500 + zip], 'one is here');
    t.equal((await send(folder.location, 0, Buffer.alloc(500))).status, 204);
    await is([1000 + 2 * zip, zip], 'both are here, and the zip is still to be made');
    t.equal((await tus('DELETE', folder.location)).status, 204);
    await is([1000, 0], 'the folder is gone');
    t.equal((await tus('DELETE', `${url}/uploads/${upload_id}`)).status, 200);
  });

  t.test(
    'the last file of twenty thousand is announced like the first, and one more is too many',
    async (t) => {
      const id = await newDraft(mock);
      const upload_id = randomUUID();
      const said = (name: string) => ({ filename: name, relativePath: `d/${name}`, upload_id });
      t.equal((await announce(url, id, 3, said('first'))).status, 201);
      const path = `d/${'long/'.repeat(100)}`;
      await app.database.$executeRaw`
      INSERT INTO tus_files (id, upload_id, position, path, path_key, size)
      SELECT gen_random_uuid(), ${upload_id}::uuid, n, ${path} || n, ${path} || n, 3 FROM generate_series(1, 19998) n`;
      const long = { files: 6000, pathBytes: 3 * 1024 * 1024 - 6 };
      await app.database.tusTarget.updateMany({ where: { uploadId: upload_id }, data: long });
      t.match(await announce(url, id, 3, said('wordy')), {
        status: 400,
        body: { code: 'too_many_files', detail: /3145728 bytes in total, but these have 3145729\b/ },
      });
      const shorter = await announce(url, id, 3, said('word'));
      t.match([shorter.status, (await tus('DELETE', shorter.location)).status], [201, 204]);
      t.equal((await announce(url, id, 3, said('also'))).status, 201, 'what is removed is not counted');
      const all = { files: 19_999, bytes: 30_000_000, pathBytes: 0 };
      await app.database.tusTarget.updateMany({ where: { uploadId: upload_id }, data: all });
      let quickest = Number.POSITIVE_INFINITY;
      for (let tries = 15; tries > 0 && quickest > 50; tries -= 1) {
        const delays = monitorEventLoopDelay({ resolution: 5 });
        delays.enable();
        const last = await announce(url, id, 3, said('last'));
        delays.disable();
        t.match(last, { status: 201 });
        t.match(await announce(url, id, 3, said('more')), { status: 400, body: { code: 'too_many_files' } });
        t.match(await announce(url, id, 3, said('FIRST')), { body: { code: 'duplicate_file_name' } });
        t.equal((await tus('DELETE', last.location)).status, 204);
        quickest = delays.max / 1e6;
      }
      t.ok(quickest <= 50, `the event loop was held for ${quickest} ms`);
      const complete = `${url}/depositions/${id}/tus/${upload_id}/complete`;
      const { status, body } = await tus('POST', complete);
      t.match({ status, body }, { status: 409, body: { code: 'upload_unfinished' } });
      t.equal((body['errors'] as unknown[]).length, 100, 'not all that are missing are named');
      t.equal((await tus('DELETE', `${url}/uploads/${upload_id}`)).status, 200);
    },
  );

  t.test('two requests for one file', async (t) => {
    const id = await newDraft(mock);
    const bytes = noise(400_000);
    const { location, headers } = await announce(url, id, bytes.length, { filename: 'two.bin' });
    async function* slowly() {
      for (let at = 0; at < bytes.length; at += 20_000) {
        yield bytes.subarray(at, at + 20_000);
        await sleep(200);
      }
    }
    const running = send(location, 0, Readable.from(slowly()));
    t.ok(await eventually(async () => (await offsetOf(location)) > 0), 'HEAD sees it grow');
    const here = await offsetOf(location);
    t.match(await send(location, here, bytes.subarray(here)), {
      status: 423,
      headers: { 'retry-after': /./ },
      body: { code: 'upload_locked' },
    });
    t.match(
      await running,
      { status: 204, headers: { 'upload-offset': '400000' } },
      'the first one was not disturbed',
    );
    t.match((await until(`${url}/uploads/${headers['upload-id']}`, ['done', 'failed'])).body.state, 'done');
    t.same(stored(mock, id), { 'two.bin': md5(bytes) });
  });

  t.test('a connection that is silent gives way to another one', async (t) => {
    const id = await newDraft(mock);
    const bytes = noise(100_000);
    const { location } = await announce(url, id, bytes.length, { filename: 'silent.bin' });
    async function* stuck() {
      yield bytes.subarray(0, 30_000);
      await new Promise(() => undefined);
    }
    const dead = send(location, 0, Readable.from(stuck()), { 'content-length': '100000' }).catch(() => null);
    t.ok(await eventually(async () => (await offsetOf(location)) === 30_000));
    t.match(await send(location, 30_000, bytes.subarray(30_000)), { status: 204 });
    t.match(await dead, { status: 423 });
    t.ok(await eventually(() => stored(mock, id)['silent.bin'] === md5(bytes)));
  });

  t.test('what came of a request that broke off stays, unless it has a sum', async (t) => {
    const id = await newDraft(mock);
    const bytes = noise(200_000);
    const { location } = await announce(url, id, bytes.length, { filename: 'broken.bin' });
    const breakOff = async (offset: number, more: Record<string, string> = {}) => {
      const control = new AbortController();
      async function* some() {
        yield bytes.subarray(offset, offset + 50_000);
        await sleep(300);
        control.abort();
        await new Promise(() => undefined);
      }
      await request(location, {
        method: 'PATCH',
        signal: control.signal,
        body: Readable.from(some()),
        headers: {
          'tus-resumable': '1.0.0',
          authorization: `Bearer ${TOKEN}`,
          'content-type': 'application/offset+octet-stream',
          'content-length': String(bytes.length - offset),
          'upload-offset': String(offset),
          ...more,
        },
      }).catch(() => null);
    };
    await breakOff(0);
    t.ok(await eventually(async () => (await offsetOf(location)) === 50_000));
    await breakOff(50_000, { 'upload-checksum': `sha1 ${createHash('sha1').update('x').digest('base64')}` });
    await sleep(300);
    t.equal(await offsetOf(location), 50_000);
    t.match(await send(location, 50_000, bytes.subarray(50_000)), { status: 204 });
    t.ok(await eventually(() => stored(mock, id)['broken.bin'] === md5(bytes)));
  });

  t.test('a file that is not what was announced begins again', async (t) => {
    const id = await newDraft(mock);
    const sum = md5('right');
    const base64 = Buffer.from(sum, 'hex').toString('base64');
    const said = { md5: sum, checksum: `md5:${sum}` };
    for (const [name, announced] of [
      ['sum.txt', { md5: sum }],
      ['zenodo.txt', { checksum: said.checksum }],
      ['header.txt', { checksum: `MD5 ${base64}` }],
      ['both.txt', said],
    ] as const) {
      const { location } = await announce(url, id, 5, { filename: name, ...announced });
      t.match(await send(location, 0, 'wrong'), { status: 400, body: { code: 'checksum_mismatch' } }, name);
      t.ok(await eventually(async () => (await offsetOf(location)) === 0));
      t.notOk(stored(mock, id)[name], 'nothing of it is on Zenodo');
      t.match(await send(location, 0, 'right'), { status: 204 });
      t.ok(await eventually(() => stored(mock, id)[name] === sum));
    }
  });

  t.test('the draft is deleted meanwhile', async (t) => {
    const [here, there] = [await newDraft(mock), await newDraft(mock)];
    const one = await announce(url, here, 10, { filename: 'a.txt' });
    await send(one.location, 0, '01234');
    const deleted = await tus('DELETE', `${url}/depositions/${here}`);
    t.ok([200, 204].includes(deleted.status), 'by this service');
    t.match(await announce(url, here, 1, { filename: 'b.txt' }), { status: 404 }, 'which does not forget it');
    t.match(await send(one.location, 5, '56789'), { status: 410, body: { code: 'upload_gone' } });
    const upload_id = randomUUID();
    const two = await announce(url, there, 10, { filename: 'a.txt', upload_id });
    await announce(url, there, 10, { filename: 'b.txt', upload_id });
    const halfway = { sent: 5, rate: 2, nextAt: new Date() };
    await app.database.uploadFile.updateMany({ where: { uploadId: upload_id }, data: halfway });
    await fetch(`${mock.url}/api/deposit/depositions/${there}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    await send(two.location, 0, '0123456789');
    const ended = await until(`${url}/uploads/${two.headers['upload-id']}`, ['failed', 'done']);
    t.match(ended.body, { state: 'failed', error: { code: 'deposition_not_found' } }, 'past this service');
    const nothing = { status: 'failed', sent: 0, rate: 0, next_attempt_at: null };
    t.match(ended.body['files'], [nothing, nothing], 'nothing is said to be there or on its way');
  });

  t.test('the draft is published meanwhile', async (t) => {
    const id = await newDraft(mock);
    const first = await announce(url, id, 1, { filename: 'here.txt' });
    t.match(await send(first.location, 0, 'x'), { status: 204 });
    t.ok(await eventually(() => stored(mock, id)['here.txt'] === md5('x')));
    const { location, headers } = await announce(url, id, 10, { filename: 'late.txt' });
    await send(location, 0, '01234');
    const zenodo = `${mock.url}/api/deposit/depositions/${id}`;
    const said = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const metadata = {
      title: 'Measurements',
      upload_type: 'dataset',
      description: 'Ice',
      creators: [{ name: 'Lovelace, Ada' }],
    };
    await fetch(zenodo, { method: 'PUT', headers: said, body: JSON.stringify({ metadata }) });
    t.equal((await fetch(`${zenodo}/actions/publish`, { method: 'POST', headers: said })).status, 202);
    await send(location, 5, '56789');
    const ended = await until(`${url}/uploads/${headers['upload-id']}`, ['failed', 'done']);
    t.match(ended.body, { state: 'failed', error: { code: 'already_published', user_message: /published/ } });
    t.same(Object.keys(stored(mock, id)), ['here.txt'], 'what was published is as it was');
    t.match(await announce(url, id, 1, { filename: 'more.txt' }), {
      status: 409,
      body: { code: 'already_published' },
    });
  });

  t.test('an upload to which nothing came for a day ends', async (t) => {
    const id = await newDraft(mock);
    const { location, headers } = await announce(url, id, 10, { filename: 'a.txt' });
    await send(location, 0, '01234');
    const uploadId = String(headers['upload-id']);
    const expires = new Date(String((await tus('HEAD', location)).headers['upload-expires'])).getTime();
    t.ok(Math.abs(expires - Date.now() - 86_400_000) < 600_000, 'after the last byte');
    // As after ten minutes: the file is put down.
    await app.database.tusFile.updateMany({ where: { uploadId }, data: { leaseBy: null } });
    await app.database.upload.update({ where: { id: uploadId }, data: { deadlineAt: new Date(0) } });
    t.ok(await eventually(async () => (await tus('HEAD', location)).status === 410));
    t.ok(await eventually(async () => !(await leftIn(stagingDir)).includes(uploadId)), 'its bytes are gone');
    t.equal(await app.database.tusFile.count({ where: { uploadId, leaseBy: { not: null } } }), 0);
  });
});

t.test('a transfer whose bytes do not come is dropped, and is no failed attempt', async (t) => {
  const { url, mock } = await startService(t, { dependencies: { transferTimings: { starve: 300 } } });
  const id = await newDraft(mock);
  const bytes = noise(300_000);
  const { location, headers } = await announce(url, id, bytes.length, { filename: 'late.bin' });
  const puts = () =>
    mock.requests.list({ method: 'PUT', running: true }).filter(({ path }) => path.endsWith('late.bin'));
  await send(location, 0, bytes.subarray(0, 200_000));
  t.ok(await eventually(() => puts().length === 1), 'it had begun');
  t.ok(await eventually(() => !puts().some(({ running }) => running)), 'and was dropped');
  await send(location, 200_000, bytes.subarray(200_000));
  const done = await until(`${url}/uploads/${headers['upload-id']}`, ['done', 'failed']);
  t.match(done.body, { state: 'done', files: [{ attempts: 0, status: 'uploaded' }] });
  t.same(stored(mock, id), { 'late.bin': md5(bytes) });
});

t.test('behind a path prefix, and with a volume that is full', async (t) => {
  const { url, mock } = await startService(t, {
    env: { PUBLIC_URL: 'https://data.example.org/zenodo/', STAGING_MIN_FREE: String(2 ** 50) },
  });
  const id = await newDraft(mock);
  t.match(await announce(`${url}/zenodo`, id, 5, { filename: 'a' }), {
    status: 507,
    body: { code: 'staging_full' },
  });
  const roomy = await startService(t, { env: { PUBLIC_URL: 'https://data.example.org/zenodo/' } });
  const { location } = await announce(`${roomy.url}/zenodo`, await newDraft(roomy.mock), 5, {
    filename: 'a',
  });
  t.match(location, /^https:\/\/data\.example\.org\/zenodo\/depositions\/\d+\/tus\/[0-9a-f-]{36}$/);
  t.equal((await send(location.replace('https://data.example.org', roomy.url), 0, 'hello')).status, 204);
});

t.test('bytes that are all here are not waited for again', async (t) => {
  const { url, mock, app, stagingDir } = await startService(t);
  const { database } = app;

  /** Sends a whole request, and hangs up; resolves when the service knows. */
  async function sendAndLeave(head: string[], body: Buffer, ready: () => boolean | Promise<boolean>) {
    const served = new Promise<Socket>((resolve) => app.server.once('connection', resolve));
    const caller = connect(Number(new URL(url).port), '127.0.0.1');
    const line = await served;
    const gone = new Promise((resolve) => line.once('close', resolve));
    const always = ['host: x', `authorization: Bearer ${TOKEN}`, `content-length: ${body.length}`];
    caller.write([...head, ...always, '', ''].join('\r\n'));
    caller.write(body);
    t.ok(await eventually(ready), 'the service knows the request');
    caller.destroy();
    await gone;
  }

  const idOf = (location: string) => location.split('/').at(-1) ?? '';
  const setRow = (location: string, data: Prisma.TusFileUpdateInput) =>
    database.tusFile.update({ where: { id: idOf(location) }, data });
  const heldElsewhere = (location: string) =>
    setRow(location, { leaseBy: randomUUID(), leaseUntil: new Date('2999-01-01'), activeAt: new Date(0) });
  const isWanted = async (location: string) =>
    (await database.tusFile.count({ where: { id: idOf(location), wanted: true } })) === 1;
  const isFree = async () => (await database.tusFile.count({ where: { leaseBy: { not: null } } })) === 0;

  /** The database refuses such changes of a table until the function returned is called. */
  async function refusing(table: string, change: string) {
    await database.$executeRaw`CREATE SEQUENCE IF NOT EXISTS refusals`;
    await database.$executeRaw`
      CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM nextval('refusals'); RAISE 'refused'; END $$`;
    await database.$executeRaw`SELECT setval('refusals', 1, false)`;
    await database.$executeRawUnsafe(
      `CREATE TRIGGER refused BEFORE UPDATE ON ${table} FOR EACH ROW WHEN (${change}) EXECUTE FUNCTION refuse()`,
    );
    return () => database.$executeRawUnsafe(`DROP TRIGGER refused ON ${table}`);
  }

  /** How often it has. */
  async function refusals(): Promise<number> {
    const [row] = await database.$queryRaw<{ times: number }[]>`
      SELECT CASE WHEN is_called THEN last_value ELSE 0 END::int AS times FROM refusals`;
    return row?.times ?? 0;
  }

  t.test('whose sender left before anybody read them', async (t) => {
    const id = await newDraft(mock);
    const bytes = noise(5000);
    const { location, headers } = await announce(url, id, bytes.length, { filename: 'left.bin' });
    await heldElsewhere(location);
    const head = [
      `PATCH ${new URL(location).pathname} HTTP/1.1`,
      'tus-resumable: 1.0.0',
      'upload-offset: 0',
      'content-type: application/offset+octet-stream',
    ];
    await sendAndLeave(head, bytes, () => isWanted(location));
    await setRow(location, { leaseBy: null });
    const done = await until(`${url}/uploads/${headers['upload-id']}`, ['done', 'failed']);
    t.equal(done.body.state, 'done');
    t.same(stored(mock, id), { 'left.bin': md5(bytes) });
    t.ok(await eventually(isFree), 'no lease is left');

    t.comment('a file that is the body of its request');
    const raw = await newDraft(mock);
    mock.faults.add({ method: 'GET', path: '/api/deposit/depositions/:id', delay: 1, times: 1 });
    const isAsked = () =>
      mock.requests.list({ method: 'GET', running: true }).some(({ path }) => path.endsWith(`/${raw}`));
    await sendAndLeave([`PUT /depositions/${raw}/files/raw.bin HTTP/1.1`], bytes, isAsked);
    t.ok(await eventually(() => stored(mock, raw)['raw.bin'] === md5(bytes)));
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0), 'nothing is left');
  });

  t.test('whose request failed behind the last byte', async (t) => {
    const id = await newDraft(mock);
    const bytes = noise(5000);
    const { location } = await announce(url, id, bytes.length, { filename: 'failed.bin' });
    const allow = await refusing(
      'tus_files',
      'OLD.unverified_from IS NOT NULL AND NEW.unverified_from IS NULL AND NEW.md5 IS NULL',
    );
    const sum = { 'upload-checksum': `sha1 ${createHash('sha1').update(bytes).digest('base64')}` };
    t.ok((await send(location, 0, bytes, sum)).status >= 500);
    t.ok(await eventually(() => stored(mock, id)['failed.bin'] === md5(bytes)), 'it goes on all the same');
    await allow();
    const sealed = { id: idOf(location), md5: md5(bytes), unverifiedFrom: null };
    t.ok(await eventually(async () => (await database.tusFile.count({ where: sealed })) === 1));
  });

  t.test('when the upload is said to be complete', async (t) => {
    const id = await newDraft(mock);
    const said = { filename: 'a', relativePath: 'd/a', upload_id: randomUUID() };
    const { location } = await announce(url, id, 5, said);
    t.equal((await send(location, 0, 'hello')).status, 204);
    t.ok(await eventually(isFree));
    await setRow(location, { md5: null });
    await heldElsewhere(location);
    const complete = `${url}/depositions/${id}/tus/${said.upload_id}/complete`;
    t.match(await tus('POST', complete), {
      status: 409,
      headers: { 'retry-after': '3' },
      body: { code: 'upload_unfinished', detail: /have arrived, but they are still being checked/ },
    });
    t.comment('who had it is dead');
    await setRow(location, { leaseBy: null });
    t.match(await tus('POST', complete), { status: 202 });
    t.match((await until(`${url}/uploads/${said.upload_id}`, ['done', 'failed'])).body.state, 'done');
  });

  t.test('when what becomes of an upload cannot be written down', async (t) => {
    const id = await newDraft(mock);
    const allow = await refusing(
      'uploads',
      'OLD.lease_by IS NOT NULL AND OLD.completion IS NOT NULL AND (NEW.completion IS NULL OR NEW.lease_by IS NULL)',
    );
    const { location, headers } = await announce(url, id, 5, { filename: 'later.txt' });
    t.equal((await send(location, 0, 'hello')).status, 204);
    t.ok(await eventually(async () => (await refusals()) >= 2), 'neither its going on nor its failure');
    await allow();
    await database.upload.updateMany({ where: { depositionId: id }, data: { leaseUntil: new Date(0) } });
    const done = await until(`${url}/uploads/${headers['upload-id']}`, ['done', 'failed']);
    t.equal(done.body.state, 'done', 'the process lives, and it goes on');
  });

  t.test('that another process has sealed meanwhile', async (t) => {
    const id = await newDraft(mock);
    const upload_id = randomUUID();
    for (const [name, path] of [
      ['part', 'd/part'],
      ['whole', 'whole'],
    ] as const) {
      const { location } = await announce(url, id, 5, { filename: name, relativePath: path, upload_id });
      await heldElsewhere(location);
      const late = send(location, 0, 'hello');
      t.ok(await eventually(() => isWanted(location)));
      const { count } = await database.uploadFile.updateMany({
        where: { id: idOf(location) },
        data: { state: 'uploaded', md5: md5('hello') },
      });
      t.equal(count, path === 'whole' ? 1 : 0);
      await setRow(location, { leaseBy: null, md5: md5('hello'), received: 5 });
      t.match(await late, { status: 409, body: { code: 'upload_offset_mismatch' } });
      t.ok(await eventually(isFree), 'the lease is given back');
    }
    t.same(
      mock.requests.list({ method: 'PUT' }).filter(({ path }) => path.endsWith('/whole')),
      [],
    );
  });

  t.test('although Zenodo has them already, and nobody wrote down that they are here', async (t) => {
    const id = await newDraft(mock);
    const said = { filename: 'there.bin', upload_id: randomUUID() };
    const { location } = await announce(url, id, 5, said);
    t.equal((await send(location, 0, 'hello')).status, 204);
    const row = () => database.uploadFile.findUnique({ where: { id: idOf(location) } });
    t.ok(await eventually(async () => (await row())?.state === 'uploaded'));
    t.ok(await eventually(isFree));
    await setRow(location, { md5: null, leaseBy: randomUUID(), leaseUntil: new Date(0) });
    const isSealed = async () =>
      (await database.tusFile.count({ where: { id: idOf(location), md5: md5('hello'), leaseBy: null } })) ===
      1;
    t.ok(await eventually(isSealed), 'another process goes on with it');
    t.match(await row(), { state: 'uploaded' }, 'it is no new file');
    const puts = mock.requests.list({ method: 'PUT' }).filter(({ path }) => path.endsWith('/there.bin'));
    t.equal(puts.length, 1, 'and is not sent again');
  });

  t.test('of a file alone, when that cannot be written down', async (t) => {
    const id = await newDraft(mock);
    const bytes = noise(5000);
    mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/:key', status: 400 });
    const { location, headers } = await announce(url, id, bytes.length, { filename: 'alone.bin' });
    await send(location, 0, bytes.subarray(0, 3000));
    const row = () => database.uploadFile.findUnique({ where: { id: idOf(location) } });
    t.ok(await eventually(async () => (await row())?.error !== null), 'Zenodo does not take it now');
    mock.faults.clear();
    const allow = await refusing('uploads', `OLD.state = 'receiving' AND NEW.state = 'queued'`);
    t.ok((await send(location, 3000, bytes.subarray(3000))).status >= 500);
    t.ok(await eventually(isFree), 'the lease is given back');
    await allow();
    const done = await until(`${url}/uploads/${headers['upload-id']}`, ['done', 'failed']);
    t.equal(done.body.state, 'done', 'the next look finds it');
    t.same(stored(mock, id), { 'alone.bin': md5(bytes) });
  });

  t.test('and a file is sealed in all its rows or in none', async (t) => {
    const id = await newDraft(mock);
    const { location, headers } = await announce(url, id, 5, { filename: 'rows.txt' });
    const allow = await refusing('upload_files', 'OLD.md5 IS NULL AND NEW.md5 IS NOT NULL');
    t.ok((await send(location, 0, 'hello')).status >= 500);
    t.equal(await database.tusFile.count({ where: { id: idOf(location), md5: null } }), 1);
    await allow();
    await setRow(location, { leaseUntil: new Date(0) });
    const done = await until(`${url}/uploads/${headers['upload-id']}`, ['done', 'failed']);
    t.equal(done.body.state, 'done', 'it is sealed once its lease has run out');
    t.same(stored(mock, id), { 'rows.txt': md5('hello') });
  });
});

t.test('a file that is announced while its upload is completed is not overlooked', async (t) => {
  const { url, mock, app } = await startService(t);
  const repository = createTusRepository(app.database);
  const id = await newDraft(mock);
  const upload_id = randomUUID();
  const { location } = await announce(url, id, 3, { filename: 'a.txt', upload_id });
  await send(location, 0, 'one');
  let completing: Promise<boolean> | undefined;
  await app.database.$transaction(async (tx) => {
    const upload = await repository.lockUpload(upload_id, tx);
    completing = repository.complete(upload_id, { archive: 'zip', sync: false, folders: null });
    const isWaiting = async () => {
      const [row] = await app.database.$queryRaw<{ waits: boolean }[]>`
        SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted) AS waits`;
      return row?.waits === true;
    };
    t.ok(await eventually(isWaiting), 'it waits for the announcement');
    const data = {
      id: randomUUID(),
      uploadId: upload?.id ?? '',
      position: 1,
      path: 'b.txt',
      pathKey: 'b.txt',
    };
    await tx.tusFile.create({ data: { ...data, size: 3 } });
  });
  t.equal(await completing, false);
  const file = await app.database.tusFile.findFirstOrThrow({ where: { path: 'b.txt' } });
  t.equal(await repository.markUnverified(file.id, randomUUID(), 1), false);
  t.match(await repository.find(file.id), { unverifiedFrom: null }, 'only who has the lease writes about it');
});

t.test('two processes that share no volume do not both take files of an upload', async (t) => {
  const { url, mock, env } = await startService(t);
  const folder = await temporaryFolder(t);
  const other = await buildApp(loadConfig({ ...env, STAGING_DIR: folder }));
  t.teardown(() => other.close());
  const there = await other.listen({ port: 0, host: '127.0.0.1' });
  const id = await newDraft(mock);
  const elsewhere = { status: 503, body: { code: 'service_unavailable', retry_after: 10 } };
  for (let turn = 0; turn < 5; turn += 1) {
    const upload_id = randomUUID();
    const at = (to: string, filename: string) => announce(to, id, 3, { filename, upload_id });
    const [one, two] = await Promise.all([at(url, 'a.txt'), at(there, 'b.txt')]);
    const [first, second] = one.status === 201 ? [one, two] : [two, one];
    t.equal(first.status, 201);
    t.match(second, elsewhere);
    t.match(await at(one.status === 201 ? there : url, 'c.txt'), elsewhere);
    t.match(await at(one.status === 201 ? url : there, 'c.txt'), { status: 201 });
  }
});
