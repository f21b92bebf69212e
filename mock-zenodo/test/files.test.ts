import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createDraft, type Deposition, form, keyUrl, publish, put } from '../conformance/files-flow.js';
import { call, type Target } from '../conformance/rule.js';
import type { MockContext } from '../context.js';
import { type Options, parseOptions } from '../options.js';
import { buildMock } from '../server.js';

interface Running {
  target: Target;
  mock: MockContext;
  close(): Promise<void>;
  /** Names in the blob folder. */
  blobs(): Promise<string[]>;
  /** Sends bytes as they are and reads all that comes back, until either side ends. */
  raw(head: string[], body: string | Buffer, then: 'wait' | 'end' | 'destroy'): Promise<string>;
}

async function running(t: Test, options: Partial<Options> = {}): Promise<Running> {
  const app = await buildMock(parseOptions(options));
  let closing: Promise<void> | undefined;
  const close = async () => {
    closing ??= app.close();
    await closing;
  };
  t.teardown(close);
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  return {
    target: { url: `http://127.0.0.1:${port}`, token: 'mock-token', secondToken: 'mock-token-2' },
    mock: app.mock,
    close,
    blobs: () => readdir(join(app.mock.directory, 'blobs')),
    raw: (head, body, then) =>
      new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1');
        let text = '';
        socket.setTimeout(5000, () => socket.destroy(new Error('too long')));
        socket
          .on('data', (chunk) => {
            text += chunk;
            if (then === 'wait' && /HTTP\/1\.1 [2-5]\d\d[\s\S]*\}/.test(text)) socket.destroy();
          })
          .on('error', (error) => {
            text += `<<${error.message}>>`;
          })
          .on('close', () => resolve(text));
        socket.write(`${head.join('\r\n')}\r\n\r\n`);
        socket.write(body, () => {
          if (then === 'end') socket.end();
          if (then === 'destroy') setTimeout(() => socket.destroy(), 50);
        });
      }),
  };
}

function putHead(draft: Deposition, key: string, ...headers: string[]): string[] {
  const { pathname } = new URL(keyUrl(draft, key));
  return [`PUT ${pathname} HTTP/1.1`, 'Host: mock', 'Authorization: Bearer mock-token', ...headers];
}

/** Polls until a condition holds, for five seconds at most. */
async function until(condition: () => Promise<boolean> | boolean): Promise<boolean> {
  for (let tries = 0; tries < 250; tries += 1) {
    if (await condition()) return true;
    await wait(20);
  }
  return false;
}

const messageOf = ({ json }: { json: unknown }) => (json as { message?: string }).message;

t.test('quotas', async (t) => {
  const { target, mock } = await running(t, { quota: 10, maxFileSize: 8, maxFiles: 2, maxMultipart: 400 });
  const draft = await createDraft(target);

  t.equal(messageOf(await put(target, draft, 'a', 'x'.repeat(9))), 'Maximum file size exceeded.');
  t.equal((await put(target, draft, 'a', 'x'.repeat(8))).status, 201, 'the size itself is allowed');
  const third = await put(target, draft, 'b', 'x'.repeat(3));
  t.same([third.status, messageOf(third)], [400, 'Bucket quota exceeded.']);
  t.equal((await put(target, draft, 'a', 'x'.repeat(7))).status, 201, 'the file replaced does not count');
  t.equal((await put(target, draft, 'b', 'x'.repeat(3))).status, 201, 'the quota itself is allowed');
  const many = 'Uploading selected files will result in exceeding the max amount per record.';
  t.equal(messageOf(await put(target, draft, 'c', 'x')), many);
  t.equal((await put(target, draft, 'b', 'y')).status, 201, 'replacing is not one file more');

  const owner = mock.store.users.get(1);
  t.ok(owner);
  if (owner) owner.extraQuota = 5;
  t.equal((await put(target, draft, 'b', 'x'.repeat(8))).status, 201, 'an extra quota counts');

  const other = await createDraft(target);
  const tooLarge = { body: form(['file', 'x'.repeat(500), 'a.txt']) };
  const form413 = await call(target, 'POST', other.links.files, tooLarge);
  t.same(
    [form413.status, form413.text],
    [413, '{"message":"The data value transmitted exceeds the capacity limit.","status":413}\n'],
  );
  const tooBig = { body: form(['file', 'x'.repeat(9), 'a.txt']) };
  t.equal(messageOf(await call(target, 'POST', other.links.files, tooBig)), 'Maximum file size exceeded.');
});

t.test('a refusal reaches a client that is still sending', async (t) => {
  const { target, raw, blobs } = await running(t, { quota: 1000 });
  const draft = await createDraft(target);
  const body = Buffer.alloc(20_000_000);
  const refused = await raw(putHead(draft, 'a', `Content-Length: ${body.length}`), body, 'wait');
  t.match(refused, /^HTTP\/1\.1 400 [\s\S]*Bucket quota exceeded\./);
  const wrongType = ['Content-Type: text/csv', `Content-Length: ${body.length}`];
  t.match(await raw(putHead(draft, 'a', ...wrongType), body, 'wait'), /^HTTP\/1\.1 415 /);
  t.same(await blobs(), []);
});

t.test('a client without end is cut off after its refusal', async (t) => {
  const { target } = await running(t, { quota: 1000 });
  const draft = await createDraft(target);
  const sent = await new Promise<number>((resolve) => {
    const url = new URL(keyUrl(draft, 'a'));
    const socket = connect(Number(url.port), url.hostname);
    const chunk = Buffer.alloc(1_048_576);
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more).on('error', () => {});
    socket.on('close', () => resolve(socket.bytesWritten));
    socket.write(`${putHead(draft, 'a', 'Content-Length: 40000000000').join('\r\n')}\r\n\r\n`, more);
  });
  t.ok(sent < 700_000_000, `${sent} bytes went out`);
});

t.test('hash-only keeps checksums, not bytes', async (t) => {
  const { target, mock } = await running(t, { hashOnly: true });
  const draft = await createDraft(target);
  const answer = await put(target, draft, 'a.txt', 'hello');
  t.match(answer.text, /"size": 5, .*"checksum": "md5:5d41402abc4b2a76b9719d911017c592"/);
  const download = await call(target, 'GET', keyUrl(draft, 'a.txt'));
  t.same([download.status, download.text], [200, '\0'.repeat(5)]);
  t.notOk((await readdir(mock.directory)).includes('blobs'), 'there is no folder for bytes');
});

t.test('a gibibyte passes in flat memory', async (t) => {
  const { target } = await running(t, { hashOnly: true });
  const draft = await createDraft(target);
  const chunk = Buffer.alloc(1_048_576, 7);
  const chunks = 1024;
  const hash = createHash('md5');
  let highest = 0;
  const before = process.memoryUsage().rss;
  const source = Readable.from(
    (function* () {
      for (let sent = 0; sent < chunks; sent += 1) {
        hash.update(chunk);
        highest = Math.max(highest, process.memoryUsage().rss);
        yield chunk;
      }
    })(),
    { highWaterMark: 1 },
  );
  const started = performance.now();
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { authorization: 'Bearer mock-token', 'content-length': chunks * chunk.length };
    const sending = request(keyUrl(draft, 'big'), { method: 'PUT', headers }, (response) => {
      response
        .setEncoding('utf8')
        .toArray()
        .then((parts) => resolve(parts.join('')), reject);
    });
    sending.on('error', reject);
    source.pipe(sending);
  });
  t.comment(`${Math.round(performance.now() - started)} ms, sender included`);
  t.match(
    text,
    `"size": 1073741824, "mimetype": "application/octet-stream", "checksum": "md5:${hash.digest('hex')}"`,
  );
  const grown = (highest - before) / 1_048_576;
  t.ok(grown < 100, `resident memory grew by ${Math.round(grown)} MiB`);
});

t.test('uploads that are cut leave nothing', async (t) => {
  const { target, raw, blobs, mock, close } = await running(t);
  const draft = await createDraft(target);
  await put(target, draft, 'kept', 'hello');

  const half = await raw(putHead(draft, 'kept', 'Content-Length: 10'), 'abc', 'destroy');
  t.equal(half, '', 'nobody is there to be answered');
  t.ok(await until(async () => (await blobs()).length === 1), 'the half-received bytes go');

  const short = await raw(putHead(draft, 'kept', 'Content-Length: 10'), 'abc', 'end');
  t.match(short, /^HTTP\/1\.1 400 [\s\S]*\{"status": 400, "message": "File is smaller than expected\."\}$/);
  t.ok(await until(async () => (await blobs()).length === 1));

  const { pathname } = new URL(draft.links.files);
  const formHead = [
    `POST ${pathname} HTTP/1.1`,
    'Host: mock',
    'Authorization: Bearer mock-token',
    'Content-Type: multipart/form-data; boundary=b',
    'Content-Length: 1000',
  ];
  const part = '--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nhalf of it';
  await raw(formHead, part, 'destroy');
  t.ok(await until(async () => (await blobs()).length === 1), 'forms too');

  t.equal((await call(target, 'GET', keyUrl(draft, 'kept'))).text, 'hello', 'the old file stays');
  const open = raw(putHead(draft, 'open', 'Content-Length: 1000'), 'abc', 'wait');
  t.ok(await until(async () => (await blobs()).length === 2), 'an upload is under way');
  await close();
  await open;
  await t.rejects(readdir(mock.directory), { code: 'ENOENT' }, 'closing leaves no folder');
});

t.test('bodies without a length', async (t) => {
  const strict = await running(t);
  const draft = await createDraft(strict.target);
  const chunked = 'Transfer-Encoding: chunked';
  const refused = await strict.raw(putHead(draft, 'a', chunked), '5\r\nhello\r\n0\r\n\r\n', 'wait');
  t.match(refused, /^HTTP\/1\.1 400 [\s\S]*Empty files are not accepted\./);
  t.match(
    await strict.raw(putHead(draft, 'a'), '', 'wait'),
    /Empty files are not accepted\./,
    'nor no body at all',
  );

  const lenient = await running(t, { acceptChunked: true, maxFileSize: 6 });
  const other = await createDraft(lenient.target);
  const taken = await lenient.raw(putHead(other, 'a', chunked), '5\r\nhello\r\n0\r\n\r\n', 'wait');
  t.match(taken, /^HTTP\/1\.1 201 [\s\S]*5d41402abc4b2a76b9719d911017c592/);
  const empty = await lenient.raw(putHead(other, 'b', chunked), '0\r\n\r\n', 'wait');
  t.match(empty, /Empty files are not accepted\./);
  const long = await lenient.raw(putHead(other, 'c', chunked), '7\r\ntoolong\r\n0\r\n\r\n', 'wait');
  t.match(long, /Maximum file size exceeded\./);
  t.ok(await until(async () => (await lenient.blobs()).length === 1));
});

t.test('what a raw client may send', async (t) => {
  const { target, raw } = await running(t);
  const draft = await createDraft(target);
  const expect = await raw(putHead(draft, 'a', 'Content-Length: 5', 'Expect: 100-continue'), 'hello', 'wait');
  t.match(expect, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /);
  const bad = await raw(putHead(draft, 'a', 'Content-Length: 5', 'Content-Type: ;;;'), 'hello', 'wait');
  t.match(bad, /^HTTP\/1\.1 415 [\s\S]*Expected one of: application\/octet-stream/);
  for (const path of ['a%2Fb', '%2F', 'a/../../b']) {
    const head = putHead(draft, 'KEY', 'Content-Length: 5').map((line) => line.replace('/KEY ', `/${path} `));
    t.match(await raw(head, 'hello', 'wait'), /^HTTP\/1\.1 404 [\s\S]*"status":404/, path);
  }
});

t.test('many uploads of one key at once leave one whole file', async (t) => {
  const { target, blobs } = await running(t);
  const draft = await createDraft(target);
  const contents = Array.from({ length: 12 }, (_, index) => String(index).repeat(200_000));
  const answers = await Promise.all(contents.map((content) => put(target, draft, 'a', content)));
  t.same(new Set(answers.map(({ status }) => status)), new Set([201]));
  const [file, ...others] = (await call(target, 'GET', draft.links.files)).json as { checksum: string }[];
  t.same(others, []);
  const download = await call(target, 'GET', keyUrl(draft, 'a'));
  t.ok(contents.includes(download.text), 'it is one of those sent');
  t.equal(file?.checksum, createHash('md5').update(download.text).digest('hex'));
  t.ok(await until(async () => (await blobs()).length === 1), 'the bytes of the others are gone');
});

t.test('quota holds for uploads at the same time', async (t) => {
  const { target } = await running(t, { quota: 1_000_000 });
  const draft = await createDraft(target);
  const keys = ['a', 'b', 'c', 'd', 'e'];
  const answers = await Promise.all(keys.map((key) => put(target, draft, key, key.repeat(300_000))));
  const statuses = answers.map(({ status }) => status).sort();
  t.same(statuses, [201, 201, 201, 400, 400]);
});

t.test('a draft that goes during an upload takes it along', async (t) => {
  const { target, raw, blobs, mock } = await running(t);
  const draft = await createDraft(target);
  const url = new URL(keyUrl(draft, 'late'));
  const socket = connect(Number(url.port), url.hostname);
  const answer = new Promise<string>((resolve) => socket.once('data', (chunk) => resolve(String(chunk))));
  socket.write(`${putHead(draft, 'late', 'Content-Length: 10').join('\r\n')}\r\n\r\nhello`);
  t.ok(await until(async () => (await blobs()).length === 1), 'half of it is there');
  t.equal((await call(target, 'DELETE', draft.links.self)).status, 204);
  socket.write('there');
  t.match(await answer, /^HTTP\/1\.1 404 [\s\S]*Not found\./);
  socket.destroy();
  t.ok(await until(async () => (await blobs()).length === 0));
  t.equal(mock.store.depositions.get(draft.id)?.draft, null);
  t.equal(
    await raw(putHead(draft, 'x', 'Content-Length: 1'), 'x', 'wait').then((text) => text.slice(9, 12)),
    '404',
  );
});

t.test('versions share bytes, not buckets', async (t) => {
  const { target, blobs } = await running(t);
  const first = await publish(target, {}, { 'a.csv': 'hello', 'b.csv': 'other' });
  const answer = await call(target, 'POST', `/api/deposit/depositions/${first.id}/actions/newversion`);
  const next = answer.json as Deposition;
  t.same(
    next.files.map(({ id, filename }) => [id, filename]),
    first.files.map(({ id, filename }) => [id, filename]),
  );
  t.not(next.links.bucket, first.links.bucket);
  t.equal((await blobs()).length, 2, 'nothing was copied');

  t.equal((await call(target, 'DELETE', keyUrl(next, 'a.csv'))).status, 204);
  t.equal((await put(target, next, 'b.csv', 'changed')).status, 201);
  t.equal(
    (await call(target, 'GET', keyUrl(first, 'a.csv'))).text,
    'hello',
    'the version before keeps its bytes',
  );
  t.equal((await call(target, 'GET', keyUrl(first, 'b.csv'))).text, 'other');
  t.equal((await call(target, 'GET', keyUrl(next, 'b.csv'))).text, 'changed');

  await call(target, 'DELETE', `/api/deposit/depositions/${next.id}`);
  t.ok(await until(async () => (await blobs()).length === 2), 'a discarded draft takes only its own bytes');
});

t.test('bytes outlive a restart in a data folder', async (t) => {
  const data = t.testdir();
  const first = await running(t, { data });
  const draft = await createDraft(first.target);
  await put(first.target, draft, 'a.txt', 'hello');
  await first.close();
  await writeFile(join(data, 'blobs', 'half.part'), 'left by a killed process');

  const second = await running(t, { data });
  t.equal((await second.blobs()).length, 1, 'nothing else');
  const url = keyUrl(draft, 'a.txt').replace(first.target.url, second.target.url);
  t.equal((await call(second.target, 'GET', url)).text, 'hello');
  await second.close();
});

t.test('embargoed files open on their day', async (t) => {
  const { target, mock } = await running(t);
  mock.clock.set(Date.UTC(2030, 0, 1));
  const record = await publish(target, { access_right: 'embargoed', embargo_date: '2030-01-03' });
  const asGuest = () => call(target, 'GET', keyUrl(record, 'a.csv'), { token: null });
  t.equal((await asGuest()).status, 403);
  mock.clock.set(Date.UTC(2030, 0, 2, 23, 59));
  t.equal((await asGuest()).status, 403);
  mock.clock.set(Date.UTC(2030, 0, 3));
  t.equal((await asGuest()).text, 'hello');
});
