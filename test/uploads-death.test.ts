import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, rename, utimes } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import t from 'tap';
import { request } from 'undici';
import { fromBufferPromise } from 'yauzl';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { watched } from './contract-watch.js';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { listen, type Teardown, temporaryFolder } from './teardown.js';
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
  until,
  upload,
} from './uploads.js';

const KEY = { method: 'PUT', path: '/api/files/:bucket/' };

/** All that happens here happens at once: most of it is waiting for a lease to run out. */
t.test('an upload outlives the process that took it', async (t) => {
  const { url, mock, stagingDir, env, app } = await startService(t, { mock: { rateLimit: '100000/min' } });
  const ownDir = await temporaryFolder(t);
  const settings = { ...env, LOG_LEVEL: 'info', MAX_TRANSFERS_PER_USER: '1', DRAIN_SECONDS: '0' };
  const newToken = () => mock.tokens.create({ user: 'mock-user' }).accessToken;
  const here = (statusUrl: string) => `${url}${new URL(statusUrl).pathname}`;
  const putOf = (key: string) => ({ ...KEY, path: `${KEY.path}${key}` });
  const sending = (key: string) =>
    eventually(() => mock.requests.list({ ...putOf(key), running: true }).some(({ running }) => running));
  const rowOf = (depositionId: number) => app.database.upload.findFirst({ where: { depositionId } });
  const prefer = { prefer: 'respond-async' };
  async function* endless() {
    yield noise(300_000);
    for (;;) {
      await sleep(200);
      yield Buffer.from('still here');
    }
  }
  const arrive = (to: string, id: number, token = newToken()) =>
    put(to, id, 'lost.bin', endless(), { authorization: `Bearer ${token}`, 'content-length': '2000000' });

  const isHalfMade = async (statusUrl: string, token: string) =>
    (await look(here(statusUrl), { token })).body.files.some(({ received }) => received > 0);
  const latest = (depositionId: number) =>
    app.database.upload.findFirst({ where: { depositionId }, orderBy: { createdAt: 'desc' } });

  /**
   * A draft with a folder's zip of three parts, and a form that brings one of them anew, and
   * another one.
   */
  const folderThere = async (name: string) => {
    const [id, token] = [await newDraft(mock), newToken()];
    const inside = (files: Record<string, Buffer>) =>
      Object.fromEntries(Object.entries(files).map(([key, bytes]) => [`${name}/${key}`, bytes]));
    const old = inside({ 'a.bin': noise(150_000), 'b.bin': noise(60_000), 'c.bin': noise(1000) });
    const bytes = noise(400_001);
    const more = inside({ 'a.bin': bytes, 'd.bin': noise(70_000) });
    // Else the folder would be the root, and its files single ones.
    const note = { 'note.txt': 'note' };
    const sent = await upload(url, id, formOf({ ...old, ...note }, { access_token: token }));
    t.match(sent, { body: { state: 'done' } });
    const all = Object.fromEntries(
      Object.entries({ ...old, ...more }).map(([path, bytes]) => [path, md5(bytes)]),
    );
    return {
      name,
      id,
      token,
      bytes,
      more: { ...more, ...note },
      all,
      before: stored(mock, id)[`${name}.zip`] ?? '',
    };
  };

  t.jobs = 4;

  t.test('kill -9 at every stage: another process takes over within 20 s', async (t) => {
    const first = await startReplica(t, settings);
    const transfer = { id: await newDraft(mock), token: newToken(), big: noise(3_000_000) };
    mock.faults.add({ ...putOf('big.bin'), throttleRequest: 300_000, times: 1 });
    const sent = await upload(
      first.url,
      transfer.id,
      formOf(
        { 'big.bin': transfer.big, 'f/a.bin': 'aaa', 'f/b.bin': 'bb', 'small.txt': 'small' },
        { access_token: transfer.token },
      ),
      prefer,
    );
    t.match(sent, { status: 202 }, 'one is accepted');

    const answered = { id: await newDraft(mock), token: newToken() };
    mock.faults.add({ ...putOf('stored.txt'), throttleResponse: 10, times: 1 });
    const unheard = upload(
      first.url,
      answered.id,
      formOf({ 'stored.txt': 'stored' }, { access_token: answered.token }),
    ).catch(() => null);

    const zip = { id: await newDraft(mock), token: newToken(), bytes: noise(400_000) };
    const pipe = await bringWithPipe(first.url, stagingDir, zip);
    t.match(pipe.accepted, { status: 202 }, 'and another');
    t.ok(await eventually(() => isHalfMade(pipe.accepted.statusUrl, zip.token)), 'the zip is half made');

    const arriving = { id: await newDraft(mock) };
    const lost = arrive(first.url, arriving.id).catch(() => null);
    t.ok(await eventually(async () => (await rowOf(arriving.id))?.state === 'receiving'), 'one is arriving');
    t.ok(await sending('big.bin'), 'one is on its way');
    t.ok(await eventually(() => Boolean(stored(mock, answered.id)['stored.txt'])), 'one is stored');

    const holder = (await rowOf(transfer.id))?.leaseBy;
    await first.kill('SIGKILL');
    const killed = Date.now();
    await pipe.restore();
    t.equal(await unheard, null);
    t.equal(await lost, null);
    for (const { id } of [transfer, answered, zip]) {
      t.ok(await eventually(async () => (await rowOf(id))?.leaseBy !== holder), 'it is taken over');
    }
    // How soon: `npm run bench -- --row takeover`.
    t.comment(`the last takeover came after ${Date.now() - killed} ms`);

    for (const { id } of [transfer, answered, zip]) {
      t.ok(await eventually(async () => (await rowOf(id))?.state === 'done'), 'and finished');
    }
    const files = stored(mock, transfer.id);
    t.match(files, { 'big.bin': md5(transfer.big), 'small.txt': md5('small'), 'f.zip': /./ });
    t.equal(mock.requests.list(putOf('small.txt')).length, 1, 'what was sealed was sent once');
    t.equal(mock.requests.list(putOf('stored.txt')).length, 1, 'what was stored is not sent again');
    const [file] = await app.database.uploadFile.findMany({ where: { depositionId: answered.id } });
    t.equal(file?.state, 'unchanged');
    t.ok(stored(mock, zip.id)['g.zip'], 'the zip was made anew');
    t.equal(mock.requests.list({ ...putOf('g.zip'), status: 201 }).length, 1);
    t.ok(await eventually(async () => (await rowOf(arriving.id))?.state === 'failed'));
    t.match(await rowOf(arriving.id), { error: { code: 'incomplete_body' }, leaseBy: null });
    t.same(stored(mock, arriving.id), {}, 'nothing of what did not arrive is on Zenodo');
    const ended = await app.database.upload.findMany({
      where: { depositionId: { in: [transfer.id, answered.id, zip.id, arriving.id] } },
    });
    t.ok(
      await eventually(async () => {
        const left = await leftIn(stagingDir);
        return !ended.some(({ id }) => left.includes(id));
      }),
      'nothing is left of them',
    );
  });

  t.test('SIGTERM: who waits hears 202, who sends hears 503, and the rest goes on elsewhere', async (t) => {
    const second = await startReplica(t, settings);
    const id = await newDraft(mock);
    const token = newToken();
    const big = noise(12_000_000);
    mock.faults.add({ ...putOf('slow.bin'), throttleRequest: 200_000, times: 1 });
    const waiting = upload(second.url, id, formOf({ 'slow.bin': big }, { access_token: token }));
    t.ok(await sending('slow.bin'), 'the transfer is on its way');
    const other = await newDraft(mock);
    const arriving = arrive(second.url, other);
    t.ok(await eventually(async () => (await rowOf(other))?.state === 'receiving'));
    const third = await newDraft(mock);
    const headers = { authorization: `Bearer ${newToken()}` };
    const form = holdForm(second.url, third, { 'safe.txt': 'safe', 'b.txt': 'b', 'c.txt': 'c' }, headers);
    t.ok(await eventually(() => Boolean(stored(mock, third)['safe.txt'])), 'half of a form is through');
    const { port } = new URL(second.url);
    const late = connect(Number(port), '127.0.0.1');
    await once(late, 'connect');
    late.write('GET /healthz HTTP/1.1\r\nhost: x\r\n');

    const uploadId = (await rowOf(id))?.id;
    const authorization = `Bearer ${token}`;
    const watch = () => request(`${url}/uploads/${uploadId}/events`, { headers: { authorization } });
    const streams = await Promise.all([watch(), watch(), watch(), watch()]);
    const fifth = await watch();
    t.equal(fifth.statusCode, 429, 'an upload has four streams');
    t.match(await fifth.body.json(), { code: 'too_many_requests', retry_after: 30 });
    const events = Promise.all(streams.map(({ body }) => body.text()));

    const asked = Date.now();
    const gone = second.kill('SIGTERM');
    const answer = await waiting;
    t.match(answer, { status: 202, body: { state: 'running' } });
    t.ok(Date.now() - asked < 9000, 'answered at once');
    late.write('\r\n');
    const [said] = (await once(late, 'data')) as [Buffer];
    t.match(
      said.toString(),
      /^HTTP\/1\.1 503 .*retry-after: 5\r\n.*application\/problem\+json.*"service_unavailable"/is,
    );
    late.destroy();
    t.match(await arriving, {
      status: 503,
      headers: { 'retry-after': '5', 'content-type': /^application\/problem\+json/ },
      body: { code: 'service_unavailable', retry_after: 5 },
    });
    t.ok(Date.now() - asked > 8000, 'a body has some time to end');
    t.match(await form.answer, {
      status: 503,
      body: { code: 'service_unavailable', safe_files: ['safe.txt'] },
    });
    form.go();
    t.equal(await rowOf(other), null, 'nothing is left of it');
    await gone;
    t.equal(second.process.exitCode, 0);
    t.notMatch(second.output(), /"level":"error"/, 'a restart wakes nobody');
    const ended = Date.now();
    t.ok(ended - asked < 28_000, `ended after ${ended - asked} ms`);
    const done = await until(here(answer.body.status_url), ['done', 'failed'], token);
    t.equal(done.body.state, 'done');
    t.same(stored(mock, id), { 'slow.bin': md5(big) });
    t.ok(Date.now() - ended < 20_000, 'taken up without waiting for a lease to run out');
    for (const text of await events) {
      const shots = [...text.matchAll(/^data: (.*)$/gm)].map(
        ([, json]) => JSON.parse(json ?? '') as { state: string },
      );
      t.ok(shots.length > 3, `${shots.length} events came from the other process`);
      t.equal(shots.at(-1)?.state, 'done');
    }
  });

  t.test('a volume that no process reaches: stranded, and back with its holder', async (t) => {
    const open = async () => {
      const build = () => buildApp(loadConfig({ ...env, STAGING_DIR: ownDir }));
      const one = await watched((violation) => t.fail(violation), build);
      t.teardown(() => one.close());
      return { one, url: await one.listen({ port: 0, host: '127.0.0.1' }) };
    };
    const alone = await open();
    const id = await newDraft(mock);
    const token = newToken();
    mock.faults.add({ ...putOf('far.bin'), throttleRequest: 20_000, times: 1 });
    const bytes = noise(500_000);
    const form = formOf({ 'far.bin': bytes }, { access_token: token });
    const accepted = await upload(alone.url, id, form, prefer);
    await alone.one.close();
    t.equal((await rowOf(id))?.leaseBy, null, 'given back');
    const { volume } = (await rowOf(id)) ?? { volume: '' };
    const ago = new Date(Date.now() - 3_600_000);
    await app.database.stagingVolume.update({ where: { id: volume }, data: { seenAt: ago } });
    const statusUrl = here(accepted.body.status_url);
    t.match(await until(statusUrl, ['stranded'], token), {
      body: { state: 'stranded', error: { code: 'service_unavailable', detail: /cannot be reached/ } },
    });
    const [old, young, over] = [randomUUID(), randomUUID(), randomUUID()];
    for (const name of [old, young, over]) await mkdir(join(ownDir, name));
    await utimes(join(ownDir, old), new Date(Date.now() - 7_200_000), new Date(Date.now() - 7_200_000));
    // The time of this run, which need not be the disk's.
    await utimes(join(ownDir, young), new Date(), new Date());
    const ended = { id: over, owner: 'x', depositionId: 1, volume, requestId: 'x', deadlineAt: ago };
    await app.database.upload.create({ data: { ...ended, state: 'receiving', leaseUntil: ago } });
    await open();
    t.match(await until(statusUrl, ['done', 'failed'], token), { body: { state: 'done', error: null } });
    t.same(stored(mock, id), { 'far.bin': md5(bytes) });
    t.ok(
      await eventually(async () => (await leftIn(ownDir)).join() === young),
      'the start sweeps what was cut off or belongs to no upload, but not what may still be wanted',
    );
  });

  t.test('the database goes away in the middle: 503, and when it is back the upload goes on', async (t) => {
    const link = await breakable(t, env['DATABASE_URL'] ?? '');
    const folder = await temporaryFolder(t);
    const one = await buildApp(loadConfig({ ...env, STAGING_DIR: folder, DATABASE_URL: link.url }));
    t.teardown(() => one.close());
    const there = await one.listen({ port: 0, host: '127.0.0.1' });
    const id = await newDraft(mock);
    const bytes = noise(600_000);
    mock.faults.add({ ...putOf('dark.bin'), throttleRequest: 100_000, times: 1 });
    const headers = { authorization: `Bearer ${newToken()}` };
    const pending = put(there, id, 'dark.bin', bytes, headers);
    t.ok(await eventually(async () => (await rowOf(id))?.state === 'transferring'), 'all bytes are here');
    t.ok(await sending('dark.bin'), 'and on their way');
    link.cut();
    t.match(await put(there, id, 'new.bin', Buffer.from('new'), headers), {
      status: 503,
      body: { code: 'service_unavailable' },
    });
    t.match(await pending, { status: 503, body: { code: 'service_unavailable' } });
    link.restore();
    t.ok(await eventually(async () => (await rowOf(id))?.state === 'done'), 'finished');
    t.same(stored(mock, id), { 'dark.bin': md5(bytes) });
    const whole = mock.requests.list(putOf('dark.bin')).filter(({ bytesIn }) => bytesIn >= bytes.length);
    t.equal(whole.length, 1, 'and sent once, even if the answer was lost');
  });

  t.test('an upload that takes longer than it may ends, also while a process works on it', async (t) => {
    const id = await newDraft(mock);
    const token = newToken();
    mock.faults.add({ ...putOf('late.bin'), stopReading: true, atBytes: 1000, times: 1 });
    const form = formOf({ 'late.bin': noise(2_000_000) }, { access_token: token });
    const accepted = await upload(url, id, form, prefer);
    t.ok(await sending('late.bin'), 'it is on its way');
    const data = { deadlineAt: new Date(0) };
    await app.database.upload.update({ where: { id: accepted.body.upload_id }, data });
    t.match(await until(accepted.body.status_url, ['failed', 'done'], token), {
      body: { state: 'failed', error: { code: 'transfer_failed', detail: /in time/ } },
    });
    t.same(stored(mock, id), {});
  });

  t.test('a stream of events without events is not silent', async (t) => {
    const id = await newDraft(mock);
    const token = newToken();
    mock.faults.add({ ...putOf('stuck.bin'), stopReading: true, atBytes: 1000, times: 1 });
    const accepted = await upload(
      url,
      id,
      formOf({ 'stuck.bin': noise(2_000_000) }, { access_token: token }),
      prefer,
    );
    const headers = { authorization: `Bearer ${token}` };
    const { body } = await request(`${accepted.body.status_url}/events`, { headers });
    let text = '';
    const from = Date.now();
    for await (const chunk of body) {
      text += String(chunk);
      if (text.includes('still here') || Date.now() - from > 60_000) break;
    }
    t.match(text.slice(-500), /\n\n: still here\n\n/);
    const rates = [...text.matchAll(/"seconds_left":(\w+)/g)].map(([, left]) => left);
    t.equal(rates.at(-1), 'null', 'no end is promised where nothing moves');
    t.ok(rates.length < 15, `and nothing is told again and again: ${rates.length} events`);
    t.match(await look(accepted.body.status_url, { method: 'DELETE', token }), {
      body: { state: 'cancelled' },
    });
  });

  t.test('kill -9 while a folder is joined to the zip that is there', async (t) => {
    const replica = await startReplica(t, settings);
    // Where the process dies: while the zip that is there comes, while the new one is made, is
    // sent, is stored and not heard of.
    const fetched = await folderThere('fetched');
    const made = await folderThere('made');
    const sent = await folderThere('sent');
    const unheard = await folderThere('unheard');
    const folders = [fetched, made, sent, unheard];
    const bucketFile = (name: string) => `/api/files/:bucket/${name}`;
    const getFetched = { method: 'GET', path: bucketFile('fetched.zip') };
    mock.faults.add({ ...getFetched, throttleResponse: 10_000, times: 1 });
    mock.faults.add({ ...putOf('sent.zip'), throttleRequest: 40_000, times: 1 });
    mock.faults.add({ ...putOf('unheard.zip'), throttleResponse: 10, times: 1 });
    const pipe = await bringWithPipe(replica.url, stagingDir, { ...made, files: made.more });
    t.match(pipe.accepted, { status: 202 });
    const accepted = await Promise.all(
      [fetched, sent, unheard].map(({ id, token, more }) =>
        upload(replica.url, id, formOf(more, { access_token: token }), prefer),
      ),
    );
    for (const answer of accepted) t.match(answer, { status: 202 });
    const fetching = () => mock.requests.list({ ...getFetched, running: true }).length > 0;
    t.ok(await eventually(fetching), 'the earlier zip is on its way here');
    t.ok(await sending('sent.zip'), 'the joined zip is on its way there');
    t.ok(await eventually(() => stored(mock, unheard.id)['unheard.zip'] !== unheard.before), 'is there');
    t.ok(await eventually(() => isHalfMade(pipe.accepted.statusUrl, made.token)), 'is half made');
    for (const { id, name, before } of [fetched, made, sent])
      t.equal(stored(mock, id)[`${name}.zip`], before, 'what was there is still there');

    await replica.kill('SIGKILL');
    await pipe.restore();
    for (const { id, name, all } of folders) {
      const ended = async () => (await latest(id))?.state === 'done';
      t.ok(await eventually(ended), `${name} is taken over and finished`);
      const zip = await request(`${url}/depositions/${id}/files/${name}.zip`, {
        headers: { authorization: `Bearer ${TOKEN}` },
      });
      const bytes = await buffer(zip.body);
      t.equal(zip.statusCode, 200, `${name}: ${bytes.length} bytes`);
      t.same(await membersOf(bytes), all, 'every part, byte for byte');
      t.same(Object.keys(stored(mock, id)).sort(), [`${name}.zip`, 'note.txt'].sort(), 'and nothing else');
    }
    t.equal(mock.requests.list(putOf('unheard.zip')).length, 2, 'what was stored is not sent again');
    const uploads = await app.database.upload.findMany({
      where: { depositionId: { in: folders.map(({ id }) => id) } },
    });
    t.ok(
      await eventually(async () => {
        const left = await leftIn(stagingDir);
        return !uploads.some(({ id }) => left.includes(id));
      }),
      'no bytes are left here',
    );
  });
});

/** A way to a database that can be cut. */
async function breakable(t: Teardown, databaseUrl: string) {
  const url = new URL(databaseUrl);
  const target = { host: url.hostname, port: Number(url.port) };
  const open = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return near.destroy();
    const far = connect(target);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => undefined);
      one.once('close', () => {
        open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
    return undefined;
  });
  url.host = new URL(await listen(t, server)).host;
  return {
    url: url.href,
    cut(): void {
      whole = false;
      for (const socket of open) socket.destroy();
    },
    restore(): void {
      whole = true;
    },
  };
}

/**
 * Uploads a folder whose zip cannot be finished: its first file, which has `bytes`, once staged
 * becomes a pipe that gives half of them.
 */
async function bringWithPipe(
  url: string,
  stagingDir: string,
  {
    id,
    token,
    bytes,
    files = { 'g/a.bin': bytes, 'g/b.bin': 'b', 'note.txt': 'note' },
  }: { id: number; token: string; bytes: Buffer; files?: Record<string, Buffer | string> },
) {
  const held = holdForm(url, id, files, { authorization: `Bearer ${token}`, prefer: 'respond-async' });
  const path = await stagedAs(stagingDir, bytes.length);
  await rename(path, `${path}.kept`);
  await promisify(execFile)('mkfifo', [path]);
  const feeding = open(path, 'w').then(async (handle) => {
    await handle.write(bytes.subarray(0, 200_000));
    return handle;
  });
  held.go();
  const { status, body } = await held.answer;
  const handle = await feeding;
  return {
    accepted: { status, statusUrl: body.status_url },
    async restore(): Promise<void> {
      await handle.close();
      await rename(`${path}.kept`, path);
    },
  };
}

/** The md5 of each file in a zip, by its name. */
async function membersOf(zip: Buffer): Promise<Record<string, string>> {
  const members: Record<string, string> = {};
  const opened = await fromBufferPromise(zip);
  for await (const entry of opened.eachEntry())
    members[entry.fileName] = md5(await buffer(await opened.openReadStreamPromise(entry)));
  return members;
}
