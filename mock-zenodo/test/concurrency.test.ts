import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Answer, call, type Target } from '../conformance/rule.js';
import { type MockZenodo, type Options, startMockZenodo } from '../index.js';

const BASE = '/api/deposit/depositions';
const METADATA = { title: 'A title', upload_type: 'dataset', creators: [{ name: 'Doe, Jane' }] };

interface Draft {
  id: number;
  title: string;
  submitted: boolean;
  state: string;
  links: { bucket: string };
  files: { filename: string; checksum: string }[];
}

interface World {
  mock: MockZenodo;
  target: Target;
  data: string;
}

async function start(t: Test, options: Partial<Options> = {}): Promise<World> {
  const data = await mkdtemp(join(tmpdir(), 'mock-concurrency-'));
  const mock = await startMockZenodo({ data, ...options });
  t.teardown(async () => {
    await mock.close();
    await rm(data, { recursive: true });
  });
  return { mock, target: { url: mock.url, token: 'mock-token' }, data };
}

const draftOf = async (target: Target) =>
  (await call(target, 'POST', BASE, { json: { metadata: METADATA } })).json as Draft;
const look = async (target: Target, id: number) => (await call(target, 'GET', `${BASE}/${id}`)).json as Draft;
const act = (target: Target, id: number, action: string) =>
  call(target, 'POST', `${BASE}/${id}/actions/${action}`);
const upload = (target: Target, bucket: string, key: string, bytes: Uint8Array) =>
  call(target, 'PUT', `${bucket}/${key}`, { body: bytes });
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');
const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
const counted = (answers: Answer[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

/**
 * Throws away nothing and keeps nothing: the bytes on disk are those that some draft or record has.
 */
async function bytesAreThose(t: Test, { mock, data }: World): Promise<void> {
  const { tables } = await mock.export();
  const states = tables.depositions.flatMap(({ draft, record }) => [draft, record]);
  const used = new Set(states.flatMap((state) => (state?.files ?? []).flatMap(({ blobId }) => blobId ?? [])));
  t.strictSame(readdirSync(join(data, 'blobs')).sort(), [...used].sort(), 'bytes on disk');
}

t.test('parallel saves: each is whole, the last one stays, none is lost from the count', async (t) => {
  const world = await start(t);
  const { target } = world;
  const { id } = await draftOf(target);
  const answers = await times(60, (index) =>
    call(target, 'PUT', `${BASE}/${id}`, {
      json: { metadata: { ...METADATA, title: `Title ${index}`, notes: `Notes ${index}` } },
    }),
  );
  for (const [index, { status, json }] of answers.entries()) {
    t.match(
      { status, json },
      { status: 200, json: { metadata: { title: `Title ${index}`, notes: `Notes ${index}` } } },
    );
  }
  const revisions = answers.map(({ headers }) => Number(headers.get('etag')?.replaceAll('"', '')));
  t.equal(new Set(revisions).size, 60, 'every save has a revision of its own');
  const last = answers[revisions.indexOf(Math.max(...revisions))]?.json as Draft;
  t.equal((await look(target, id)).title, last.title);

  const revision = Math.max(...revisions);
  const guarded = await times(20, (index) =>
    call(target, 'PUT', `${BASE}/${id}`, {
      json: { metadata: { title: `Guarded ${index}` } },
      headers: { 'if-match': String(revision) },
    }),
  );
  t.strictSame(counted(guarded), { 200: 1, 412: 19 });
});

t.test('parallel uploads: all keys are there, one of each, and limits hold', async (t) => {
  const world = await start(t, { quota: 120_000 });
  const { target } = world;
  const { id, links } = await draftOf(target);
  const bytesOf = (index: number) => new Uint8Array(1000).fill(index);
  const keys = await times(110, (index) => upload(target, links.bucket, `k${index}`, bytesOf(index)));
  t.strictSame(counted(keys), { 201: 100, 400: 10 }, 'a hundred files and no more');
  const { files } = await look(target, id);
  t.equal(new Set(files.map(({ filename }) => filename)).size, 100);
  for (const { filename, checksum } of files) t.equal(checksum, md5(bytesOf(Number(filename.slice(1)))));

  const same = await times(20, (index) =>
    upload(target, links.bucket, files[0]?.filename ?? '', bytesOf(200 + index)),
  );
  t.strictSame(counted(same), { 201: 20 });
  const [first] = (await look(target, id)).files.filter(({ filename }) => filename === files[0]?.filename);
  const stored = await fetch(`${links.bucket}/${files[0]?.filename}?access_token=mock-token`);
  t.equal(md5(new Uint8Array(await stored.arrayBuffer())), first?.checksum, 'what is shown is what is there');

  const other = await draftOf(target);
  const full = await times(10, (index) =>
    upload(target, other.links.bucket, `f${index}`, new Uint8Array(30_000)),
  );
  t.strictSame(counted(full), { 201: 4, 400: 6 }, 'the quota is not overrun');
  await bytesAreThose(t, world);
});

t.test('parallel publishes, new versions and discards: exactly one of each', async (t) => {
  const world = await start(t);
  const { target, mock } = world;
  const { id, links } = await draftOf(target);
  await upload(target, links.bucket, 'a.txt', Buffer.from('hello'));
  t.strictSame(counted(await times(12, () => act(target, id, 'publish'))), { 202: 1, 404: 11 });
  t.strictSame(counted(await times(12, () => act(target, id, 'newversion'))), { 201: 1, 400: 11 });
  t.strictSame(counted(await times(12, () => act(target, id, 'edit'))), { 201: 12 });
  t.strictSame(counted(await times(12, () => act(target, id, 'discard'))), { 204: 1, 404: 11 });
  const next = mock.state().depositions.find((deposition) => deposition.id !== id);
  t.equal(mock.state().depositions.length, 2);
  t.strictSame(counted(await times(12, () => call(target, 'DELETE', `${BASE}/${next?.id}`))), {
    204: 1,
    404: 11,
  });
  await bytesAreThose(t, world);
});

t.test(
  'an upload that ends after its draft was published, discarded or filled changes nothing',
  async (t) => {
    const world = await start(t);
    const { target, mock } = world;
    const slow = async (bucket: string) => {
      const request = httpRequest(`${bucket}/slow.bin`, {
        method: 'PUT',
        headers: { authorization: 'Bearer mock-token', 'content-length': 20_000 },
      });
      request.write(Buffer.alloc(10_000));
      await mock.requests.waitFor({ path: '/api/files/:bucket/slow.bin', running: true });
      return async () => {
        request.end(Buffer.alloc(10_000));
        const [answer] = await once(request, 'response');
        answer.resume();
        await once(answer, 'end');
        mock.requests.clear();
        return Number(answer.statusCode);
      };
    };
    const published = await draftOf(target);
    await upload(target, published.links.bucket, 'a.txt', Buffer.from('hello'));
    const late = await slow(published.links.bucket);
    t.equal((await act(target, published.id, 'publish')).status, 202);
    t.ok([403, 404].includes(await late()), 'refused');
    t.strictSame(
      (await look(target, published.id)).files.map(({ filename }) => filename),
      ['a.txt'],
    );

    const discarded = await draftOf(target);
    const vain = await slow(discarded.links.bucket);
    t.equal((await call(target, 'DELETE', `${BASE}/${discarded.id}`)).status, 204);
    t.ok([403, 404].includes(await vain()), 'refused');
    await bytesAreThose(t, world);
  },
);

t.test('a storm of everything on the same drafts leaves only states that can be', async (t) => {
  const world = await start(t);
  const { target, mock } = world;
  const other = { ...target, token: 'mock-token-2' };
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const known = (await times(3, () => draftOf(target))).map(({ id }) => id);
  const buckets = new Map(
    (await times(3, (index) => look(target, known[index] ?? 0))).map(({ id, links }) => [id, links.bucket]),
  );
  const moves: ((id: number) => Promise<Answer>)[] = [
    (id) =>
      call(target, 'PUT', `${BASE}/${id}`, {
        json: { metadata: { ...METADATA, title: `Title ${random(99)}` } },
      }),
    (id) =>
      upload(
        target,
        buckets.get(id) ?? '',
        `k${random(4)}`,
        new Uint8Array(1 + random(50_000)).fill(random(255)),
      ),
    (id) =>
      upload(
        target,
        buckets.get(id) ?? '',
        `k${random(4)}`,
        new Uint8Array(1 + random(50_000)).fill(random(255)),
      ),
    (id) => call(target, 'DELETE', `${buckets.get(id)}/k${random(4)}`),
    (id) => act(target, id, 'publish'),
    (id) => act(target, id, 'edit'),
    (id) =>
      random(4) === 0 ? act(target, id, 'discard') : look(target, id).then(() => act(target, id, 'edit')),
    (id) => act(target, id, 'newversion'),
    (id) => call(other, 'PUT', `${BASE}/${id}`, { json: {} }),
    (id) => call(target, 'POST', `/api/records/${id}/versions`),
    () => call(target, 'GET', BASE),
  ];
  const worker = async () => {
    for (let turn = 0; turn < 40; turn += 1) {
      const id = known[random(known.length)] ?? 0;
      const answer = await (moves[random(moves.length)] ?? look.bind(null, target))(id);
      if ('status' in answer && (answer.status >= 500 || answer.status === 429))
        t.fail(`${answer.status} ${answer.text}`);
      const made = (answer as Answer).json as
        | { id?: number | string; state?: string; links?: { bucket?: string } }
        | undefined;
      const madeId = Number(made?.id);
      if (made?.state === 'unsubmitted' && made.links?.bucket !== undefined && !buckets.has(madeId)) {
        buckets.set(madeId, made.links.bucket);
        known.push(madeId);
      }
    }
  };
  await times(12, worker);

  const { tables } = await mock.export();
  const published = tables.depositions.filter(({ record }) => record !== null);
  t.ok(published.length > 0, `${published.length} of ${tables.depositions.length} are published`);
  const dois = published.map(({ record }) => record?.pids['doi']?.identifier);
  t.equal(new Set(dois).size, published.length, 'every record has a DOI of its own');
  t.notOk(dois.includes(undefined));
  const versions = published.map(({ conceptId, versionIndex }) => `${conceptId}/${versionIndex}`);
  t.equal(new Set(versions).size, versions.length, 'no version number twice');
  for (const concept of new Set(tables.depositions.map(({ conceptId }) => conceptId))) {
    const open = tables.depositions.filter(
      ({ conceptId, draft, record }) => conceptId === concept && draft !== null && record === null,
    );
    t.ok(open.length <= 1, 'at most one open new version');
  }
  for (const { id, draft, record, deleted } of tables.depositions) {
    t.equal(deleted !== null, draft === null && record === null, `${id} is there or deleted`);
    for (const state of [draft, record]) {
      const keys = (state?.files ?? []).map(({ key }) => key);
      t.equal(new Set(keys).size, keys.length, 'no key twice');
    }
    if (record !== null) t.ok(record.files.length > 0, 'nothing is published without files');
    for (const { key, md5: shown } of record?.files ?? []) {
      const answer = await fetch(`${mock.url}/api/records/${id}/files/${key}/content`);
      t.equal(md5(new Uint8Array(await answer.arrayBuffer())), shown);
    }
  }
  await bytesAreThose(t, world);
});
