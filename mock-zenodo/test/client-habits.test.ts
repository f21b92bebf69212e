import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { startMockZenodo } from '../index.js';
import {
  BEARER,
  curl,
  type Deposition,
  draftWith,
  JSON_TYPE,
  METADATA,
  published,
  send,
  type ZenodoRecord,
} from './client-requests.js';

const mock = await startMockZenodo();
const folder = await mkdtemp(join(tmpdir(), 'client-habits-'));
t.teardown(async () => {
  await mock.close();
  await rm(folder, { recursive: true, force: true });
});
const DEPOSITIONS = `${mock.url}/api/deposit/depositions`;
const TOKEN = 'access_token=mock-token';

t.test('jhpoelen/zenodo-upload: curl with the token in the query, the file by --upload-file', async (t) => {
  const { id } = await draftWith(mock.url, {});
  const file = join(folder, 'big file.bin');
  // More than a megabyte: curl then waits for `100 Continue`.
  await writeFile(file, Buffer.alloc(2_500_000, 'zenodo'));
  const { links } = JSON.parse(await curl(`${DEPOSITIONS}/${id}?${TOKEN}`)) as Deposition;
  const answer = await curl('--upload-file', file, `${links['bucket']}/big%20file.bin?${TOKEN}`);
  const { key, size, checksum } = JSON.parse(answer) as Record<string, unknown>;
  const md5 = createHash('md5').update(Buffer.alloc(2_500_000, 'zenodo')).digest('hex');
  t.same({ key, size, checksum }, { key: 'big file.bin', size: 2_500_000, checksum: `md5:${md5}` });

  const { id: record } = JSON.parse(
    await curl('-X', 'POST', `${DEPOSITIONS}/${id}/actions/publish?${TOKEN}`),
  );
  const next = JSON.parse(await curl('-X', 'POST', `${DEPOSITIONS}/${record}/actions/newversion?${TOKEN}`));
  t.not(next.id, record, 'the id of the answer is the new draft');
  t.equal(next.links.latest_draft, `${DEPOSITIONS}/${next.id}`);
});

t.test('the quickstart by curl: JSON by --data, forms by -F, and the two classic mistakes', async (t) => {
  const head = ['-i', '-H', 'Content-Type: application/json', '-X', 'POST'];
  const created = await curl(...head, '--data', '{}', `${DEPOSITIONS}?${TOKEN}`);
  t.match(created, /^HTTP\/1\.1 201 CREATED\r\n/);
  const { links } = JSON.parse(created.split('\r\n\r\n')[1] ?? '') as Deposition;
  const file = join(folder, 'my first file.csv');
  await writeFile(file, '1, 2, 3');
  const form = await curl(
    '-F',
    'name=my first file.csv',
    '-F',
    `file=@${file}`,
    `${links['files']}?${TOKEN}`,
  );
  t.match(
    form,
    /"filename": "my_first_file\.csv", "filesize": 7\.0, "checksum": "66ce05ea43c73b8e33c74c12d0371bc9"/,
  );
  t.match(
    await curl('--data', '{}', `${DEPOSITIONS}?${TOKEN}`),
    /^\{"status": 415, /,
    'curl calls JSON a form',
  );
  const binary = await curl('-X', 'PUT', '--data-binary', `@${file}`, `${links['bucket']}/a.csv?${TOKEN}`);
  t.match(binary, /Expected one of: application\/octet-stream"\}$/);
  const status = await curl(
    '-o',
    join(folder, 'gone'),
    '-w',
    '%{http_code}',
    '-X',
    'DELETE',
    `${links['self']}?${TOKEN}`,
  );
  t.equal(status, '204');
  t.match(await curl('-I', `${mock.url}/api/records`), /^HTTP\/1\.1 200 OK\r\n/, 'HEAD');
});

t.test(
  'cthoyt/zenodo-client: ids are cut out of links, and a whole deposition cannot be sent back',
  async (t) => {
    const { id } = await published(mock.url);
    const answer = await fetch(`${DEPOSITIONS}/${id}/actions/newversion?${TOKEN}`, { method: 'POST' });
    const next = (await answer.json()) as Deposition;
    const cut = String(next.links['latest_draft']).split('/').at(-1);
    t.equal(cut, String(next.id));
    const draft = (await (await fetch(`${DEPOSITIONS}/${cut}?${TOKEN}`)).json()) as Deposition;
    t.ok(draft.links['bucket'], 'a draft read by its id has its bucket');
    const put = (body: unknown) =>
      fetch(`${DEPOSITIONS}/${cut}?${TOKEN}`, {
        method: 'PUT',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });
    t.equal((await put(draft)).status, 400);
    t.equal((await put({ metadata: { ...draft.metadata, version: '2' } })).status, 200);
    const record = await fetch(`${mock.url}/api/records/${id}?${TOKEN}`);
    const { latest } = ((await record.json()) as ZenodoRecord).links;
    t.equal(String(latest).split('/').at(-3), String(id), 'third segment from the end');
  },
);

t.test(
  'zenodraft/zenodraft: node-fetch, lists filtered by concept, files deleted by id, doubled slashes',
  async (t) => {
    const draft = await draftWith(mock.url, { 'a.txt': 'a', 'b.txt': 'b' });
    const list = (await send('GET', DEPOSITIONS, { headers: BEARER })).json as Deposition[];
    t.ok(Array.isArray(list));
    t.equal(list.filter(({ conceptrecid }) => conceptrecid === draft.conceptrecid).length, 1);
    const typed = { ...BEARER, 'content-type': 'text/plain; charset=utf-8', 'content-length': '1' };
    const refused = await send('PUT', `${draft.links['bucket']}/c.txt`, { headers: typed, body: 'c' });
    t.same([refused.status, refused.reason], [415, 'UNSUPPORTED MEDIA TYPE']);
    for (const { id } of draft.files) {
      const gone = await send('DELETE', `${draft.links['files']}/${id}`, { headers: BEARER });
      t.same([gone.status, gone.text], [204, '']);
    }
    const doubled = await send('GET', `${mock.url}//api//deposit/depositions//${draft.id}`, {
      headers: BEARER,
    });
    t.same((doubled.json as Deposition).files, []);
  },
);

t.test('lgloege/zenodopy: bytes without a Content-Type, actions by their links', async (t) => {
  const created = await send('POST', DEPOSITIONS, { headers: JSON_TYPE, body: '{}' });
  const { links } = created.json as Deposition;
  const length = { ...BEARER, 'content-length': '5', accept: '*/*', 'accept-encoding': 'gzip, deflate' };
  t.equal((await send('PUT', `${links['bucket']}/a.txt`, { headers: length, body: 'hello' })).status, 201);
  const body = JSON.stringify({ metadata: METADATA });
  t.equal((await send('PUT', String(links['self']), { headers: JSON_TYPE, body })).status, 200);
  t.equal((await send('POST', String(links['publish']), { headers: BEARER })).status, 202);
  const next = await send('POST', String(links['newversion']), { headers: BEARER });
  t.same(
    (next.json as Deposition).files.map(({ filename }) => filename),
    ['a.txt'],
  );
});

t.test('megasanjay/upload-to-zenodo: axios, whose Accept names JSON, text and the rest', async (t) => {
  const draft = await draftWith(mock.url, {});
  const axios = { ...BEARER, accept: 'application/json, text/plain, */*', 'user-agent': 'axios/1.7.9' };
  const bytes = { ...axios, 'content-type': 'application/octet-stream', 'content-length': '5' };
  const put = await send('PUT', `${draft.links['bucket']}/a.txt`, { headers: bytes, body: 'hello' });
  t.same([put.status, put.headers['content-type']], [201, 'application/json']);
  const form = { ...axios, 'content-type': 'application/x-www-form-urlencoded', 'content-length': '5' };
  t.equal(
    (await send('PUT', `${draft.links['bucket']}/b.txt`, { headers: form, body: 'hello' })).status,
    415,
  );
  const posted = { ...axios, 'content-length': '0', 'content-type': 'application/x-www-form-urlencoded' };
  t.equal(
    (await send('POST', String(draft.links['publish']), { headers: posted })).status,
    202,
    'axios.post(url)',
  );
});

t.test(
  'softwarepub/hermes: a session, metadata to links.latest_draft, links.record_html at the end',
  async (t) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.teardown(() => agent.destroy());
    const first = await published(mock.url);
    const headers = { ...JSON_TYPE, cookie: 'csrftoken=stale' };
    const made = await send('POST', `${DEPOSITIONS}/${first.id}/actions/newversion`, { headers, agent });
    const { links, files } = made.json as Deposition;
    const body = JSON.stringify({ metadata: { ...METADATA, version: 'v2' } });
    t.equal((await send('PUT', String(links['latest_draft']), { headers, body, agent })).status, 200);
    for (const file of files)
      t.equal((await send('DELETE', file.links.self, { headers, agent })).status, 204);
    t.equal(
      (await send('PUT', `${links['bucket']}/v2.zip`, { headers: BEARER, body: 'PK', agent })).status,
      201,
    );
    const done = (await send('POST', String(links['publish']), { headers, agent })).json as Deposition;
    t.same([done.metadata['version'], done.conceptdoi], ['v2', first.conceptdoi]);
    const page = await send('GET', String(done.links['record_html']), { agent });
    t.same([page.status, page.headers.location], [301, `/records/${done.id}`]);
    const licence = await fetch(`${mock.url}/api/licenses/apache-2.0`);
    t.equal(licence.status, 404, 'HERMES asks there, and Zenodo has it no more (softwarepub/hermes#221)');
  },
);
