import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { Upload } from 'tus-js-client';
import { blocksOf } from './blocks.js';
import { lackOfPython, PYTHON } from './debian.js';
import { startRelay } from './relay.js';
import { endLeases, startReplica } from './replica.js';
import { startService } from './service.js';
import { temporaryFolder } from './teardown.js';
import { announce, offsetOf, send, tus } from './tus-caller.js';
import { eventually, md5, newDraft, noise, put, stored, TOKEN, until } from './uploads.js';

const skip = await lackOfPython('python3-tuspy');

/**
 * The documented client of Debian, unchanged: it is killed by nothing, and resumes from the URL
 * that it was given.
 */
const TUSPY = `
import sys, time
from tusclient import client
url, draft, path, kind = sys.argv[1:]
tus = client.TusClient(f'{url}/depositions/{draft}/tus', headers={'Authorization': 'Bearer ${TOKEN}'})
if kind == 'bare':
    uploader = tus.uploader(path, chunk_size=200_000, metadata={'filename': 'python.bin'})
    uploader.upload()
else:
    first = tus.uploader(path, chunk_size=200_000, metadata={'filename': 'again.bin'}, upload_checksum=True)
    first.upload_chunk()
    second = tus.uploader(path, chunk_size=300_000, url=first.url, retries=20, retry_delay=1)
    print(second.offset)
    second.upload()
`;

/** Bytes that come slowly enough to be interrupted. */
async function* slowly(bytes: Buffer, piece: number, wait: number) {
  for (let at = 0; at < bytes.length; at += piece) {
    yield bytes.subarray(at, at + piece);
    await sleep(wait);
  }
}

t.test('uploads by tus outlive processes, and go from one to another', async (t) => {
  const { url, mock, env, app, databaseUrl } = await startService(t);
  const settings = { ...env, LOG_LEVEL: 'info', DRAIN_SECONDS: '0' };
  const dir = await temporaryFolder(t);

  await t.test('kill -9 in the middle: the client goes on where the bytes end', async (t) => {
    const first = await startReplica(t, settings);
    const relay = await startRelay(t, [first.url]);
    const id = await newDraft(mock);
    const bytes = noise(2_000_000);
    const { location } = await announce(relay.url, id, bytes.length, { filename: 'killed.bin' });
    const at = (url: string) => `${url}${new URL(location).pathname}`;
    const cut = send(at(relay.url), 0, Readable.from(slowly(bytes, 50_000, 100))).catch(() => null);
    t.ok(await eventually(async () => (await offsetOf(at(relay.url))) > 300_000));
    const known = await offsetOf(at(relay.url));
    await first.kill('SIGKILL');
    await cut;
    const second = await startReplica(t, settings);
    relay.targets.splice(0, 1, second.url);
    const offset = await offsetOf(at(relay.url));
    t.ok(offset >= known && offset < bytes.length, `what was said to be here is here: ${known}, ${offset}`);
    t.match(await send(at(relay.url), offset, bytes.subarray(offset)), { status: 204 });
    t.ok(await eventually(() => stored(mock, id)['killed.bin'] === md5(bytes)), 'all of it is at Zenodo');

    t.comment('it dies after the last byte');
    const last = await newDraft(mock);
    mock.faults.add({
      method: 'PUT',
      path: '/api/files/:bucket/last.bin',
      throttleRequest: 100_000,
      times: 1,
    });
    const whole = noise(1_000_000);
    const announced = await announce(second.url, last, whole.length, { filename: 'last.bin' });
    t.equal((await send(announced.location, 0, whole)).status, 204);
    await second.kill('SIGKILL');
    await endLeases(databaseUrl);
    t.ok(await eventually(() => stored(mock, last)['last.bin'] === md5(whole)), 'another one finishes it');
  });

  await t.test('two replicas on one volume never write to a file at once', async (t) => {
    const [one, two] = await Promise.all([startReplica(t, settings), startReplica(t, settings)]);
    const id = await newDraft(mock);
    const bytes = noise(1_500_000);
    const { location } = await announce(one.url, id, bytes.length, { filename: 'shared.bin' });
    const at = (url: string) => `${url}${new URL(location).pathname}`;
    const running = send(at(one.url), 0, Readable.from(slowly(bytes, 50_000, 250)));
    t.ok(await eventually(async () => (await offsetOf(at(two.url))) > 100_000), 'each sees what is there');
    const here = await offsetOf(at(two.url));
    t.match(await send(at(two.url), here, bytes.subarray(here)), { status: 423 });
    t.match(await running, { status: 204 }, 'the first one was not disturbed');
    t.ok(await eventually(() => stored(mock, id)['shared.bin'] === md5(bytes)));

    t.comment('chunk by chunk through both');
    const turns = await announce(one.url, id, bytes.length, { filename: 'turns.bin' });
    const path = new URL(turns.location).pathname;
    for (const [turn, from] of [0, 500_000, 1_000_000].entries()) {
      const to = turn % 2 === 0 ? one.url : two.url;
      t.equal(
        (await send(`${to}${path}`, from, bytes.subarray(from, from + 500_000))).status,
        204,
        `chunk ${turn}`,
      );
    }
    t.ok(await eventually(() => stored(mock, id)['turns.bin'] === md5(bytes)));

    t.comment('a draft that is deleted by one ends what the other takes, before that is answered');
    const doomed = await newDraft(mock);
    const into = (name: string) => announce(two.url, doomed, bytes.length, { filename: name });
    const slowPut = { method: 'PUT', path: '/api/files/:bucket/:key', throttleRequest: 100_000 };
    const fault = mock.faults.add(slowPut);
    const [sending, paused, sent] = [
      await into('sending.bin'),
      await into('paused.bin'),
      await into('sent.bin'),
    ];
    await send(paused.location, 0, bytes.subarray(0, 1000));
    t.equal((await send(sent.location, 0, bytes)).status, 204);
    const queued = await put(two.url, doomed, 'queued.bin', bytes, { prefer: 'respond-async' });
    t.equal(queued.status, 202);
    const held = send(sending.location, 0, Readable.from(slowly(bytes, 50_000, 400)));
    t.ok(await eventually(async () => (await offsetOf(sending.location)) > 100_000));
    const bearer = { authorization: `Bearer ${TOKEN}` };
    const gone = await fetch(`${one.url}/depositions/${doomed}`, { method: 'DELETE', headers: bearer });
    t.equal(gone.status, 204);
    for (const [name, id] of Object.entries({
      sending: sending.headers['upload-id'],
      paused: paused.headers['upload-id'],
      sent: sent.headers['upload-id'],
      queued: queued.body.upload_id,
    })) {
      const now = await fetch(`${one.url}/uploads/${id}`, { headers: bearer });
      t.match(await now.json(), { state: 'cancelled' }, `${name} is over at once`);
    }
    t.ok((await held).status >= 400, 'and its sender is told');
    mock.faults.remove(fault.id);

    t.comment('one that sleeps over the end of its lease writes nothing when it wakes up');
    const asleep = await announce(one.url, id, bytes.length, { filename: 'asleep.bin' });
    const slept = new URL(asleep.location).pathname;
    const old = send(`${one.url}${slept}`, 0, Readable.from(slowly(bytes, 50_000, 100))).catch(() => null);
    t.ok(await eventually(async () => (await offsetOf(`${two.url}${slept}`)) > 100_000));
    one.process.kill('SIGSTOP');
    const from = await offsetOf(`${two.url}${slept}`);
    const other = noise(bytes.length - from);
    t.match(await send(`${two.url}${slept}`, from, other), { status: 204 }, 'another one takes it over');
    one.process.kill('SIGCONT');
    await old;
    const whole = md5(Buffer.concat([bytes.subarray(0, from), other]));
    t.ok(await eventually(() => stored(mock, id)['asleep.bin'] === whole), 'no byte of its own came behind');
    await Promise.all([one.kill('SIGKILL'), two.kill('SIGKILL')]);
  });

  await t.test('tus-js-client, unchanged, while the service dies and comes back', async (t) => {
    const first = await startReplica(t, settings);
    const relay = await startRelay(t, [first.url]);
    const id = await newDraft(mock);
    const bytes = noise(1_500_000);
    const done = new Promise<void>((resolve, reject) => {
      const upload = new Upload(Readable.from(slowly(bytes, 50_000, 60)), {
        endpoint: `${relay.url}/depositions/${id}/tus`,
        headers: { authorization: `Bearer ${TOKEN}` },
        metadata: { filename: 'js.bin', filetype: 'application/octet-stream', relativePath: 'null' },
        uploadSize: bytes.length,
        chunkSize: 300_000,
        retryDelays: [0, 500, 1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000],
        onSuccess: () => resolve(),
        onError: reject,
      });
      upload.start();
    });
    t.ok(
      await eventually(
        async () => (await app.database.tusFile.findFirst({ where: { path: 'js.bin' } }))?.received !== 0n,
      ),
    );
    await first.kill('SIGKILL');
    await endLeases(databaseUrl);
    const second = await startReplica(t, settings);
    relay.targets.splice(0, 1, second.url);
    await done;
    t.ok(await eventually(() => stored(mock, id)['js.bin'] === md5(bytes)));
    await second.kill('SIGTERM');
  });

  await t.test('Debian’s tuspy, unchanged', { skip }, async (t) => {
    const replica = await startReplica(t, settings);
    const path = join(dir, 'python.bin');
    const bytes = noise(900_000);
    await writeFile(path, bytes);
    const id = await newDraft(mock);
    const run = (kind: string) =>
      promisify(execFile)(PYTHON, ['-c', TUSPY, replica.url, String(id), path, kind], { timeout: 120_000 });
    await run('bare');
    t.ok(await eventually(() => stored(mock, id)['python.bin'] === md5(bytes)));
    t.match(await run('again'), { stdout: '200000\n' }, 'it goes on behind what is here');
    t.ok(await eventually(() => stored(mock, id)['again.bin'] === md5(bytes)));
    await replica.kill('SIGKILL');
  });

  await t.test('what docs/resumable-uploads.md shows', { skip }, async (t) => {
    const replica = await startReplica(t, settings);
    const bytes = noise(200_000);
    await writeFile(join(dir, 'measurements.nc'), bytes);
    const shown = [
      ...blocksOf('docs/resumable-uploads.md', 'python'),
      ...blocksOf('docs/resumable-uploads.md', 'js'),
    ];
    t.equal(shown.length, 2);
    for (const { language, text } of shown) {
      const id = await newDraft(mock);
      const script = join(dir, language === 'js' ? 'example.mjs' : 'example.py');
      const modules = pathToFileURL(createRequire(import.meta.url).resolve('tus-js-client')).href;
      const here = text
        .replace('http://127.0.0.1:3000/depositions/123456', `${replica.url}/depositions/${id}`)
        .replace("from 'tus-js-client'", `from '${modules}'`);
      await writeFile(script, here);
      const program = language === 'js' ? process.execPath : PYTHON;
      await promisify(execFile)(program, [script], { cwd: dir, timeout: 60_000 });
      t.ok(await eventually(() => stored(mock, id)['measurements.nc'] === md5(bytes)), language);
    }
    await replica.kill('SIGKILL');
  });

  await t.test('memory does not grow with the file', async (t) => {
    const replica = await startReplica(t, settings);
    const id = await newDraft(mock);
    const piece = noise(1_000_000);
    const size = 200_000_000;
    async function* all() {
      for (let left = size; left > 0; left -= piece.length) yield piece;
    }
    const whole = { 'content-length': String(size) };
    t.equal((await put(replica.url, id, 'put.bin', Readable.from(all()), whole)).status, 200);
    const before = await peakOf(replica.process.pid ?? 0);
    const { location, headers } = await announce(replica.url, id, size, { filename: 'large.bin' });
    t.equal((await send(location, 0, Readable.from(all()), whole)).status, 204);
    const peak = await peakOf(replica.process.pid ?? 0);
    t.comment(`at most ${Math.round(peak / 1e6)} MB, after ${Math.round(before / 1e6)} MB for a PUT`);
    t.ok(peak < before + size / 2, 'a process holds no more of it than of a PUT');
    const done = await until(
      `${replica.url}/uploads/${headers['upload-id']}`,
      ['done', 'failed'],
      TOKEN,
      120,
    );
    t.match(done.body.state, 'done');
  });

  await t.test('a process that is told to end gives its files to another one', async (t) => {
    const [one, two] = await Promise.all([startReplica(t, settings), startReplica(t, settings)]);
    const id = await newDraft(mock);
    const bytes = noise(600_000);
    const { location } = await announce(one.url, id, bytes.length, { filename: 'drained.bin' });
    const path = new URL(location).pathname;
    const half = new PassThrough();
    half.write(bytes.subarray(0, 200_000));
    const cut = send(location, 0, half);
    t.ok(await eventually(async () => (await offsetOf(`${two.url}${path}`)) === 200_000));
    const gone = one.kill('SIGTERM');
    t.match(await cut, {
      status: 503,
      headers: { 'retry-after': /\d/ },
      body: { code: 'service_unavailable' },
    });
    half.destroy();
    await gone;
    t.equal(await offsetOf(`${two.url}${path}`), 200_000, 'what had come in the middle of a chunk is here');
    t.equal(
      (await send(`${two.url}${path}`, 200_000, bytes.subarray(200_000))).status,
      204,
      'at once: no lease is left',
    );
    t.ok(await eventually(() => stored(mock, id)['drained.bin'] === md5(bytes)));
    t.equal((await tus('HEAD', `${two.url}${path}`)).status, 200);
  });

  await t.test('a request that brings bytes has DRAIN_SECONDS to end', async (t) => {
    const one = await startReplica(t, { ...settings, DRAIN_SECONDS: '600' });
    const id = await newDraft(mock);
    const bytes = noise(600_000);
    const { location, headers } = await announce(one.url, id, bytes.length, { filename: 'in-time.bin' });
    const other = await announce(one.url, id, 4, { filename: 'other.bin' });
    const body = new PassThrough();
    body.write(bytes.subarray(0, 200_000));
    const running = send(location, 0, body);
    t.ok(await eventually(async () => (await offsetOf(location)) === 200_000));
    const gone = one.kill('SIGTERM');
    t.ok(await eventually(() => /"running":\d+/.test(one.output())));
    t.match(one.output(), /"running":1,/, 'it counts as an upload that runs');
    const late = await send(other.location, 0, 'late');
    t.match(late, { status: 503, headers: { 'retry-after': /\d/ } }, 'no further one is taken');
    body.end(bytes.subarray(200_000));
    t.match(await running, { status: 204, headers: { 'upload-offset': '600000' } });
    await gone;
    t.equal(one.process.exitCode, 0);
    t.notMatch(one.output(), /uploads are left/, 'nothing was cut off');
    t.ok(await eventually(() => stored(mock, id)['in-time.bin'] === md5(bytes)));
    const done = await until(`${url}/uploads/${headers['upload-id']}`, ['done', 'failed']);
    t.match(done.body, { state: 'done', files: [{ status: 'uploaded', attempts: 0 }] });
  });
});

/** The most memory a process ever had, in bytes. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
