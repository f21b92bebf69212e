import { readdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import {
  createDraft,
  createRdm,
  type Deposition,
  PUBLISHABLE,
  publish,
  RDM_METADATA,
  type RdmRecord,
  rdm,
  upload,
} from '../conformance/records-flow.js';
import { type Answer, call, type Target } from '../conformance/rule.js';
import type { MockContext } from '../context.js';
import { startMockZenodo } from '../index.js';
import { type Options, parseOptions } from '../options.js';
import { buildMock } from '../server.js';

async function running(
  t: Test,
  options: Partial<Options> = {},
): Promise<{ target: Target; mock: MockContext; blobs(): Promise<string[]> }> {
  const app = await buildMock(parseOptions(options));
  t.teardown(() => app.close());
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const target = { url: `http://127.0.0.1:${port}`, token: 'mock-token', secondToken: 'mock-token-2' };
  return { target, mock: app.mock, blobs: () => readdir(join(app.mock.directory, 'blobs')) };
}

/** Polls until a condition holds, for five seconds at most. */
async function until(condition: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 250; tries += 1) {
    if (await condition()) return true;
    await wait(20);
  }
  return false;
}

const asGuest = (target: Target, path: string, headers: Record<string, string> = {}) =>
  call(target, 'GET', path, { token: null, headers });

const message = ({ status, json }: Answer) => [status, (json as { message?: string }).message];

/** JSON without what differs between any two records: ids, times, origins. */
function essence(value: unknown, ...ids: (string | number)[]): unknown {
  let text = JSON.stringify(value)
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+\+00:00/g, 'TIME')
    .replace(/[\da-f]{8}-[\da-f-]{27}/g, 'UUID');
  ids.forEach((id, index) => {
    text = text.replaceAll(String(id), `ID${index}`);
  });
  return JSON.parse(text.replace(/":ID(\d)/g, '":"ID$1"'));
}

t.test('the same upload through either API gives the same record', async (t) => {
  const { target } = await running(t);
  const legacy = await publish(
    target,
    {
      ...PUBLISHABLE,
      title: 'Same',
      publication_date: '2026-01-02',
      license: 'cc-by-4.0',
      keywords: ['a', 'b'],
    },
    { 'a.csv': 'hello' },
  );
  const metadata = {
    ...RDM_METADATA,
    title: 'Same',
    description: PUBLISHABLE.description,
    creators: [
      {
        person_or_org: { type: 'personal', family_name: 'Doe', given_name: 'Jane' },
        affiliations: [{ name: 'Example University' }],
      },
    ],
    rights: [{ id: 'cc-by-4.0' }],
    subjects: [{ subject: 'a' }, { subject: 'b' }],
  };
  const draft = await createRdm(target, metadata);
  await upload(target, draft.id, 'a.csv', 'hello');
  const published = await rdm(target, 'POST', `/api/records/${draft.id}/draft/actions/publish`);
  t.equal(published.status, 202, published.text);

  for (const accept of ['application/json', 'application/vnd.inveniordm.v1+json']) {
    const one = await asGuest(target, `/api/records/${legacy.id}`, { accept });
    const other = await asGuest(target, `/api/records/${draft.id}`, { accept });
    const concept = (published.json as RdmRecord).parent.id;
    const [a, b] = [
      essence(one.json, legacy.id, legacy.conceptrecid),
      essence(other.json, draft.id, concept),
    ];
    for (const record of [a, b] as Record<string, unknown>[]) {
      delete record['revision'];
      delete record['revision_id'];
    }
    t.same(b, a, accept);
  }
  const both = await call(target, 'GET', `/api/deposit/depositions/${draft.id}`);
  t.equal((both.json as { state: string }).state, 'done', 'and the old API shows it');
});

t.test('one draft, both APIs at each step', async (t) => {
  const { target } = await running(t);
  const draft = await createDraft(target, PUBLISHABLE);
  await upload(target, String(draft.id), 'folder/a.csv', 'hello');
  t.equal((await call(target, 'POST', `/api/records/${draft.id}/draft/pids/doi`)).status, 201);
  const published = await call(target, 'POST', draft.links.publish);
  t.equal(published.status, 202, published.text);
  const { files } = published.json as Deposition;
  t.equal(files[0]?.filename, 'folder/a.csv');
  const content = await asGuest(target, `/api/records/${draft.id}/files/folder/a.csv/content`);
  t.equal(content.text, 'hello');

  const next = (await rdm(target, 'POST', `/api/records/${draft.id}/versions`)).json as RdmRecord;
  const legacyView = (await call(target, 'GET', `/api/deposit/depositions/${next.id}`)).json as Deposition;
  t.equal(legacyView.conceptrecid, draft.conceptrecid);
  const again = await call(target, 'POST', `/api/deposit/depositions/${draft.id}/actions/newversion`);
  t.equal((again.json as Deposition).id, Number(next.id), 'the open draft without files takes the import');
  const third = await call(target, 'POST', `/api/deposit/depositions/${draft.id}/actions/newversion`);
  t.match(third.text, 'Please remove all files first.');
});

t.test('Zenodo has no restricted records', async (t) => {
  const { target } = await running(t);
  const access = { record: 'restricted', files: 'restricted' };
  const refusal = "You don't have permissions to manage record access.";
  const made = await rdm(target, 'POST', '/api/records', { json: { metadata: RDM_METADATA, access } });
  t.match([made.status, made.text], [400, refusal]);
  const json = { metadata: RDM_METADATA, access: { record: 'public', files: 'restricted' } };
  const draft = (await rdm(target, 'POST', '/api/records', { json })).json as RdmRecord;
  const path = `/api/records/${draft.id}/draft`;
  t.match((await rdm(target, 'PUT', path, { json: { metadata: { title: 'Other' }, access } })).text, refusal);
  const kept = (await rdm(target, 'GET', path)).json as RdmRecord & { access: object };
  t.match(kept, { metadata: { title: RDM_METADATA.title }, access: json.access }, 'nothing was saved');
  t.match((await rdm(target, 'PUT', path, { json: { metadata: RDM_METADATA } })).json, {
    access: json.access,
  });
});

t.test('an embargo ends by the clock', async (t) => {
  const { target, mock } = await running(t);
  mock.clock.set(Date.UTC(2030, 0, 1));
  const { id } = await publish(target, { access_right: 'embargoed', embargo_date: '2030-01-03' });
  const state = async () => {
    const { json } = await rdm(target, 'GET', `/api/records/${id}`, { token: null });
    const zenodo = (await asGuest(target, `/api/records/${id}`)).json as {
      metadata: { access_right: string };
    };
    const { access, files } = json as RdmRecord & { access: { status: string; files: string } };
    return [access.status, access.files, zenodo.metadata.access_right, 'entries' in files];
  };
  t.same(await state(), ['embargoed', 'restricted', 'embargoed', false]);
  mock.clock.advance(2 * 86_400);
  t.same(await state(), ['open', 'public', 'open', true]);
});

t.test('removed records leave a tombstone', async (t) => {
  const { target, mock } = await running(t);
  const { id, links } = await publish(target);
  const deposition = mock.store.depositions.get(id);
  t.ok(deposition);
  if (deposition) deposition.deleted = { kind: 'record', at: mock.clock.timestamp(), reason: 'spam' };
  const answer = await asGuest(target, `/api/records/${id}`);
  t.same(message(answer), [410, 'Record deleted']);
  t.match(answer.json, { tombstone: { removal_reason: { id: 'spam' } } });
  for (const path of [
    `/api/records/${id}/files`,
    `/api/records/${id}/files/a.csv/content`,
    `${links.bucket}/a.csv`,
  ]) {
    t.equal((await asGuest(target, path)).status, 410, path);
  }
});

t.test('the sandbox registers under its own prefix', async (t) => {
  const { target } = await running(t, { sandbox: true });
  const draft = await createRdm(target);
  const reserved = (await rdm(target, 'POST', `/api/records/${draft.id}/draft/pids/doi`)).json as RdmRecord;
  t.equal(reserved.pids['doi']?.identifier, `10.5072/zenodo.${draft.id}`);
  const { id } = await publish(target);
  const record = (await asGuest(target, `/api/records/${id}`)).json as { doi: string; doi_url: string };
  t.same([record.doi, record.doi_url], [`10.5072/zenodo.${id}`, `https://doi.org/10.5072/zenodo.${id}`]);
});

t.test('a concept without a published version leads nowhere', async (t) => {
  const { target } = await running(t);
  const draft = await createDraft(target);
  const answer = await asGuest(target, `/api/records/${draft.conceptrecid}`);
  t.same(message(answer), [404, 'The persistent identifier is not registered.']);
});

t.test('uploads in three steps obey the quotas and leave nothing behind', async (t) => {
  const { target, blobs } = await running(t, { quota: 8, maxFiles: 2 });
  const draft = await createRdm(target);
  const files = `/api/records/${draft.id}/draft/files`;
  const send = (key: string, content: string) =>
    call(target, 'PUT', `${files}/${key}/content`, { body: new TextEncoder().encode(content) });
  await call(target, 'POST', files, { json: [{ key: 'a' }, { key: 'b' }] });
  const third = await call(target, 'POST', files, { json: [{ key: 'c' }] });
  t.match(third.text, 'exceeding the max amount per record');
  t.same(message(await send('a', '123456789')), [400, 'Bucket quota exceeded.']);
  t.same(message(await send('a', '')), [400, 'Empty files are not accepted.']);
  t.equal((await send('a', '12345678')).status, 200);
  t.equal((await send('a', '1234')).status, 200, 'bytes that were not committed are replaced');
  t.same(message(await send('b', '12345')), [400, 'Bucket quota exceeded.']);
  t.ok(await until(async () => (await blobs()).length === 1), 'only the last bytes are kept');

  t.equal((await call(target, 'POST', `${files}/a/commit`)).status, 200);
  const again = await send('a', '12');
  t.same(
    [again.status, 'errors' in (again.json as object)],
    [200, true],
    'a second upload damages a committed file',
  );
  t.equal((await call(target, 'GET', `${files}/a`)).status, 404);
  t.ok(await until(async () => (await blobs()).length === 0));
});

/** The id of a published record with one file. */
async function publishedRdm(target: Target, title = 'A record'): Promise<string> {
  const { id } = await createRdm(target, { ...RDM_METADATA, title });
  await upload(target, id, 'a.csv', 'bytes of the first version');
  const answer = await rdm(target, 'POST', `/api/records/${id}/draft/actions/publish`);
  if (answer.status !== 202) throw new Error(answer.text);
  return id;
}

t.test('new bytes of an imported file leave the published version its own', async (t) => {
  const { target } = await running(t);
  const published = await publishedRdm(target);
  const next = await call(target, 'POST', `/api/records/${published}/versions`);
  const draft = `/api/records/${(next.json as { id: string }).id}/draft`;
  await call(target, 'POST', `${draft}/actions/files-import`);
  const [file] = ((await call(target, 'GET', `${draft}/files`)).json as { entries: { key: string }[] })
    .entries;
  const body = new TextEncoder().encode('other bytes');
  t.equal((await call(target, 'PUT', `${draft}/files/${file?.key}/content`, { body })).status, 200);
  t.equal((await call(target, 'GET', `/api/records/${published}/files/${file?.key}/content`)).status, 200);
});

t.test('a search of records does not see an edit that is not published', async (t) => {
  const { target } = await running(t);
  const published = await publishedRdm(target, 'Radium');
  const record = `/api/records/${published}`;
  await call(target, 'POST', `${record}/draft`);
  const { metadata } = (await call(target, 'GET', `${record}/draft`)).json as { metadata: object };
  const edited = { metadata: { ...metadata, title: 'Polonium' } };
  t.equal((await call(target, 'PUT', `${record}/draft`, { json: edited })).status, 200);
  const total = async (path: string) =>
    ((await call(target, 'GET', path)).json as { hits: { total: number } }).hits.total;
  t.equal(await total('/api/records?q=radium'), 1);
  t.equal(await total('/api/records?q=polonium'), 0);
  t.equal(await total('/api/user/records?q=polonium'), 1, 'the user finds their own draft');
});

t.test('parallel work on one draft from both APIs loses nothing', async (t) => {
  const { target } = await running(t);
  const draft = await createDraft(target, PUBLISHABLE);
  const keys = Array.from({ length: 10 }, (_, index) => `file-${index}`);
  const answers = await Promise.all(
    keys.map((key, index) =>
      index % 2 === 0
        ? upload(target, String(draft.id), key, key)
        : call(target, 'PUT', `${draft.links.bucket}/${key}`, { body: new TextEncoder().encode(key) }),
    ),
  );
  t.same(new Set(answers.map(({ status }) => status)), new Set([200, 201]));
  const publishing = [draft.links.publish, `/api/records/${draft.id}/draft/actions/publish`];
  const results = await Promise.all(publishing.map((path) => call(target, 'POST', path)));
  t.same(
    results.map(({ status }) => status).sort(),
    [202, 404],
    'one publication wins, the other finds no draft',
  );
  const { entries } = (await asGuest(target, `/api/records/${draft.id}/files`)).json as {
    entries: { key: string }[];
  };
  t.same(entries.map(({ key }) => key).sort(), keys);
});

t.test('whatever is asked of records, the answer is one of Zenodo’s', async (t) => {
  const { target } = await running(t);
  const { id } = await publish(target);
  const draft = await createRdm(target);
  const segment = fc.oneof(
    fc.constantFrom(
      'draft',
      'files',
      'content',
      'commit',
      'versions',
      'latest',
      'actions',
      'publish',
      'pids',
      'doi',
    ),
    fc.constantFrom(String(id), draft.id, 'a.csv', '%2e%2e', '%00', 'ü', '%F0%9F%92%A9'),
    fc.string({ maxLength: 8 }).map((text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''))),
  );
  const path = fc
    .tuple(
      fc.constantFrom('/api/records', '/api/files', '/api/vocabularies', '/api/deposit/depositions'),
      fc.array(segment, { maxLength: 6 }),
    )
    .map(([base, segments]) => [base, ...segments].join('/'));
  const body = fc.oneof(
    fc.json(),
    fc.constant(JSON.stringify({ metadata: RDM_METADATA })),
    fc.string(),
    // Without `files`: Zenodo itself fails for such as are no object, and so does the mock
    // (records/rdm-body.ts).
    fc
      .dictionary(fc.constantFrom('metadata', 'access', 'pids', 'custom_fields'), fc.jsonValue())
      .map((value) => JSON.stringify(value)),
  );
  const allowed = new Set([
    200, 201, 202, 204, 301, 302, 304, 308, 400, 403, 404, 405, 406, 409, 410, 412, 413, 415, 500,
  ]);
  const unforeseen: string[] = [];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'),
      path,
      body,
      fc.constantFrom(null, 'mock-token', 'mock-token-2'),
      fc.constantFrom('application/json', 'application/vnd.inveniordm.v1+json', '*/*', 'text/html'),
      async (method, url, sent, token, accept) => {
        const options = method === 'GET' || method === 'HEAD' ? {} : { body: sent };
        const headers = {
          accept,
          ...(method === 'POST' || method === 'PUT' ? { 'content-type': 'application/json' } : {}),
        };
        const answer = await call(target, method, url, { ...options, token, headers });
        if (answer.status === 500) unforeseen.push(`${method} ${url} ${sent}`);
        const type = answer.headers.get('content-type') ?? '';
        const told =
          answer.text === '' || type.includes('json') ? true : type.includes('html') || answer.status === 200;
        return allowed.has(answer.status) && told;
      },
    ),
    { numRuns: 400 },
  );
  const known = /^(?:GET|HEAD|PUT|POST|DELETE) \/api\/(?:files|deposit)/;
  t.same(
    unforeseen.filter((line) => !known.test(line)),
    [],
    'the records API never fails by itself',
  );
  t.equal((await asGuest(target, `/api/records/${id}`)).status, 200, 'the mock lives');
});

t.test('a long list goes on with resumption tokens, which end after two minutes', async (t) => {
  const mock = await startMockZenodo();
  t.teardown(() => mock.close());
  const metadata = { title: 'Abc', upload_type: 'dataset', description: 'd', creators: [{ name: 'A, B' }] };
  const one = { metadata, files: [{ name: 'a', content: 'a' }], state: 'published' as const };
  await mock.seed({ depositions: Array.from({ length: 99 }, () => one) });
  const harvest = async (query: string) => {
    const text = await (await fetch(`${mock.url}/oai2d?${query}`)).text();
    const [, about, token] = /<resumptionToken([^>]*?)(?:\/>|>([^<]*)<)/.exec(text) ?? [];
    const ids = [...text.matchAll(/<identifier>oai:zenodo\.org:(\d+)</g)].map(([, id]) => id);
    return { text, about, token, ids };
  };
  const first = await harvest('verb=ListIdentifiers&metadataPrefix=oai_dc');
  t.equal(first.ids.length, 50);
  t.match(first.about, / expirationDate="[\dT:-]+Z" cursor="0" completeListSize="99"/);
  const next = `verb=ListIdentifiers&resumptionToken=${first.token}`;
  const second = await harvest(next);
  t.equal(second.ids.length, 49);
  t.equal(new Set([...first.ids, ...second.ids]).size, 99);
  t.match(second, { about: / cursor="50" /, token: undefined }, 'the last one is empty');
  t.match((await harvest(`${next}x`)).text, /badResumptionToken/);
  t.match((await harvest(next.replace('Identifiers', 'Records'))).text, /badResumptionToken/);
  mock.clock.advance(121);
  t.match((await harvest(next)).text, /badResumptionToken/);
  await mock.seed({ depositions: [one] });
  const full = await harvest('verb=ListRecords&metadataPrefix=datacite');
  const empty = await harvest(
    `verb=ListRecords&resumptionToken=${(await harvest(`verb=ListRecords&resumptionToken=${full.token}`)).token}`,
  );
  t.match(
    empty,
    { ids: [], about: / cursor="100" completeListSize="100"/ },
    'Zenodo promises one page too many',
  );
});

t.test('an old path leads on with the query as the user wrote it', async (t) => {
  const { target } = await running(t);
  for (const [from, to] of [
    ['/communities/fog/search?q=clim*', '/communities/fog/records?q=clim*'],
    ['/record/5/formats?mimetype=a:id*', '/records/5/media-files/a:id*'],
    ['/deposit/new?c=*', '/uploads/new?community=*'],
  ] as const) {
    const { headers } = await fetch(`${target.url}${from}`, { redirect: 'manual' });
    t.equal(headers.get('location'), to, from);
  }
});
