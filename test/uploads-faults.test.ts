import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { Fault } from '../mock-zenodo/index.js';
import { currentSubject } from '../src/log-subject.js';
import { startTick } from '../src/periodic.js';
import { startCleanup } from '../src/uploads/cleanup.js';
import type { UploadsContext } from '../src/uploads/context.js';
import { createUploadRepository } from '../src/uploads/rows/upload-repository.js';
import type { LiveFiles } from '../src/uploads/tus/live-files.js';
import { createWaitingFiles } from '../src/uploads/waiting-files.js';
import { userMessage } from '../src/user-messages/user-message.js';
import { authorize, bringBack, call } from './consent.js';
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
const DRAFT = { method: 'GET', path: '/api/deposit/depositions/:id' };
const QUICK = { firstWait: 20, longestWait: 100, starve: 500 };

t.test('Zenodo fails, and the caller does not notice', async (t) => {
  const { app, url, mock, stagingDir } = await startService(t, {
    env: { ZENODO_STALL_SECONDS: '2' },
    dependencies: { transferTimings: QUICK },
  });
  const few = noise(4_000_000);

  /** Uploads under a fault, in every way in; all must end well. */
  const withstands = async (t: Test, faults: (Fault | string)[], puts?: number, bytes = few) => {
    const ways: [string, (id: number) => Promise<UploadAnswer>][] = [
      ['form', (id) => upload(url, id, { 'a.bin': bytes })],
      ['raw', (id) => put(url, id, 'a.bin', bytes)],
      ['folder', (id) => upload(url, id, { 'f/a.bin': bytes, 'note.txt': 'x' })],
    ];
    for (const [name, bring] of ways) {
      const id = await newDraft(mock);
      for (const fault of faults) mock.faults.add(fault);
      mock.requests.clear();
      const answer = await bring(id);
      t.match(answer, { status: 200, body: { state: 'done' } }, `${name}: ${JSON.stringify(answer.body)}`);
      const files = stored(mock, id);
      if (name !== 'folder') t.same(files, { 'a.bin': md5(bytes) }, name);
      else t.same(Object.keys(files).sort(), ['f.zip', 'note.txt']);
      if (puts !== undefined && name !== 'folder')
        t.equal(mock.requests.list(PUT).length, puts, `${name}: PUTs`);
      mock.faults.clear();
      t.same(await leftIn(stagingDir), [], 'nothing is left');
    }
  };

  for (const atFraction of [0.1, 0.5, 0.99]) {
    await t.test(`connection cut at ${atFraction * 100} %`, (t) =>
      withstands(t, [{ ...PUT, reset: 'request', atFraction, times: 1 }], 2, noise(20_000_000)),
    );
  }
  await t.test('stored, but the answer is lost: looked up, not sent again', async (t) => {
    const counted = async () =>
      (await app.metrics.attempts.get()).values.find(({ labels }) => labels.outcome === 'stored')?.value ?? 0;
    const told = () => app.database.uploadEvent.count({ where: { kind: 'attempt_failed' } });
    const before = [await counted(), await told()] as const;
    await withstands(t, ['upload-stored-answer-lost'], 1);
    t.equal((await counted()) - before[0], 4, 'each of four files is counted as stored');
    t.equal((await told()) - before[1], 3, 'and three histories tell that an answer was lost');
  });
  await t.test('500, 502, 503 and 504 with HTML, one after the other', (t) =>
    withstands(
      t,
      [500, 502, 503, 504].map((status, after) => ({
        ...PUT,
        status,
        html: true,
        times: 1,
        after: 0 * after,
      })),
      5,
    ),
  );
  await t.test('429 waits as long as Zenodo says', (t) =>
    withstands(t, [{ ...PUT, status: 429, headers: { 'retry-after': '1' }, times: 1 }], 2),
  );
  await t.test('a wrong md5 is reported once', (t) => withstands(t, ['wrong-md5'], 1));
  await t.test('Zenodo stops reading', (t) => withstands(t, ['upload-stalls']));
  await t.test('Zenodo says that the body was too short', (t) =>
    withstands(
      t,
      [{ ...PUT, status: 400, body: { status: 400, message: 'File is smaller than expected.' }, times: 1 }],
      2,
    ),
  );

  await t.test(
    'the first look at the draft fails, or shows no bucket, or Zenodo doubts a good token',
    async (t) => {
      await withstands(t, [{ ...DRAFT, status: 503, html: true, times: 1 }], 1);
      await withstands(t, [{ name: 'bucket-missing', times: 1 }], 1);
      await withstands(t, [{ ...PUT, status: 400, body: { message: 'CSRF token missing.' }, times: 1 }], 2);
    },
  );

  await t.test(
    'a sender slower than Zenodo’s patience: the transfer is dropped and done afterwards',
    async (t) => {
      const id = await newDraft(mock);
      async function* slowly() {
        yield few.subarray(0, 2_000_000);
        await sleep(1200);
        yield few.subarray(2_000_000);
      }
      mock.requests.clear();
      const answer = await put(url, id, 'a.bin', slowly(), { 'content-length': String(few.length) });
      t.match(answer, { status: 200, body: { files: [{ status: 'uploaded', attempts: 0 }] } });
      t.same(stored(mock, id), { 'a.bin': md5(few) });
      t.equal(mock.requests.list(PUT).length, 2);
    },
  );
});

t.test('a slow sender keeps no other waiting, and can be cancelled', async (t) => {
  const { url, mock, app } = await startService(t, {
    env: { MAX_TRANSFERS_PER_USER: '1' },
    dependencies: { transferTimings: { ...QUICK, starve: 200 } },
  });
  const id = await newDraft(mock);
  let release = () => undefined as unknown;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* idle() {
    yield noise(700_000);
    await held;
    yield noise(1000);
  }
  const slow = put(url, id, 'slow.bin', idle(), { 'content-length': '701000' });
  t.ok(await eventually(() => mock.requests.list(PUT).length === 1), 'it is on its way');
  t.match(await upload(url, id, { 'other.txt': 'other' }), { status: 200 }, 'others come first');
  t.match(await put(url, id, 'slow.bin', Buffer.from('brief')), { status: 200 }, 'of the same name too');
  const row = await app.database.upload.findFirstOrThrow({ where: { state: 'receiving' } });
  const cancelled = await look(`${url}/uploads/${row.id}`, { method: 'DELETE' });
  t.match(cancelled, { status: 200, body: { state: 'cancelled' } }, 'without another byte of theirs');
  release();
  t.match(await slow, { status: 409, body: { code: 'upload_cancelled' } });
  t.same(stored(mock, id), { 'other.txt': md5('other'), 'slow.bin': md5('brief') });
});

t.test('what cannot be put right is said: file, reason, what is safe', async (t) => {
  const { url, mock, stagingDir, app } = await startService(t, {
    env: { UPLOAD_ATTEMPTS: '2', ZENODO_STALL_SECONDS: '1' },
    dependencies: { transferTimings: QUICK },
    mock: { quota: 5_000_000 },
  });
  const fails = async (t: Test, id: number, answer: UploadAnswer, status: number, code: string) => {
    t.match(answer, { status, body: { code } }, JSON.stringify(answer.body));
    mock.faults.clear();
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0), 'staging is empty');
    return stored(mock, id);
  };

  for (const [status, code, answered] of [
    [503, 'zenodo_error', 502],
    [504, 'zenodo_timeout', 504],
    [418, 'zenodo_refused', 502],
  ] as const) {
    await t.test(`${status} for ever`, async (t) => {
      const id = await newDraft(mock);
      await upload(url, id, { 'safe.txt': 'safe' });
      mock.faults.add({ ...PUT, status, html: true });
      const answer = await upload(url, id, { 'a.txt': 'a', 'safe.txt': 'safe' });
      t.match(answer.body, { file: 'a.txt', detail: /^a\.txt: /, upload_id: /./ });
      t.match(answer.body.files, [
        { filename: 'a.txt', status: 'failed', error: { code } },
        { filename: 'safe.txt', status: 'unchanged' },
      ]);
      t.same(await fails(t, id, answer, answered, code), { 'safe.txt': md5('safe') });
      t.match(
        await upload(url, id, { 'a.txt': 'a', 'safe.txt': 'safe' }),
        { status: 200 },
        'repeating helps',
      );
    });
  }

  await t.test('a wrong md5 for ever: the file does not stay', async (t) => {
    const id = await newDraft(mock);
    const zeros = '$100000000000000000000000000000000';
    const replace = [{ find: '("checksum": ?"(?:md5:)?)[0-9a-f]{32}', with: zeros }];
    mock.faults.add({ ...PUT, replace });
    mock.faults.add({ ...DRAFT, replace });
    const answer = await upload(url, id, { 'a.txt': 'a' });
    t.same(await fails(t, id, answer, 502, 'transfer_failed'), {});
  });

  await t.test('Zenodo stops reading for ever', async (t) => {
    const id = await newDraft(mock);
    mock.faults.add({ ...PUT, stopReading: true, atFraction: 0.5 });
    const answer = await put(url, id, 'a.bin', noise(4_000_000));
    t.same(await fails(t, id, answer, 504, 'zenodo_timeout'), {});
  });

  await t.test('quota exceeded at Zenodo, and no repeat', async (t) => {
    const id = await newDraft(mock);
    mock.requests.clear();
    const answer = await upload(url, id, { 'a.bin': noise(5_100_000) });
    t.same(await fails(t, id, answer, 413, 'quota_exceeded'), {});
    t.equal(mock.requests.list(PUT).length, 1);
    const user_message = userMessage('quota_exceeded', 'de');
    const said = await look(answer.body.status_url, { language: 'de' });
    t.match(said.body, { error: { user_message }, files: [{ error: { user_message } }] });
    // Texts that are cut in the middle of a character, and stored.
    const fields = { access_token: TOKEN, [`${'n'.repeat(99)}\u{1f600}`]: 'x' };
    t.equal((await upload(url, id, formOf({ 'a.txt': 'a' }, fields))).status, 200);
    const message = `Quota exceeded ${'x'.repeat(284)}\u{1f600}`;
    mock.faults.add({ ...PUT, status: 400, body: { status: 400, message }, times: 1 });
    t.match(await upload(url, id, { 'b.txt': 'b' }), { status: 413, body: { code: 'quota_exceeded' } });
  });

  await t.test('the bucket link is missing, or leads elsewhere', async (t) => {
    for (const fault of ['bucket-missing', 'bucket-elsewhere']) {
      const id = await newDraft(mock);
      mock.faults.add(fault);
      mock.requests.clear();
      const answer = await upload(url, id, { 'a.txt': 'a' });
      t.equal(mock.requests.list(PUT).length, 0);
      t.same(await fails(t, id, answer, 502, 'zenodo_invalid_answer'), {}, fault);
    }
  });

  await t.test('deleted, or published, while the bytes were on their way', async (t) => {
    for (const [gone, status, code] of [
      ['deleted', 404, 'deposition_not_found'],
      ['published', 409, 'already_published'],
    ] as const) {
      const id = await newDraft(mock);
      await put(url, id, 'first.txt', Buffer.from('first'));
      mock.faults.add({ ...PUT, path: '/api/files/:bucket/a.bin', throttleRequest: 1_000_000, times: 1 });
      mock.faults.add({ ...PUT, path: '/api/files/:bucket/b.bin', throttleRequest: 1000 });
      const pending = upload(url, id, { 'a.bin': noise(2_000_000), 'b.bin': noise(1_000_000) });
      const where = { depositionId: id, state: 'transferring' as const };
      t.ok(
        await eventually(async () => (await app.database.upload.count({ where })) === 1),
        'all bytes are here',
      );
      await mock.requests.waitFor({ ...PUT, path: '/api/files/:bucket/a.bin', running: true });
      const at = `${mock.url}/api/deposit/depositions/${id}`;
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
      if (gone === 'deleted') await fetch(at, { method: 'DELETE', headers });
      else {
        const metadata = {
          title: 'Title',
          description: 'D',
          upload_type: 'dataset',
          creators: [{ name: 'A, B' }],
        };
        await fetch(at, { method: 'PUT', headers, body: JSON.stringify({ metadata }) });
        const published = await fetch(`${at}/actions/publish`, { method: 'POST', headers });
        t.equal(published.status, 202);
      }
      const answer = await pending;
      t.match(
        answer.body.files,
        ['a.bin', 'b.bin'].map((filename) => ({ filename, status: 'failed', error: { code } })),
        `${gone}: what is missing, and why`,
      );
      await fails(t, id, answer, status, code);
      t.match(await upload(url, id, { 'b.txt': 'b' }), { status, body: { code } }, 'and so is the next call');
    }
  });

  await t.test('Zenodo down, or a page where JSON should be, before the first byte', async (t) => {
    const id = await newDraft(mock);
    mock.faults.add('maintenance');
    t.match(await upload(url, id, { 'a.txt': 'a' }), { status: 502, body: { code: 'zenodo_error' } });
    mock.faults.clear();
    mock.faults.add({ ...DRAFT, status: 200, body: '<html>', html: true });
    t.match(await upload(url, id, { 'a.txt': 'a' }), {
      status: 502,
      body: { code: 'zenodo_invalid_answer' },
    });
    mock.faults.clear();
    t.same(await leftIn(stagingDir), []);
  });
});

t.test('tokens that die on the way', async (t) => {
  const { url, mock, stagingDir, app } = await startService(t, {
    env: { MAX_TRANSFERS_PER_USER: '1' },
    dependencies: { transferTimings: QUICK },
  });

  await t.test('refreshed in the middle of an upload', async (t) => {
    const granted = await authorize(url, { container: 'mid', user: 'mock-user-2' });
    const id = Number(granted.body['deposition_id']);
    const token = String(granted.body['access_token']);
    const bytes = noise(500_000);
    mock.faults.add({ ...PUT, throttleRequest: 1_000_000, times: 1 });
    const pending = upload(url, id, formOf({ 'a.bin': bytes, 'b.bin': bytes }, { access_token: token }));
    t.equal((await mock.requests.waitFor({ ...PUT, running: true })).length, 1);
    mock.tokens.expire({ user: 'mock-user-2' });
    const answer = await pending;
    t.match(answer, { status: 200, body: { files: [{ status: 'uploaded' }, { status: 'uploaded' }] } });
    t.same(
      answer.body.files.map(({ attempts }) => attempts),
      [0, 0],
    );
    t.same(stored(mock, id), { 'a.bin': md5(bytes), 'b.bin': md5(bytes) });
  });

  await t.test(
    'dead for good: 401 with the way out, parked with its bytes, finished by a new authorization',
    async (t) => {
      const granted = await authorize(url, { container: 'park' });
      const id = Number(granted.body['deposition_id']);
      const token = String(granted.body['access_token']);
      mock.faults.add({ ...PUT, revokeToken: true, times: 1 });
      mock.faults.add({ name: 'invalid-grant', form: { grant_type: 'refresh_token' } });
      const answer = await upload(
        url,
        id,
        formOf({ 'a.bin': 'aaa', 'd/b.txt': 'b' }, { access_token: token }),
      );
      t.match(answer, {
        status: 401,
        body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/, status_url: /uploads/ },
      });
      mock.faults.clear();
      t.equal((await leftIn(stagingDir)).length, 1, 'its bytes wait');
      t.ok(await app.uploads.openUpload(id));
      const { resumeFor } = app.uploads;
      // As if the process had ended once the new connection was stored.
      app.uploads.resumeFor = async () => undefined;
      const again = await call(`${url}/oauth/callback`, {
        json: await bringBack(url, { container: 'park' }),
      });
      t.equal(again.status, 200);
      app.uploads.resumeFor = resumeFor;
      const fresh = String(again.body['access_token']);
      t.ok(await eventually(async () => (await app.uploads.openUpload(id)) === null), 'it goes on by itself');
      t.match(await call(answer.body.status_url, { method: 'GET', token: fresh }), {
        body: { state: 'done' },
      });
      t.equal(stored(mock, id)['a.bin'], md5('aaa'));
      t.ok(stored(mock, id)['d.zip']);
      t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0), 'nothing is left');
    },
  );

  await t.test('dead while a body arrives: parked, or woken if the user was faster', async (t) => {
    const container = 'slow-park';
    const granted = await authorize(url, { container });
    const id = Number(granted.body['deposition_id']);
    let token = String(granted.body['access_token']);
    const open = async () => (await app.uploads.openUpload(id)) !== null;
    const again = async () => {
      const { body } = await call(`${url}/oauth/callback`, { json: await bringBack(url, { container }) });
      token = String(body['access_token']);
    };
    /** A form whose first file finds the connection dead, while the rest of it has not arrived. */
    const lapsing = async (files: Record<string, string>) => {
      mock.faults.add({ ...PUT, revokeToken: true, times: 1 });
      mock.faults.add({ name: 'invalid-grant', form: { grant_type: 'refresh_token' } });
      const form = holdForm(url, id, files, { authorization: `Bearer ${token}` });
      const where = { state: 'reauthorization_required' } as const;
      const dead = async () => (await app.database.connection.count({ where })) > 0;
      t.ok(await eventually(dead), 'the connection is dead');
      mock.faults.clear();
      return form;
    };

    const first = { 'a.txt': 'a', 'd/b.txt': 'b' };
    t.match(await upload(url, id, formOf(first, { access_token: token })), { status: 200 });
    const parked = await lapsing({ 'c.txt': 'c', 'd/e.txt': 'e', 'f.txt': 'f' });
    parked.go();
    t.match(await parked.answer, {
      status: 401,
      body: { code: 'reauthorization_required' },
    });
    t.equal((await leftIn(stagingDir)).length, 1, 'the folder waits too');
    await again();
    t.ok(await eventually(async () => !(await open())), 'it goes on by itself');
    const parts = await app.uploads.partsOfZip('d.zip', stored(mock, id)['d.zip'] ?? '');
    const paths = parts?.map(({ path }) => path).sort();
    t.same(paths, ['d/b.txt', 'd/e.txt'], 'and was joined with the one on the draft');

    const faster = await lapsing({ 'g.txt': 'g', 'h.txt': 'h', 'i.txt': 'i' });
    await again();
    faster.go();
    t.match(await faster.answer, { status: 401 });
    t.ok(await eventually(async () => !(await open())), 'nobody has to authorize once more');
    t.match(stored(mock, id), { 'c.txt': md5('c'), 'f.txt': md5('f'), 'g.txt': md5('g'), 'i.txt': md5('i') });
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0));
  });

  await t.test('somebody else’s draft is refused before bytes move', async (t) => {
    const id = await newDraft(mock, mock.tokens.create({ user: 'mock-user-2' }).accessToken);
    mock.requests.clear();
    t.match(await upload(url, id, { 'a.txt': 'a' }), { status: 403, body: { code: 'not_your_deposition' } });
    t.equal(mock.requests.list(PUT).length, 0);
  });

  await t.test('a draft that Zenodo shows and does not let change: no file after the first', async (t) => {
    const { body } = await authorize(url, { container: 'locked' });
    const [id, token] = [Number(body['deposition_id']), String(body['access_token'])];
    mock.faults.add({ ...PUT, status: 403, body: { status: 403, message: 'Permission denied.' } });
    mock.requests.clear();
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${at}.bin`, noise(1000)]));
    const form = formOf(files, { access_token: token });
    t.match(await upload(url, id, form), {
      status: 502,
      body: { code: 'zenodo_refused', detail: /Permission denied/ },
    });
    t.ok(mock.requests.list(PUT).length < 10, `${mock.requests.list(PUT).length} of 20`);
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0), 'nothing is kept');
    mock.faults.clear();
  });

  await t.test('no caller waits any more: Zenodo may be away for a while', async (t) => {
    const id = await newDraft(mock);
    mock.faults.add({ ...PUT, status: 503, times: 20 });
    const accepted = await upload(url, id, { 'a.txt': 'a' }, { prefer: 'respond-async' });
    t.equal(accepted.status, 202);
    const row = () => app.database.upload.findUniqueOrThrow({ where: { id: accepted.body.upload_id } });
    t.ok(await eventually(async () => (await row()).state === 'queued'), 'it rests');
    t.match(await row(), { error: { code: 'zenodo_error' } });
    for (const language of ['en', 'de'] as const) {
      const user_message = userMessage('zenodo_error', language, { trying: true });
      const resting = await look(accepted.body.status_url, { language });
      t.match(resting.body, { error: { user_message }, files: [{ error: { user_message } }] }, 'it goes on');
    }
    mock.faults.clear();
    await app.database.upload.update({
      where: { id: accepted.body.upload_id },
      data: { nextAt: new Date(0) },
    });
    const done = await until(accepted.body.status_url, ['done']);
    t.match(done.body, { state: 'done', error: null, files: [{ status: 'uploaded', error: null }] });
  });

  await t.test('what has rested does not replace what a later upload has brought', async (t) => {
    const id = await newDraft(mock);
    mock.faults.add({ ...PUT, status: 503 });
    const old = await upload(url, id, { 'a.txt': 'old', 'b.txt': 'b' }, { prefer: 'respond-async' });
    const where = { id: old.body.upload_id };
    const row = () => app.database.upload.findUniqueOrThrow({ where });
    t.ok(await eventually(async () => (await row()).state === 'queued'), 'it rests');
    mock.faults.clear();
    const later = await upload(url, id, { 'a.txt': 'new', 'b.txt': 'b' });
    t.match(later, { status: 200, body: { state: 'done' } });
    await app.database.upload.update({ where, data: { nextAt: new Date(0) } });
    const { body } = await until(old.body.status_url, ['done', 'failed']);
    t.match(body, { state: 'failed', error: { code: 'upload_superseded', detail: /later upload/ } });
    t.match(
      body.files.map(({ filename, status }) => [filename, status]),
      [
        ['a.txt', 'failed'],
        ['b.txt', 'unchanged'],
      ],
      'the same file once more is no other file',
    );
    t.same(stored(mock, id), { 'a.txt': md5('new'), 'b.txt': md5('b') });
  });

  await t.test('nor does it fail because the caller has gone', async (t) => {
    const id = await newDraft(mock);
    mock.faults.add({ ...PUT, status: 503, headers: { 'retry-after': '1' } });
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `PUT /depositions/${id}/files/a.txt HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: 1\r\n\r\na`,
    );
    await mock.requests.waitFor(PUT);
    const row = () => app.database.upload.findFirst({ where: { depositionId: id } });
    t.ok(await eventually(async () => (await row())?.state === 'transferring'), 'all bytes are here');
    socket.destroy();
    t.ok(await eventually(async () => (await row())?.state === 'queued'), 'it rests');
    mock.faults.clear();
    const data = { nextAt: new Date(0) };
    await app.database.upload.updateMany({ where: { depositionId: id }, data });
    t.ok(await eventually(async () => (await row())?.state === 'done'));
    t.same(stored(mock, id), { 'a.txt': md5('a') });
  });
});

t.test('of two waits for one file the later one is still found when the first is over', async (t) => {
  const tick = startTick({ error: () => void t.fail('the look failed') }, 20);
  const waitingFiles = createWaitingFiles(tick, async (ids) => ids);
  t.teardown(() => waitingFiles.close());
  const [first, second] = [new AbortController(), new AbortController()];
  const longer = 60_000;
  first.abort(new Error('over'));
  const over = t.rejects(waitingFiles.pause('a', longer, first.signal), /over/);
  const found = waitingFiles.pause('a', longer, second.signal);
  await over;
  const giveUp = setTimeout(() => second.abort(new Error('it was not found')), 10_000);
  await t.resolves(found, 'it is due');
  clearTimeout(giveUp);
});

t.test('a cancelled upload whose holder has gone is over, and its bytes are too', async (t) => {
  const { url, mock, app, stagingDir } = await startService(t);
  const answer = await put(url, await newDraft(mock), 'a.bin', noise(1000), { prefer: 'respond-async' });
  t.match(await until(answer.body.status_url, ['done']), { body: { state: 'done' } });
  t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0), 'its bytes go when it is done');
  await mkdir(join(stagingDir, answer.body.upload_id));
  await app.database.$executeRaw`
    UPDATE uploads SET state = 'transferring', finished_at = NULL, cancel_requested = true, lease_by = 'gone',
      lease_until = now() - interval '1 second' WHERE id = ${answer.body.upload_id}::uuid`;
  t.match(await until(answer.body.status_url, ['cancelled']), { body: { state: 'cancelled', error: null } });
  t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0), 'staging is empty');
});

t.test('a form whose bytes still arrive does not return to the queue', async (t) => {
  const { url, mock, app } = await startService(t);
  const id = await newDraft(mock);
  const form = holdForm(url, id, { 'a.txt': 'a', 'b.txt': 'b' });
  const begun = () => app.database.upload.findFirst({ where: { depositionId: id, state: 'receiving' } });
  t.ok(await eventually(async () => (await begun()) !== null));
  const repository = createUploadRepository(app.database, app.replica.id);
  t.equal(await repository.release((await begun())?.id ?? ''), false);
  form.go();
  t.match(await form.answer, { status: 200, body: { state: 'done' } });
});

t.test(
  'a large file that is recovered holds up neither the report of the volume nor the cleanup',
  async (t) => {
    const warnings: object[] = [];
    const log = {
      error: (line: unknown) => t.fail(JSON.stringify(line)),
      warn: (line: object) => warnings.push({ ...currentSubject(), ...line }),
    };
    const tick = startTick(log, 1);
    const row = { requestId: 'r', uploadId: 'u', depositionId: 7n, containerId: 'c', connectionId: null };
    const done = { reports: 0, rounds: 0 };
    const count = async (job: keyof typeof done) => {
      done[job] += 1;
      return 0;
    };
    let recovered = undefined as (() => unknown) | undefined;
    const context = {
      tick,
      log,
      timings: { sweep: 60_000 },
      staging: { volume: 'v', space: async () => ({ total: 1, free: 1 }), list: async () => [] },
      stagingVolumes: { report: () => count('reports'), forgetOld: async () => undefined },
      overdueUploads: {
        end: () => count('rounds'),
        needed: async () => ({ needed: new Set(), known: new Set() }),
        dropForgotten: async () => undefined,
        forgetOld: async () => undefined,
      },
      tusLeases: { expired: async () => [{ ...row, id: 'one' }] },
      tusRepository: { completeSingles: async () => undefined },
    } as unknown as UploadsContext;
    const live = {
      recover: async () => {
        if (warnings.length === 0) throw new Error('the database is away');
        return new Promise<void>((resolve) => (recovered = resolve));
      },
    } as unknown as LiveFiles;
    const cleanup = startCleanup(context, live, () => 0, 0);
    t.ok(await eventually(() => done.reports > 2 && done.rounds > 2));
    t.ok(await eventually(() => recovered !== undefined), 'it is tried again');
    t.match(
      warnings,
      [{ file_id: 'one', upload_id: 'u', deposition_id: 7, container_id: 'c', request_id: 'r' }],
      'a line about a file names its upload',
    );
    recovered?.();
    await cleanup.close();
  },
);
