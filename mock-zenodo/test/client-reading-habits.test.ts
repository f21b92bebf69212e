import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
import t from 'tap';
import { startMockZenodo } from '../index.js';
import { BEARER, type Deposition, draftWith, published, send, type ZenodoRecord } from './client-requests.js';

const mock = await startMockZenodo();
t.teardown(() => mock.close());

t.test('dvolgyes/zenodo_get and fatiando/pooch: files by key, link and prefixed checksum', async (t) => {
  const { id, links } = await published(mock.url, { 'a b.csv': 'hello', 'zür.txt': 'welt' });
  const record = (await (await fetch(`${mock.url}/api/records/${id}`)).json()) as ZenodoRecord;
  for (const { key, size, checksum, links } of record.files) {
    const unquoted = decodeURIComponent(links.self);
    const bytes = Buffer.from(
      await (await fetch(`${encodeURI(unquoted)}?access_token=mock-token`)).arrayBuffer(),
    );
    const [kind, digest] = checksum.split(':');
    t.same([kind, createHash('md5').update(bytes).digest('hex'), bytes.length], ['md5', digest, size], key);
    const head = await fetch(links.self, { method: 'HEAD' });
    t.equal(head.headers.get('content-length'), String(size));
  }
  t.same(record.files.map(({ key }) => key).sort(), ['a b.csv', 'zür.txt']);
  t.match(links['html'], new RegExp(`/records/${id}$`), 'where the DOI leads; its last segment is the id');
  const missing = await fetch(`${mock.url}/api/records/999999999`);
  t.same([missing.status, missing.statusText], [404, 'NOT FOUND'], 'both show the reason to their users');
});

t.test('psf/requests: one session, form fields before the file, no type on its part', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const { links } = await draftWith(mock.url, {});
  const boundary = '4f0c9a3be5f54c6c8a8f6b3a0d9e4f21';
  const part = (disposition: string, content: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
  const body = `${part('name="name"', 'first.csv')}${part('name="file"; filename="x y.csv"', '1, 2, 3')}--${boundary}--\r\n`;
  const headers = {
    ...BEARER,
    'user-agent': 'python-requests/2.32.3',
    'accept-encoding': 'gzip, deflate, br, zstd',
    accept: '*/*',
    connection: 'keep-alive',
    'content-type': `multipart/form-data; boundary=${boundary}`,
    'content-length': String(Buffer.byteLength(body)),
  };
  const made = await send('POST', String(links['files']), { headers, body, agent });
  const { filename, checksum } = made.json as { filename: string; checksum: string };
  t.same([made.status, filename, checksum], [201, 'first.csv', '66ce05ea43c73b8e33c74c12d0371bc9']);
  t.notOk(made.headers['content-encoding'], 'nothing is compressed unasked');
  const again = await send('POST', String(links['files']), { headers, body, agent });
  t.same(
    [again.status, (again.json as { message: string }).message],
    [400, 'File with key first.csv already exists.'],
  );
  const posted = { ...BEARER, accept: '*/*', 'content-length': '0' };
  t.equal(
    (await send('POST', String(links['publish']), { headers: posted, agent })).status,
    202,
    'no body, no type',
  );
  const draft = (await send('GET', String(links['self']), { headers: posted, agent })).json as Deposition;
  t.same(
    draft.files.map((file) => file.filename),
    ['first.csv'],
  );
});
