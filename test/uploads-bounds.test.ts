import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import type { Caller, UploadLinkGrant } from '../src/connections/caller.js';
import { DatabaseSilent } from '../src/database/failures.js';
import { problem } from '../src/errors.js';
import { createReadJoin, joinReads } from '../src/joined-reads.js';
import { createSemaphore } from '../src/semaphore.js';
import type { UploadsContext } from '../src/uploads/context.js';
import { zipSize } from '../src/uploads/plan/zip-layout.js';
import { zipStream } from '../src/uploads/staging/archive.js';
import { waitToHash } from '../src/uploads/staging/hash-queue.js';
import { createReservations } from '../src/uploads/staging/reservations.js';
import { createStagedFile } from '../src/uploads/staging/staged-file.js';
import { openStaging } from '../src/uploads/staging/staging.js';
import { rereadDraft } from '../src/uploads/transfer/read-draft.js';
import { createDraftReads } from '../src/uploads/tus/draft-reads.js';
import { call } from './consent.js';
import { connectTo } from './database.js';
import { lackOfPython, PYTHON } from './debian.js';
import { startService } from './service.js';
import { temporaryFolder } from './teardown.js';
import { announce, offsetOf, send } from './tus-caller.js';
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
  stagedAs,
  stored,
  TOKEN,
  upload,
} from './uploads.js';

const run = promisify(execFile);
const PUT = { method: 'PUT', path: '/api/files/:bucket/:key' };
const MIB = 1024 * 1024;

t.test('transfers wait in line: so many for one user, so many in all, none refused', async (t) => {
  const { url, mock } = await startService(t, { env: { MAX_TRANSFERS: '3', MAX_TRANSFERS_PER_USER: '2' } });
  mock.faults.add({ ...PUT, throttleRequest: 200_000 });
  const token = mock.tokens.create({ user: 'mock-user-2' }).accessToken;
  const [mine, theirs] = [await newDraft(mock), await newDraft(mock, token)];
  const files = (owner: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${owner}${index}.bin`, noise(100_000)]));
  const pending = Promise.all([
    upload(url, mine, files('a', 8)),
    upload(url, theirs, formOf(files('b', 6), { access_token: token })),
  ]);
  const most = { a: 0, b: 0, all: 0 };
  const look = setInterval(() => {
    const running = mock.requests.list({ ...PUT, running: true }).filter((entry) => entry.running);
    const of = (owner: string) =>
      running.filter(({ path }) => new RegExp(`/${owner}\\d\\.bin$`).test(path)).length;
    most.a = Math.max(most.a, of('a'));
    most.b = Math.max(most.b, of('b'));
    most.all = Math.max(most.all, running.length);
  }, 10);
  t.match(await pending, [{ status: 200 }, { status: 200 }]);
  clearInterval(look);
  t.same(most, { a: 2, b: 2, all: 3 });
});

t.test('who brings one file does not wait for all files of those who came before', async (t) => {
  const slots = createSemaphore(2, 2);
  const { signal } = new AbortController();
  const order: string[] = [];
  const take = async (owner: string) => {
    const release = await slots.acquire(owner, signal);
    order.push(owner);
    return release;
  };
  const [first] = await Promise.all([take('many'), take('many')]);
  const waiting = ['many', 'many', 'many', 'one'].map(take);
  t.same(slots.load(), { running: 2, waiting: 4 });
  first();
  const release = await waiting[3];
  t.same(order, ['many', 'many', 'one']);
  release?.();
  await waiting[0];
  t.same(order, ['many', 'many', 'one', 'many']);
});

t.test('who waits for the only slot takes turns with others', async (t) => {
  const slot = createSemaphore(1, 1);
  const { signal } = new AbortController();
  const order: string[] = [];
  const take = async (owner: string) => {
    const release = await slot.acquire(owner, signal);
    order.push(owner);
    void setImmediate().then(release);
  };
  const taken = ['many', 'many', 'many', 'other', 'other', 'one'].map(take);
  const leaving = new AbortController();
  const left = t.rejects(slot.acquire('gone', leaving.signal), { message: 'left' });
  leaving.abort(new Error('left'));
  await Promise.all([...taken, left]);
  t.same(order, ['many', 'other', 'one', 'many', 'other', 'many']);
  await setImmediate();
  t.same(slot.load(), { running: 0, waiting: 0 });
});

t.test('a read is shared by those who asked before it began, and by no one who asked later', async (t) => {
  const ends: ((answer: number | Error) => void)[] = [];
  const read = joinReads<[string], number>(
    () =>
      new Promise((resolve, reject) => {
        ends.push((answer) => (answer instanceof Error ? reject(answer) : resolve(answer)));
      }),
  );
  const first = read('a');
  const later = [read('a'), read('a')];
  const elsewhere = read('b');
  t.equal(ends.length, 2, 'one under way for each thing');
  ends[0]?.(1);
  t.equal(await first, 1);
  await setImmediate();
  t.equal(ends.length, 3);
  const latest = read('a');
  ends[2]?.(2);
  t.same(await Promise.all(later), [2, 2], 'what may have changed since the first began is seen');
  await setImmediate();
  ends[1]?.(7);
  t.equal(await elsewhere, 7);
  const failing = t.rejects(latest, new DatabaseSilent());
  const waiting = t.rejects(
    read('a'),
    new DatabaseSilent(),
    'a database that is away is not waited for twice',
  );
  ends[3]?.(new DatabaseSilent());
  await Promise.all([failing, waiting]);
  const refused = t.rejects(read('a'), { message: 'refused' });
  const anew = read('a');
  ends[4]?.(new Error('refused'));
  await refused;
  await setImmediate();
  ends[5]?.(3);
  t.equal(await anew, 3, 'another failure is only theirs who asked before the read began');
});

t.test('a refusal is not passed on to those who ask in the pause after it', async (t) => {
  const read = createReadJoin<string>(50);
  await t.rejects(
    read('draft', async () => {
      throw new Error('refused');
    }),
    { message: 'refused' },
  );
  t.equal(await read('draft', async () => 'authorized again'), 'authorized again');
});

t.test(
  'the files of one upload read their draft now and then, and no other upload waits for that',
  async (t) => {
    const links = { bucket: 'http://127.0.0.1/api/files/b' };
    const zenodo = { origin: 'http://127.0.0.1' };
    const deposits = { read: async () => ({ id: 1, submitted: false, links, files: [] }) };
    const context = {
      zenodo,
      zenodoFor: () => ({ deposits }),
      joinDraftReads: createReadJoin(),
      spaceDraftReads: createReadJoin(1000),
    } as unknown as UploadsContext;
    const caller = { kind: 'personal', owner: 'token:x', token: TOKEN } as const;
    const draftOf = () => ({ depositionId: 1, bucketId: 'b', createdAt: null, files: [] });
    const { signal } = new AbortController();
    const [one, other] = [draftOf(), draftOf()];
    const order: string[] = [];
    const read = (name: string, draft: typeof one) =>
      rereadDraft(context, caller, draft, signal).then(() => order.push(name));
    await read('first', one);
    await Promise.all([read('again', one), read('another upload', other)]);
    t.same(order, ['first', 'another upload', 'again']);
  },
);

t.test('the refusal of a shared draft is only theirs whom it concerns', async (t) => {
  const draft = {
    ...{ id: 5, created: '2026-01-01T00:00:00Z', submitted: false },
    links: { bucket: `http://zenodo/api/files/${randomUUID()}` },
  };
  const reads: { answer(): void; refuse(): void }[] = [];
  const byLink = (id: string) => {
    const [owner, uploadLink] = ['connection:1', { id } as UploadLinkGrant];
    return { kind: 'connection', owner, accessToken: null, uploadLink } as Caller;
  };
  const zenodoFor = ({ uploadLink }: { uploadLink: { id: string } }) => {
    const refused = problem('reauthorization_required', 'Go back.', { return_url: uploadLink.id });
    const read = () =>
      new Promise((resolve, reject) => {
        reads.push({ answer: () => resolve(draft), refuse: () => reject(refused) });
      });
    return { deposits: { read } };
  };
  const timings = { attempts: 1, firstWait: 1, trust: 60_000 };
  const zenodo = { origin: 'http://zenodo' };
  const spaceDraftReads = (_draft: unknown, read: () => Promise<unknown>) => read();
  const context = { zenodo, zenodoFor, timings, joinDraftReads: createReadJoin(0), spaceDraftReads } as never;
  const files = { depositionId: 5, bucketId: '', createdAt: null, files: [] };
  const drafts = createDraftReads(context);
  const asking: ((caller: Caller) => Promise<unknown>)[] = [
    (caller) => drafts.get(caller, 5),
    (caller) => rereadDraft(context, caller, files, new AbortController().signal),
  ];
  for (const ask of asking) {
    const both = ['one', 'two'].map((id) => ask(byLink(id)).catch((error: unknown) => error));
    for (const { refuse } of reads.splice(0)) refuse();
    const told = ['one', 'two'].map((return_url) => ({ members: { return_url } }));
    t.match(await Promise.all(both), told, 'each is sent back where it came from');
    const early = t.rejects(ask(byLink('one')), { code: 'reauthorization_required' });
    await sleep(5);
    const later = [ask(byLink('one')), ask(byLink('one'))];
    reads.splice(0)[0]?.refuse();
    await early;
    await setImmediate();
    t.equal(reads.length, 1, 'who asked later asks once more, together');
    reads.splice(0)[0]?.answer();
    await Promise.all(later);
  }
});

t.test('who needs room that is being made waits for it', async (t) => {
  const kept = ['upload'];
  let free = 0;
  const staging = {
    volume: 'v',
    space: async () => ({ total: 10_000, free }),
    async remove() {
      await sleep(20);
      free = 5000;
    },
  };
  const gives = { bytes: async () => 0, giveWay: async () => kept.splice(0) };
  const limits = { minFree: 1000, share: 1, longestLine: 1000 };
  const { check } = createReservations({} as never, staging, limits, gives);
  await t.resolves(Promise.all([check(), check(), sleep(5).then(check)]));
});

t.test('many who come while the room is being counted wait for it, and keep no other waiting', async (t) => {
  const { url, mock, databaseUrl, stagingDir } = await startService(t);
  const client = await connectTo(t, databaseUrl);
  const volume = await readFile(join(stagingDir, 'volume-id'), 'utf8');
  await client.query('SELECT pg_advisory_lock(hashtext($1))', [volume]);
  const id = await newDraft(mock);
  const pending = Array.from({ length: 14 }, (_, index) => put(url, id, `${index}.txt`, Buffer.from('x')));
  const waits = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
  t.ok(await eventually(async () => (await client.query(waits)).rowCount === 1), 'one waits for all');
  await sleep(2500);
  const stranger = await look(`${url}/uploads/${randomUUID()}`);
  t.equal(stranger.status, 404, 'there are connections for others');
  await client.query('SELECT pg_advisory_unlock(hashtext($1))', [volume]);
  t.same(
    (await Promise.all(pending)).map(({ status }) => status),
    Array(14).fill(200),
  );
});

t.test('one user takes no more than their share of the staging volume', async (t) => {
  const { url, mock, stagingDir } = await startService(t, {
    env: {
      STAGING_SHARE: '0.01',
      MAX_FILE_BYTES: '1e15',
      MAX_UPLOAD_BYTES: '1e15',
      MAX_DEPOSITION_BYTES: '1e15',
    },
  });
  const { blocks, bsize } = await statfs(stagingDir);
  const most = Math.floor(blocks * bsize * 0.006);
  let stop = () => undefined as unknown;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  async function* never() {
    yield noise(1000);
    await stopped;
    throw new Error('gone');
  }
  const bring = async (token: string, length = most) => {
    const id = await newDraft(mock, token);
    return put(url, id, 'a.bin', never(), {
      authorization: `Bearer ${token}`,
      'content-length': String(length),
    });
  };
  const first = bring(TOKEN).catch(() => null);
  t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 1), 'the first has begun');
  t.match(await bring(TOKEN), { status: 507, body: { code: 'staging_full', detail: /one user/ } });
  const byTus = await announce(url, await newDraft(mock), most, { filename: 'b.bin' });
  t.match(byTus, { status: 507, body: { code: 'staging_full', detail: /one user/ } });
  const other = mock.tokens.create({ user: 'mock-user-2' }).accessToken;
  t.match(await upload(url, await newDraft(mock, other), formOf({ 'a.txt': 'a' }, { access_token: other })), {
    status: 200,
  });
  stop();
  await first;
  t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0));
});

t.test('callers who are not known yet bring no more than so much, each and in all', async (t) => {
  const { url, mock } = await startService(t, { env: { MAX_UNAUTHENTICATED_BYTES: '100000' } });
  const id = await newDraft(mock);
  /** Sends the beginning of a form, all of it in one field, and says what is answered. */
  const begin = (bytes: number) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    t.teardown(() => socket.destroy());
    let answer = '';
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.write(
      `POST /depositions/${id}/files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n`,
    );
    socket.write('--b\r\nContent-Disposition: form-data; name="sizes"\r\n\r\n');
    socket.write(Buffer.alloc(bytes, ' '));
    return { socket, answered: (what: RegExp) => eventually(() => what.test(answer)) };
  };
  t.ok(await begin(400_000).answered(/ 401 [\s\S]*token_must_come_first/), 'one');
  const strangers = Array.from({ length: 9 }, () => begin(350_000));
  const refused = await Promise.any(
    strangers.map(async (one) =>
      (await one.answered(/ 503 [\s\S]*retry-after: 5[\s\S]*not authenticated yet/i))
        ? one
        : Promise.reject(new Error()),
    ),
  );
  t.ok(refused, 'all together');
  const known = { authorization: `Bearer ${TOKEN}` };
  const files = { 'a.bin': noise(900_000) };
  t.match(await upload(url, id, formOf(files, {}), known), { status: 200 }, 'who says who they are is not');
  t.equal((await upload(url, id, formOf({ 'b.bin': noise(90_000) }, { access_token: TOKEN }))).status, 200);
  for (const { socket } of strangers) socket.destroy();
  t.ok(
    await eventually(async () => {
      const [one, two] = [begin(350_000), begin(350_000)];
      const full = await Promise.race([one.answered(/ 503 /), two.answered(/ 503 /), sleep(1000, false)]);
      for (const { socket } of [one, two]) socket.destroy();
      return !full;
    }),
    'what is over no longer counts',
  );
});

t.test('a full disk ends what needs more of it, and nothing else', async (t) => {
  const small = await mkdtemp(join(tmpdir(), 'zenodo-service-small-'));
  // Only root may mount; for others the last bytes of the real disk stand in.
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', small]).then(
    () => true,
    () => false,
  );
  const { bavail, bsize } = await statfs(small);
  const minFree = mounted ? 0 : Math.max(0, bavail * bsize - 64 * MIB);
  const { url, mock } = await startService(t, {
    env: { STAGING_DIR: small, STAGING_MIN_FREE: String(minFree), STAGING_SHARE: '1' },
  });
  t.teardown(async () => {
    if (mounted) await run('umount', ['-l', small]);
    await rm(small, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });
  const id = await newDraft(mock);
  const promised = noise(12 * MIB);
  let release = () => undefined as unknown;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* slowly() {
    yield promised.subarray(0, MIB);
    await held;
    yield promised.subarray(MIB);
  }
  const other = put(url, id, 'promised.bin', slowly(), { 'content-length': String(promised.length) });
  t.ok(await eventually(async () => (await leftIn(small)).length === 1), 'one was promised room');
  const greedy = holdForm(url, id, { 'greedy.bin': noise(80 * MIB), 'end.txt': 'end' });
  t.match(await greedy.answer, {
    status: 507,
    headers: { 'retry-after': /\d/ },
    body: { code: 'staging_full' },
  });
  greedy.go();
  release();
  t.match(await other, { status: 200 });
  t.same(stored(mock, id), { 'promised.bin': md5(promised) });
  t.ok(await eventually(async () => (await leftIn(small)).length === 0), 'nothing is left');
  if (mounted) {
    const foreign = join(small, 'volume-id.foreign');
    const form = holdForm(url, id, { 'a.bin': noise(MIB), 'b.bin': noise(4 * MIB) });
    t.ok(await stagedAsSoon(small), 'one has begun');
    const resumed = noise(8 * MIB);
    const { location } = await announce(url, id, resumed.length, { filename: 'resumed.bin' });
    t.match(await send(location, 0, resumed.subarray(0, MIB)), { status: 204 });
    await writeFile(foreign, Buffer.alloc(62 * MIB)).catch(() => undefined);
    await writeFile(`${foreign}2`, Buffer.alloc(4 * MIB)).catch(() => undefined);
    form.go();
    t.match(
      await form.answer,
      { status: 507, body: { code: 'staging_full' } },
      'somebody else filled the disk',
    );
    const fill = () => writeFile(`${foreign}3`, Buffer.alloc(64 * MIB)).catch(() => undefined);
    const ready = await eventually(async () => {
      await fill();
      const { status, body } = await call(`${url}/readyz`, { method: 'GET' });
      return status === 200 && (body['checks'] as Record<string, string>)['staging'] === 'full';
    });
    t.ok(ready, 'to the last byte: all but uploads still works');
    t.match(
      await send(location, MIB, resumed.subarray(MIB)),
      {
        status: 507,
        headers: { 'retry-after': /\d/ },
        body: { code: 'staging_full', user_message: /no space/ },
      },
      'what comes by tus is refused where it stands',
    );
    const kept = await offsetOf(location);
    t.ok(kept >= MIB && kept < resumed.length, 'what had come of it stays');
    const later = join(small, 'volume-id.later');
    await t.rejects(openStaging(later), { code: 'ENOSPC' });
    await Promise.all(['', '2', '3'].map((end) => rm(`${foreign}${end}`, { force: true })));
    await t.resolves(openStaging(later), 'a start on a full disk spoils none of the next');
    await rm(later, { recursive: true });
    const there = await offsetOf(location);
    t.match(
      await send(location, there, resumed.subarray(there)),
      { status: 204 },
      'and it goes on from there',
    );
    t.ok(await eventually(() => stored(mock, id)['resumed.bin'] === md5(resumed)));
  }
  t.match(await upload(url, id, { 'again.bin': noise(MIB) }), { status: 200 }, 'and then all is well again');
  t.ok(await eventually(async () => (await leftIn(small)).length === 0), 'nothing is left here either');
});

t.test('a staging volume that goes away while the service runs is named, and no 500', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'zenodo-service-vanishing-'));
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder]).then(
    () => true,
    () => false,
  );
  t.teardown(async () => {
    if (mounted) await run('umount', ['-l', folder]);
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  });
  const staging = join(folder, 'staging');
  const { url, mock, app } = await startService(t, { env: { STAGING_DIR: staging } });
  const id = await newDraft(mock);
  const checks = async () => {
    const { status, body } = await call(`${url}/readyz`, { method: 'GET' });
    return [status, (body['checks'] as Record<string, string>)['staging']];
  };
  const isAway = async (t: Test, name: string) => {
    const away = {
      status: 503,
      body: { code: 'service_unavailable', detail: /staging folder/ },
    };
    t.match(await put(url, id, 'raw.txt', Buffer.from('raw')), away, `${name}: a file`);
    t.match(await upload(url, id, { 'd/a.txt': 'a', 'd/b.txt': 'b' }), away, `${name}: a form`);
    t.same(await checks(), [503, 'not_writable'], name);
  };
  t.equal((await put(url, id, 'well.txt', Buffer.from('well'))).status, 200);
  if (mounted) {
    await run('mount', ['-o', 'remount,ro', folder]);
    await isAway(t, 'read-only');
    await run('mount', ['-o', 'remount,rw', folder]);
    t.equal((await put(url, id, 'again.txt', Buffer.from('again'))).status, 200, 'and back');
  }
  mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/gone.txt', status: 502, times: 1, delay: 1 });
  const losing = put(url, id, 'gone.txt', Buffer.from('gone'));
  t.ok(await eventually(async () => app.uploads.transfers()['running'] === 1));
  await rm(staging, { recursive: true });
  t.match(await losing, { status: 503, body: { code: 'staged_bytes_lost', detail: /lost or damaged/ } });
  await isAway(t, 'deleted');
});

t.test(
  'a disk that only says when asked to keep bytes that it cannot: no checksum is recorded',
  async (t) => {
    const { url, mock, app, stagingDir } = await startService(t);
    const id = await newDraft(mock);
    const handle = await open(join(stagingDir, 'volume-id'));
    const kind = Object.getPrototypeOf(handle) as { datasync(): Promise<void> };
    await handle.close();
    const { datasync } = kind;
    t.teardown(() => Object.assign(kind, { datasync }));
    const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'fdatasync' });
    Object.assign(kind, { datasync: () => Promise.reject(full) });
    const refused = { status: 507, body: { code: 'staging_full' } };
    t.match(await put(url, id, 'a.bin', noise(1000)), refused, 'a file');
    const authorization = { authorization: `Bearer ${TOKEN}` };
    const { location } = await announce(url, id, 1000, { filename: 'b.bin' }, authorization);
    t.match(await send(location, 0, noise(1000), authorization), refused, 'a file by tus');
    t.equal(await app.database.tusFile.count({ where: { md5: { not: null } } }), 0);
  },
);

t.test('processes that start together on a new volume agree on its id', async (t) => {
  const folder = await temporaryFolder(t);
  for (const name of ['1', '2', '3', '4', '5']) {
    const path = join(folder, name);
    const opened = await Promise.all(Array.from({ length: 12 }, () => openStaging(path)));
    t.equal(new Set(opened.map(({ volume }) => volume)).size, 1);
    t.same(await readdir(path), ['volume-id']);
  }
});

async function stagedAsSoon(folder: string): Promise<boolean> {
  return eventually(async () => (await leftIn(folder)).some((name) => !name.startsWith('volume-id')));
}

t.test(
  'a part that fails while it is put into a zip leaves no zip on Zenodo, and harms nothing',
  async (t) => {
    const { url, mock, stagingDir } = await startService(t);
    for (const [name, spoil] of [
      ['shorter', (path: string) => truncate(path, 100_000)],
      ['gone', (path: string) => rm(path)],
    ] as const) {
      const id = await newDraft(mock);
      const form = holdForm(url, id, { 'f/a.bin': noise(400_000), 'f/b.txt': 'b', 'note.txt': 'note' });
      await spoil(await stagedAs(stagingDir, 400_000));
      form.go();
      t.match(
        await form.answer,
        {
          status: 503,
          body: {
            code: 'staged_bytes_lost',
            file: 'f.zip',
            detail: /^f\.zip: /,
            files: [{ filename: 'f.zip', status: 'failed' }, { status: 'uploaded' }],
          },
        },
        name,
      );
      t.same(Object.keys(stored(mock, id)), ['note.txt']);
      t.match(
        await upload(url, id, { 'f/a.bin': 'a', 'note.txt': 'note' }),
        { status: 200 },
        'repeating helps',
      );
      t.same(await leftIn(stagingDir), []);
    }
  },
);

t.test(
  'zips beyond 4 GiB, with a file and an offset on the very edge',
  { skip: await lackOfPython('python3-zipfile') },
  async (t) => {
    const folder = await temporaryFolder(t);
    const sizes = [0xffff_ffff, 5];
    const entries = sizes.map((size, index) => ({
      entry: `d/${index}`,
      path: join(folder, String(index)),
      size,
    }));
    for (const { path, size } of entries) {
      await writeFile(path, '');
      await truncate(path, size);
    }
    // What is zero is left out of the file: it takes no room and no time.
    const path = join(folder, 'big.zip');
    const zip = await open(path, 'w');
    const zeros = Buffer.alloc(MIB);
    let length = 0;
    for await (const chunk of zipStream(entries)) {
      const bytes = chunk as Buffer;
      if (!bytes.equals(zeros.subarray(0, bytes.length))) await zip.write(bytes, 0, bytes.length, length);
      length += bytes.length;
    }
    await zip.truncate(length);
    await zip.close();
    t.equal(length, zipSize(entries), 'as long as predicted');
    const read = `import json,sys,zipfile
z = zipfile.ZipFile(sys.argv[1])
print(json.dumps([[i.filename, i.file_size, len(z.open(i).read(5))] for i in z.infolist()]))`;
    const { stdout } = await run(PYTHON, ['-c', read, path]);
    t.same(JSON.parse(stdout), [
      ['d/0', 0xffff_ffff, 5],
      ['d/1', 5, 5],
    ]);
    // An entry begins, or the directory does, where 4 bytes are just enough or just not.
    for (const [edge, expected] of EDGES) t.equal(zipSize(edge), expected);
  },
);

t.test(
  'what was read of a file that grows slowly is not overwritten while it waits to be sent',
  async (t) => {
    const folder = await temporaryFolder(t);
    const staged = createStagedFile(join(folder, 'slow'), 'slow.txt');
    const lines = ['one', 'two', 'three', 'four', 'five'];
    async function* slowly() {
      for (const line of lines) {
        yield Buffer.from(line);
        // Bytes do not wait in memory for longer than 50 ms.
        await sleep(60);
      }
    }
    const filled = staged.fill(slowly());
    const size = lines.join('').length;
    const read = [];
    for await (const piece of staged.follow(size)) read.push(piece);
    t.ok(read.length > 2, 'read in pieces');
    t.equal(Buffer.concat(read).toString(), lines.join(''));
    await filled;
  },
);

t.test('all uploads together take so much and no more before everything else has its turn', async (t) => {
  await setImmediate();
  const order: number[] = [];
  const wait = async (index: number) => {
    await waitToHash(MIB / 8);
    order.push(index);
  };
  const all = Array.from({ length: 8 }, (_, index) => wait(index));
  await Promise.resolve();
  t.strictSame(order, [0, 1], 'a quarter of a MiB at once');
  await setImmediate();
  t.ok(order.length < all.length, 'others get a turn between');
  await Promise.all(all);
  t.strictSame(order, [0, 1, 2, 3, 4, 5, 6, 7], 'first come, first served');
});

/** Sizes that archiver was seen to make of such folders. */
const EDGES: [{ entry: string; size: number }[], number][] = [
  [
    [
      { entry: 'd/f0', size: 4_294_967_295 },
      { entry: 'd/f1', size: 5 },
    ],
    4_294_967_662,
  ],
  [
    [
      { entry: 'd/f0', size: 4_294_967_245 },
      { entry: 'd/f1', size: 5 },
    ],
    4_294_967_584,
  ],
  [
    [
      { entry: 'd/f0', size: 4_294_967_188 },
      { entry: 'd/f1', size: 7 },
    ],
    4_294_967_493,
  ],
];

t.test('a process works on so many calls at once, half of them for one user', async (t) => {
  const { url, mock } = await startService(t, {
    env: { MAX_REQUESTS: '4', TRUSTED_PROXIES: '127.0.0.1' },
  });
  const users = await Promise.all(
    [TOKEN, mock.tokens.create({ user: 'mock-user-2' }).accessToken].map(async (token) => {
      return { token, id: await newDraft(mock, token) };
    }),
  );
  const [one, other] = users as [{ token: string; id: number }, { token: string; id: number }];
  const read = ({ token, id }: typeof one, signal: AbortSignal | null = null) =>
    fetch(`${url}/depositions/${id}`, { headers: { authorization: `Bearer ${token}` }, signal });
  for (const user of users) t.equal((await read(user)).status, 200, 'they are known from here on');
  const slow = { path: '/api/deposit/depositions/:id', method: 'GET' };
  mock.faults.add({ ...slow, delay: 90 });
  mock.requests.clear();
  const leaving = new AbortController();
  const calls = [one, one].map((user) => read(user, leaving.signal).catch(() => null));
  await mock.requests.waitFor({ ...slow, running: true }, 2, 20);
  const third = await read(one);
  t.match([third.status, third.headers.get('retry-after')], [429, '5']);
  t.match(await third.json(), { code: 'too_many_requests', detail: /2 calls of yours/ });
  calls.push(...[other, other].map((user) => read(user, leaving.signal).catch(() => null)));
  await mock.requests.waitFor({ ...slow, running: true }, 4, 20);
  const refused = await read(one);
  t.equal(refused.status, 503);
  t.equal(refused.headers.get('retry-after'), '5');
  t.match(await refused.json(), { code: 'service_unavailable', detail: /already working on 4 calls/ });
  const stranger = await fetch(`${url}/depositions/${one.id}/metadata`, { method: 'POST', body: '{}' });
  t.equal(stranger.status, 503, 'for every caller, and before anything is read');
  for (const path of ['/healthz', '/readyz']) t.equal((await fetch(url + path)).status, 200, path);
  leaving.abort();
  await Promise.all(calls);
  mock.faults.clear();
  t.ok(await eventually(async () => (await read(one)).status === 200), 'callers who hang up make room');
  for (let count = 0; count < 10; count += 1) t.equal((await read(one)).status, 200, 'and so do answers');

  t.comment('strangers of one address, whose bodies do not end');
  const port = Number(new URL(url).port);
  const begin = async (address: string) => {
    const socket = connect(port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    let said = '';
    socket
      .on('error', () => undefined)
      .setEncoding('latin1')
      .on('data', (text: string) => {
        said += text;
      });
    const head = `POST /depositions/${one.id}/metadata HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${address}\r\n`;
    socket.write(`${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n{`);
    await sleep(200);
    return said.slice(0, 12);
  };
  t.same([await begin('192.0.2.1'), await begin('192.0.2.1')], ['', '']);
  t.equal(await begin('192.0.2.1'), 'HTTP/1.1 429');
  t.equal((await read(one)).status, 200, 'others are served');
  t.equal(await begin('192.0.2.2'), '', 'strangers too');
});

t.test('bodies that wait fill no more than so much memory, half of it for one user', async (t) => {
  const { url, mock } = await startService(t, {
    env: { TRUSTED_PROXIES: '127.0.0.1' },
    mock: { rateLimit: '100000/min' },
    // The first body still waits when the last one comes, however slow the machine is.
    dependencies: { timings: { call: 400_000 } },
  });
  const id = await newDraft(mock);
  const describe = (manifest: string, signal: AbortSignal | null = null) =>
    fetch(`${url}/depositions/${id}/metadata`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ manifest }),
      signal,
    });
  t.equal((await describe('title: Known')).status, 200);
  const large = `title: Large\n# ${'x'.repeat(10 * MIB - 100)}`;
  const slow = { path: '/api/deposit/depositions/:id', method: 'GET' };
  mock.faults.add({ ...slow, delay: 30 });
  mock.requests.clear();
  const leaving = new AbortController();
  const held = Array.from({ length: 6 }, () => describe(large, leaving.signal).catch(() => null));
  await mock.requests.waitFor({ ...slow, running: true }, 6, 60);
  const refused = await describe(large);
  t.match([refused.status, refused.headers.get('retry-after')], [429, '5']);
  t.match(await refused.json(), { code: 'too_many_requests', detail: /fill its memory/ });
  mock.faults.clear();
  t.equal((await describe('title: Small')).status, 200, 'a small body of theirs is taken');
  leaving.abort();
  await Promise.all(held);
  const runs = () => mock.requests.list({ ...slow, running: true }).some(({ running }) => running);
  t.ok(await eventually(() => !runs()), 'no call at Zenodo goes on');
  const isRoom = async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => describe(large)));
    return all.every(({ status }) => status === 200);
  };
  t.ok(await eventually(isRoom, 120), 'bodies that are over make room, all of it');

  t.comment('bodies that do not end');
  const port = Number(new URL(url).port);
  const answers: (() => string)[] = [];
  const begin = (address: string, length: string, bytes: number) => {
    const socket = connect(port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    let said = '';
    socket
      .on('error', () => undefined)
      .setEncoding('latin1')
      .on('data', (text: string) => {
        said += text;
      });
    const head = `POST /depositions/${id}/metadata HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${address}\r\n`;
    socket.write(`${head}content-type: application/json\r\n${length}\r\n\r\n`);
    socket.write(length.startsWith('content') ? 'x'.repeat(bytes) : '');
    answers.push(() => said.slice(0, 12));
  };
  const sized = `content-length: ${12 * MIB}`;
  const refusals = (status: string) => answers.filter((said) => said() === `HTTP/1.1 ${status}`).length;
  for (let count = 0; count < 20; count += 1) begin('192.0.2.9', sized, 0);
  for (let count = 0; count < 20; count += 1) begin('192.0.2.9', 'transfer-encoding: chunked', 0);
  for (let count = 0; count < 6; count += 1) begin('192.0.2.1', sized, 11 * MIB);
  t.ok(await eventually(async () => refusals('429') === 1, 120), 'what is announced takes no room');
  for (let count = 0; count < 5; count += 1) begin('192.0.2.2', sized, 11 * MIB);
  for (let count = 0; count < 2; count += 1) begin('192.0.2.3', sized, 11 * MIB);
  t.ok(await eventually(async () => refusals('503') >= 1, 120), 'for all together');
  t.same(
    answers
      .map((said) => said())
      .filter(Boolean)
      .sort(),
    ['HTTP/1.1 429', 'HTTP/1.1 503'],
  );
  t.equal((await describe('title: Still')).status, 200, 'others are served');
});

t.test('a file of any type is streamed, and takes none of that room', async (t) => {
  const { url, mock } = await startService(t);
  const id = await newDraft(mock);
  const port = Number(new URL(url).port);
  const head = (name: string) =>
    `PUT /depositions/${id}/files/${name} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\n`;
  for (let count = 0; count < 80; count += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    t.teardown(() => socket.destroy());
    socket.write(
      `${head(`${count}.txt`)}content-type: text/plain\r\ncontent-length: ${12 * MIB}\r\n\r\n${'x'.repeat(MIB)}`,
    );
  }
  const json = { title: 'Beside them' };
  t.equal((await call(`${url}/depositions/${id}/metadata`, { token: TOKEN, json })).status, 200);
});

t.test('so many pairs in a body are not parsed', async (t) => {
  const { url } = await startService(t);
  const post = (body: string) =>
    fetch(`${url}/depositions/1/metadata`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    });
  const pairs = Array.from({ length: 600_000 }, (_none, index) => `k${index}=`);
  const asked = performance.now();
  const refused = await post(pairs.join('&'));
  t.match([refused.status, await refused.json()], [400, { code: 'too_complex' }]);
  t.ok(performance.now() - asked < 10_000);
  t.equal((await post(pairs.slice(0, 1000).join('&'))).status, 401, 'a thousand are');
});

t.test('work for a caller who hung up counts until it is over', async (t) => {
  const { url, mock } = await startService(t, { env: { MAX_REQUESTS: '2' } });
  const id = await newDraft(mock);
  const describe = (signal: AbortSignal | null = null) =>
    fetch(`${url}/depositions/${id}/metadata`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { title: 'Left' } }),
      signal,
    });
  t.equal((await describe()).status, 200);
  const saving = { method: 'PUT' };
  mock.faults.add({ ...saving, delay: 15, times: 1 });
  mock.requests.clear();
  const leaving = new AbortController();
  const left = describe(leaving.signal).catch(() => null);
  await mock.requests.waitFor({ ...saving, running: true }, 1, 20);
  leaving.abort();
  await left;
  await sleep(200);
  t.equal((await describe()).status, 429, 'it is still being saved');
  t.ok(await eventually(async () => (await describe()).status === 200));
});

t.test('requests sent one behind the other count no longer than their connection lasts', async (t) => {
  const { url, mock } = await startService(t, { env: { MAX_REQUESTS: '20' } });
  const id = await newDraft(mock);
  const read = () => look(`${url}/depositions/${id}`);
  t.equal((await read()).status, 200);
  const slow = { path: '/api/deposit/depositions/:id', method: 'GET' };
  mock.faults.add({ ...slow, delay: 60 });
  mock.requests.clear();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const one = `GET /depositions/${id} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`;
  socket.write(one.repeat(10));
  await mock.requests.waitFor({ ...slow, running: true }, 10, 20);
  mock.faults.clear();
  t.equal((await read()).status, 429, 'each counts');
  socket.destroy();
  t.ok(await eventually(async () => (await read()).status === 200), 'all make room');
  // The share would be used up by now if some of them were still counted.
  const many = await Promise.all(Array.from({ length: 10 }, read));
  t.same(
    many.map(({ status }) => status),
    Array(10).fill(200),
  );
});

t.test('downloads that are not taken hold up no upload, and end', async (t) => {
  const { url, mock } = await startService(t, { dependencies: { transferTimings: { slowBody: 3000 } } });
  const id = await newDraft(mock);
  t.equal((await put(url, id, 'big.bin', noise(20 * MIB))).status, 200);
  const GET = { method: 'GET', path: '/api/files/:bucket/big.bin' };
  const sockets = Array.from({ length: 17 }, () => connect(Number(new URL(url).port), '127.0.0.1'));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (const socket of sockets) {
    socket.on('error', () => undefined);
    socket.write(
      `GET /depositions/${id}/files/big.bin HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`,
    );
  }
  await mock.requests.waitFor({ ...GET, running: true }, 16, 60);
  t.equal((await put(url, id, 'small.txt', Buffer.from('x'))).status, 200, 'an upload meanwhile');
  t.equal(mock.requests.list({ ...GET, running: true }).length, 16, 'one user has so many and no more');
  const response = await fetch(`${url}/depositions/${id}/files/big.bin`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  t.equal((await response.arrayBuffer()).byteLength, 20 * MIB, 'those that nobody takes make room');
});

t.test('requests whose responses are not read are not answered without end', async (t) => {
  const { url } = await startService(t);
  const contract = await (await fetch(`${url}/openapi.yaml`)).text();
  t.equal(await (await fetch(`${url}/docs/yaml`)).text(), contract);
  for (const path of ['/openapi.yaml', '/healthz']) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    t.teardown(() => socket.destroy());
    let closed = false;
    socket
      .on('error', () => undefined)
      .on('close', () => {
        closed = true;
      });
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(2000));
    const asked = performance.now();
    t.equal((await fetch(`${url}/healthz`)).status, 200);
    t.ok(performance.now() - asked < 10_000, `${path}: others are answered meanwhile`);
    // It cannot learn of the end before it reads.
    socket.resume();
    t.ok(await eventually(() => closed), 'its connection is closed');
  }
});
