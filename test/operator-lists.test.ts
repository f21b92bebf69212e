import { randomUUID } from 'node:crypto';
import t from 'tap';
import { Prisma } from '../src/database/generated/client.js';
import { createDatabase, type Database } from '../src/database/prisma.js';
import { listConnections } from '../src/operator/connections.js';
import { listDrafts } from '../src/operator/drafts.js';
import { readOverview } from '../src/operator/now.js';
import { listRefusals } from '../src/operator/refused-uploads.js';
import { readUpload } from '../src/operator/upload.js';
import { failedSince, failureGroups, listUploads } from '../src/operator/uploads.js';
import { listWebhooks } from '../src/operator/webhooks.js';
import { createOverdueUploads } from '../src/uploads/rows/overdue-uploads.js';
import { userMessage } from '../src/user-messages/user-message.js';
import { insertConnection, insertUpload, startOperated, uploadsIn } from './operated.js';

const { databaseUrl, operator, sql } = await startOperated(t);

t.test('a service that sends no webhooks says so, and offers nothing that it does not do', async (t) => {
  await sql(
    `INSERT INTO events (type, owner, stream, data, next_at) VALUES ('upload.done', 'o', 's', '{}', now() - interval '1 minute')`,
  );
  const { text } = await operator.ask('webhooks');
  t.match(text, 'No webhook is sent: WEBHOOK_URL is not set.');
  t.match(text, 'pending');
  t.notMatch(text, /within seconds|Send now/);
  const [event] = await sql('SELECT id FROM events');
  const asked = await operator.ask(`webhooks/${event?.['id']}/send`);
  const [, form = ''] = /name="form" value="([^"]+)"/.exec(asked.text) ?? [];
  t.match(await operator.ask(`webhooks/${event?.['id']}/send`, { form }), {
    status: 409,
    text: 'WEBHOOK_URL is not set',
  });
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
  await sql(
    `INSERT INTO upload_events (upload_id, kind, request_id) VALUES ($1, 'cancel_requested', 'req-2')`,
    [running],
  );
  for (const query of [{ text: 'req-2' }, { request: 'req-2' }])
    t.same(await found(query), [running], 'by a later request');
  t.same(await found({ request: 'req-1' }), [failed]);
  t.same(await found({ text: "o'hara" }), [done]);
  t.same(await found({ text: '<b>&' }), [running]);
  t.same(await found({ text: '100' }), [running, failed], 'by the beginning of a file name');
  await sql(`UPDATE upload_files SET sent_as = 'raw/' || name WHERE upload_id = $1`, [done]);
  const path = `still-coming/${'p'.repeat(900)}`;
  await sql(
    `INSERT INTO tus_files (id, upload_id, position, path, size) VALUES (gen_random_uuid(), $1, 1, $2, 5)`,
    [running, path],
  );
  for (const [text, ids] of [
    ['raw/a.c', [done]],
    ['still-coming', [running]],
    [path.slice(0, 255), [running]],
  ] as const)
    t.same(await found({ text }), ids, 'and by the path that it was sent as');
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
    [{ since: '0000-01-01' }, 'is not a time'],
    [{ until: '9999-12-31T23:00-14:00' }, 'is not a time'],
  ] as const) {
    const answer = await operator.ask(`uploads?${new URLSearchParams(query)}`);
    t.match(answer, { status: 400, text: said });
    t.notOk(answer.text.includes('\0'), 'no page has U+0000');
  }
  t.equal((await operator.ask('uploads?state=failed&state=done&after=%FF')).status, 200, 'what is odd');
  for (const path of ['uploads/%FF', '%', 'uploads/%E0%A4%A/cancel', `uploads/${'x'.repeat(17_000)}`]) {
    const answer = await operator.ask(path);
    t.match(answer.headers.get('content-type'), 'text/html', `${path.slice(0, 20)} is answered a page`);
    t.match(answer, { status: path.length > 1000 ? 431 : 400, text: /<h1>Bad request<\/h1>/ });
    t.match(answer.headers.get('content-security-policy'), "default-src 'none'");
  }
  for (const list of ['uploads', 'connections', 'drafts', 'webhooks'])
    for (const forged of [
      `999999999999999~${done}`,
      `0~${done}`,
      '-1~x',
      '9'.repeat(18),
      '9'.repeat(400),
      '~',
      'NaN',
    ])
      t.equal((await operator.ask(`${list}?after=${forged}`)).status, 200, `${list} after ${forged}`);
  for (const list of ['connections', 'drafts', 'webhooks']) {
    for (const text of ['%', '_', '\\', "' OR 1=1 --", '<script>', '\u{1f600}', '\u202e'])
      t.match(await operator.ask(`${list}?${new URLSearchParams({ text })}`), {
        status: 200,
        text: /No connection|no such draft|No webhook/,
      });
    for (const text of ['x'.repeat(10_000), 'a\0b'])
      t.equal((await operator.ask(`${list}?${new URLSearchParams({ text })}`)).status, 400, list);
    t.equal((await operator.ask(`${list}?state=&after=%00&after=x&text=`)).status, 200, list);
    t.match(await operator.ask(`${list}?state=lost`), {
      status: 400,
      text: /Unknown state “lost”. Use one of/,
    });
  }
});

t.test('an index answers every search, so that a million uploads do not matter', async (t) => {
  const database = createDatabase(databaseUrl);
  t.teardown(() => database.$disconnect());
  // In an empty table that was analyzed, every index costs the same.
  await sql(`INSERT INTO refused_uploads (id, status, code, detail, request_id, container_id, replica)
    SELECT gen_random_uuid(), 400, 'x', 'x', 'r' || n, 'c' || n, 'r' FROM generate_series(1, 2000) n`);
  await sql('ANALYZE refused_uploads');
  t.teardown(() => sql('DELETE FROM refused_uploads'));
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
      ['container_id', 'request_id', 'deposition_id', 'connection_id', 'name', 'sent_as', 'path', 'id'],
    ],
    ['request', () => listUploads(explaining, { request: text }, page), ['request_id']],
    ['state', () => listUploads(explaining, { state: 'failed' }, page), ['state']],
    ['since', () => listUploads(explaining, { since: at, until: at }, page), ['created_at']],
    ['file', () => listUploads(explaining, { file: 'a' }, page), ['name', 'sent_as', 'path']],
    ['container', () => listUploads(explaining, { container: text }, page), ['container_id']],
    ['deposition', () => listUploads(explaining, { deposition: text }, page), ['deposition_id']],
    ['user', () => listUploads(explaining, { user: text }, page), ['zenodo_user_id']],
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
      ['container_id', 'deposition_id', 'connection_id', 'deletion_request_id'],
    ],
    [
      'webhooks',
      () => listWebhooks(explaining, { text }, { after: '7' }),
      ['container_id', 'zenodo_user_id', 'deposition_id', 'request_id', 'upload_id', 'id', 'stream'],
    ],
    ['history', () => readUpload(explaining, randomUUID()), ['upload_id']],
    ['now', () => readOverview(explaining, now), ['finished_at', 'upload_id']],
  ] as const) {
    const said = await planOf(plan);
    t.notMatch(said, /Seq Scan on (uploads|upload_files|upload_events|drafts|events|refused_uploads)/, name);
    for (const column of columns)
      t.match(said, new RegExp(`Index Cond: .*\\b${column}\\b`), `${name} by ${column}`);
  }
});

t.test('uploads are kept for 30 days, with their history', async (t) => {
  const database = createDatabase(databaseUrl);
  t.teardown(() => database.$disconnect());
  const [kept] = [
    await insertUpload(sql, { ended: '29 days' }),
    await insertUpload(sql, { ended: '31 days' }),
  ];
  await createOverdueUploads(database, () => undefined, 0).forgetOld();
  t.same(await sql('SELECT id FROM uploads'), [{ id: kept }]);
  t.same(await sql('SELECT upload_id FROM upload_events'), [{ upload_id: kept }]);
});

t.test('who takes an upload over that rested is told, but not who first assembles it', async (t) => {
  const id = await insertUpload(sql, { state: 'receiving' });
  for (const change of [
    `state = 'queued', completion = '{}'`,
    `state = 'transferring', lease_by = 'first'`,
    `state = 'queued', lease_by = NULL`,
    `state = 'transferring', lease_by = 'second'`,
  ])
    await sql(`UPDATE uploads SET ${change} WHERE id = $1`, [id]);
  const told = await sql('SELECT kind FROM upload_events WHERE upload_id = $1 ORDER BY id', [id]);
  t.same(
    told.map(({ kind }) => kind),
    ['taken', 'received', 'waiting', 'taken_over'],
  );
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

t.test('who has to authorize again, and since when', async (t) => {
  const [lapsed, disconnected, active, old] = await Promise.all(
    ['1', '2', '3', '4'].map((user) => insertConnection(sql, user)),
  );
  await sql(`UPDATE connections SET state = 'reauthorization_required' WHERE zenodo_user_id <> '3'`);
  const end = (user: string, id: string | undefined, how: string, hours: number) =>
    sql(
      `INSERT INTO events (type, owner, stream, connection_id, zenodo_user_id, data, delivery, at)
       VALUES ('connection.' || $3::text, 'o', 'connection:' || $2::uuid, $2, $1, '{}', 'off', now() - $4::int * interval '1 hour')`,
      [user, id, how, hours],
    );
  await end('1', lapsed, 'disconnected', 30);
  await end('1', lapsed, 'lapsed', 3);
  await end('2', disconnected, 'disconnected', 5);
  await end('3', active, 'lapsed', 7);
  const { text } = await operator.ask('connections?state=reauthorization_required');
  const rows = text.split('<tr>').slice(2);
  t.match(
    rows.map((row) => row.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')),
    [/again 4/, /again disconnected 5 h ago [-\d]+ [:\d]+ 2/, /again lapsed 3 h ago [-\d]+ [:\d]+ 1/],
  );
  t.ok(rows[0]?.includes(String(old)));
  const database = createDatabase(databaseUrl);
  t.teardown(() => database.$disconnect());
  const { rows: lines } = await listConnections(database, { text: '3' });
  t.match(lines, [{ id: active, ended_at: null, ended_by: null }]);
});

t.test('a draft and a webhook are found by the request that they follow from', async (t) => {
  await sql(
    `INSERT INTO drafts (id, owner, container_id, deposition_id, updated_at, deleted_at, deletion_request_id, deleted_by)
     SELECT gen_random_uuid(), 'o', 'container-' || n, n, now(), now(), 'deletion-' || n, 'application' FROM generate_series(1, 3) n`,
  );
  await sql(
    `INSERT INTO events (type, owner, stream, container_id, data, request_id)
     SELECT 'upload.done', 'o', 'deposition:' || n, 'container-' || n, '{}', 'upload-' || n FROM generate_series(1, 3) n`,
  );
  const containers = async (path: string) =>
    [...(await operator.ask(path)).text.matchAll(/>(container-\d)</g)].map(([, name]) => name);
  t.same(await containers('drafts?text=deletion-2'), ['container-2']);
  t.same(await containers('webhooks?text=upload-2'), ['container-2']);
  t.same(await containers('webhooks?text=upload-'), []);
});

t.test('an upload says what its user is told, and what became of its draft', async (t) => {
  const error = { code: 'quota_exceeded', detail: 'Zenodo accepts 50 GB.' };
  const id = await insertUpload(sql, { deposition: 501, state: 'failed', error });
  const shown = async () => (await operator.ask(`uploads/${id}`)).text.replace(/<[^>]+>/g, '');
  const before = await shown();
  t.match(before, 'Zenodo accepts 50 GB.');
  t.match(before, `The user is told: ${userMessage('quota_exceeded', 'en').replaceAll("'", '&#39;')}`);
  t.notMatch(before, /501 (deleted|published)/);
  await sql(
    `INSERT INTO drafts (id, owner, deposition_id, updated_at, published_at) VALUES (gen_random_uuid(), 'connection:x', 501, now(), now())`,
  );
  t.match(await shown(), '501 published, just now');
  await sql(
    `UPDATE drafts SET deleted_at = now() - interval '2 hours', deleted_by = 'operator' WHERE deposition_id = 501`,
  );
  t.match(await shown(), '501 deleted by the operator, with drafts prune, 2 h ago');
  await sql(`UPDATE uploads SET error = '{"code": "of_another_release", "detail": "x"}' WHERE id = $1`, [id]);
  t.notMatch(await shown(), 'The user is told');
});

t.test('what stands still from the first byte says so', async (t) => {
  const id = await insertUpload(sql, { state: 'transferring', file: 'a.bin' });
  const shown = async () => {
    const { text } = await operator.ask('');
    return text.slice(text.indexOf(`uploads/${id}`)).replace(/<[^>]+>/g, '');
  };
  await sql(`UPDATE upload_files SET state = 'transferring' WHERE upload_id = $1`, [id]);
  t.match(await shown(), 'speed not known yet');
  await sql(`UPDATE upload_files SET updated_at = now() - interval '11 seconds' WHERE upload_id = $1`, [id]);
  t.match(await shown(), 'stands still');
});
