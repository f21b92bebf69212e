import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { blocksOf } from './blocks.js';
import { bundled } from './bundle.js';
import { authorize, call, verify } from './consent.js';
import { inDatabase } from './database.js';
import { freePort } from './free-port.js';
import { startProgram } from './process.js';
import { startReceiver } from './receiver.js';
import { endLeases, type Line, linesOf, startReplica } from './replica.js';
import { startSurroundings } from './service.js';
import { temporaryFolder } from './teardown.js';
import { eventually, formOf, noise, put, TOKEN, until, upload } from './uploads.js';
import { WATCHED } from './watched-process.js';

const run = promisify(execFile);

/** Spellings that no line may have: each thing has one name. */
const OTHER_NAMES = [
  'reqId',
  'upload',
  'uploadId',
  'file',
  'deposition',
  'depositionId',
  'containerId',
  'connectionId',
];

/** What every line about an upload names. */
const WHOLE = {
  upload_id: String,
  deposition_id: Number,
  container_id: String,
  connection_id: String,
  request_id: String,
};

t.test('no line of the source gives a field another name, on ways that no test takes either', async (t) => {
  const root = new URL('../src/', import.meta.url);
  const names = await readdir(root, { recursive: true });
  const others = [...OTHER_NAMES, 'requestId', 'zenodoUserId', 'uploadLinkId'];
  const fields: string[] = [];
  for (const name of names.filter((one) => one.endsWith('.ts') && !one.includes('generated'))) {
    const text = await readFile(new URL(name, root), 'utf8');
    for (const [, line = ''] of text.matchAll(/\blog\s*\.(?:info|warn|error|fatal)\(\s*\{([^}]*)\}/g))
      for (const [, field = ''] of line.matchAll(/(?:^|,)\s*(\w+)(?=\s*(?:[:,]|$))/g))
        fields.push(`${name}: ${field}`);
  }
  t.ok(fields.length > 80, 'there is something to look at', { found: fields.length });
  t.same(
    fields.filter((field) => others.includes(field.split(': ')[1] ?? '')),
    [],
  );
});

t.test('the log of a production process', async (t) => {
  const metricsPort = await freePort();
  const { mock, databaseUrl, env } = await startSurroundings(t, {
    env: {
      NODE_ENV: 'production',
      LOG_LEVEL: 'info',
      PUBLIC_URL: 'http://127.0.0.1:3000',
      API_KEYS: 'none',
      ALLOWED_CALLBACK_URLS: 'http://127.0.0.1:8000/zenodo/callback/',
      OPERATOR_CONTACT: 'operator@service.example',
      TOKEN_KEYS: `test:${Buffer.from(noise(32)).toString('base64')}`,
    },
  });
  const replica = await startReplica(t, { ...env, OPERATOR_PORT: String(metricsPort) });
  const { url } = replica;
  t.equal((await fetch(`${url}/try`)).status, 404, 'no application is played there');
  const { body: grant } = await authorize(url, { container: 77 });
  const token = String(grant['access_token']);
  const id = Number(grant['deposition_id']);
  const about = { deposition_id: id, container_id: '77', connection_id: String };

  /** What `grep` finds. */
  const grep = (word: string): Line[] =>
    linesOf(replica.output()).filter((line) => JSON.stringify(line).includes(word));
  /** Waits until the log has a line with this word and this beginning of a sentence. */
  const tells = async (word: string, sentence: string) =>
    t.ok(
      await eventually(() => grep(word).some(({ msg }) => String(msg).startsWith(sentence))),
      `${word}: ${sentence}`,
    );
  /** The sentences of a story in their order, calls to Zenodo by how they ended. */
  const historyOf = (uploadId: string) =>
    grep(uploadId).map(({ msg, zenodo, status, code, state }) => {
      const { method, outcome } = (zenodo ?? {}) as { method?: string; outcome?: string };
      const seen = zenodo === undefined ? [status, state, code] : [method, outcome];
      return [msg, ...seen.filter((value) => value !== undefined)].join(' ');
    });
  const statusOf = (uploadId: string) => `${url}/uploads/${uploadId}`;
  const sending = { method: 'PUT', path: '/api/files/:bucket/*' };

  await t.test('one grep tells the history of an upload: accepted, tried again, done', async (t) => {
    mock.faults.add({ ...sending, status: 500, times: 1 });
    const accepted = await upload(url, id, formOf({ 'a.bin': noise(50_000) }, { access_token: token }), {
      prefer: 'respond-async',
      'x-request-id': 'the-first',
    });
    t.equal(accepted.status, 202);
    const uploadId = accepted.body.upload_id;
    t.match(await until(statusOf(uploadId), ['done', 'failed'], token), { body: { state: 'done' } });
    await tells(uploadId, 'an upload has ended');
    await tells(uploadId, 'a request was answered');
    const lines = grep(uploadId);
    for (const line of lines) t.match(line, { ...about, request_id: 'the-first' }, String(line['msg']));
    const told = historyOf(uploadId);
    t.equal(told[0], 'an upload begins');
    t.ok(told.includes('a request was answered 202'));
    t.ok(told.includes('all bytes of an upload have arrived: it no longer needs its caller'));
    const inOrder = [
      'a call to Zenodo PUT 500',
      'an attempt to send a file to Zenodo failed zenodo_error',
      'a call to Zenodo PUT 201',
      'an upload has ended: all of it is at Zenodo done',
    ];
    t.same(
      told.filter((line) => inOrder.includes(line)),
      inOrder,
    );
    t.match(lines.at(-1), { bytes: 50_000, seconds: Number, level: 'info' });
  });

  await t.test('and of one that fails after its caller was told 202', async (t) => {
    const doomed = Number(
      (await call(`${url}/depositions`, { json: { container_id: 'doomed' }, token })).body['deposition_id'],
    );
    const fault = mock.faults.add({ ...sending, status: 500 });
    const accepted = await put(url, doomed, 'b.bin', noise(10_000), {
      authorization: `Bearer ${token}`,
      prefer: 'respond-async',
      'x-request-id': 'the-second',
    });
    t.equal(accepted.status, 202);
    const uploadId = accepted.body.upload_id;
    // The user deletes the draft on Zenodo's own page.
    const gone = await fetch(`${mock.url}/api/deposit/depositions/${doomed}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    t.equal(gone.status, 204);
    mock.faults.remove(fault.id);
    t.match(await until(statusOf(uploadId), ['done', 'failed'], token), { body: { state: 'failed' } });
    await tells(uploadId, 'an upload has ended');
    for (const line of grep(uploadId)) {
      t.match(line, { ...about, deposition_id: doomed, container_id: 'doomed', request_id: 'the-second' });
    }
    t.ok(historyOf(uploadId).includes('a file was not sent to Zenodo deposition_not_found'));
    t.match(grep(uploadId).at(-1), {
      msg: 'an upload has ended: it failed',
      level: 'warn',
      state: 'failed',
      code: 'deposition_not_found',
    });
  });

  await t.test('and of one that is refused while it comes', async (t) => {
    const form = formOf({ 'c.bin': noise(10_000), 'C.BIN': 'x' }, { access_token: token });
    const refused = await upload(url, id, form, { 'x-request-id': 'the-third' });
    t.match([refused.status, refused.body.code], [400, 'duplicate_file_name']);
    await tells('the-third', 'an upload was refused');
    const [begun] = grep('the-third').filter(({ msg }) => msg === 'an upload begins');
    t.ok(historyOf(String(begun?.['upload_id'])).includes('an upload was refused duplicate_file_name'));
  });

  await t.test('how uploads ended is counted, with what was wrong', async (t) => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    for (const line of [
      'zenodo_service_uploads_total{outcome="done",code="none"} 1',
      'zenodo_service_uploads_total{outcome="failed",code="deposition_not_found"} 1',
      'zenodo_service_uploads_total{outcome="refused",code="duplicate_file_name"} 1',
      'zenodo_service_upload_seconds_count{size="up to 10 MB"} 1',
      'zenodo_service_attempts_total{outcome="stored",code="none"} 1',
    ]) {
      t.ok(text.split('\n').includes(line), line);
    }
    t.match(text, /^zenodo_service_attempts_total\{outcome="failed",code="zenodo_error"\} [2-9]$/m);
  });

  await t.test('the commands of the document find them', async (t) => {
    const home = await temporaryFolder(t);
    const refused = { json: { title: 7 }, token, headers: { 'x-request-id': 'the-fourth' } };
    const { status, body } = await call(`${url}/depositions/${id}/metadata`, refused);
    t.equal(status, 400);
    await tells('the-fourth', 'a request was answered');
    await writeFile(join(home, 'service.log'), replica.output());
    const blocks = blocksOf('docs/operations/find-out-why.md', 'sh').map(({ text }) => text);
    const [other, story, container] = blocks;
    const { stdout: answered } = await run('sh', ['-ec', other ?? ''], { cwd: home });
    const line = { request_id: 'the-fourth', status: 400, code: String(body['code']) };
    t.match(JSON.parse(answered.trim().split('\n').at(-1) ?? ''), line);
    const { stdout: ended } = await run('sh', ['-ec', container ?? ''], { cwd: home });
    const [first] = ended.split('\n').map((line) => (line === '' ? {} : (JSON.parse(line) as Line)));
    t.match(first, { ...about, state: 'done' });
    const uploadId = String(first?.['upload_id']);
    const { stdout } = await run('sh', ['-ec', (story ?? '').replace(/[0-9a-f-]{36}/, uploadId)], {
      cwd: home,
    });
    t.ok(stdout.trim().split('\n').length > 5, 'a history');
  });

  await t.test('work that follows from no call says what it is about', async (t) => {
    // What a process that died would have left behind.
    const asked = `INSERT INTO pending_actions (draft_id, kind, subjects)
      SELECT id, 'restrict_access', '{Answers}' FROM drafts WHERE deposition_id = $1`;
    await inDatabase(databaseUrl, (client) => client.query(asked, [id]));
    await tells('access_restricted', 'access_restricted');
    for (const line of grep('access_restricted')) {
      t.match(line, about);
      t.notOk('request_id' in line);
    }
    await tells('/api/records/:id/draft', 'a call to Zenodo');
    for (const line of grep('/api/records/:id/draft')) t.match(line, about, 'its calls to Zenodo do, too');
  });

  await t.test('a caller who hangs up while Zenodo is asked is no failure', async (t) => {
    const calls = [
      { path: `/depositions/${id}`, slow: { method: 'GET', path: '/api/deposit/depositions/:id' } },
      { path: `/depositions/${id}/files/a.bin`, slow: { method: 'GET', path: '/api/files/:bucket/:key' } },
    ];
    for (const [index, { path, slow }] of calls.entries()) {
      const fault = mock.faults.add({ ...slow, delay: 60 });
      mock.requests.clear();
      const leaving = new AbortController();
      const name = `leaving-${index}`;
      const headers = { authorization: `Bearer ${token}`, 'x-request-id': name };
      const left = fetch(url + path, { headers, signal: leaving.signal }).catch(() => null);
      await mock.requests.waitFor({ ...slow, running: true }, 1, 20);
      leaving.abort();
      await left;
      await tells(name, 'The caller closed the connection');
      t.same(
        grep(name).filter(({ level }) => level === 'error'),
        [],
      );
      mock.faults.remove(fault.id);
    }
  });

  await t.test('a process whose log is on a full volume works, and ends', async (t) => {
    const port = await freePort();
    const server = [process.execPath, '--import', WATCHED, await bundled('src/server.js')];
    const command = ['sh', '-c', 'exec "$@" >/dev/full', 'sh', ...server];
    const { kill } = startProgram(t, command, { env: { ...env, PORT: String(port) }, cwd: process.cwd() });
    const at = `http://127.0.0.1:${port}`;
    const statusAt = (path: string) =>
      call(`${at}${path}`, { method: 'GET', token }).then(
        ({ status }) => status,
        () => null,
      );
    t.ok(await eventually(async () => (await statusAt('/healthz')) === 200));
    const statuses = new Set<number | null>();
    for (let round = 0; round < 25; round += 1) {
      const ten = await Promise.all(Array.from({ length: 10 }, () => statusAt('/events')));
      for (const status of ten) statuses.add(status);
    }
    t.same([...statuses], [200]);
    t.equal(await statusAt('/healthz'), 200);
    t.equal(await kill('SIGTERM'), 0);
  });

  await t.test('every line is JSON with a time, a sentence, and one name for each thing', async (t) => {
    await verify(url, id, 'a-token-of-nobody');
    await fetch(`${url}/uploads/no-id`, { headers: { authorization: `Bearer ${token}` } });
    await replica.kill('SIGTERM');
    const lines = replica
      .output()
      .split('\n')
      .filter((line) => line !== '');
    t.same(
      lines.filter((line) => !line.startsWith('{')),
      [],
    );
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      t.match(line['time'], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, text);
      t.match(line['level'], /^(info|warn|error)$/, text);
      t.match(line['msg'], /\w/, text);
      for (const name of OTHER_NAMES) t.notOk(name in line, `${name}: ${text}`);
      for (const name of ['request_id', 'upload_id', 'deposition_id', 'container_id', 'connection_id'])
        t.ok(text.split(`"${name}":`).length <= 2, `${name} once: ${text}`);
      if (String(line['route']).startsWith('/depositions/:id'))
        t.equal(typeof line['deposition_id'], 'number', text);
      if ('upload_id' in line) t.match(line, WHOLE, text);
    }
    t.ok(lines.length > 20);
    t.notOk(replica.output().includes(token), 'no token');
  });
});

t.test('the history of an upload goes on in another process, up to its webhook', async (t) => {
  const receiver = await startReceiver(t, (_delivery, count) => (count === 1 ? 500 : 204));
  const { mock, env, databaseUrl } = await startSurroundings(t, {
    env: {
      LOG_LEVEL: 'info',
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
    },
  });
  const first = await startReplica(t, env);
  const { body: grant } = await authorize(first.url, { container: 77 });
  const token = String(grant['access_token']);
  const id = Number(grant['deposition_id']);
  const slowly = mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/*', throttleRequest: 1000 });
  const bring = async (name: string) => {
    const headers = {
      authorization: `Bearer ${token}`,
      prefer: 'respond-async',
      'x-request-id': `the-${name}`,
    };
    const { status, body } = await put(first.url, id, `${name}.bin`, noise(300_000), headers);
    t.equal(status, 202);
    return body.upload_id;
  };
  const [taken, cancelled] = [await bring('taken'), await bring('cancelled')];
  const cancelling = { authorization: `Bearer ${token}`, 'x-request-id': 'the-cancelling' };
  const answer = await fetch(`${first.url}/uploads/${cancelled}`, { method: 'DELETE', headers: cancelling });
  t.ok(answer.ok, `${answer.status}`);
  const isLogged = () =>
    first.output().includes('"state":"cancelled"') &&
    first
      .output()
      .split('\n')
      .some((line) => line.includes(cancelled) && line.includes('the-cancelling'));
  t.ok(await eventually(isLogged), 'one is cancelled');
  await first.kill('SIGKILL');
  await endLeases(databaseUrl);
  mock.faults.remove(slowly.id);
  const second = await startReplica(t, env);
  const lines = () => [first, second].flatMap(({ output }) => linesOf(output()));
  const about = (uploadId: string) => lines().filter((line) => JSON.stringify(line).includes(uploadId));
  const told = () => about(taken).some(({ msg }) => msg === 'a webhook was delivered');
  t.ok(await eventually(told), 'the other is taken over, done, and told of');
  const story = about(taken).map(({ msg }) => msg);
  for (const sentence of [
    'an upload begins',
    'an upload is resumed',
    'an upload has ended: all of it is at Zenodo',
    'a webhook was not delivered',
    'a webhook was delivered',
  ])
    t.ok(story.includes(sentence), `${sentence}: ${story}`);
  for (const line of about(taken)) t.match(line, { ...WHOLE, request_id: 'the-taken' }, JSON.stringify(line));
  for (const line of about(cancelled))
    t.match(line, { ...WHOLE, request_id: /^the-cancel(led|ling)$/ }, JSON.stringify(line));
  t.ok(about(cancelled).some(({ request_id }) => request_id === 'the-cancelling'));
});
