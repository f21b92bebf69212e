import { execFile } from 'node:child_process';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { readDocument } from './blocks.js';
import { openBrowser } from './browser.js';
import { bundled } from './bundle.js';
import { authorize, call } from './consent.js';
import { connectTo } from './database.js';
import { lackOfChromium } from './debian.js';
import { freshEnvironment } from './process.js';
import { startReceiver } from './receiver.js';
import { startReplica } from './replica.js';
import { startSurroundings } from './service.js';
import { announce, send } from './tus-caller.js';
import { eventually, formOf, noise, put, upload } from './uploads.js';

const KEY = 'correct horse battery staple';
const PUT = { method: 'PUT', path: '/api/files/:bucket/:key' };
const DRAFT = { method: 'GET', path: '/api/deposit/depositions/:id' };
const [FIRST, SECOND] = [1, 2].map((n) => `k${n}:${Buffer.alloc(32, n).toString('base64')}`);
const PATIENCE = { timeout: 60_000 };
/** The title of a draft, and text of its manifest. */
const SECRETS = ['The unpublished title', 'Words of a manifest'];
/** How long an answer may take, in milliseconds. */
const SOON = 10_000;

/** The rows of the table of docs/operator.md: the question, and how page and command answer it. */
const [, chapter = ''] = readDocument('docs/operator.md').split('\n## Questions and answers\n');
const rows = (chapter.split('\n## ')[0] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (you ask|---)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, question = '', page = '', command = '']) => ({ question, page, command }));

/** What page and command must answer: each question of the table has a line here, in its order. */
const ANSWERS: [page: RegExp, command: RegExp][] = [
  [
    /failed.*\bzenodo_error\b.*observations\.csv/s,
    /"container_id":"77".*"code":"zenodo_error".*observations/,
  ],
  [
    /By user and reason.*2\s+zenodo_error\s+2\s+/s,
    /"zenodo_user_id":"2","code":"zenodo_error","count":2,"failing_since":"\d.*"last_done":null/,
  ],
  [/reached: Zenodo refused the last call.*this one calls again in \d+ (s|min)/s, /"zenodo_holds_back":true/],
  [
    /deleted.*by the application in the name of user 1, request the-deletion/s,
    /"container_id":"78","zenodo_user_id":"1".*"connection_id":"[0-9a-f-]{36}","deleted_by":"application","deletion_request_id":"the-deletion"/,
  ],
  [/not delivered.*responded with 500/s, /"delivery":"undelivered".*"last_status":500/],
  [
    /Running\s+2\s+[\d.]+ k?B\/s to Zenodo.*transferring.* of 40\.0 MB, [\d.]+ k?B\/s/s,
    /"state":"transferring","count":1.*"bytes_a_second":\d/,
  ],
  [/Replica\s+[0-9a-f]{8} on \S+/s, /"replica":"[0-9a-f-]{36}","host":"[^"]+"/],
  [/Free\s+[\d.]+ [GT]B of [\d.]+ [GT]B/, /"total":\d+,"free":\d+,"min_free":0,"reserved":\d+,"taken":\d/],
  [
    /must authorize again\s+lapsed (just now|\d+ (s|min) ago)\s+\d{4}-.*\s2\s/s,
    /"zenodo_user_id":"2","state":"reauthorization_required".*"ended_at":"\d{4}-[^"]+","ended_by":"lapsed"/,
  ],
  [/unfinished\s+\d+\s+77\s/s, /"container_id":"77".*"published_at":null,"deleted_at":null/],
  [/failed.*\bzenodo_error\b.*observations\.csv/s, /"request_id":"the-failure".*"code":"zenodo_error"/],
  [/refused\s+duplicate_file_name.*the-refusal/s, /"code":"duplicate_file_name".*"request_id":"the-refusal"/],
  [/0\.0\.1\s+attic/, /"version":"0\.0\.1","host":"attic"/],
  [
    /attic is version 0\.0\.1.*lacks "k1"/s,
    /✗ replicas: .*attic is version 0\.0\.1.*✗ keys: .*attic lacks "k1"/s,
  ],
];

t.test('a new operator finds the answers, each within ten seconds', async (t) => {
  const receiver = await startReceiver(t, () => 500);
  const {
    mock,
    databaseUrl,
    env: settings,
  } = await startSurroundings(t, {
    env: {
      LOG_LEVEL: 'info',
      // Callers wait for what fails: what they do not wait for is tried again.
      SYNC_WAIT_SECONDS: '100',
      UPLOAD_ATTEMPTS: '1',
      // What is slow stays under way, however long the machine takes for the questions.
      ZENODO_STALL_SECONDS: '3600',
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
    },
  });
  const client = await connectTo(t, databaseUrl);
  const sql = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows;

  // Before the key was changed: tokens are encrypted with the first one.
  const old = await buildApp(loadConfig({ ...settings, LOG_LEVEL: 'silent', TOKEN_KEYS: FIRST }));
  t.teardown(() => old.close());
  const before = await old.listen({ port: 0, host: '127.0.0.1' });
  const connect = async (container: string, user: string) => {
    const { body } = await authorize(before, { container, user });
    return { id: Number(body['deposition_id']), token: String(body['access_token']) };
  };
  const ada = await connect('77', 'mock-user');
  const deleted = await connect('78', 'mock-user');
  const bob = await connect('80', 'mock-user-2');
  await old.close();
  const env = { ...settings, TOKEN_KEYS: `${SECOND},${FIRST}` };
  const replica = await startReplica(t, { ...env, OPERATOR_PORT: '0', OPERATOR_KEY: KEY });
  const [, operatorUrl = ''] = /operator’s port is (http:\/\/127\.0\.0\.1:\d+)/.exec(replica.output()) ?? [];
  const { url } = replica;
  // Another one that was forgotten when the release and the keys were changed.
  await sql(
    `INSERT INTO replicas (id, version, host, key_ids, seen_at) VALUES (gen_random_uuid(), '0.0.1', 'attic', '{k9}', now() + interval '1 hour')`,
  );

  const bring = async (
    { id, token }: { id: number; token: string },
    faults: object[],
    name: string,
    headers: Record<string, string> = {},
  ) => {
    for (const fault of faults) mock.faults.add(fault);
    const answer = await upload(url, id, formOf({ [name]: noise(99) }, { access_token: token }), headers);
    // On a slow machine it goes on behind its answer.
    const open = `SELECT FROM uploads WHERE state IN ('receiving', 'queued', 'transferring')`;
    t.ok(await eventually(async () => (await sql(open)).length === 0, 180), `${name} has met its fault`);
    mock.faults.clear();
    return answer;
  };
  await bring(ada, [{ ...PUT, status: 500, times: 1 }], 'observations.csv', {
    'x-request-id': 'the-failure',
  });
  await bring(ada, [], 'readme.txt');
  await bring(bob, [{ ...PUT, status: 500, times: 1 }], 'series.csv');
  await bring(bob, [{ ...PUT, status: 500, times: 1 }], 'series.csv');
  const parked = await bring(
    bob,
    [
      { ...PUT, revokeToken: true, times: 1 },
      { name: 'invalid-grant', form: { grant_type: 'refresh_token' } },
    ],
    'parked.csv',
  );
  t.match(String(parked.status), /^(401|202)$/, JSON.stringify(parked.body));
  const described = { title: SECRETS[0], contributors: [{ first_name: 'Ada', last_name: 'Lovelace' }] };
  const saved = await call(`${url}/depositions/${ada.id}/metadata`, { token: ada.token, json: described });
  t.equal(saved.status, 200, JSON.stringify(saved.body));
  await sql('UPDATE drafts SET manifest = $1 WHERE deposition_id = $2', [SECRETS[1], ada.id]);
  const twice = formOf({ 'c.bin': noise(10), 'C.BIN': 'x' }, { access_token: ada.token });
  const turnedDown = await upload(url, ada.id, twice, { 'x-request-id': 'the-refusal' });
  t.match([turnedDown.status, turnedDown.body.code], [400, 'duplicate_file_name']);
  const strange = await upload(url, ada.id, formOf({ 'c.bin': 'x' }, { access_token: 'zs_of-nobody' }));
  t.equal(strange.status, 401);
  const remembered = () =>
    sql('SELECT code, request_id, container_id, connection_id, replica FROM refused_uploads');
  t.ok(await eventually(async () => (await remembered()).length > 0), 'what is refused is remembered');
  t.match(
    await remembered(),
    [
      {
        code: 'duplicate_file_name',
        request_id: 'the-refusal',
        container_id: '77',
        connection_id: String,
        replica: String,
      },
    ],
    'but of strangers, and of what was taken and failed, nothing',
  );
  t.equal((await remembered()).length, 1);
  const gone = await call(`${url}/depositions/${deleted.id}`, {
    method: 'DELETE',
    token: deleted.token,
    headers: { 'x-request-id': 'the-deletion' },
  });
  t.match(gone, { status: /^20[04]$/ }, JSON.stringify(gone.body));
  const authorization = { authorization: `Bearer ${ada.token}` };
  const half = await announce(url, ada.id, 10, { filename: 'half.bin' }, authorization);
  t.match(await send(half.location, 0, Buffer.from('1234'), authorization), { status: 204 });
  // Slow enough to be under way until the end.
  mock.faults.add({ ...PUT, throttleRequest: 100_000 });
  const background = { ...authorization, prefer: 'respond-async' };
  const slow = await put(url, ada.id, 'slow.bin', noise(40_000_000), background);
  t.match(slow, { status: 202 }, JSON.stringify(slow.body));
  const held = slow.body.upload_id;
  const moves = async () => (await sql('SELECT 1 FROM upload_files WHERE rate > 0')).length > 0;
  t.ok(await eventually(moves), 'its speed is known');
  const refused = async () =>
    (await sql(`SELECT 1 FROM events WHERE last_status = 500 AND lease_by IS NULL`)).length > 0;
  t.ok(await eventually(refused), 'a webhook was refused');
  await sql(`UPDATE events SET delivery = 'undelivered' WHERE delivery = 'pending' AND last_status = 500`);
  mock.faults.add({ ...DRAFT, status: 429, times: 1, headers: { 'retry-after': '600' } });
  await call(`${url}/depositions/${ada.id}/verify`, { method: 'GET', token: ada.token });
  const told = async () => (await sql('SELECT 1 FROM replicas WHERE holds_back')).length > 0;
  t.ok(await eventually(told), 'the others hear that Zenodo holds this one back');

  /** What stands in the table for what this run made. */
  const names: Record<string, string> = { '123': String(deleted.id), X: held, R: 'the-failure' };
  const here = (text: string) => text.replace(/`(123|X|R)`/, (_, name) => `\`${names[name]}\``);
  const secrets = [...SECRETS, 'Lovelace', ada.token, bob.token, deleted.token, 'mock-secret', KEY];
  const tellsNoSecret = (t: Test, text: string, about: string) =>
    t.same(
      secrets.filter((secret) => text.includes(secret)),
      [],
      `${about}: no token, and nothing of what a draft says`,
    );
  const typed = (text: string) => text.replace(/\b(123|X|R)$/, (name) => names[name] ?? name);

  await t.test('by command', async (t) => {
    t.equal(rows.length, ANSWERS.length);
    const run = async (line: string): Promise<string> => {
      const [name, ...args] = typed(line).split(' ');
      t.equal(name, 'zenodo-service', line);
      const words = ['-u', 'NODE_OPTIONS', process.execPath, await bundled('scripts/cli.js'), ...args];
      return new Promise((done) => {
        execFile('env', words, { env: { ...freshEnvironment(), ...env } }, (_error, stdout, stderr) =>
          done(stdout || stderr),
        );
      });
    };
    // One after the other, as somebody types them.
    for (const [at, { question, command }] of rows.entries()) {
      const [, line = ''] = /^`([^`]+)`/.exec(command) ?? [];
      const { answer, soon } = await answered(() => run(line));
      t.match(answer, ANSWERS[at]?.[1], `${question} ${line}`);
      tellsNoSecret(t, answer, line);
      t.ok(soon, `${question} ${line}: within ten seconds`);
    }
  });

  await t.test('by the page', { skip: await lackOfChromium() }, async (t) => {
    const browser = await openBrowser(t, { width: 1280, height: 900 });
    const page = await browser.newPage();
    await page.goto(operatorUrl);
    await page.getByLabel('Key').fill(KEY);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Now', exact: true }).waitFor();
    for (const [at, { question, page: way }] of rows.entries()) {
      const { soon } = await answered(() => walk(page, here(way)));
      t.ok(soon, `${question} ${way}: within ten seconds`);
      if (process.env['PICTURES'])
        await page.screenshot({ path: `${process.env['PICTURES']}/q${at + 1}.png`, fullPage: true });
      t.match(await page.locator('main').innerText(), ANSWERS[at]?.[0], `${question} ${way}`);
      tellsNoSecret(t, await page.content(), way);
    }
  });
});

/** Asks, and again if the answer took long: the machine may have been busy for a moment. */
async function answered<T>(ask: () => Promise<T>): Promise<{ answer: T; soon: boolean }> {
  for (let tries = 1; ; tries += 1) {
    const began = performance.now();
    const answer = await ask();
    const soon = performance.now() - began < SOON;
    if (soon || tries === 3) return { answer, soon };
  }
}

/**
 * Does what a cell says: the menu's entry, then what is searched for or chosen, then what is
 * opened.
 */
async function walk(page: Page, way: string): Promise<void> {
  const [, entry = ''] = /^\*([^*]+)\*/.exec(way) ?? [];
  const search = /search `([^`]+)`/.exec(way)?.[1];
  const [, label, option] = /(\w+) \*([^*]+)\*$/.exec(way) ?? [];
  await page.getByRole('navigation').getByRole('link', { name: entry, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: entry }).waitFor(PATIENCE);
  if (search !== undefined) await page.getByRole('searchbox').fill(search);
  if (label !== undefined && option !== undefined)
    await page.getByLabel(new RegExp(`^${label}`, 'i')).selectOption({ label: option });
  if (search !== undefined || option !== undefined)
    await Promise.all([page.waitForURL(/\?/), page.getByRole('button', { name: 'Search' }).click()]);
  if (!/open it/.test(way)) return;
  await page.getByRole('table').getByRole('link').first().click();
  await page.getByRole('heading', { name: 'What happened' }).waitFor(PATIENCE);
}
