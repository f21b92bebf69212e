import t from 'tap';
import { createActions } from '../src/operator/actions.js';
import { nextAttempt, readUpload } from '../src/operator/upload.js';
import { measureSpeed } from '../src/uploads/speed.js';
import { authorize, bringBack, call } from './consent.js';
import { startService } from './service.js';
import { eventually, formOf, look, md5, newDraft, noise, put, stored, until, upload } from './uploads.js';

const PUT = { method: 'PUT', path: '/api/files/:bucket/:key' };

interface Event {
  at: string;
  kind: string;
  filename: string | null;
  attempt: number | null;
  code: string | null;
  detail: string | null;
  zenodo_status: number | null;
  next_attempt_at: string | null;
  request_id: string;
}

interface Progress {
  sent: number;
  size: number;
  rate: number;
  seconds_left: number | null;
  attempt: number | null;
  next_attempt_at: string | null;
  last_error: { code: string; detail: string } | null;
}

const historyOf = (body: Record<string, unknown>) => body['history'] as Event[];
const progressOf = (body: Record<string, unknown>) => body['progress'] as Progress;
const kindsOf = (body: Record<string, unknown>) => historyOf(body).map(({ kind }) => kind);

t.test('a speed is that of the line, however seldom bytes are asked for', async (t) => {
  const MEGABYTE = 1_000_000;
  /** What is said each second of bytes that were handed on in pieces, after a buffer was filled. */
  const said = (perSecond: number, piece: number, seconds: number, buffer = 2.5 * MEGABYTE) => {
    const speed = measureSpeed(4 * MEGABYTE);
    return Array.from({ length: seconds }, (_, second) => {
      const gone = second * perSecond;
      const handed = second === 0 ? 0 : buffer + Math.floor(gone / piece) * piece;
      return speed(handed, second * 1000 + (second % 3) * 40);
    });
  };
  for (const [perSecond, piece] of [
    [40_000, 524_288],
    [100_000, 524_288],
    [300_000, 524_288],
    [1_000_000, 524_288],
    [1_000_000, 65_536],
    [80 * MEGABYTE, 524_288],
  ] as const) {
    const speeds = said(perSecond, piece, 120);
    for (const [second, speed] of speeds.entries()) {
      const about = `${perSecond} B/s in pieces of ${piece}, second ${second}: ${speed}`;
      if (speed > 1.5 * perSecond || (second > 45 && speed < 0.6 * perSecond)) t.fail(about);
    }
    t.equal(speeds[0], 0);
    t.ok((speeds.at(-1) ?? 0) > 0.6 * perSecond, `${perSecond} B/s in pieces of ${piece}`);
  }
  const speed = measureSpeed(0);
  for (let second = 0; second < 30; second += 1) speed(second * 50_000, second * 1000);
  t.equal(speed(29 * 50_000, 34_500), 0, 'one that stands still is told soon');
  t.equal(speed(0, 36_000), 0, 'a new attempt begins anew');
  for (let second = 37; second < 50; second += 1) speed((second - 36) * 10_000, second * 1000);
  t.equal(speed(140_000, 50_000), 10_000);
});

t.test('what happened to an upload, and how far it truly is', async (t) => {
  const { url, mock, app } = await startService(t, {
    env: { MAX_TRANSFERS_PER_USER: '16' },
    dependencies: { transferTimings: { firstWait: 3000, longestWait: 3000 } },
  });

  await t.test('one that goes well, with the ids to find it by', async (t) => {
    const granted = await authorize(url, { container: 'told' });
    const token = String(granted.body['access_token']);
    const form = formOf({ 'a.txt': 'a' }, { access_token: token });
    const done = await upload(url, Number(granted.body['deposition_id']), form, { 'x-request-id': 'told-1' });
    const { body } = await look(done.body.status_url, { token });
    t.match(body, { state: 'done', request_id: 'told-1', container_id: 'told' });
    t.same(kindsOf(body), ['taken', 'received', 'done']);
    for (const event of historyOf(body)) t.match(event, { request_id: 'told-1', code: null, filename: null });
    const rows = await app.database.uploadEvent.findMany({ where: { uploadId: body.upload_id } });
    t.equal(new Set(rows.map(({ replica }) => replica)).size, 1, 'each names the process that worked on it');
    t.ok(rows[0]?.replica);
  });

  await t.test('a failed attempt counts nothing, says why, and when the next one begins', async (t) => {
    const id = await newDraft(mock);
    const bytes = noise(9_000_000);
    mock.faults.add({ ...PUT, status: 503, times: 1 });
    mock.faults.add({ ...PUT, throttleRequest: 1_500_000, after: 1, times: 1 });
    const accepted = await upload(url, id, { 'a.bin': bytes }, { prefer: 'respond-async' });
    const { status_url: statusUrl } = accepted.body;
    const waits = async () => progressOf((await look(statusUrl)).body).next_attempt_at !== null;
    t.ok(await eventually(waits), 'it waits');
    const { body } = await look(statusUrl);
    const [file] = body.files as unknown as Progress[];
    for (const one of [progressOf(body), file]) {
      t.match(one, { sent: 0, rate: 0, attempt: 2, last_error: { code: 'zenodo_error', detail: /./ } });
      const wait = Date.parse(one?.next_attempt_at ?? '') - Date.now();
      t.ok(wait > -1000 && wait <= 3000, `in ${wait} ms`);
    }
    t.equal(progressOf(body).seconds_left, null, 'it cannot be known');
    // Zenodo may refuse the last byte before it is written down that all have come.
    const failed = historyOf(body).findLast(({ kind }) => kind === 'attempt_failed');
    t.match(failed, {
      kind: 'attempt_failed',
      filename: 'a.bin',
      attempt: 1,
      code: 'zenodo_error',
      zenodo_status: 503,
      next_attempt_at: progressOf(body).next_attempt_at,
    });
    const left: number[] = [];
    const isOver = async () => {
      const { body: now } = await look(statusUrl);
      left.push(...[progressOf(now).seconds_left].filter((seconds) => seconds !== null));
      return now.state !== 'running';
    };
    t.ok(await eventually(isOver));
    t.ok((left[0] ?? 0) > (left.at(-1) ?? 0), `the time left is known, and falls: ${left}`);
    t.match(await until(statusUrl, ['done']), {
      body: {
        progress: { sent: bytes.length, attempt: null, next_attempt_at: null, last_error: null },
        files: [{ sent: bytes.length, attempts: 1, attempt: null, next_attempt_at: null, last_error: null }],
      },
    });
    t.equal(stored(mock, id)['a.bin'], md5(bytes));
  });

  await t.test('what lies in a socket is not at Zenodo before Zenodo says so', async (t) => {
    const id = await newDraft(mock);
    mock.faults.add({ ...PUT, throttleRequest: 60_000, times: 1 });
    const accepted = await upload(url, id, { 'small.txt': noise(200_000) }, { prefer: 'respond-async' });
    const { status_url: statusUrl } = accepted.body;
    const handed = async () =>
      mock.requests.list(PUT).length > 0 || (await look(statusUrl)).body.state !== 'running';
    await eventually(handed);
    for (let looks = 0; looks < 8; looks += 1) {
      const { body } = await look(statusUrl);
      if (body.state !== 'running') break;
      t.equal(progressOf(body).sent, 0);
    }
    t.match(await until(statusUrl, ['done']), { body: { progress: { sent: 200_000, size: 200_000 } } });
  });

  await t.test('one that rests, and one that is cancelled by another call', async (t) => {
    const id = await newDraft(mock);
    mock.faults.add({ ...PUT, status: 503, times: 20 });
    const accepted = await upload(url, id, { 'a.txt': 'a' }, { prefer: 'respond-async' });
    const { status_url: statusUrl, upload_id: uploadId } = accepted.body;
    t.ok(await eventually(async () => kindsOf((await look(statusUrl)).body).includes('waiting')));
    const { body } = await look(statusUrl);
    t.match(body, {
      stage: 'queued',
      progress: { seconds_left: null, rate: 0, next_attempt_at: /Z$/, last_error: { code: 'zenodo_error' } },
      files: [{ next_attempt_at: /Z$/, last_error: { code: 'zenodo_error' } }],
    });
    const waiting = historyOf(body).findLast(({ kind }) => kind === 'waiting');
    t.match(waiting, { code: 'zenodo_error', next_attempt_at: progressOf(body).next_attempt_at });
    const cancelled = await call(statusUrl, {
      method: 'DELETE',
      token: 'mock-token',
      headers: { 'x-request-id': 'who-cancels' },
    });
    t.match(cancelled.body, { state: 'cancelled', progress: { next_attempt_at: null } });
    t.match(historyOf(cancelled.body).at(-1), { kind: 'cancelled', request_id: 'who-cancels' });
    mock.faults.clear();
    const attempts = historyOf(cancelled.body).filter(({ kind }) => kind === 'attempt_failed');
    t.same(
      attempts.map(({ attempt }) => attempt),
      [1, 2, 3, 4, 5, 6],
    );
    t.equal(attempts.at(-1)?.next_attempt_at, null, 'the last one is followed by a rest');
    await app.database.upload.delete({ where: { id: uploadId } });
    t.equal(await app.database.uploadEvent.count({ where: { uploadId } }), 0, 'the history goes with it');
  });

  await t.test('held back by Zenodo’s limit: since which attempt, and until when', async (t) => {
    const id = await newDraft(mock);
    const other = await newDraft(mock);
    mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/b.txt', status: 503 });
    const second = await upload(url, other, { 'b.txt': noise(9) }, { prefer: 'respond-async' });
    const fails = async () => historyOf((await look(second.body.status_url)).body).length > 2;
    t.ok(await eventually(fails), 'another one is between two attempts');
    mock.faults.add({
      method: 'PUT',
      path: '/api/files/:bucket/a.txt',
      status: 429,
      times: 1,
      headers: { 'retry-after': '6' },
    });
    const accepted = await upload(url, id, { 'a.txt': noise(9) }, { prefer: 'respond-async' });
    const { status_url: statusUrl, upload_id: uploadId } = accepted.body;
    const waits = async () => progressOf((await look(statusUrl)).body).next_attempt_at !== null;
    t.ok(await eventually(waits), 'it waits');
    const { body } = await look(statusUrl);
    t.match(progressOf(body), { attempt: 2, last_error: { code: 'too_many_requests' } });
    const failed = historyOf(body).findLast(({ kind }) => kind === 'attempt_failed');
    t.match(failed, { attempt: 1, zenodo_status: 429, next_attempt_at: progressOf(body).next_attempt_at });
    const found = await readUpload(app.database, uploadId);
    t.match(found?.files, [{ code: 'too_many_requests', next_at: Date }]);
    t.same(found && nextAttempt(found)?.heldBack, true);
    const actions = createActions(app.database, { info: () => t.fail('nothing was done') });
    t.match(await actions.retry(uploadId, { by: 'page', requestId: 'r' }), {
      done: false,
      said: /^Zenodo accepts no calls at the moment\. The next attempt is at \d{4}-.*Z: before that, Zenodo would refuse it\.$/,
    });
    // The other is held back before Zenodo is called: that is no attempt.
    const held = async () =>
      historyOf((await look(second.body.status_url)).body).find(({ kind }) => kind === 'waiting');
    t.ok(await eventually(async () => (await held()) !== undefined));
    t.match(await held(), {
      filename: 'b.txt',
      attempt: null,
      code: 'too_many_requests',
      zenodo_status: null,
      next_attempt_at: /Z$/,
    });
    mock.faults.clear();
    const ended = [await until(statusUrl, ['done']), await until(second.body.status_url, ['done'])];
    t.match(ended[0]?.body.files, [{ attempts: 1 }]);
    for (const { body: one } of ended) {
      const attempts = historyOf(one).filter(({ kind }) => kind === 'attempt_failed');
      t.same(
        attempts.map(({ attempt }) => attempt),
        attempts.map((_one, at) => at + 1),
        'attempts are counted from one',
      );
    }
  });

  await t.test('parked, and authorized again', async (t) => {
    const granted = await authorize(url, { container: 'parked' });
    const token = String(granted.body['access_token']);
    mock.faults.add({ ...PUT, revokeToken: true, times: 1 });
    mock.faults.add({ name: 'invalid-grant', form: { grant_type: 'refresh_token' } });
    const parked = await put(url, Number(granted.body['deposition_id']), 'a.txt', noise(10), {
      authorization: `Bearer ${token}`,
    });
    t.match(parked, { status: 401 });
    mock.faults.clear();
    const back = await bringBack(url, { container: 'parked' });
    const again = await call(`${url}/oauth/callback`, { json: back, headers: { 'x-request-id': 'back' } });
    const fresh = String(again.body['access_token']);
    const { body } = await until(parked.body.status_url, ['done'], fresh);
    const told = ['taken', 'received', 'attempt_failed', 'parked', 'authorized', 'taken_over', 'done'];
    t.same(kindsOf(body), told);
    t.match(
      historyOf(body).find(({ kind }) => kind === 'authorized'),
      { request_id: 'back' },
    );
    t.match(
      historyOf(body).find(({ kind }) => kind === 'parked'),
      { code: 'reauthorization_required' },
    );
  });

  t.test('every state that a row took is told, whichever statement it was that changed it', async (t) => {
    const last: Record<string, string[]> = {
      done: ['done'],
      failed: ['failed'],
      cancelled: ['cancelled'],
      queued: ['waiting', 'authorized', 'reachable'],
      waiting_for_authorization: ['parked'],
    };
    const uploads = await app.database.upload.findMany({ include: { events: { orderBy: { id: 'asc' } } } });
    t.ok(uploads.length > 3);
    for (const { state, events } of uploads) {
      t.equal(events[0]?.kind, 'taken');
      const states = events.filter(({ kind }) => kind !== 'attempt_failed' && kind !== 'cancel_requested');
      t.ok(last[state]?.includes(states.at(-1)?.kind ?? ''), `${state} after ${states.at(-1)?.kind}`);
    }
  });
});
