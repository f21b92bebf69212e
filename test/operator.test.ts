import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import t, { type Test } from 'tap';
import { Prisma } from '../src/database/generated/client.js';
import { createDatabase, type Database } from '../src/database/prisma.js';
import { listConnections } from '../src/operator/connections.js';
import { listDrafts } from '../src/operator/drafts.js';
import { readOverview } from '../src/operator/overview.js';
import { listRefusals } from '../src/operator/refused-uploads.js';
import { readStory } from '../src/operator/story.js';
import { failedSince, failureGroups, listUploads } from '../src/operator/uploads.js';
import { listWebhooks } from '../src/operator/webhooks.js';
import { findingsOf, LOOKS } from './axe.js';
import { blocksOf } from './blocks.js';
import { openBrowser } from './browser.js';
import { bundled } from './bundle.js';
import { lackOfChromium, lackOfNginx } from './debian.js';
import { freePort } from './free-port.js';
import { startNginx } from './nginx.js';
import { freshEnvironment } from './process.js';
import { startReplica } from './replica.js';
import { startService, startSurroundings } from './service.js';
import { startSilentRelay } from './silent-relay.js';
import { eventually } from './uploads.js';

const KEY = 'correct horse battery staple';
const PLACE = /operator’s port is (http:\/\/127\.0\.0\.1:\d+)/;

/** A service as a process of its own, with an operator's port; `sql` asks its database. */
async function startOperated(t: Test) {
  const options = { env: { LOG_LEVEL: 'info', OPERATOR_PORT: '0', OPERATOR_KEY: KEY } };
  const { mock, databaseUrl, env: settings } = await startSurroundings(t, options);
  const replica = await startReplica(t, settings);
  const [, operatorUrl = ''] = PLACE.exec(replica.output()) ?? [];
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  t.teardown(() => client.end().catch(() => undefined));
  const sql = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows;
  return { ...replica, operatorUrl, mock, sql, settings, databaseUrl };
}

/** A person at the operator's page: keeps the cookie, follows no redirect. */
function person(base: string) {
  let cookie = '';
  const ask = async (path: string, form?: Record<string, string>, headers: Record<string, string> = {}) => {
    const answer = await fetch(new URL(path, `${base}/`), {
      redirect: 'manual',
      headers: { ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    const set = answer.headers.get('set-cookie');
    if (set !== null) cookie = set.split(';')[0] ?? '';
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      location: answer.headers.get('location'),
      set,
    };
  };
  return {
    ask,
    login: (key = KEY, headers = {}) => ask('login', { key }, headers),
    cookie: () => cookie,
    takeCookie: (other: string) => {
      cookie = other;
    },
  };
}

/** What every form of a page carries. */
function formTokenIn(text: string): string {
  return /name="form" value="([0-9a-f]{64})"/.exec(text)?.[1] ?? '';
}

/** An upload as it stands in the table. */
interface Row {
  container?: string;
  deposition?: number;
  connection?: string | null;
  state?: string;
  request?: string;
  error?: { code: string; detail: string };
  file?: string;
  /** SQL: how long ago it began, and ended. */
  began?: string;
  ended?: string;
}

type Sql = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;

async function insertUpload(sql: Sql, row: Row): Promise<string> {
  const {
    container = null,
    deposition = 1,
    connection = null,
    state = 'done',
    request = 'r',
    error = null,
  } = row;
  const id = randomUUID();
  await sql(
    `INSERT INTO staging_volumes (id, seen_at) VALUES ('v', now() + interval '1 day') ON CONFLICT DO NOTHING`,
  );
  await sql(
    `INSERT INTO uploads (id, owner, connection_id, deposition_id, container_id, volume, request_id, state, error, deadline_at,
       created_at, updated_at, finished_at, next_at)
     VALUES ($1, 'connection:x', $2, $3, $4, 'v', $5, $6::upload_state, $7, now() + interval '1 day', now() - $8::interval, now(),
       CASE WHEN $6 IN ('done', 'failed', 'cancelled') THEN now() - $9::interval END, now() + interval '1 hour')`,
    [id, connection, deposition, container, request, state, error, row.began ?? '0 s', row.ended ?? '0 s'],
  );
  if (row.file !== undefined)
    await sql(
      `INSERT INTO upload_files (id, upload_id, deposition_id, name, size, updated_at) VALUES ($1, $2, $3, $4, 5, now())`,
      [randomUUID(), id, deposition, row.file],
    );
  return id;
}

async function insertConnection(sql: Sql, user: string): Promise<string> {
  const id = randomUUID();
  await sql(
    `INSERT INTO connections (id, zenodo_origin, client_id, zenodo_user_id) VALUES ($1, 'http://127.0.0.1', 'c', $2)`,
    [id, user],
  );
  return id;
}

/**
 * The page behind nginx, under the path that docs/operator.md shows; its address without the last
 * slash.
 */
async function behindPrefix(t: Test): Promise<string> {
  const [shown] = blocksOf('docs/operator.md', 'nginx');
  const { host } = new URL(operatorUrl);
  const place = (shown?.text ?? '').replace('127.0.0.1:9464', host);
  const change = (site: string) => site.replace(/\}\s*$/, `${place}}\n`);
  const { url: nginx } = await startNginx(t, { port: await freePort(), target: url, change });
  const [, path = ''] = /location (\S+)\/ /.exec(place) ?? [];
  return `${nginx}${path}`;
}

/** Ids of the uploads that a page links to, in their order. */
function uploadsIn(text: string): string[] {
  return [...text.matchAll(/href="(?:\.{1,2}\/)*uploads\/([0-9a-f-]{36})"/g)].map(([, id]) => id ?? '');
}

/**
 * One service for all tests that only look at what stands in its tables, and somebody who is logged
 * in.
 */
const shared = await startOperated(t);
const { operatorUrl, url, sql, settings, output } = shared;
const operator = person(operatorUrl);
await operator.login();
const { OPERATOR_PORT: _port, OPERATOR_KEY: _key, ...commandEnv } = settings;
t.beforeEach(async () => {
  await sql('TRUNCATE uploads, connections, drafts, events, refused_uploads CASCADE');
});

t.test('without a key there are metrics and nothing else', async (t) => {
  const { app } = await startService(t, { env: { OPERATOR_PORT: '0' } });
  const operatorUrl = `http://127.0.0.1:${app.operatorAddress()?.port}`;
  t.match(await (await fetch(`${operatorUrl}/metrics`)).text(), 'zenodo_service_database_up 1');
  for (const path of ['', '/login', '/uploads', '/metrics/x']) {
    const answer = await fetch(`${operatorUrl}${path}`);
    t.equal(answer.status, 404, path);
    t.match(await answer.text(), /Set OPERATOR_KEY to enable/, path);
  }
  for (const method of ['PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH']) {
    const answer = await fetch(`${operatorUrl}/metrics`, { method });
    t.match([answer.status, answer.headers.get('allow')], [405, 'GET, HEAD'], method);
  }
});

t.test('a method that an address does not take is named, with those that it takes', async (t) => {
  const body = '{"a":1}';
  const json = { 'content-type': 'application/json' };
  for (const [path, allowed, methods] of [
    ['/', 'GET, HEAD', ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'POST']],
    ['/uploads', 'GET, HEAD', ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'POST']],
    ['/login', 'GET, HEAD, POST', ['PUT', 'OPTIONS']],
    ['/logout', 'POST', ['GET', 'HEAD', 'OPTIONS']],
    [`/uploads/${randomUUID()}/retry`, 'GET, HEAD, POST', ['DELETE']],
  ] as const)
    for (const method of methods) {
      const init = ['GET', 'HEAD'].includes(method) ? { method } : { method, body, headers: json };
      const answer = await fetch(`${operatorUrl}${path}`, init);
      t.equal(answer.status, 405, `${method} ${path}`);
      const named = answer.headers.get('allow')?.split(', ').toSorted().join(', ');
      t.equal(named, allowed.split(', ').toSorted().join(', '), `${method} ${path}`);
      t.match(answer.headers.get('content-security-policy'), "default-src 'none'");
      if (method !== 'HEAD') t.match(await answer.text(), `and not ${method}`);
    }
  t.equal((await fetch(`${operatorUrl}/nowhere`, { method: 'PUT', body, headers: json })).status, 404);
});

t.test('uploads that were refused before they were taken are found', async (t) => {
  const user = await insertConnection(sql, '4711');
  await sql(
    `INSERT INTO refused_uploads (id, at, status, code, detail, deposition_id, container_id, connection_id, replica, request_id)
     SELECT gen_random_uuid(), now() - n * interval '1 hour', 400, 'empty_file', 'a<b>.csv is empty.', 123, '77', $1, 'r', 'refused-' || n
     FROM generate_series(1, 60) n`,
    [user],
  );
  const first = await operator.ask('uploads');
  t.match(first.text, /No upload failed in the last day.*Refused.*empty_file.*a&lt;b&gt;\.csv is empty\./s);
  const rows = (text: string) => [...text.matchAll(/>(refused-\d+)</g)].map(([, id]) => id);
  t.equal(rows(first.text).length, 10);
  t.match(first.text, /href="\?state=refused&amp;since=1d">All refused uploads/);
  for (const query of ['text=77', 'text=123', 'text=4711', 'container=77', 'user=4711'])
    t.equal(rows((await operator.ask(`uploads?${query}`)).text)[0], 'refused-1', query);
  t.same(rows((await operator.ask('uploads?text=refused-7')).text), ['refused-7'], 'by request');
  for (const query of ['text=78', 'text=%25', 'text=_', 'state=failed', 'file=a', 'deposition=x', 'until=9d'])
    t.same(rows((await operator.ask(`uploads?${query}`)).text), [], query);
  const seen: (string | undefined)[] = [];
  for (let path = 'uploads?state=refused&text=77'; path !== ''; ) {
    const { text } = await operator.ask(path);
    seen.push(...rows(text));
    const next = /href="\?([^"]+)" rel="next"/.exec(text)?.[1];
    path = next === undefined ? '' : `uploads?${next.replaceAll('&amp;', '&')}`;
  }
  t.equal(new Set(seen).size, 60, 'page by page');
  const [listed, hinted] = await Promise.all([
    command(['uploads', 'list', '77', '--state', 'refused', '--since', '150m'], commandEnv),
    command(['uploads', 'list', '77'], commandEnv),
  ]);
  t.match(listed.rows, [
    { request_id: 'refused-1', code: 'empty_file', zenodo_user_id: '4711', container_id: '77' },
    {},
  ]);
  t.equal(listed.rows.length, 2);
  t.match(hinted, {
    code: 0,
    stderr: /^0 uploads\nthere are also refused uploads.*--state refused\n$/,
  });
});

t.test('uploads are found by whatever is known of them', async (t) => {
  const ada = await insertConnection(sql, '4711');
  const broken = { code: 'zenodo_quota', detail: 'The <quota> is "used up".' };
  const old = await insertUpload(sql, {
    container: '77',
    began: '3 d',
    ended: '2 d',
    state: 'failed',
    error: broken,
  });
  const failed = await insertUpload(sql, {
    container: '77',
    deposition: 123,
    connection: ada,
    state: 'failed',
    error: broken,
    file: '100% der_werte.csv',
    began: '2 h',
    request: 'req-1',
  });
  const running = await insertUpload(sql, {
    container: '<b>&',
    state: 'transferring',
    file: '100 werte.csv',
    began: '1 h',
  });
  const done = await insertUpload(sql, {
    container: "o'hara",
    deposition: 124,
    connection: ada,
    file: 'a.csv',
  });
  const found = async (query: Record<string, string>) => {
    const { status, text } = await operator.ask(`uploads?${new URLSearchParams(query)}`);
    t.equal(status, 200, JSON.stringify(query));
    return uploadsIn(text);
  };
  const first = await operator.ask('uploads');
  t.equal(uploadsIn(first.text)[0], failed, 'what failed in the last day comes first');
  t.same(uploadsIn(first.text).slice(1), [done, running, failed, old], 'then all, newest first');
  t.match(first.text, 'The &lt;quota&gt; is &quot;used up&quot;.');
  t.match(first.text, '&lt;b&gt;&amp;');
  for (const text of ['77']) t.same(await found({ text }), [failed, old], 'by container');
  t.same(await found({ text: '123' }), [failed], 'by deposition');
  t.same(await found({ text: '4711' }), [done, failed], 'by Zenodo user');
  t.same(await found({ text: 'req-1' }), [failed], 'by request');
  t.same(await found({ text: done }), [done], 'by its own id');
  t.same(await found({ text: "o'hara" }), [done]);
  t.same(await found({ text: '<b>&' }), [running]);
  t.same(await found({ text: '100' }), [running, failed], 'by the beginning of a file name');
  for (const [text, ids] of [
    ['100%', [failed]],
    ['100_', []],
    ['%', []],
    ['_', []],
    ['\\', []],
    ["' OR 1=1 --", []],
  ] as const)
    t.same(await found({ text }), ids, `${text} is literal`);
  t.same(await found({ container: '77', since: '1d' }), [failed], 'and since');
  t.same(await found({ container: '77', until: '1d' }), [old], 'and until');
  t.same(await found({ state: 'failed' }), [failed, old]);
  t.same(await found({ state: 'open' }), [running]);
  t.same(
    await found({ user: '4711', state: 'done', deposition: '124', file: 'a.c' }),
    [done],
    'all that is given must hold',
  );
  t.same(await found({ deposition: 'x', user: '4711' }), []);
  for (const [query, said] of [
    [{ text: 'x'.repeat(10_000) }, 'at most 255 characters'],
    [{ text: 'a\0b' }, 'U+0000'],
    [{ state: 'lost' }, 'Unknown state “lost”'],
    [{ since: 'yesterday' }, '“yesterday” is not a time'],
    [{ since: '2030-02-31' }, 'is not a time'],
  ] as const) {
    const answer = await operator.ask(`uploads?${new URLSearchParams(query)}`);
    t.match(answer, { status: 400, text: said });
  }
  t.equal((await operator.ask('uploads?state=failed&state=done&after=%FF')).status, 200, 'what is odd');
  for (const path of ['uploads/%FF', '%', 'uploads/%E0%A4%A/cancel', `uploads/${'x'.repeat(17_000)}`]) {
    const answer = await operator.ask(path);
    t.match(answer.headers.get('content-type'), 'text/html', `${path.slice(0, 20)} is answered a page`);
    t.match(answer, { status: path.length > 1000 ? 431 : 400, text: /<h1>Bad request<\/h1>/ });
    t.match(answer.headers.get('content-security-policy'), "default-src 'none'");
  }
  for (const list of ['connections', 'drafts', 'webhooks']) {
    for (const text of ['%', '_', '\\', "' OR 1=1 --", '<script>', '\u{1f600}', '\u202e'])
      t.match(await operator.ask(`${list}?${new URLSearchParams({ text })}`), {
        status: 200,
        text: /No connection|no such draft|No webhook/,
      });
    for (const text of ['x'.repeat(10_000), 'a\0b'])
      t.equal((await operator.ask(`${list}?${new URLSearchParams({ text })}`)).status, 400, list);
    t.equal((await operator.ask(`${list}?state=lost&after=%00&after=x&text=`)).status, 200, list);
  }
});

t.test('an index answers every search, so that a million uploads do not matter', async (t) => {
  const database = createDatabase(shared.databaseUrl);
  t.teardown(() => database.$disconnect());
  const plans: string[] = [];
  // What the planner would do if tables were too large to be read as a whole.
  const explaining = {
    $queryRaw: async (strings: TemplateStringsArray, ...values: unknown[]) =>
      database.$transaction(async (tx) => {
        await tx.$executeRaw`SET LOCAL enable_seqscan = off`;
        const rows = await tx.$queryRaw<Record<string, string>[]>`EXPLAIN ${Prisma.sql(strings, ...values)}`;
        plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
        return [];
      }),
  } as unknown as Database;
  const planOf = async (what: () => Promise<unknown>) => {
    plans.length = 0;
    await what();
    return plans.join('\n');
  };
  const text = '12345678';
  const [at, now] = [new Date(), Date.now()];
  const after = { at, id: randomUUID() };
  const page = { size: 50, after };
  for (const [name, plan, columns] of [
    ['all', () => listUploads(explaining, {}, page), ['created_at']],
    [
      'text',
      () => listUploads(explaining, { text }, page),
      ['container_id', 'request_id', 'deposition_id', 'connection_id', 'name', 'id'],
    ],
    ['state', () => listUploads(explaining, { state: 'failed' }, page), ['state']],
    ['since', () => listUploads(explaining, { since: at, until: at }, page), ['created_at']],
    ['file', () => listUploads(explaining, { file: 'a' }, page), ['name']],
    ['failed', () => failedSince(explaining, at, 10), ['finished_at']],
    ['groups', () => failureGroups(explaining, at), ['connection_id']],
    [
      'refused',
      () => listRefusals(explaining, { text }, page),
      ['container_id', 'request_id', 'deposition_id', 'connection_id'],
    ],
    ['connections', () => listConnections(explaining, { text }, page), ['zenodo_user_id', 'connection_id']],
    [
      'drafts',
      () => listDrafts(explaining, { text, state: 'all' }, page),
      ['container_id', 'deposition_id', 'connection_id'],
    ],
    [
      'webhooks',
      () => listWebhooks(explaining, { text }, { after: '7' }),
      ['container_id', 'zenodo_user_id', 'deposition_id', 'upload_id', 'id', 'stream'],
    ],
    ['story', () => readStory(explaining, randomUUID()), ['upload_id']],
    ['now', () => readOverview(explaining, now), ['finished_at', 'upload_id']],
  ] as const) {
    const said = await planOf(plan);
    t.notMatch(said, /Seq Scan on (uploads|upload_files|upload_events|drafts|events|refused_uploads)/, name);
    for (const column of columns)
      t.match(said, new RegExp(`Index Cond: .*\\b${column}\\b`), `${name} by ${column}`);
  }
});

t.test('a list goes on where it ended, also while new ones come', async (t) => {
  await sql(`INSERT INTO uploads (id, owner, deposition_id, volume, request_id, deadline_at, created_at, updated_at, state, finished_at)
    SELECT gen_random_uuid(), 'o', 1, 'v', 'r', now(), now() - (n / 4) * interval '1 minute', now(), 'done', now()
    FROM generate_series(1, 120) n`);
  const seen: string[] = [];
  let path = 'uploads?text=1';
  for (let pages = 0; pages < 10 && path !== ''; pages += 1) {
    const { text } = await operator.ask(path);
    seen.push(...uploadsIn(text));
    const next = /href="\?([^"]+)" rel="next"/.exec(text)?.[1];
    path = next === undefined ? '' : `uploads?${next.replaceAll('&amp;', '&')}`;
    await insertUpload(sql, {});
  }
  t.equal(seen.length, 120);
  t.equal(new Set(seen).size, 120, 'none twice');
});

t.test(
  'pages read well: light and dark, on a phone and on a desk',
  { skip: await lackOfChromium() },
  async (t) => {
    const user = await insertConnection(sql, '4711');
    const full = {
      code: 'quota_exceeded',
      detail:
        'Zenodo has no more room in this draft: 50 GB are taken. Ask Zenodo for more, or split the data.',
    };
    const failed = await insertUpload(sql, {
      container: 'dataset-0077',
      deposition: 15_871_234,
      connection: user,
      state: 'failed',
      error: full,
      file: 'observations.zip',
      began: '3 h',
      ended: '2 h',
    });
    await insertUpload(sql, {
      container: 'dataset-0081',
      deposition: 15_871_240,
      connection: user,
      state: 'transferring',
      file: 'a-name-'.repeat(12),
      began: '3 min',
    });
    await insertUpload(sql, {
      container: 'dataset-0082',
      deposition: 15_871_241,
      state: 'waiting_for_authorization',
      error: { code: 'reauthorization_required', detail: 'The user must authorize again.' },
      file: 'b.csv',
      began: '30 min',
    });
    await sql(
      `INSERT INTO uploads (id, owner, connection_id, deposition_id, container_id, volume, request_id, deadline_at, created_at, updated_at, state, finished_at)
    SELECT gen_random_uuid(), 'o', $1, 15870000 + n, 'dataset-' || n, 'v', gen_random_uuid(), now(), now() - n * n * interval '2 second', now(),
      (CASE WHEN n % 17 = 0 THEN 'failed' ELSE 'done' END)::upload_state, now() - n * n * interval '2 second'
    FROM generate_series(1, 200) n`,
      [user],
    );
    await sql(
      `INSERT INTO drafts (id, owner, connection_id, container_id, deposition_id, updated_at, created_at, deleted_at, deletion_request_id, deleted_by)
    SELECT gen_random_uuid(), 'o', $1, 'dataset-' || n, 15870000 + n, now(), now() - n * interval '1 day',
      CASE WHEN n = 2 THEN now() END, CASE WHEN n = 2 THEN 'req-of-the-deletion' END, CASE WHEN n = 2 THEN 'application'::draft_deletion END
    FROM generate_series(1, 6) n`,
      [user],
    );
    await sql(
      `INSERT INTO upload_events (upload_id, at, kind, file_name, attempt, code, detail, zenodo_status, next_at, replica, request_id)
     SELECT $1, now() - (10 - n) * interval '1 minute', (ARRAY['received', 'attempt_failed', 'waiting', 'taken_over', 'failed'])[n]::upload_event_kind,
       CASE WHEN n = 2 THEN 'observations.zip' END, CASE WHEN n = 2 THEN 1 END, CASE WHEN n IN (2, 3) THEN 'zenodo_error' WHEN n = 5 THEN 'quota_exceeded' END,
       CASE WHEN n IN (2, 3) THEN 'Zenodo failed. Try again later.' END, CASE WHEN n = 2 THEN 503 END,
       CASE WHEN n = 3 THEN now() - interval '6 minutes' END, gen_random_uuid(), 'req-77' FROM generate_series(1, 5) n`,
      [failed],
    );
    await sql(`UPDATE upload_events SET at = now() - interval '11 minutes' WHERE kind = 'taken'`);
    const base = (await lackOfNginx()) ? operatorUrl : await behindPrefix(t);
    const browser = await openBrowser(t, { width: 1280, height: 900 });
    const page = await browser.newPage();
    const complaints: string[] = [];
    const astray: string[] = [];
    page.on('request', (request) => {
      if (!request.url().startsWith(`${base}/`) && !request.url().startsWith('data:'))
        astray.push(request.url());
    });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${base}/`);
    const picture = async (name: string) => {
      if (process.env['PICTURES']) await page.screenshot({ path: `${process.env['PICTURES']}/${name}.png` });
    };
    const look = async (name: string, alike = false) => {
      for (const [scheme, width] of [
        ['light', 390],
        ['dark', 1280],
      ] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize({ width, height: 900 });
        const wide = Number(await page.evaluate('document.documentElement.scrollWidth'));
        t.ok(wide <= width, `${name}, ${width} px: nothing is wider than the screen`, { wide });
        await picture(`${name}-${scheme}-${width}`);
        // The markup is the same in both; that another search draws the same page adds nothing.
        const rules = scheme === 'dark' ? LOOKS : undefined;
        if (!alike) t.same(await findingsOf(page, undefined, rules), [], `${name}, ${scheme}, ${width} px`);
      }
      // As the documents show it.
      await page.emulateMedia({ colorScheme: 'light' });
      await picture(name);
    };
    await look('login');
    await page.getByLabel('Key').fill('wrong');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Key').fill(KEY);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('heading', { name: 'Now' }).waitFor();
    t.same(complaints.splice(0), [
      'Failed to load resource: the server responded with a status of 401 (Unauthorized)',
    ]);
    for (const [name, path] of [
      ['now', ''],
      ['uploads', 'uploads'],
      ['searched', 'uploads?text=4711&state=failed'],
      ['nothing', 'uploads?text=nothing'],
      ['story', `uploads/${failed}`],
      ['connections', 'connections'],
      ['forget', `connections/${user}/forget`],
      ['drafts', 'drafts'],
      ['draft', 'drafts?text=15870002'],
      ['webhooks', 'webhooks'],
      ['doctor', 'doctor'],
      ['lost', 'nowhere'],
    ] as const) {
      await page.goto(`${base}/${path}`);
      await look(name, ['searched', 'nothing'].includes(name));
    }
    await page.goto(`${base}/uploads?text=dataset-0081`);
    for (const name of ['Now', 'Uploads', 'Connections', 'Drafts', 'Webhooks']) {
      await page.getByRole('navigation').getByRole('link', { name, exact: true }).click();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    }
    await page.goto(`${base}/uploads?text=dataset-0081`);
    await page.getByRole('table').getByRole('link').first().click();
    await page.getByRole('link', { name: 'Cancel…' }).click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('The operator cancelled it, by page.').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Key').waitFor();
    t.same(astray, [], 'nothing leads out of the path that the page is under');
    t.same(
      complaints.filter((text) => !text.includes('404')),
      [],
      'the policy refuses nothing of the pages',
    );
  },
);

t.test('what the operator does is asked for twice, done, and written down', async (t) => {
  const user = await insertConnection(sql, '4711');
  const parked = await insertUpload(sql, {
    connection: user,
    state: 'waiting_for_authorization',
    file: 'a.csv',
  });
  const waiting = await insertUpload(sql, {
    connection: user,
    state: 'queued',
    file: 'a.csv',
  });
  const over = await insertUpload(sql, { connection: user, state: 'failed', file: 'a.csv' });
  const stateOf = async (id: string) =>
    (await sql('SELECT state FROM uploads WHERE id = $1', [id]))[0]?.['state'];
  const story = await operator.ask(`uploads/${waiting}`);
  t.match(story.text, `href="${waiting}/cancel"`);
  t.notMatch(
    (await operator.ask(`uploads/${over}`)).text,
    `href="${over}/`,
    'nothing can be done about what is over',
  );
  const asked = await operator.ask(`uploads/${waiting}/cancel`);
  t.match(asked.text, 'Cancel this upload?');
  const form = formTokenIn(asked.text);
  for (const [fields, headers] of [
    [{}, {}],
    [{ form: 'x' }, {}],
    [{ form }, { origin: 'https://evil.example' }],
    [{ form }, { origin: 'null' }],
    [{ form }, { 'sec-fetch-site': 'same-site' }],
    [{ form: form.replace(/^./, (c) => (c === '0' ? '1' : '0')) }, { origin: operatorUrl }],
  ] as [Record<string, string>, Record<string, string>][])
    t.equal((await operator.ask(`uploads/${waiting}/cancel`, fields, headers)).status, 403);
  t.equal(
    (await person(operatorUrl).ask(`uploads/${waiting}/cancel`, { form })).status,
    403,
    'without a session',
  );
  t.equal(await stateOf(waiting), 'queued');
  t.match(await operator.ask(`uploads/${parked}/retry`, { form }), {
    status: 409,
    text: 'must authorize again',
  });
  t.match((await operator.ask(`uploads/${waiting}`)).text, `href="${waiting}/retry"`);
  const pressed = await operator.ask(`uploads/${waiting}/retry`, { form }, { origin: operatorUrl });
  t.match(pressed, { status: 303, location: `../${waiting}?said=retried` });
  t.match((await operator.ask(`uploads/${waiting}?said=retried`)).text, /role="status">It is queued/);
  for (let times = 0; times < 2; times += 1)
    t.match(await operator.ask(`uploads/${waiting}/retry`, { form }), {
      status: 409,
      text: 'already queued',
    });
  t.notMatch((await operator.ask(`uploads/${waiting}`)).text, `href="${waiting}/retry"`);
  const told = async (id: string) =>
    (
      await sql(`SELECT detail FROM upload_events WHERE upload_id = $1 AND kind = 'operator' ORDER BY id`, [
        id,
      ])
    ).map(({ detail }) => detail);
  t.same(await told(waiting), ['The operator retried it, by page.']);
  t.match(await operator.ask(`uploads/${waiting}/cancel`, { form }, { origin: operatorUrl }), {
    status: 303,
    location: `../${waiting}?said=cancelled`,
  });
  t.equal(await stateOf(waiting), 'cancelled');
  t.same((await told(waiting)).at(-1), 'The operator cancelled it, by page.');
  t.match(
    (await operator.ask(`uploads/${waiting}`)).text,
    'The operator cancelled it, by page.',
    'the story tells it',
  );
  t.match(output(), new RegExp(`"audit":"operator_cancelled","by":"page".*"upload_id":"${waiting}"`));
  for (const id of [waiting, over])
    t.match(await operator.ask(`uploads/${id}/retry`, { form }), {
      status: 409,
      text: 'bytes are no longer stored',
    });
  t.equal((await operator.ask(`uploads/${randomUUID()}`)).status, 404);
  for (const path of ['uploads/x', 'uploads/%00', `uploads/${over}/delete`, `uploads/${'x'.repeat(500)}`])
    t.equal((await operator.ask(path)).status, 404, path.slice(0, 30));

  await sql(`INSERT INTO events (type, owner, stream, zenodo_user_id, data)
    VALUES ('connection.lapsed', 'zenodo:4711', 'connection:x', '4711', '{}'), ('connection.lapsed', 'zenodo:1', 'connection:y', '1', '{}')`);
  t.match((await operator.ask(`connections/${user}/forget`)).text, 'Forget Zenodo user 4711?');
  t.equal((await operator.ask(`connections/${user}/forget`, { form: '' })).status, 403);
  const forgotten = await operator.ask(`connections/${user}/forget`, { form });
  t.match(forgotten, { status: 303, location: '../../connections?text=4711&said=forgotten' });
  t.match(
    (await operator.ask('connections?text=4711&said=forgotten')).text,
    /role="status">All data of this user is deleted/,
  );
  for (const said of ['nothing', '<script>', 'constructor', '__proto__'])
    t.notMatch((await operator.ask(`connections?said=${said}`)).text, 'role="status"', said);
  t.same(await sql('SELECT id FROM connections'), []);
  t.same(await sql('SELECT id FROM uploads'), [], 'and their uploads');
  t.same(await sql("SELECT zenodo_user_id FROM events WHERE zenodo_user_id IN ('1', '4711')"), [
    { zenodo_user_id: '1' },
  ]);
  t.match(output(), /"audit":"operator_forgot","by":"page".*"zenodo_user_id":"4711"/);
  t.equal((await operator.ask(`connections/${user}/forget`, { form })).status, 404, 'twice is once');
});

t.test('what the application was not told is found, and sent again', async (t) => {
  const told = async (container: string, delivery: string, status: number) => {
    const [row] = await sql(
      `INSERT INTO events (type, owner, stream, deposition_id, container_id, zenodo_user_id, data, delivery, last_status, attempts)
       VALUES ('upload.failed', 'o', 'deposition:5', 5, $1, '4711', '{"title":"secret"}', $2::event_delivery, $3, 9) RETURNING id`,
      [container, delivery, status],
    );
    return String(row?.['id']);
  };
  const lost = await told('77', 'undelivered', 500);
  const fine = await told('78', 'delivered', 200);
  const found = async (query: string) => {
    const { text } = await operator.ask(`webhooks${query}`);
    t.notMatch(text, 'secret', 'not what it says of a draft');
    return [...text.matchAll(/webhooks\/([0-9a-f-]{36})\/send/g)].map(([, id]) => id);
  };
  t.same(await found(''), [fine, lost], 'newest first');
  t.same(await found('?state=undelivered'), [lost], 'which was not delivered');
  t.same(await found('?text=77'), [lost]);
  t.same(await found('?text=4711'), [fine, lost]);
  t.same(await found('?text=%25'), []);
  const form = formTokenIn((await operator.ask(`webhooks/${lost}/send`)).text);
  t.equal((await operator.ask(`webhooks/${lost}/send`, {})).status, 403);
  t.equal((await operator.ask(`webhooks/${lost}/send`, { form })).status, 303);
  t.match(output(), new RegExp(`"audit":"operator_sent_webhook".*"webhook_id":"${lost}"`));
  t.equal((await operator.ask(`webhooks/${randomUUID()}/send`, { form })).status, 404);
  const env = commandEnv;
  const [list, sent, none] = await Promise.all([
    command(['webhooks', 'list', '78'], env),
    command(['webhooks', 'send', fine], env),
    command(['webhooks', 'send', randomUUID()], env),
  ]);
  t.match(list, { code: 0, rows: [{ id: fine, type: 'upload.failed', last_status: 200 }] });
  t.match(sent, { code: 0, rows: [{ webhook_id: fine, done: true }] });
  t.match(none, { code: 1, rows: [{ done: false }] });
});

t.test('while the database is away or silent the page says so, and shows what it knows', async (t) => {
  const relay = await startSilentRelay(t);
  const database = new URL(shared.databaseUrl);
  relay.leadTo(database.href);
  database.host = relay.host;
  const replica = await startReplica(t, { ...settings, DATABASE_URL: database.href });
  const [, away = ''] = PLACE.exec(replica.output()) ?? [];
  const began = replica.output().length;
  const lines = () =>
    replica
      .output()
      .slice(began)
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const somebody = person(away);
  await somebody.login();
  const listed = async () => (await somebody.ask('uploads')).status === 200;
  t.ok(await eventually(listed, 30));
  relay.set('mute');
  const paths = ['uploads', 'connections', 'drafts', 'webhooks', `uploads/${randomUUID()}`];
  const [now, ...others] = await Promise.all(['', ...paths].map((path) => somebody.ask(path)));
  t.match(now, { status: 200, text: 'The database does not respond.' });
  t.match(now?.text, 'Zenodo accepts calls', 'what Zenodo does is known');
  t.match(now?.text, /Free<\/dt><dd>[\d.]+ [GT]B of/, 'and what the volume has');
  for (const other of others) t.match(other, { status: 503, text: 'The database does not respond.' });
  t.match(await somebody.login(), { status: 303 }, 'who comes can log in');
  const readiness = await fetch(`${replica.url}/readyz`);
  t.equal(readiness.status, 503);
  relay.set('pass');
  t.ok(await eventually(listed, 30), 'and is back by itself');
  const answers = () => lines().some(({ msg }) => msg === 'the database responds again');
  t.ok(await eventually(async () => answers(), 60), 'which the log says');
  const errors = lines().filter(({ level }) => level === 'error');
  t.ok(errors.length > 0);
  for (const line of errors) t.match(line, { code: 'database_away', msg: 'the database does not respond' });
  const told = errors.map(({ time, cause }) => ({ at: Date.parse(String(time)), cause }));
  for (const { at, cause } of told)
    t.equal(
      told.filter((one) => one.cause === cause && Math.abs(one.at - at) < 55_000).length,
      1,
      `${cause} is said once a minute`,
    );
  t.match(
    lines().filter(({ msg }) => msg === 'a page of the operator failed'),
    paths.map(() => ({ level: 'info', request_id: String, code: 'database_away' })),
    'what was asked for meanwhile has lines of its own',
  );
  // Gone is heard at once.
  relay.leadTo('http://127.0.0.1:1');
  relay.set('mute');
  relay.set('pass');
  t.match(await somebody.ask('doctor'), { status: 200, text: /DATABASE_URL/ });
});

t.test('the page opens for who knows the key, and for them alone', async (t) => {
  const stranger = person(operatorUrl);
  t.match(await stranger.ask('metrics'), { status: 200, text: 'zenodo_service_database_up 1' }, 'as ever');
  const sent = await stranger.ask('uploads?state=failed');
  t.match(sent, { status: 303, location: '../login?next=uploads%3Fstate%3Dfailed'.replace('../', './') });
  t.equal((await fetch(`${url}/login`)).status, 404, 'not at the public port');
  const form = await stranger.ask('login?next=uploads%3Fstate%3Dfailed');
  t.match(form, { status: 200, text: /<input type="password" name="key"/ });
  t.match(form.text, 'value="uploads?state=failed"');
  for (const elsewhere of ['//evil.example', 'https://evil.example', '/\\evil', 'javascript:x', '../../x'])
    t.match(
      (await stranger.ask(`login?next=${encodeURIComponent(elsewhere)}`)).text,
      'name="next" value=""',
      elsewhere,
    );

  for (const key of ['', 'x', `${KEY}x`, KEY.slice(1), KEY.toUpperCase(), 'ä'.repeat(9000)])
    t.match(
      await stranger.login(key),
      { status: key.length > 1000 ? 413 : 401, set: null },
      `key ${key.slice(0, 20)}`,
    );
  t.match(await stranger.ask('login', { key: KEY }, { origin: 'https://evil.example' }), {
    status: 403,
    set: null,
  });
  t.match(await stranger.ask('login', { key: KEY }, { 'sec-fetch-site': 'cross-site' }), {
    status: 403,
    set: null,
  });
  t.match(await stranger.ask('login', { key: KEY }, { origin: 'null' }), { status: 403, set: null });

  const known = person(operatorUrl);
  const opened = await known.ask(
    'login',
    { key: KEY, next: 'uploads?state=failed' },
    { origin: operatorUrl },
  );
  t.match(opened, { status: 303, location: './uploads?state=failed' });
  t.match(opened.set, /^zenodo_service_operator=[^;]+; Max-Age=43200; HttpOnly; SameSite=Strict$/);
  const list = await known.ask('uploads');
  t.equal(list.status, 200);
  t.match(
    list.headers.get('content-security-policy'),
    /^default-src 'none';.*form-action 'self'.*frame-ancestors 'none'/,
  );
  t.notMatch(list.headers.get('content-security-policy'), 'unsafe');
  t.equal(list.headers.get('cache-control'), 'no-store');
  const behind = await known.ask(
    'login',
    { key: KEY },
    { origin: 'https://ops.example', 'sec-fetch-site': 'same-origin' },
  );
  t.match(behind.set, /; Secure/, 'where the browser came by https');

  const old = known.cookie();
  const [until = ''] = old.split('=')[1]?.split('.') ?? [];
  for (const cookie of [
    old.slice(0, -1),
    old.replace(until, String(Number(until) + 1)),
    `${old}0`,
    'zenodo_service_operator=',
  ]) {
    stranger.takeCookie(cookie);
    t.equal((await stranger.ask('uploads')).status, 303, 'a cookie that was tampered with');
  }
  t.equal((await known.ask('logout', { form: 'x' })).status, 403, 'no other site logs out');
  t.match(
    await known.ask('logout', { form: formTokenIn(list.text) }),
    { status: 403 },
    'the form is of its session',
  );
  const fresh = await known.ask('uploads');
  t.match(await known.ask('logout', { form: formTokenIn(fresh.text) }), {
    status: 303,
    location: './login',
  });
  stranger.takeCookie(old);
  t.equal((await stranger.ask('uploads')).status, 303, 'an old cookie');

  const guesser = person(operatorUrl);
  let last = await guesser.login('no');
  for (let tries = 0; tries < 20 && last.status === 401; tries += 1) last = await guesser.login('no');
  t.match(last, { status: 429, text: /Too many wrong keys. Try again in \d+ s/ });
  t.match(last.headers.get('retry-after'), /^\d+$/);
  t.match(await guesser.login(), { status: 429, set: null }, 'the right one is not tried either');
  t.match(output(), /"audit":"operator_refused"/);
  t.match(output(), /"audit":"operator_login"/);
  t.notMatch(output(), KEY);
  t.notMatch(output(), old.slice(-64), 'no session is logged');
});

/**
 * A command as an operator types it. `shell` is what its output goes to, as `head`, which closes
 * the pipe at once; `file` takes it instead.
 */
async function command(args: string[], env: Record<string, string>, shell?: string, file?: string) {
  const { LC_ALL = '', ...fresh } = freshEnvironment();
  const node = [process.execPath, await bundled('scripts/cli.js')];
  const words = ['env', '-u', 'NODE_OPTIONS', `LC_ALL=${LC_ALL}`, ...node, ...args];
  const [program = '', ...rest] =
    shell === undefined
      ? words
      : [
          'bash',
          '-c',
          file === undefined ? `set -o pipefail; "$@" | ${shell}` : `"$@" > ${file}`,
          'bash',
          ...words,
        ];
  return new Promise<{ code: number; stdout: string; stderr: string; rows: Record<string, unknown>[] }>(
    (done) => {
      // Bash warns of a locale that is not installed: the command alone gets it.
      const options = { env: { ...fresh, LC_ALL: 'C', ...env } };
      execFile(program, rest, options, (error, stdout, stderr) => {
        const rows = stdout.startsWith('{')
          ? stdout
              .trim()
              .split('\n')
              .map((line) => JSON.parse(line))
          : [];
        done({ code: Number(error?.code ?? 0), stdout, stderr, rows });
      });
    },
  );
}

/** Commands that are called wrongly, and the reason. */
const MISUSES: [words: string, said: RegExp][] = [
  ['uploads lst', /^Unknown command "lst". Use one of list,/],
  ['uploads list 77 78', /^Unexpected argument "78"/],
  ['uploads failures 77', /^Unexpected argument "77"/],
  ['uploads show', /^show needs an id/],
  ['uploads list --limit x', /^--limit "x" is not a number/],
  ['uploads failures --since yesterday', /^"yesterday" is not a time/],
  ['webhooks send', /^send needs an id/],
  ['webhooks list --state lost', /^Unknown state "lost". Use one of pending,/],
  ['connections list --state lost', /^Unknown state "lost". Use one of active,/],
  ['connections forget', /^forget needs --zenodo-user ID/],
  ['connections forget 4711', /^Unexpected argument "4711"/],
  ['drafts find --state lost', /^Unknown state "lost". Use one of unfinished,/],
  ['drafts prune --yes', /^prune needs --older-than/],
  ['drafts prune --older-than 30x', /^"30x" is not an age/],
  ['drafts', /^Name a command: list, prune, find/],
  ['now then', /^Unexpected argument 'then'/],
  ['rotate-keys --forc', /^Unknown option '--forc'/],
  ['doctor --wait x', /^--wait "x" is not a number of seconds from 0 to 600/],
  ['doctor --wait', /^Option '--wait <value>' argument missing/],
];

/** Each command, in a way that asks the database. */
const WITHOUT_DATABASE = [
  'now',
  'uploads show 0b8a3c1e',
  'connections list',
  'drafts find',
  'webhooks list',
  'rotate-keys',
];

t.test('the same by command', async (t) => {
  const env = commandEnv;
  const user = await insertConnection(sql, '4711');
  const error = { code: 'quota_exceeded', detail: 'Full.' };
  const failed = await insertUpload(sql, {
    container: '77',
    connection: user,
    state: 'failed',
    error,
    began: '3 h',
    file: '100%.csv',
  });
  const waiting = await insertUpload(sql, {
    container: '78',
    connection: user,
    state: 'queued',
    began: '1 h',
    file: 'b.csv',
  });
  await sql(
    `INSERT INTO drafts (id, owner, connection_id, container_id, deposition_id, updated_at, deleted_at, deletion_request_id, deleted_by)
     VALUES (gen_random_uuid(), 'o', $1, '77', 123, now(), now(), 'the-request', 'application')`,
    [user],
  );
  const run = (...args: string[]) => command(args, env);
  const [all, one, none, literal, wrong, unknown, long] = await Promise.all([
    run('uploads', 'list'),
    run('uploads', 'list', '77', '--state', 'failed', '--since', '1d', '--json'),
    run('uploads', 'list', '--container', '79'),
    run('uploads', 'list', '100%'),
    run('uploads', 'list', '--state', 'lost'),
    run('uploads', 'list', '--stat', 'failed'),
    run('uploads', 'list', 'x'.repeat(10_000)),
  ]);
  t.same(
    all.rows.map(({ id }) => id),
    [waiting, failed],
  );
  t.match(all, { code: 0, stderr: '2 uploads\n' });
  t.match(one.rows, [{ id: failed, zenodo_user_id: '4711', code: 'quota_exceeded', files: 1, bytes: 5 }]);
  t.match(none, { code: 0, stdout: '', stderr: '0 uploads\n' });
  t.same(
    literal.rows.map(({ id }) => id),
    [failed],
  );
  t.match(wrong, { code: 2, stdout: '', stderr: /^Unknown state “lost”/ });
  t.match(unknown, { code: 2, stderr: /^Unknown option '--stat'/ });
  t.match(long, { code: 2, stderr: /^Search for at most 255 characters/ });

  const begun = failed.slice(0, 8);
  const twin = await insertUpload(sql, { began: '2 h' });
  await sql('UPDATE uploads SET id = $1 WHERE id = $2', [`${begun}-${randomUUID().slice(9)}`, twin]);
  const [ambiguous, story, lost, found, prune] = await Promise.all([
    run('uploads', 'show', begun),
    run('uploads', 'show', failed.slice(0, 30).toUpperCase()),
    run('uploads', 'show', randomUUID()),
    run('drafts', 'find', '123'),
    run('uploads'),
  ]);
  t.match(story.rows, [{ upload: { id: failed, detail: 'Full.' }, files: [{ name: '100%.csv', size: 5 }] }]);
  t.match(ambiguous, { code: 1, stdout: '', stderr: /^Enter more characters of the id\. .*, / });
  t.match(ambiguous.stderr, failed);
  t.match((await operator.ask(`uploads/${begun}`)).text, 'Several uploads have ids that start like this');
  await sql('DELETE FROM uploads WHERE id::text LIKE $2 AND id <> $1', [failed, `${begun}%`]);
  t.match(await operator.ask(`uploads/${begun}`), { status: 303, location: `./${failed}` });
  for (const short of [begun.slice(0, 3), '%', `${begun}%`, `${begun}--`])
    t.equal((await operator.ask(`uploads/${encodeURIComponent(short)}`)).status, 404, short);
  t.same(uploadsIn((await operator.ask(`uploads?text=${begun}`)).text), [failed], 'and a search finds it');
  t.match(lost, { code: 1, stdout: '', stderr: /^There is no upload with this id/ });
  t.match(
    found.rows,
    [
      {
        deposition_id: 123,
        container_id: '77',
        zenodo_user_id: '4711',
        connection_id: user,
        deleted_by: 'application',
        deletion_request_id: 'the-request',
      },
    ],
    'who deleted it',
  );
  t.match(prune, {
    code: 2,
    stderr: /^Name a command: list, failures, show, retry, cancel\.\n\nusage: uploads list/,
  });
  const misuses = MISUSES.map(async ([words, said]) => {
    const { code, stderr, stdout } = await run(...words.split(' '));
    t.match({ code, stdout }, { code: 2, stdout: '' }, words);
    t.match(stderr, said, words);
    t.match(stderr, /\nusage: |\nChecks everything/, `${words}: and how it is meant`);
  });
  await Promise.all(misuses);

  t.match(await run('uploads', 'retry', failed), {
    code: 1,
    rows: [{ done: false, said: /bytes are no longer stored/ }],
  });
  const retried = await run('uploads', 'retry', waiting);
  t.match(retried, {
    code: 0,
    stderr: new RegExp(`"audit":"operator_retried","by":"command".*"upload_id":"${waiting}"`),
  });
  t.match(await run('uploads', 'cancel', waiting), { rows: [{ upload_id: waiting }] });
  t.match(await run('uploads', 'cancel', failed), {
    code: 1,
    rows: [{ done: false, said: 'It has already ended: failed.' }],
  });
  t.match(await run('uploads', 'cancel', "' OR 1=1 --"), {
    code: 1,
    rows: [{ said: /no upload with this id/ }],
  });

  const helps = ['now', 'uploads', 'webhooks', 'connections', 'drafts', 'rotate-keys', 'doctor'].map(
    async (name) => {
      const help = await command([name, '--help'], {});
      t.match(help, { code: 0, stderr: '' }, `${name} --help needs no settings`);
      t.match(help.stdout, name === 'doctor' ? /Exit code 0:.*1:/ : /Exit code 0:.*1:.*2:.*\n3:/, name);
    },
  );
  await Promise.all(helps);
  await sql(`INSERT INTO uploads (id, owner, deposition_id, volume, request_id, deadline_at, updated_at, state, finished_at)
    SELECT gen_random_uuid(), 'o', 1, 'v', 'r', now(), now(), 'done', now() FROM generate_series(1, 3000)`);
  const head = await command(['uploads', 'list', '--limit', '0'], env, 'head -n 1');
  t.match(head, { code: 0, stderr: '' }, 'quiet on a closed pipe');
  for (const words of [['uploads', 'list'], ['now'], ['uploads', '--help'], ['--help']])
    t.match(
      await command(words, env, 'cat', '/dev/full'),
      {
        code: 3,
        stderr: /(^|\n)standard output cannot be written to: ENOSPC[^\n]*\n$/,
      },
      `${words.join(' ')} on a full volume`,
    );
  t.equal((await run('uploads', 'list', '--limit', '0')).rows.length, 3002, 'all pages of a long list');
  const without = { ...env, DATABASE_URL: 'postgresql://127.0.0.1:1/none' };
  const failing = WITHOUT_DATABASE.map(async (words) => {
    const said = { code: 3, stdout: '', stderr: /^the database that DATABASE_URL names cannot be used/ };
    t.match(await command(words.split(' '), without), said, `${words} without a database`);
  });
  await Promise.all(failing);
  t.match(await command(['now'], { ...env, DATABASE_URL: 'x' }), { code: 3, stderr: 'DATABASE_URL' });
  const { DATABASE_URL = '', TOKEN_KEYS = '' } = env;
  const alone = [
    ...WITHOUT_DATABASE.filter((words) => words !== 'rotate-keys'),
    'uploads cancel 0b8a3c1e',
  ].map(async (words) => {
    const { code, stderr } = await command(words.split(' '), { DATABASE_URL, NODE_ENV: 'production' });
    t.ok(code < 2, `${words} needs the database alone: ${stderr}`);
  });
  await Promise.all(alone);
  t.match(await command(['rotate-keys'], { DATABASE_URL, TOKEN_KEYS }), { code: 0 }, 'and this one the keys');
  t.match(await command(['rotate-keys'], { DATABASE_URL }), { code: 3, stderr: /TOKEN_KEYS is missing/ });
  t.match(await command(['now'], {}), { code: 3, stderr: /DATABASE_URL is missing[^\n]*\n$/ });
  t.match(await command(['drafts', 'prune', '--older-than', '1d'], { DATABASE_URL }), {
    code: 3,
    stderr: /ZENODO_URL is missing/,
  });
  const [now] = (await run('now')).rows;
  const { staging = [] } = (now ?? {}) as { staging?: Record<string, unknown>[] };
  t.match(
    staging.filter(({ id }) => id !== 'v'),
    [{ host: String, total: Number, free: Number, min_free: 0, taken: Number, reserved: 0, kept: 0 }],
    'how full the volume is',
  );
  const terminal = `script -qec 'env -u NODE_OPTIONS ${process.execPath} ${await bundled('scripts/cli.js')} uploads list 77' /dev/null`;
  const screen = await new Promise<string>((done) => {
    execFile('bash', ['-c', terminal], { env: { ...freshEnvironment(), ...env } }, (_error, stdout) =>
      done(stdout),
    );
  });
  t.match(
    screen,
    /UPLOAD +STATE +CONTAINER +DEPOSITION +USER +FILES +STARTED +CODE\r?\n/,
    'a table on a terminal',
  );
  t.match(screen, new RegExp(`${failed} +failed +77 +1 +4711 +1 +[-\\d]+ [:\\d]+ +quota_exceeded`));
});
