import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { createCommunity } from '../communities/communities.js';
import { createUserRequest } from '../communities/user-requests.js';
import { BASE, refusals, type Shown, save, shown } from '../conformance/deposit-flow.js';
import { createDraft, type Deposition, PUBLISHABLE, publish, put } from '../conformance/files-flow.js';
import { type Answer, call, type Target } from '../conformance/rule.js';
import type { MockContext } from '../context.js';
import { type Options, parseOptions } from '../options.js';
import { buildMock } from '../server.js';

async function running(
  t: Test,
  options: Partial<Options> = {},
): Promise<{ target: Target; mock: MockContext }> {
  const app = await buildMock(parseOptions(options));
  t.teardown(() => app.close());
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return { target: { url: `http://127.0.0.1:${port}`, token: 'mock-token' }, mock: app.mock };
}

async function complete(target: Target, metadata: object = {}): Promise<Deposition> {
  const draft = await createDraft(target, { ...PUBLISHABLE, ...metadata });
  await put(target, draft, 'a.csv');
  return draft;
}

const read = async (target: Target, id: number) => shown(await call(target, 'GET', `${BASE}/${id}`));
const act = (target: Target, id: number, action: string) =>
  call(target, 'POST', `${BASE}/${id}/actions/${action}`);

/** Sends headers and chunks exactly as given, which `fetch` would not. */
function rawPut(
  url: string,
  headers: Record<string, string>,
  body: string[],
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, {
      method: 'PUT',
      headers: { authorization: 'Bearer mock-token', ...headers },
    });
    sent.on('error', reject).on('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    for (const chunk of body) sent.write(chunk);
    sent.end();
  });
}

t.test('dates follow the clock', async (t) => {
  const { target, mock } = await running(t);
  mock.clock.set(Date.UTC(2031, 4, 6, 12));

  const embargo = { access_right: 'embargoed', embargo_date: '2031-06-01' };
  const draft = await complete(target, embargo);
  t.equal((await read(target, draft.id)).metadata['publication_date'], '2031-05-06');
  t.equal((await act(target, draft.id, 'publish')).status, 202);
  t.match((await read(target, draft.id)).metadata, embargo);

  mock.clock.advance(30 * 86_400);
  const open = await read(target, draft.id);
  const lapsed = { access_right: 'open', embargo_date: embargo.embargo_date };
  t.match(open.metadata, lapsed, 'the embargo has lapsed, and its date is still shown');
  t.equal((await act(target, draft.id, 'edit')).status, 201);
  t.equal((await act(target, draft.id, 'publish')).status, 202, 'and no longer stands in the way');

  const next = shown(await act(target, draft.id, 'newversion'));
  t.equal(next.metadata['publication_date'], '2031-06-05');
  t.match(next.modified, /^2031-06-05T12:00:\d\d\.\d{6}\+00:00$/);
});

t.test('the sandbox has a prefix of its own', async (t) => {
  const { target } = await running(t, { sandbox: true });

  const draft = await complete(target);
  t.strictSame((await read(target, draft.id)).metadata['prereserve_doi'], {
    doi: `10.5281/zenodo.${draft.id}`,
    recid: draft.id,
  });
  const record = shown(await act(target, draft.id, 'publish'));
  t.equal(record.doi, `10.5072/zenodo.${draft.id}`);
  t.equal(record.conceptdoi, `10.5072/zenodo.${draft.conceptrecid}`);
  t.equal(record.links['doi'], `https://doi.org/10.5072/zenodo.${draft.id}`);

  await act(target, draft.id, 'edit');
  await save(target, draft, record.metadata);
  const managed =
    "pids.doi: The prefix '10.5072' is managed by Zenodo. Please supply an external DOI or select 'No' to have a DOI generated for you.";
  t.strictSame(
    refusals(await act(target, draft.id, 'publish')),
    [managed],
    'its own DOI, sent back, counts as external',
  );

  const wrong = await complete(target, { doi: '10.5281/zenodo.5' });
  t.strictSame(refusals(await act(target, wrong.id, 'publish')), [
    'pids.doi: Wrong DOI 10.5281 prefix provided, it should be 10.5072 as defined in the rest client',
  ]);
});

t.test('in production its own DOI may be sent back', async (t) => {
  const { target } = await running(t);
  const record = await publish(target);
  await act(target, record.id, 'edit');
  await save(target, record, (await read(target, record.id)).metadata);
  t.equal((await act(target, record.id, 'publish')).status, 202);
});

t.test('the old platform on request', async (t) => {
  const { target } = await running(t, { oldErrors: true });
  const draft = await complete(target);

  const refused = await save(target, draft, { title: 5 });
  t.strictSame(refused.json, {
    status: 400,
    message: 'Validation error.',
    errors: [{ field: 'metadata.title', message: 'Not a valid string.' }],
  });
  await act(target, draft.id, 'publish');
  const original = shown(await act(target, draft.id, 'newversion'));
  t.equal(original.id, draft.id, 'newversion answers the original');
  const next = shown(await call(target, 'GET', original.links['latest_draft'] ?? ''));
  t.match(
    next,
    { conceptrecid: draft.conceptrecid, state: 'unsubmitted' },
    'whose latest_draft is the new one',
  );
  t.not(next.id, draft.id);
});

t.test('what stops a publication without a word about metadata', async (t) => {
  const { target, mock } = await running(t);
  const draft = await complete(target);
  const user = mock.store.users.get(1);
  const concept = mock.store.concepts.get(Number(draft.conceptrecid));
  if (user === undefined || concept === undefined) throw new Error('the seed has changed');

  user.blocked = true;
  t.match((await act(target, draft.id, 'publish')).json, {
    status: 400,
    message: /^Your account has been blocked - /,
  });
  user.blocked = false;

  const stored = mock.store.depositions.get(draft.id);
  if (stored === undefined) throw new Error('the draft is not stored');
  concept.reviewId = createUserRequest(mock, user, stored, 'community-submission', null).id;
  t.match((await act(target, draft.id, 'publish')).json, { status: 400, message: /open review request/ });
  concept.reviewId = null;

  t.equal((await act(target, draft.id, 'publish')).status, 202);
});

t.test('communities are joined where no review is needed', async (t) => {
  const { target, mock } = await running(t);
  for (const [slug, reviewPolicy, ownerId] of [
    ['mine', 'open', 1],
    ['closed', 'closed', 1],
    ['theirs', 'open', 2],
  ] as const) {
    const owner = mock.store.users.get(ownerId);
    const access = { review_policy: reviewPolicy };
    if (owner) createCommunity(mock, owner, { slug, metadata: { title: slug }, access });
  }
  const communities = ['mine', 'closed', 'theirs', 'nowhere'].map((identifier) => ({ identifier }));
  const record = await publish(target, { communities });
  t.strictSame((await read(target, record.id)).metadata['communities'], [{ identifier: 'mine' }]);
  const found = await call(target, 'GET', `${BASE}?q=communities:mine`);
  t.strictSame(
    (found.json as Shown[]).map(({ id }) => id),
    [record.id],
  );
});

t.test('removed records leave a tombstone', async (t) => {
  const { target, mock } = await running(t);
  const record = await publish(target);
  const stored = mock.store.depositions.get(record.id);
  if (stored) stored.deleted = { kind: 'record', at: '2026-01-02', reason: 'spam' };
  for (const answer of [
    await call(target, 'GET', `${BASE}/${record.id}`),
    await act(target, record.id, 'edit'),
    await act(target, record.id, 'newversion'),
  ]) {
    t.match(answer, {
      status: 410,
      json: { message: 'Record deleted', tombstone: { removal_reason: { id: 'spam' } } },
    });
  }
  t.strictSame((await call(target, 'GET', BASE)).json, []);
});

t.test('reported faults', async (t) => {
  const { target, mock } = await running(t);

  const { id: lag } = mock.faults.add({ name: 'listing-lags', lag: 60 });
  const young = await createDraft(target);
  t.strictSame((await call(target, 'GET', BASE)).json, [], 'the listing does not know it yet');
  t.equal((await call(target, 'GET', young.links.self)).status, 200, 'but it is there');
  mock.clock.advance(61);
  t.equal(((await call(target, 'GET', BASE)).json as unknown[]).length, 1);
  mock.faults.remove(lag);

  const { id: missing } = mock.faults.add('bucket-missing');
  t.notOk((await createDraft(target)).links.bucket);
  mock.faults.remove(missing);

  const draft = await complete(target);
  mock.faults.add('publish-504-but-done');
  const answer = await act(target, draft.id, 'publish');
  t.match(answer, { status: 504, text: /<html>/ });
  t.match(await read(target, draft.id), { submitted: true, state: 'done' });
});

t.test('what RDM clients are told that legacy clients are not', async (t) => {
  const { target } = await running(t);
  const draft = await createDraft(target, { title: 'ab', publication_date: 'soon', imprint_isbn: '1' });
  const headers = { accept: 'application/vnd.inveniordm.v1+json' };
  const path = `/api/records/${draft.id}/draft`;
  const json = {
    metadata: { title: 'ab', publication_date: 'soon' },
    custom_fields: { 'imprint:imprint': { isbn: '1' } },
  };
  const rdm = await call(target, 'PUT', path, { headers, json });
  const read = await call(target, 'GET', path, { headers });
  t.notMatch(read.json, { errors: Array }, 'reading tells nothing');
  const fields = ((rdm.json as { errors: { field: string }[] }).errors ?? []).map(({ field }) => field);
  for (const field of ['metadata.title', 'metadata.publication_date', 'custom_fields.imprint:imprint.isbn']) {
    t.ok(fields.includes(field), field);
  }
});

t.test('bodies and headers that `fetch` does not send', async (t) => {
  const { target } = await running(t);
  const { id } = await createDraft(target);
  const url = `${target.url}${BASE}/${id}`;
  const json = { 'content-type': 'application/json' };

  t.equal((await rawPut(url, json, ['{"metadata":', ' {"title": "In pieces"}}'])).status, 200, 'chunked');
  t.equal((await read(target, id)).title, 'In pieces');
  t.equal((await rawPut(url, { 'content-type': '' }, ['{}'])).status, 200, 'an empty type is none');
  t.equal((await rawPut(url, { 'content-type': ';;;' }, ['{}'])).status, 415);
  t.equal((await rawPut(url, json, ['{"metadata": {"__proto__": {"title": 5}}}'])).status, 200);
  const deep = `{"metadata": {"license": ${'['.repeat(5000)}${']'.repeat(5000)}}}`;
  t.equal((await rawPut(url, json, [deep])).status, 500, 'nested too deep, for Python too');
  t.equal((await rawPut(url, json, ['\ufeff{}'])).status, 200, 'a byte order mark does no harm');
  const large = await rawPut(url, json, ['{"metadata": {"title": "', 'x'.repeat(11 * 1024 * 1024), '"}}']);
  t.match(large, { status: 413, text: /"message":"The data value transmitted exceeds the capacity limit."/ });
  t.equal((await call(target, 'GET', `${BASE}/${id}`)).status, 200, 'and the mock lives on');
});

t.test('parallel writers lose nothing and reach no impossible state', async (t) => {
  const { target } = await running(t);
  const draft = await complete(target);
  const etag = (await call(target, 'GET', draft.links.self)).headers.get('etag')?.replaceAll('"', '') ?? '';
  const puts = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      call(target, 'PUT', draft.links.self, {
        json: { metadata: { ...PUBLISHABLE, title: `Writer ${index}` } },
        headers: { 'if-match': etag },
      }),
    ),
  );
  t.strictSame(tally(puts), { 200: 1, 412: 11 }, 'of writers that know one revision, one wins');
  const winner = puts.find(({ status }) => status === 200);
  t.equal((await read(target, draft.id)).title, winner && shown(winner).title);

  const publishes = await Promise.all(Array.from({ length: 8 }, () => act(target, draft.id, 'publish')));
  t.strictSame(tally(publishes), { 202: 1, 404: 7 });
  const versions = await Promise.all(Array.from({ length: 8 }, () => act(target, draft.id, 'newversion')));
  t.strictSame(tally(versions), { 201: 1, 400: 7 });
  const next = shown(versions.find(({ status }) => status === 201) as Answer);
  const ends = await Promise.all(
    Array.from({ length: 9 }, (_, index) =>
      index % 3 === 0 ? act(target, next.id, 'publish') : call(target, 'DELETE', `${BASE}/${next.id}`),
    ),
  );
  const done = ends.filter(({ status }) => status < 300);
  t.equal(done.length, 1, 'published or deleted, not both');
  const after = await call(target, 'GET', `${BASE}/${next.id}`);
  t.equal(after.status, done[0]?.status === 202 ? 200 : 404);
});

t.test('no query breaks the listing', async (t) => {
  const { target } = await running(t);
  await createDraft(target, { ...PUBLISHABLE, keywords: ['alpha', 'beta'] });
  const piece = fc.constantFrom(
    'title:',
    '(',
    ')',
    '"',
    'AND',
    'OR',
    'NOT',
    '-',
    '+',
    '[1 TO *]',
    '*',
    '?',
    'alpha',
    '\\',
    ':',
    '>=2',
    '~2',
    '^3',
    '{a TO b}',
    '_exists_:',
  );
  const query = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(' ')),
    fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
    fc.string({ maxLength: 60 }),
    fc.constantFrom('('.repeat(3000), '-'.repeat(3000), 'title:'.repeat(500), `${'*a'.repeat(200)}b`),
  );
  await fc.assert(
    fc.asyncProperty(query, async (q) => {
      const answer = await call(target, 'GET', `${BASE}?q=${encodeURIComponent(q)}`);
      if (answer.status === 200) return Array.isArray(answer.json);
      return answer.text === '{"status": 400, "message": "Invalid query string syntax."}';
    }),
    { numRuns: 400, seed: 20_261_123, interruptAfterTimeLimit: 10_000 },
  );
  t.pass('400 queries answered');
});

t.test('a seed makes everything repeatable', async (t) => {
  const bodies = await Promise.all(
    [1, 2].map(async () => {
      const { target } = await running(t, { seed: 'same', publicUrl: 'https://zenodo.test' });
      return (await call(target, 'POST', BASE, { json: { metadata: PUBLISHABLE } })).text;
    }),
  );
  t.equal(bodies[0], bodies[1]);
  t.match(bodies[0], /"self": "https:\/\/zenodo\.test\/api\/deposit\/depositions\/123457"/);
});

function tally(answers: Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
