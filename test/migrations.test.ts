import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t, { type Test } from 'tap';
import { schemaSql } from '../scripts/schema-sql.js';
import { loadConfig } from '../src/config.js';
import { migrate, missingMigrations, readMigrations } from '../src/database/migrate.js';
import { checkDatabase } from '../src/operator/doctor/database.js';
import { checkReplicas } from '../src/operator/doctor/replicas.js';
import { explainStart } from '../src/start-failure.js';
import { connectTo, createEmptyDatabase, inDatabase } from './database.js';

/**
 * What Prisma's schema language cannot express, and the view for the release before. Only the
 * migrations have them.
 */
const BEYOND_PRISMA = [/^index .* WHERE /, /^index .*"left"\(/, /^check /, /^column handles\./];

const CATALOG = `
  SELECT 'column ' || table_name || '.' || column_name || ' ' || udt_name || ' ' || is_nullable
    || ' ' || coalesce(datetime_precision::text, '-') || ' ' || coalesce(character_maximum_length::text, '-')
    || ' ' || coalesce(column_default, '-') AS line
    FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT CASE contype WHEN 'c' THEN 'check ' ELSE 'constraint ' END
    || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
  UNION ALL SELECT 'enum ' || typname || ' ' || enumlabel
    FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid
  ORDER BY 1`;

async function emptyDatabase(t: Test): Promise<string> {
  const { url, drop } = await createEmptyDatabase();
  t.teardown(drop);
  return url;
}

async function query<T>(url: string, sql: string): Promise<T[]> {
  return inDatabase(url, async (client) => (await client.query(sql)).rows as T[]);
}

/** Every column, index, constraint and enum value of a database but for the migrations' ledger. */
async function catalog(url: string): Promise<string[]> {
  const rows = await query<{ line: string }>(url, CATALOG);
  return rows.map(({ line }) => line).filter((line) => !line.includes('_prisma_migrations'));
}

t.test('all migrations together make what schema.prisma says', async (t) => {
  const migrated = await emptyDatabase(t);
  const made = await emptyDatabase(t);
  await migrate(migrated);
  await query(made, await schemaSql(made));
  const expected = await catalog(made);
  const found = (await catalog(migrated)).filter((line) => !BEYOND_PRISMA.some((rule) => rule.test(line)));
  t.ok(expected.length > 40, 'there is something to compare');
  t.same(found, expected);
});

t.test('the release before keeps its access tokens under their old name', async (t) => {
  const url = await emptyDatabase(t);
  await migrate(url);
  const [{ id = '' } = {}] = await query<{ id: string }>(
    url,
    `INSERT INTO connections (id, zenodo_origin, client_id, zenodo_user_id)
     VALUES (gen_random_uuid(), 'https://zenodo.example', 'client', '1') RETURNING id`,
  );
  // As its Prisma writes an upsert.
  const issue = (callback: string) =>
    query(
      url,
      `INSERT INTO "public"."handles" ("hash","connection_id","container_id","callback_url","expires_at")
       VALUES ('h', '${id}', 'c', '${callback}', now())
       ON CONFLICT ("hash") DO UPDATE SET "callback_url" = EXCLUDED."callback_url"
       WHERE ("public"."handles"."hash" = 'h') RETURNING "public"."handles"."created_at"`,
    );
  t.equal((await issue('https://a.example')).length, 1);
  await issue('https://b.example');
  const found = () => query(url, 'SELECT hash, callback_url, spent_at IS NULL AS live FROM access_tokens');
  t.same(await found(), [{ hash: 'h', callback_url: 'https://b.example', live: true }]);
  await query(url, `UPDATE handles SET spent_at = now() WHERE connection_id = '${id}'`);
  t.match(await found(), [{ live: false }]);
  await query(url, 'DELETE FROM handles WHERE expires_at <= now()');
  t.same(await found(), []);
});

t.test('migrations are applied once, however many replicas start together', async (t) => {
  const url = await emptyDatabase(t);
  const names = (await readMigrations()).map(({ name }) => name);
  const applied = await Promise.all([migrate(url), migrate(url), migrate(url), migrate(url)]);
  t.same(applied.flat().sort(), names, 'by one of them each');
  t.same(await migrate(url), [], 'later there is nothing to do');
  const ledger = await query<{ migration_name: string; applied_steps_count: number; finished: boolean }>(
    url,
    'SELECT migration_name, applied_steps_count, finished_at IS NOT NULL AS finished FROM _prisma_migrations',
  );
  t.same(
    ledger,
    names.map((migration_name) => ({ migration_name, applied_steps_count: 1, finished: true })),
    'in the ledger that Prisma reads, too',
  );
});

t.test('a database that falls silent ends the start, whenever it does', async (t) => {
  // Lets every client in, and answers so many queries.
  const server = (answers: number) => {
    const message = (type: string, body: Buffer) => {
      const head = Buffer.alloc(5);
      head.write(type);
      head.writeInt32BE(body.length + 4, 1);
      return Buffer.concat([head, body]);
    };
    const ready = message('Z', Buffer.from('I'));
    return createServer((socket) => {
      let left = answers;
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]));
        socket.on('data', () => {
          left -= 1;
          if (left >= 0) socket.write(Buffer.concat([message('I', Buffer.alloc(0)), ready]));
        });
      });
    }).listen(0, '127.0.0.1');
  };
  for (const answers of [0, 3]) {
    const silent = server(answers);
    t.teardown(() => silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const url = `postgresql://u:p@127.0.0.1:${port}/d`;
    const failed = await migrate(url, { databaseConnect: 5000, databaseAnswer: 300 }).catch(
      (error: unknown) => error,
    );
    t.match(explainStart(failed, undefined), /^the database that DATABASE_URL names cannot be used: /);
  }
});

t.test('rights to a table are missed as the table is, and changes that are not taken are told', async (t) => {
  const url = await emptyDatabase(t);
  await migrate(url);
  const migrations = await readMigrations();
  const client = await connectTo(t, url);
  const missing = () => missingMigrations(async (sql) => (await client.query(sql)).rows, migrations);
  t.same(await missing(), []);
  const role = `r${randomBytes(6).toString('hex')}`;
  await client.query(`CREATE ROLE ${role}; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
  t.teardown(() => client.query(`RESET ROLE; DROP OWNED BY ${role}; DROP ROLE ${role}`));
  await client.query(`SET ROLE ${role}`);
  t.same(await missing(), []);
  for (const right of ['SELECT', 'INSERT', 'UPDATE', 'DELETE']) {
    await client.query(`RESET ROLE; REVOKE ${right} ON uploads FROM ${role}; SET ROLE ${role}`);
    t.same(await missing(), ['rights to table uploads'], right);
    await client.query(`RESET ROLE; GRANT ${right} ON uploads TO ${role}; SET ROLE ${role}`);
  }
  await client.query('RESET ROLE');
  await query(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = on`);
  const failed = await migrate(url).catch((error: unknown) => error);
  t.match(explainStart(failed, undefined), /is read-only .*: use the primary, not a standby$/);
});

t.test('the doctor tells a database without tables from one that does not respond', async (t) => {
  const env = { NODE_ENV: 'test', DATABASE_URL: await emptyDatabase(t), ZENODO_URL: 'http://127.0.0.1:1' };
  const tokenKeys = `k1:${randomBytes(32).toString('base64')}`;
  const config = loadConfig({
    ...env,
    ZENODO_CLIENT_ID: 'a',
    ZENODO_CLIENT_SECRET: 'b',
    TOKEN_KEYS: tokenKeys,
  });
  const [, migrations] = await checkDatabase(config);
  t.match(migrations, { said: /^none of \d+ applied$/ });
  t.match(await checkReplicas(config), [{ said: 'unknown until the migrations have run' }]);
  await migrate(config.databaseUrl);
  t.match(await checkReplicas(config), [{ said: /^no replica was seen/ }, { well: true }]);
});

t.test('a migration that was changed after it had been applied is refused', async (t) => {
  const url = await emptyDatabase(t);
  await migrate(url);
  await query(url, `UPDATE _prisma_migrations SET checksum = 'another'`);
  await t.rejects(migrate(url), /was changed after it had been applied/);
});

t.test(
  'what the last release keeps in columns of drafts is a pending action, and the other way round',
  async (t) => {
    const url = await emptyDatabase(t);
    const migrations = await readMigrations();
    const at = migrations.findIndex(({ name }) => name.endsWith('_pending_actions'));
    for (const { sql } of migrations.slice(0, at)) await query(url, sql);
    const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
    const insert = (n: number, column: string, value: string) =>
      query(url, `INSERT INTO drafts (id, owner, ${column}) VALUES ('${id(n)}', 'token:1', ${value})`);
    const actions = () =>
      query<object>(
        url,
        `SELECT kind::text, subjects, key, next_at - asked_at >= interval '10 minutes' AS later
       FROM pending_actions ORDER BY draft_id, kind`,
      );
    await insert(1, 'closing_owed', `'{Answers,Interviews}'`);
    await insert(2, 'communities_owed', `'["reviewed","open"]'`);
    await insert(3, 'publish_asked_at, publish_asked_key', `now(), 'abc'`);
    await insert(4, 'deletion_asked_at', 'now()');
    await insert(5, 'deletion_asked_at, deleted_at', 'now(), now()');
    await query(url, migrations[at]?.sql ?? '');
    const expected = [
      { kind: 'restrict_access', subjects: ['Answers', 'Interviews'], key: null, later: false },
      { kind: 'ask_communities', subjects: ['reviewed', 'open'], key: null, later: true },
      { kind: 'publish', subjects: [], key: 'abc', later: true },
      { kind: 'delete', subjects: [], key: null, later: true },
    ];
    t.same(await actions(), expected, 'rows are carried over');

    const set = (n: number, change: string) =>
      query(url, `UPDATE drafts SET ${change} WHERE id = '${id(n)}'`);
    await set(1, `closing_owed = '{}'`);
    await set(2, 'communities_owed = NULL');
    await set(3, 'publish_asked_at = NULL, publish_asked_key = NULL');
    await set(4, 'deleted_at = now()');
    t.same(await actions(), [], 'an old process ends them');
    await set(1, `closing_owed = '{Answers}'`);
    t.match(await actions(), [{ kind: 'restrict_access', subjects: ['Answers'] }], 'and begins one');

    const columns = (n: number) =>
      query<object>(
        url,
        `SELECT closing_owed, communities_owed, publish_asked_key, publish_asked_at IS NOT NULL AS publishing,
         deletion_asked_at IS NOT NULL AS deleting FROM drafts WHERE id = '${id(n)}'`,
      );
    await query(
      url,
      `INSERT INTO pending_actions (draft_id, kind, subjects, key) VALUES ('${id(5)}', 'restrict_access', '{A}', NULL),
       ('${id(5)}', 'ask_communities', '{b}', NULL), ('${id(5)}', 'publish', '{}', 'c')`,
    );
    const shown = { closing_owed: ['A'], communities_owed: ['b'], publish_asked_key: 'c', publishing: true };
    t.same(await columns(5), [{ ...shown, deleting: true }], 'an old process sees those of a new one');
    await query(url, 'DELETE FROM pending_actions');
    const none = { closing_owed: [], communities_owed: null, publish_asked_key: null, publishing: false };
    t.same(await columns(5), [{ ...none, deleting: true }], 'and their end; a deleted draft stays deleted');
    await query(url, 'DELETE FROM drafts');
  },
);

t.test('a lock that the last release holds is held after the migration, and goes with its row', async (t) => {
  const url = await emptyDatabase(t);
  const migrations = await readMigrations();
  const at = migrations.findIndex(({ name }) => name.endsWith('_locks'));
  for (const { sql } of migrations.slice(0, at)) await query(url, sql);
  const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
  const user = `'https://zenodo.example', 'client', '1'`;
  await query(
    url,
    `INSERT INTO connections (id, zenodo_origin, client_id, zenodo_user_id, lease_by, lease_until)
     VALUES ('${id(1)}', ${user}, 'refreshes', '2999-01-01');
     INSERT INTO drafts (id, owner, lease_by, lease_until)
     VALUES ('${id(2)}', 'token:1', 'publishes', '2999-01-01'), ('${id(3)}', 'token:1', NULL, NULL)`,
  );
  await query(url, migrations[at]?.sql ?? '');
  const held = () => query<object>(url, 'SELECT key, holder FROM locks ORDER BY key');
  const expected = [
    { key: `connection:${id(1)}`, holder: 'refreshes' },
    { key: `draft:${id(2)}`, holder: 'publishes' },
  ];
  t.same(await held(), expected);
  await query(url, `DELETE FROM connections; DELETE FROM drafts`);
  t.same(await held(), []);
});
