import { randomUUID } from 'node:crypto';
import { readdir, rename, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { createActions } from '../src/operator/actions.js';
import { failureGroups } from '../src/operator/uploads.js';
import { createKeptUploads } from '../src/uploads/rows/kept-uploads.js';
import { authorize, call } from './consent.js';
import { startService } from './service.js';
import { announce, send, tus } from './tus-caller.js';
import {
  eventually,
  formOf,
  leftIn,
  md5,
  newDraft,
  noise,
  put,
  stored,
  TOKEN,
  until,
  upload,
} from './uploads.js';

const PUT = { method: 'PUT', path: '/api/files/:bucket/:key' };

t.test('bytes of what failed through no fault of its files are kept, and tried again', async (t) => {
  const { url, app, mock, stagingDir, env } = await startService(t, {
    env: { UPLOAD_ATTEMPTS: '1' },
    dependencies: { transferTimings: { firstWait: 10 } },
  });
  const { database } = app;
  const said: object[] = [];
  const actions = createActions(database, { info: (line) => said.push(line) });
  const actor = { by: 'command', requestId: 'test' } as const;
  const bytes = noise(5000);
  const { body: granted } = await authorize(url, { container: 'kept' });
  const [id, token] = [Number(granted['deposition_id']), String(granted['access_token'])];
  const { body: other } = await authorize(url, { container: 'kept-2' });
  const [id2, token2] = [Number(other['deposition_id']), String(other['access_token'])];
  const own = await newDraft(mock);

  // Zenodo is down for longer than the day that an upload has.
  // An attempt ends after its call was answered with 202, and not before.
  mock.faults.add({ ...PUT, status: 503, delay: 1 });
  const files = { 'a.bin': bytes, 'folder/b.txt': 'b', 'folder/c.txt': 'c' };
  const bring = async (draft: number, as: string, what: Record<string, string | Uint8Array> = files) => {
    const answer = await upload(url, draft, formOf(what, { access_token: as }), { prefer: 'respond-async' });
    t.match(answer, { status: 202 });
    return answer.body.upload_id;
  };
  const kept = await bring(id, token);
  const [oldest, younger] = [await bring(id2, token2), await bring(id2, token2)];
  const personal = await bring(own, TOKEN);
  const states = async () =>
    (await database.upload.findMany({ where: { leaseBy: null } })).map(({ state }) => String(state));
  const allAre = async (state: string) => (await states()).filter((one) => one === state).length === 4;
  t.ok(await eventually(() => allAre('queued')), 'they rest');
  await database.$executeRaw`UPDATE uploads SET created_at = now() - interval '1 day', deadline_at = now()`;
  t.ok(await eventually(() => allAre('failed')), 'they fail');
  const gone = async (one: string) => !(await leftIn(stagingDir)).includes(one);
  t.ok(await eventually(() => gone(personal)), 'for a personal token nothing is kept');
  t.same((await leftIn(stagingDir)).toSorted(), [kept, oldest, younger].toSorted());
  t.match(await actions.retry(personal, actor), {
    done: false,
    said: new RegExp(
      `bytes are no longer stored. The application must send the files of deposition ${own} again`,
    ),
  });

  mock.faults.clear();
  t.match(await actions.retry(kept, actor), { done: true });
  t.match(said, [
    { audit: 'operator_retried', upload_id: kept, deposition_id: Number, connection_id: String },
  ]);
  const done = await until(`${url}/uploads/${kept}`, ['done', 'failed'], token);
  t.equal(done.body.state, 'done');
  const groups = await failureGroups(database, new Date(0));
  const group = groups.find(({ zenodo_user_id }) => zenodo_user_id !== null);
  t.match(group, { count: 2, failing_since: null }, 'one that began before the failures was done after them');
  t.match(stored(mock, id), { 'a.bin': md5(bytes), 'folder.zip': /./ });
  const told = done.body['history'] as { kind: string }[];
  t.same(
    told.map(({ kind }) => kind).slice(-4),
    ['failed', 'operator', 'taken_over', 'done'],
    'its history goes on',
  );

  // A quota that Zenodo raises, and bytes that came by tus: both are tried again.
  const full = { ...PUT, delay: 1, status: 400, body: { status: 400, message: 'Bucket quota exceeded.' } };
  const authorization = { authorization: `Bearer ${token}` };
  const announced = await announce(url, id, bytes.length, { filename: 'tus.bin' }, authorization);
  const byTus = String(announced.headers['upload-id']);
  mock.faults.add(full);
  t.match(await send(announced.location, 0, bytes, authorization), { status: 204 });
  await tus('POST', `${url}/depositions/${id}/tus/${byTus}/complete`, authorization);
  const byForm = await bring(id, token, { 'other.bin': noise(4000) });
  for (const one of [byTus, byForm]) {
    const failed = await until(`${url}/uploads/${one}`, ['done', 'failed'], token);
    t.match(failed.body, { state: 'failed', error: { code: 'quota_exceeded' } });
  }
  const failures = async () => {
    const { values } = await app.metrics.uploads.get();
    return values.find(({ labels }) => labels.code === 'quota_exceeded')?.value;
  };
  t.equal(await failures(), 2);
  t.match(await actions.retry(byForm, actor), { done: true });
  t.equal((await until(`${url}/uploads/${byForm}`, ['done', 'failed'], token)).body.state, 'failed');
  t.equal(await failures(), 2, 'one upload fails once, however often it is tried');
  mock.faults.clear();
  for (const one of [byTus, byForm]) {
    t.match(await actions.retry(one, actor), { done: true }, 'its bytes are kept');
    t.equal((await until(`${url}/uploads/${one}`, ['done', 'failed'], token)).body.state, 'done');
    t.match(await actions.retry(one, actor), { done: false, said: /all its files are at Zenodo/ });
  }
  t.match(stored(mock, id), { 'tus.bin': md5(bytes), 'other.bin': /./ });

  // Others need the room: the oldest goes first, and no more than must.
  const { volume } = await database.upload.findUniqueOrThrow({ where: { id: oldest } });
  await database.$executeRaw`UPDATE uploads SET kept_until = kept_until - interval '1 hour' WHERE id = ${oldest}::uuid`;
  t.same(await createKeptUploads(database).giveWay(volume, 1), [oldest]);
  const crowded = await buildApp(loadConfig({ ...env, STAGING_MIN_FREE: '9000000000000000' }));
  t.teardown(() => crowded.close());
  const address = await crowded.listen({ port: 0, host: '127.0.0.1' });
  t.match(await upload(address, id2, formOf(files, { access_token: token2 })), {
    status: 507,
    body: { code: 'staging_full' },
  });
  t.ok(await gone(younger), 'before anybody is refused, what is only kept goes');
  for (const one of [oldest, younger])
    t.match(await actions.retry(one, actor), { done: false, said: /of container kept-2 again/ });
});

t.test('a caller who is told to poll finds the bytes of a failed upload kept', async (t) => {
  const { url, app, mock } = await startService(t);
  const { body: granted } = await authorize(url, { container: 'told' });
  const [id, token] = [Number(granted['deposition_id']), String(granted['access_token'])];
  mock.faults.add({ ...PUT, status: 400, body: { status: 400, message: 'Bucket quota exceeded.' } });
  for (let round = 0; round < 20; round += 1) {
    const headers = { authorization: `Bearer ${token}`, prefer: 'respond-async' };
    const answer = await put(url, id, `${round}.bin`, noise(20_000 * round + 1), headers);
    if (answer.status !== 202) {
      t.match(answer.body, { code: 'quota_exceeded' }, 'it waits for the end that is being recorded');
      continue;
    }
    const uploadId = String(answer.body['upload_id']);
    await until(`${url}/uploads/${uploadId}`, ['failed'], token);
    t.match(await app.database.upload.findUnique({ where: { id: uploadId } }), { keptUntil: Date });
  }
});

t.test('staged bytes that the disk has lost end their upload at once, and are not kept', async (t) => {
  const { url, app, mock, stagingDir, env } = await startService(t, { env: { UPLOAD_ATTEMPTS: '1' } });
  const { database } = app;
  const { body: granted } = await authorize(url, { container: 'lost' });
  const [id, token] = [Number(granted['deposition_id']), String(granted['access_token'])];
  const authorization = { authorization: `Bearer ${token}` };
  const bytes = noise(5000);
  const spoil = async (uploadId: string) => {
    for (const { name, parentPath } of await readdir(join(stagingDir, uploadId), { withFileTypes: true }))
      await truncate(join(parentPath, name), 1);
  };

  // Its only attempt ends after the call was answered with 202, and not before.
  mock.faults.add({ ...PUT, status: 503, delay: 1 });
  const form = formOf({ 'a.bin': bytes }, { access_token: token });
  const sent = await upload(url, id, form, { prefer: 'respond-async' });
  const byForm = sent.body.upload_id;
  const rests = async () => (await database.upload.findUnique({ where: { id: byForm } }))?.state === 'queued';
  t.ok(await eventually(rests), 'it waits for Zenodo');
  await spoil(byForm);
  // While the volume is away its bytes are not lost.
  const volume = join(stagingDir, 'volume-id');
  await rename(volume, `${volume}.away`);
  const due = () => database.upload.update({ where: { id: byForm }, data: { nextAt: new Date(0) } });
  await due();
  const isAway = async () =>
    JSON.stringify((await database.upload.findUnique({ where: { id: byForm } }))?.error).includes(
      'service_unavailable',
    );
  t.ok(await eventually(isAway), 'without its volume it waits on');
  await rename(`${volume}.away`, volume);
  await due();

  // Files of a folder that came to another process.
  const other = await buildApp(loadConfig(env));
  t.teardown(() => other.close());
  const there = await other.listen({ port: 0, host: '127.0.0.1' });
  const byTus = randomUUID();
  for (const name of ['f/a.bin', 'g/b.bin']) {
    const file = { filename: 'x', relativePath: name, upload_id: byTus };
    const { location } = await announce(there, id, bytes.length, file, authorization);
    const to = `${there}${new URL(location).pathname}`;
    t.match(await send(to, 0, bytes, authorization), { status: 204 });
  }
  await other.close();
  await spoil(byTus);
  const completed = await tus('POST', `${url}/depositions/${id}/tus/${byTus}/complete`, authorization);
  t.equal(completed.status, 202);

  for (const one of [byForm, byTus]) {
    const { body } = await until(`${url}/uploads/${one}`, ['done', 'failed'], token);
    t.match(body, {
      state: 'failed',
      error: {
        code: 'staged_bytes_lost',
        detail: /Send the file again/,
        user_message: /send the file again/,
      },
    });
    t.ok(await eventually(async () => !(await leftIn(stagingDir)).includes(one)), 'nothing is kept');
  }
  mock.faults.clear();
  const again = formOf({ 'a.bin': bytes }, { access_token: token });
  t.match(await upload(url, id, again), { status: 200 }, 'sent again it arrives');
});

t.test(
  'what waits for its next attempt is tried at once, and asked for again it is not counted',
  async (t) => {
    const { url, app, mock } = await startService(t, {
      dependencies: { transferTimings: { firstWait: 3_600_000, longestWait: 3_600_000 } },
    });
    const actions = createActions(app.database, { info: () => undefined });
    const actor = { by: 'page', requestId: 'hurries' } as const;
    const id = await newDraft(mock);
    mock.faults.add({ ...PUT, status: 503, times: 1 });
    const { body } = await upload(url, id, { 'a.txt': 'a' }, { prefer: 'respond-async' });
    const { upload_id: uploadId, status_url: statusUrl } = body;
    const waits = async () =>
      (await app.database.uploadFile.count({ where: { uploadId, nextAt: { not: null } } })) > 0;
    t.ok(await eventually(waits), 'it waits for half an hour or more');
    const pressed = await Promise.all([1, 2, 3].map(() => actions.retry(uploadId, actor)));
    t.same(pressed.map(({ done }) => done).toSorted(), [false, false, true], 'three times is once');
    const done = await until(statusUrl, ['done', 'failed']);
    t.equal(done.body.state, 'done');
    const told = done.body['history'] as { kind: string; request_id: string }[];
    t.match(
      told.filter(({ kind }) => kind === 'operator'),
      [{ request_id: 'hurries' }],
    );
    t.equal(told.filter(({ kind }) => kind === 'operator').length, 1);
  },
);

t.test(
  'a zip that is at Zenodo, although its upload was cancelled before it knew: it is joined',
  async (t) => {
    const { url, app, mock } = await startService(t, {
      dependencies: { transferTimings: { firstWait: 3_600_000 } },
    });
    const id = await newDraft(mock);
    mock.faults.add({ ...PUT, path: '/api/files/:bucket/d.zip', status: 503, done: true, times: 1 });
    mock.faults.add({ method: 'GET', path: '/api/deposit/depositions/:id', status: 503, after: 2, times: 1 });
    const { body } = await upload(url, id, { 'x.txt': 'x', 'd/a.txt': 'a' }, { prefer: 'respond-async' });
    const { upload_id: uploadId, status_url: statusUrl } = body;
    const waits = async () =>
      (await app.database.uploadFile.count({ where: { uploadId, nextAt: { not: null } } })) > 0;
    t.ok(await eventually(waits), 'the draft could not be read, so it waits');
    const zip = stored(mock, id)['d.zip'];
    t.ok(zip);
    t.match(await call(statusUrl, { method: 'DELETE', token: TOKEN }), { body: { state: 'cancelled' } });
    const rest = await upload(url, id, { 'x.txt': 'x', 'd/b.txt': 'b' });
    t.equal(rest.status, 200, JSON.stringify(rest.body));
    const parts = await app.uploads.partsOfZip('d.zip', stored(mock, id)['d.zip'] ?? '');
    t.same(parts?.map(({ path }) => path).toSorted(), ['d/a.txt', 'd/b.txt'], 'nothing of it is lost');
  },
);
