import t from 'tap';
import { authorize } from './consent.js';
import { connectTo } from './database.js';
import { startService } from './service.js';
import { eventually, formOf, put, upload } from './uploads.js';

/** Uploads that ended, of the same user and on the same volume as those that follow. */
const ENDED = 20_000;

/** Tables that hold what is long over beside what is under way. */
const GROWING = [
  'uploads',
  'upload_files',
  'upload_events',
  'drafts',
  'events',
  'access_tokens',
  'oauth_states',
];

t.test('no call and no cleaning reads what is long over', async (t) => {
  const { url, app } = await startService(t);
  const { database } = app;
  const { body } = await authorize(url, { container: 'grown' });
  const [id, token] = [Number(body['deposition_id']), String(body['access_token'])];
  const bearer = { authorization: `Bearer ${token}` };
  t.match(await put(url, id, 'first.bin', Buffer.from('first'), bearer), { status: 200 });
  const [first] = await database.upload.findMany();
  // By a connection of its own: the service gives no statement so long.
  const filling = await connectTo(t, app.config.databaseUrl);
  await filling.query(
    `INSERT INTO uploads (id, owner, connection_id, deposition_id, state, volume, request_id, deadline_at, updated_at, finished_at)
     SELECT gen_random_uuid(), $1, $2::uuid, 1000000000 + n, 'done', $3, 'ended-' || n,
       now() + interval '1 day', now(), now() FROM generate_series(1, ${ENDED}) AS n`,
    [first?.owner, first?.connectionId, first?.volume],
  );
  await filling.query(
    `INSERT INTO upload_files (id, upload_id, deposition_id, name, size, received, sent, md5, state, updated_at)
     SELECT gen_random_uuid(), id, deposition_id, 'data', 10, 10, 10, md5(request_id), 'uploaded', now()
     FROM uploads WHERE request_id LIKE 'ended-%'`,
  );
  await filling.query(
    `INSERT INTO upload_events (upload_id, kind, request_id)
     SELECT id, 'taken', request_id FROM uploads WHERE request_id LIKE 'ended-%'`,
  );
  await filling.query(
    `INSERT INTO drafts (id, owner, container_id, deposition_id, created_at, updated_at)
     SELECT gen_random_uuid(), $1, 'container-' || n, 2000000000 + n, now(), now()
     FROM generate_series(1, ${ENDED}) AS n`,
    [first?.owner],
  );
  // Of other users: those of one user are read when that user is.
  const owners = `SELECT id FROM connections WHERE id <> $1::uuid`;
  await filling.query(
    `INSERT INTO connections (id, zenodo_origin, client_id, zenodo_user_id, last_used_at)
     SELECT gen_random_uuid(), 'http://127.0.0.1', 'grown', n::text, now() FROM generate_series(1, 10) AS n`,
  );
  await filling.query(
    `INSERT INTO access_tokens (hash, connection_id, container_id, callback_url, expires_at, spent_at)
     SELECT md5(n::text || id), id, 'c', 'http://x/', now() + interval '1 day', CASE WHEN n % 100 = 0 THEN now() END
     FROM (${owners}) c, generate_series(1, ${ENDED / 10}) AS n`,
    [first?.connectionId],
  );
  await filling.query(
    `INSERT INTO oauth_states (hash, container_id, callback_url, expires_at)
     SELECT md5(n::text), 'c', 'http://x/', now() + interval '1 hour' FROM generate_series(1, ${ENDED}) AS n`,
  );
  await filling.query('ANALYZE');

  /** Rows that were read by going through a whole table, by table. */
  const scanned = async () => {
    const rows = await database.$queryRaw<{ relname: string; read: number }[]>`
      SELECT relname, seq_tup_read::float8 AS read FROM pg_stat_user_tables WHERE relname = ANY(${GROWING})`;
    return new Map(rows.map(({ relname, read }) => [relname, read]));
  };
  /** PostgreSQL counts what a connection did up to a second later. */
  const settled = async () => {
    let last = '';
    await eventually(async () => {
      const now = JSON.stringify([...(await scanned())]);
      const same = now === last;
      last = now;
      if (!same) await new Promise((resolve) => setTimeout(resolve, 1200));
      return same;
    });
    return scanned();
  };
  const get = async (path: string) => {
    const answer = await fetch(`${url}${path}`, { headers: bearer });
    t.equal(answer.status, 200, path);
    await answer.text();
  };
  const sent = async (what: Promise<{ status: number }>) => t.match(await what, { status: 200 });
  const calls: Record<string, () => Promise<unknown>> = {
    'PUT a file': () => sent(put(url, id, 'a.bin', Buffer.from('aaa'), bearer)),
    'a form': () => sent(upload(url, id, formOf({ 'b.bin': 'b', 'f/c.txt': 'c' }, { access_token: token }))),
    'the same folder again': () =>
      sent(upload(url, id, formOf({ 'b.bin': 'b', 'f/c.txt': 'd' }, { access_token: token }))),
    'status of an upload': () => get(`/uploads/${first?.id}`),
    'list of depositions': () => get('/depositions'),
    verify: () => get(`/depositions/${id}/verify`),
    'files of a draft': () => get(`/depositions/${id}/files`),
    'events since': () => get('/events'),
    authorize: () => authorize(url, { container: 'grown-more' }),
    readyz: () => get('/readyz'),
    metrics: () => app.metrics.registry.metrics(),
    cleaning: () => app.cleanup.run(),
  };
  /** How many rows of each table that reads one by one. */
  const readBy = async (work: () => Promise<unknown>) => {
    const before = await settled();
    await work();
    const after = await settled();
    return GROWING.map((table) => ({ table, read: (after.get(table) ?? 0) - (before.get(table) ?? 0) }));
  };
  const all = async () => {
    for (const call of Object.values(calls)) await call();
  };
  const together = await readBy(all);
  t.ok(together.length > 0, 'there is something to look at');
  // Each on its own only if all together read so many.
  if (together.every(({ read }) => read < ENDED)) return;
  for (const [what, call] of Object.entries(calls))
    for (const { table, read } of await readBy(call))
      t.ok(read < ENDED, `${what} reads ${read} rows of ${table} one by one`);
});
