import { createHash, randomUUID } from 'node:crypto';
import t from 'tap';
import { startService } from './service.js';
import { announce, metadata, offsetOf, send, tus } from './tus-caller.js';
import { eventually, md5, newDraft, noise, stored, until } from './uploads.js';

t.test('files come by tus', async (t) => {
  const { url, mock, app } = await startService(t);

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
      files: [{ filename: 'data ä.bin', status: 'uploaded', size: 300_000 }],
    });
    t.same(stored(mock, id), { 'data ä.bin': md5(bytes) });
    t.equal(await offsetOf(location), 300_000, 'HEAD still knows it');
    t.same(await app.database.tusFile.count({ where: { leaseBy: { not: null } } }), 0, 'no lease is left');
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
    const said = await tus('POST', `${url}/depositions/${id}/tus/${group}/complete`, {
      'tus-resumable': null,
    });
    t.match(said, { status: 202, body: { upload_id: group, state: 'running' } });
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
});
