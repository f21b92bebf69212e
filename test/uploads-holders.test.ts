import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { request } from 'undici';
import { startTick } from '../src/periodic.js';
import { createLeases } from '../src/uploads/leases.js';
import type { UploadRepository } from '../src/uploads/rows/upload-repository.js';
import { connectTo } from './database.js';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { type Teardown, temporaryFolder } from './teardown.js';
import { announce, send } from './tus-caller.js';
import { eventually, formOf, holdForm, md5, newDraft, noise, stored, until, upload } from './uploads.js';

t.test('who works on an upload, and who no longer does', async (t) => {
  const { url, mock, env, app, databaseUrl } = await startService(t, { mock: { rateLimit: '100000/min' } });
  const settings = { ...env, LOG_LEVEL: 'info', DRAIN_SECONDS: '0' };
  const prefer = { prefer: 'respond-async' };
  const newToken = () => mock.tokens.create({ user: 'mock-user' }).accessToken;
  const putOf = (key: string) => ({ method: 'PUT', path: `/api/files/:bucket/${key}` });
  const isSent = (key: string) =>
    eventually(() => mock.requests.list({ ...putOf(key), running: true }).some(({ running }) => running));
  const ownVolume = async (t: Teardown) => {
    const dir = await temporaryFolder(t);
    return { ...settings, STAGING_DIR: dir };
  };
  const filesOf = (depositionId: number) =>
    app.database.uploadFile.findMany({ where: { depositionId }, orderBy: { createdAt: 'asc' } });

  t.jobs = 4;

  t.test('a process dies with its volume: its callers send the files again, elsewhere', async (t) => {
    const first = await startReplica(t, await ownVolume(t));
    const [id, token] = [await newDraft(mock), newToken()];
    for (const key of ['once.bin', 'twice.bin'])
      mock.faults.add({ ...putOf(key), throttleRequest: 50_000, times: 1 });
    const bytes = noise(1_000_000);
    const form = () => formOf({ 'once.bin': noise(1_000_000), 'twice.bin': bytes }, { access_token: token });
    const accepted = await upload(first.url, id, form(), prefer);
    t.equal(accepted.status, 202);

    const byTus = await newDraft(mock);
    mock.faults.add({ ...putOf('tus.bin'), throttleRequest: 50_000, times: 1 });
    const announced = await announce(first.url, byTus, bytes.length, { filename: 'tus.bin' });
    t.equal((await send(announced.location, 0, bytes)).status, 204);
    for (const key of ['once.bin', 'twice.bin', 'tus.bin']) t.ok(await isSent(key), `${key} is on its way`);
    await first.kill('SIGKILL');

    const again = await upload(url, id, formOf({ 'twice.bin': bytes }, { access_token: token }), prefer);
    const tusAgain = await announce(url, byTus, bytes.length, { filename: 'tus.bin' });
    t.equal((await send(tusAgain.location, 0, bytes)).status, 204);
    const done = await until(again.body.status_url, ['done', 'failed'], token);
    t.match(done, { body: { state: 'done' } }, 'the form is not held up for ever');
    const tusUrl = `${url}/uploads/${tusAgain.headers['upload-id']}`;
    t.match(await until(tusUrl, ['done', 'failed']), { body: { state: 'done' } }, 'nor is a file by tus');
    t.equal(stored(mock, id)['twice.bin'], md5(bytes));
    t.equal(stored(mock, byTus)['tus.bin'], md5(bytes));

    const { id: upload_id, volume } = await app.database.upload.findUniqueOrThrow({
      where: { id: accepted.body.upload_id },
    });
    await app.database.stagingVolume.update({ where: { id: volume }, data: { seenAt: new Date(0) } });
    const stateOf = async () => (await app.database.upload.findUnique({ where: { id: upload_id } }))?.state;
    t.ok(await eventually(async () => (await stateOf()) === 'stranded'), 'the first one is stranded');
    const states = (await filesOf(id))
      .filter((file) => file.uploadId === upload_id)
      .map(({ state }) => state);
    t.same(states, ['staged', 'staged'], 'and none of its files counts as being sent');
  });

  t.test('a file that still counts as being sent, of an upload that has ended', async (t) => {
    const [id, token] = [await newDraft(mock), newToken()];
    const ended = { id: randomUUID(), owner: 'x', depositionId: id, volume: 'x', requestId: 'x' };
    await app.database.upload.create({
      data: { ...ended, state: 'failed', deadlineAt: new Date(0), finishedAt: new Date() },
    });
    await app.database.uploadFile.create({
      data: { uploadId: ended.id, depositionId: id, name: 'stuck.bin', state: 'transferring' },
    });
    const sent = await upload(url, id, formOf({ 'stuck.bin': 'bytes' }, { access_token: token }), prefer);
    t.match(await until(sent.body.status_url, ['done', 'failed'], token), { body: { state: 'done' } });
    t.match(await filesOf(id), [{ state: 'failed' }, { state: 'uploaded' }]);
  });

  t.test('a process that wakes up behind the end of its lease writes nothing', async (t) => {
    const asleep = await startReplica(t, { ...settings, MAX_TRANSFERS_PER_USER: '1' });
    const [id, token] = [await newDraft(mock), newToken()];
    const files = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`${at}.bin`, noise(1000)]));
    mock.faults.add({ ...putOf('0.bin'), delay: 1, times: 1 });
    const waiting = upload(asleep.url, id, formOf(files, { access_token: token }));
    t.ok(await isSent('0.bin'));
    const rowOf = () => app.database.upload.findFirst({ where: { depositionId: id } });
    t.ok(await eventually(async () => (await rowOf())?.state === 'transferring'), 'all bytes are here');
    asleep.process.kill('SIGSTOP');
    t.ok(await eventually(async () => (await rowOf())?.state === 'done'), 'another process finishes it');
    asleep.process.kill('SIGCONT');
    // Queries of a process that was stopped may have run out of time.
    const { status, body } = await waiting;
    t.ok(status === 200 || body.code === 'service_unavailable', `nobody hears of a failure: ${body.code}`);
    await sleep(1000);
    for (const { name, state } of await filesOf(id)) t.match(state, /^(uploaded|unchanged)$/, name);
  });

  t.test('a renewal that is not answered does not take the time of the next one', async (t) => {
    const calls: string[][] = [];
    const tick = startTick(app.log, 100);
    const renew = (held: { id: string }[]) => {
      calls.push(held.map(({ id }) => id));
      return calls.length === 1
        ? new Promise<never>(() => undefined)
        : Promise.resolve(new Map(held.map(({ id }) => [id, { cancelled: false }])));
    };
    const leases = createLeases({ renew } as unknown as UploadRepository, tick);
    const letGo = leases.hold('one', (kind) => t.fail(`it is ${kind}`));
    t.ok(await eventually(() => calls.length > 1), 'the next one comes');
    letGo();
    await leases.release(0);
  });

  t.test('a caller who leaves before they are waited for: the upload has time', async (t) => {
    const [id, token] = [await newDraft(mock), newToken()];
    const restricting = { method: 'PUT', path: `/api/records/${id}/draft` };
    mock.faults.add({ ...restricting, delay: 3, times: 1 });
    mock.faults.add({ ...putOf('left.bin'), status: 503 });
    const manifest = 'artifacts:\n- {artifact_name: Answers, access_level: Private}\n';
    const leaving = new AbortController();
    const left = request(`${url}/depositions/${id}/files`, {
      method: 'POST',
      body: formOf({ 'manifest.rdmc': manifest, 'left.bin': 'left' }, { access_token: token }),
      signal: leaving.signal,
    }).catch(() => null);
    const isRestricting = () =>
      mock.requests.list({ ...restricting, running: true }).some(({ running }) => running);
    t.ok(await eventually(isRestricting), 'all bytes are here, and the draft is being restricted');
    leaving.abort();
    t.equal(await left, null);
    const stateOf = async () => (await app.database.upload.findFirst({ where: { depositionId: id } }))?.state;
    t.ok(await eventually(async () => ['queued', 'failed'].includes((await stateOf()) ?? '')));
    t.equal(await stateOf(), 'queued', 'it waits for its next attempt');
  });

  t.test('an upload that another process has ended takes no last bytes', async (t) => {
    const id = await newDraft(mock);
    const held = holdForm(url, id, { 'early.txt': 'early', 'b.txt': 'b', 'last.txt': 'last' });
    t.ok(await eventually(() => Boolean(stored(mock, id)['early.txt'])), 'half of it is through');
    const error = { code: 'incomplete_body', detail: 'This service stopped while the files were arriving.' };
    await app.database.upload.updateMany({
      where: { depositionId: id },
      data: { state: 'failed', error, leaseBy: null, leaseUntil: null, finishedAt: new Date() },
    });
    held.go();
    t.match(await held.answer, { status: 503, body: { code: 'service_unavailable' } });
  });

  t.test('two uploads that bring the same two folders, named in different order', async (t) => {
    const id = await newDraft(mock);
    const client = await connectTo(t, databaseUrl);
    const one = holdForm(url, id, { 'b/1.txt': 'b1', 'a/1.txt': 'a1', 'one.txt': '1' });
    const two = holdForm(url, id, { 'a/2.txt': 'a2', 'b/2.txt': 'b2', 'two.txt': '2' });
    const begun = () => app.database.upload.count({ where: { depositionId: id, state: 'receiving' } });
    t.ok(await eventually(async () => (await begun()) === 2), 'both have begun');
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`deposition ${id}`]);
    for (const [at, { go }] of [one, two].entries()) {
      go();
      const waiting = async () => {
        const { rows } = await client.query(
          `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
        );
        return rows.length > at;
      };
      t.ok(await eventually(waiting), 'it is about to bring its first folder');
    }
    await client.query('COMMIT');
    for (const answer of await Promise.all([one.answer, two.answer]))
      t.match(answer, { status: 200, body: { state: 'done' } });
    t.match(Object.keys(stored(mock, id)).sort(), ['a.zip', 'b.zip', 'one.txt', 'two.txt']);
  });
});
