import { createHash } from 'node:crypto';
import { Agent } from 'node:http';
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
t.teardown(() => mock.close());
const DEPOSITIONS = `${mock.url}/api/deposit/depositions`;

t.test('datadryad/dryad-app: a token of the app itself, one connection per request', async (t) => {
  const app = { grant_type: 'client_credentials', client_id: 'mock-client', client_secret: 'mock-secret' };
  const answer = await fetch(`${mock.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...app, scope: 'deposit:write deposit:actions' }),
  });
  const { access_token, refresh_token } = (await answer.json()) as Record<string, string>;
  t.equal(refresh_token, undefined);
  const closing = { connection: 'close', 'content-type': 'application/json' };
  const url = `${DEPOSITIONS}?access_token=${access_token}`;
  const made = await send('POST', url, { headers: closing, body: JSON.stringify({ metadata: METADATA }) });
  t.same([made.status, made.headers.connection], [201, 'close']);
  const { id, links } = made.json as Deposition;
  const stream = { connection: 'close', 'content-length': '5' };
  const put = await send('PUT', `${links['bucket']}/x.csv?access_token=${access_token}`, {
    headers: stream,
    body: 'hello',
  });
  t.equal(
    (put.json as { checksum: string }).checksum,
    `md5:${createHash('md5').update('hello').digest('hex')}`,
  );
  const twice = `${DEPOSITIONS}/${id}/actions/publish?access_token=${access_token}`;
  t.same([(await send('POST', twice)).status, (await send('POST', twice)).status], [202, 404]);
  const reopened = await send('POST', `${DEPOSITIONS}/${id}/actions/edit?access_token=${access_token}`);
  t.same([reopened.status, (reopened.json as Deposition).state], [201, 'inprogress']);
});

t.test('rspace-os/zenodo-java-client: RestTemplate on a kept connection, into typed fields', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.teardown(() => agent.destroy());
  const headers = {
    ...JSON_TYPE,
    accept: 'application/json, application/*+json',
    'user-agent': 'Java/17.0.9',
  };
  const body = '{}';
  const made = await send('POST', DEPOSITIONS, {
    headers: { ...headers, 'content-length': '2' },
    body,
    agent,
  });
  t.same([made.status, made.headers['content-type']], [201, 'application/json']);
  const draft = made.json as Deposition;
  t.match(draft, {
    id: Number,
    record_id: Number,
    owner: Number,
    conceptrecid: String,
    submitted: false,
    files: [],
  });
  t.match(draft.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
  for (const name of [
    'bucket',
    'discard',
    'edit',
    'files',
    'html',
    'latest_draft',
    'latest_draft_html',
    'publish',
    'self',
  ])
    t.type(draft.links[name], 'string', name);
  t.notOk('doi' in draft, 'absent, not null');
  const list = await send('GET', DEPOSITIONS, {
    headers: { ...headers, 'content-type': 'application/json' },
    agent,
  });
  t.ok(
    (list.json as Deposition[]).some(({ id }) => id === draft.id),
    'a Content-Type on a GET does not matter',
  );
  const probed = { ...headers, 'content-type': 'text/csv' };
  t.equal(
    (await send('PUT', `${draft.links['bucket']}/a.csv`, { headers: probed, body: 'a', agent })).status,
    415,
  );
});

t.test(
  'LucaCappelletti94/zenodo-rs: whole numbers, floats where Zenodo has floats, redirects to the newest',
  async (t) => {
    const { id, links, record_id } = await published(mock.url, { 'artifact.bin': 'hello' });
    const next = (await send('POST', String(links['newversion']), { headers: BEARER })).json as Deposition;
    t.match(next, { state: 'unsubmitted', submitted: false });
    const list = await send('GET', String(next.links['files']), { headers: BEARER });
    t.match(
      list.text,
      /^\[\{"id": "[-\da-f]{36}", "filename": "artifact\.bin", "filesize": 5\.0, "checksum": "[\da-f]{32}", /,
    );
    for (const file of next.files) {
      t.equal((await send('DELETE', `${next.links['files']}/${file.id}`, { headers: BEARER })).status, 204);
    }
    await send('PUT', `${next.links['bucket']}/artifact.bin`, {
      headers: { ...BEARER, 'content-length': '2' },
      body: 'v2',
    });
    t.equal((await send('POST', String(next.links['publish']), { headers: BEARER })).status, 202);
    const text = await (await fetch(`${mock.url}/api/records/${record_id}`)).text();
    t.match(
      text,
      /"id": \d+, "conceptrecid": "\d+", .*"recid": "\d+", "revision": \d+, .*"size": 5, "checksum": "md5:/s,
    );
    const record = JSON.parse(text) as ZenodoRecord;
    const latest = (await (await fetch(String(record.links['latest']))).json()) as ZenodoRecord;
    t.same([record.id, latest.id, latest.conceptrecid], [id, next.id, record.conceptrecid]);
    const found = await fetch(
      `${mock.url}/api/records?q=${encodeURIComponent(`doi:"${record.doi}"`)}&all_versions=true`,
    );
    const { hits } = (await found.json()) as { hits: { hits: ZenodoRecord[]; total: number } };
    t.same([hits.total, hits.hits[0]?.id], [1, id]);
    const zip = Buffer.from(await (await fetch(String(record.links['archive']))).arrayBuffer());
    t.equal(zip.subarray(0, 2).toString(), 'PK');
  },
);

t.test("eblondel/zen4R: the records API, found again among one's own", async (t) => {
  const headers = { ...JSON_TYPE, accept: 'application/json', 'user-agent': 'zen4R/0.10' };
  const body = JSON.stringify({
    metadata: {
      title: 'From R',
      resource_type: { id: 'dataset' },
      publication_date: '2026-01-02',
      publisher: 'Zenodo',
      creators: [{ person_or_org: { type: 'personal', family_name: 'Doe', given_name: 'Jane' } }],
    },
  });
  const made = await send('POST', `${mock.url}/api/records`, { headers, body });
  const { id } = made.json as { id: number };
  t.equal(made.status, 201);
  const draft = `${mock.url}/api/records/${id}/draft`;
  t.equal((await send('POST', `${draft}/files`, { headers, body: '[{"key":"r.txt"}]' })).status, 201);
  const bytes = { ...BEARER, 'content-type': 'application/octet-stream', 'content-length': '5' };
  t.equal((await send('PUT', `${draft}/files/r.txt/content`, { headers: bytes, body: 'hello' })).status, 200);
  t.equal((await send('POST', `${draft}/files/r.txt/commit`, { headers })).status, 200);
  const own = `${mock.url}/api/user/records?q=recid:${id}&size=10&page=1&allversions=1`;
  const { hits } = (await send('GET', own, { headers: BEARER })).json as { hits: { total: number } };
  t.equal(hits.total, 1);
  t.equal((await send('POST', `${draft}/actions/publish`, { headers })).status, 202);
});

t.test(
  'calkit, dockstore: parameters that nobody knows, ids cut from links, searches by concept',
  async (t) => {
    const { id, conceptdoi } = await published(mock.url);
    const sandbox = await send('GET', `${DEPOSITIONS}/${id}?env=sandbox`, { headers: BEARER });
    t.equal(sandbox.status, 200);
    const next = await send('POST', `${DEPOSITIONS}/${id}/actions/newversion?env=sandbox`, {
      headers: BEARER,
    });
    const cut = Number(/(\d+)$/.exec((next.json as Deposition).links['latest_draft'] ?? '')?.[1]);
    t.equal(cut, (next.json as Deposition).id);
    const twice = await send('POST', `${DEPOSITIONS}/${id}/actions/newversion`, { headers: BEARER });
    t.match(twice.json, {
      status: 400,
      errors: [{ field: 'files.enabled', messages: ['Please remove all files first.'] }],
    });
    const query = encodeURIComponent(`conceptdoi:"${conceptdoi}"`);
    const found = JSON.parse(await curl(`${mock.url}/api/records?q=${query}`));
    t.same(
      found.hits.hits.map((hit: { id: number }) => hit.id),
      [id],
    );
    const drafts = await send('GET', `${DEPOSITIONS}?q=conceptrecid:${id - 1}&size=100`, { headers: BEARER });
    t.same(
      (drafts.json as Deposition[]).map((item) => item.id),
      [cut],
      'the newest of the concept',
    );
    t.equal((await draftWith(mock.url, {})).state, 'unsubmitted');
  },
);
