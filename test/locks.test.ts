import { randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import t, { type Test } from 'tap';
import { createConnectionRepository } from '../src/connections/connection-repository.js';
import { createEncryption } from '../src/connections/encryption.js';
import { isDatabaseUnavailable } from '../src/database/failures.js';
import { createPool } from '../src/database/postgres-pool.js';
import { createStatements } from '../src/database/prepared-statements.js';
import { createDatabase } from '../src/database/prisma.js';
import { createDraftRepository } from '../src/depositions/draft-repository.js';
import { TIMINGS } from '../src/time-outs.js';
import { parseTokenKeys } from '../src/token-keys.js';
import { createTestDatabase } from './database.js';

/** What the release before says to take a lock, and to give it back. */
const BEFORE = {
  refresh: `UPDATE connections SET lease_by = $2, lease_until = now() + 30 * interval '1 second'
    WHERE id = $1::uuid AND version = 1 AND state = 'active'
      AND (lease_by IS NULL OR lease_by = $2 OR lease_until < now())`,
  endRefresh:
    'UPDATE connections SET lease_by = NULL, lease_until = NULL WHERE id = $1::uuid AND lease_by = $2',
  draft: `INSERT INTO drafts (id, owner, deposition_id, made_here, current, lease_by, lease_until)
    VALUES (gen_random_uuid(), 'token:1', $1, false, false, $2, now() + 15 * interval '1 second')
    ON CONFLICT (owner, deposition_id) DO UPDATE
      SET lease_by = EXCLUDED.lease_by, lease_until = EXCLUDED.lease_until, updated_at = now()
      WHERE drafts.lease_until IS NULL OR drafts.lease_until < now()`,
  renewDraft: `UPDATE drafts SET lease_until = now() + 15 * interval '1 second' WHERE deposition_id = $1 AND lease_by = $2`,
  endDraft: `UPDATE drafts SET lease_by = NULL, lease_until = NULL, updated_at = now()
    WHERE owner = 'token:1' AND deposition_id = $1 AND lease_by = $2`,
};

/** Rows whose columns for the release before say something else than the lock. */
const TORN = `
  SELECT s.key, s.lease_by, l.holder FROM (
    SELECT 'connection:' || id AS key, lease_by, lease_until FROM connections
    UNION ALL SELECT 'draft:' || id, lease_by, lease_until FROM drafts
  ) s FULL JOIN locks l ON l.key = s.key
  WHERE s.lease_by IS DISTINCT FROM l.holder OR s.lease_until IS DISTINCT FROM l.expires_at`;

/** One connection, and both releases' ways to lock it, or a draft. */
async function open(t: Test) {
  const { url, drop } = await createTestDatabase();
  const pool = new pg.Pool({ connectionString: url, max: 12 });
  // Dropping the database may end connections that the pool has given up a moment before.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const database = createDatabase(url);
  t.teardown(async () => {
    await database.$disconnect();
    await pool.end();
    await drop();
  });
  const user = { zenodoOrigin: 'https://zenodo.example', clientId: 'client', zenodoUserId: '1' };
  const { id } = await database.connection.create({ data: user });
  const connections = createConnectionRepository({
    database,
    statements: createStatements(pool),
    encryption: createEncryption(parseTokenKeys(`test:${randomBytes(32).toString('base64')}`), randomBytes),
    now: () => 0,
    log: { error: () => undefined } as never,
  });
  const drafts = createDraftRepository(database);
  const does = async (sql: string, of: string | number, me: string) =>
    ((await pool.query(sql, [of, me])).rowCount ?? 0) > 0;
  return { url, pool, database, connections, drafts, does, id };
}

/** What takes a lock as one holder, and answers what gives it back; null if it is taken. */
type Take = (me: string) => Promise<(() => Promise<unknown>) | null>;

t.test('replicas of this release and of the one before never hold a lock together', async (t) => {
  const { pool, connections, drafts, does, id } = await open(t);
  const kinds: Record<string, { before: Take; now: Take }> = {
    'the refresh of a connection': {
      before: async (me) =>
        (await does(BEFORE.refresh, id, me)) ? () => does(BEFORE.endRefresh, id, me) : null,
      now: async (me) => (await connections.lock(id, 1, me)) && (() => connections.unlock(id, me)),
    },
    'work on a draft': {
      before: async (me) => {
        if (!(await does(BEFORE.draft, 7, me))) return null;
        await does(BEFORE.renewDraft, 7, me);
        return () => does(BEFORE.endDraft, 7, me);
      },
      now: async (me) => {
        const row = await drafts.lock('token:1', null, 7, me);
        if (row === null) return null;
        await drafts.renew(row, me);
        return () => drafts.unlock(row, me);
      },
    },
  };
  for (const [kind, ways] of Object.entries(kinds)) {
    const turns = { before: 0, now: 0 };
    let holders = 0;
    let most = 0;
    const work = async (release: 'before' | 'now') => {
      while (Math.min(turns.before, turns.now) < 8) {
        const end = await ways[release](randomUUID());
        if (end === null) continue;
        holders += 1;
        most = Math.max(most, holders);
        turns[release] += 1;
        await pool.query('SELECT 1');
        holders -= 1;
        await end();
      }
    };
    await Promise.all((['before', 'now', 'before', 'now', 'before', 'now'] as const).map(work));
    t.equal(most, 1, `${kind}: one at a time`);
    t.same((await pool.query(TORN)).rows, [], 'both say the same of it');
    t.same((await pool.query('SELECT 1 FROM locks')).rows, [], 'and nothing is left');
  }
});

t.test('a process that stands still in a transaction does not hold up the others for ever', async (t) => {
  const { url, database: others, id } = await open(t);
  const timings = { ...TIMINGS, databaseAnswer: 500 };
  const database = createDatabase(url, createPool(url, timings));
  t.teardown(() => database.$disconnect());
  const write = (client: Pick<typeof database, 'connection'>) =>
    client.connection.update({ where: { id }, data: { version: { increment: 1 } } });
  let written: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    written = resolve;
  });
  let goOn: () => void = () => undefined;
  const meanwhile = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const asleep = database.$transaction(
    async (tx) => {
      await write(tx);
      written();
      await meanwhile;
      await write(tx);
    },
    { timeout: 60_000 },
  );
  const failure = asleep.then(
    () => null,
    (error: unknown) => error,
  );
  await first;
  t.match(await write(others), { version: 2 }, 'the other one goes on, and what was half done is gone');
  goOn();
  t.ok(isDatabaseUnavailable(await failure), String(await failure));
  t.match(await write(database), { version: 3 }, 'and it goes on when it wakes up');
});

t.test('a lock that ran out is taken by either release, and the new holder is seen by both', async (t) => {
  const { pool, connections, drafts, does, id } = await open(t);
  const runOut = () =>
    pool.query(`UPDATE connections SET lease_until = now() - interval '1 second' WHERE id = $1`, [id]);
  t.ok(await does(BEFORE.refresh, id, 'old'));
  t.equal(await connections.lock(id, 1, 'new'), null, 'held by the release before');
  await runOut();
  t.match(await connections.lock(id, 1, 'new'), { overdue: true }, 'never given back');
  t.match(await connections.lock(id, 1, 'new'), { key: /./ }, 'its holder may take it anew');
  t.notOk(await does(BEFORE.refresh, id, 'old'), 'held by this release');
  await runOut();
  t.ok(await does(BEFORE.refresh, id, 'old'));
  await connections.unlock(id, 'new');
  t.notOk(await does(BEFORE.refresh, id, 'another'), 'who lost a lock cannot give it back');
  await does(BEFORE.endRefresh, id, 'old');
  t.match(await connections.lock(id, 1, 'new'), { overdue: false }, 'given back');
  t.equal(await connections.lock(id, 2, 'later'), null, 'there is no such token set');
  const tokens = { accessToken: 'a', refreshToken: 'r', expiresIn: 60, scope: '', zenodoUserId: '1' };
  t.ok(await connections.store(id, 1, { ...tokens }), 'a new token set ends the lock');
  t.notOk(await connections.store(id, 1, { ...tokens }), 'once');
  t.match(await connections.lock(id, 2, 'later'), { overdue: false });
  t.ok(await connections.end(id, 2, 'lapsed'), 'as does the end of the connection');
  t.same((await pool.query('SELECT 1 FROM locks')).rows, []);

  const claimed = await drafts.claim('token:1', null, 'container', 'one');
  t.match(claimed, { mine: true, row: { depositionId: null } });
  t.match(await drafts.claim('token:1', null, 'container', 'two'), { mine: false });
  const row = claimed?.row.id ?? '';
  t.notOk(await drafts.fill(row, 'two', 8, null), 'who does not hold it makes nothing of it');
  t.ok(await drafts.fill(row, 'one', 8, null));
  t.match(await drafts.claim('token:1', null, 'container', 'two'), { mine: false, row: { depositionId: 8 } });
  t.equal(await drafts.taken('token:1', 8), 0);
  t.equal(await drafts.lock('token:1', null, 8, 'two'), row);
  t.ok((await drafts.taken('token:1', 8)) > 0);
  t.same((await pool.query(TORN)).rows, []);
});
