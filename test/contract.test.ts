import t from 'tap';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config.js';
import { authorize } from './consent.js';
import { tested } from './contract-run.js';
import { watched } from './contract-watch.js';
import { inDatabase } from './database.js';
import { startScript } from './process.js';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { eventually, newDraft, put } from './uploads.js';

/** Rows by table. */
async function rowsOf(databaseUrl: string): Promise<Record<string, number>> {
  return inDatabase(databaseUrl, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%' ORDER BY 1`,
    );
    const counts: [string, number][] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${name}"`);
      counts.push([name, rows[0]?.n ?? 0]);
    }
    return Object.fromEntries(counts);
  });
}

/** Ages the uploads: they are counted by the clock of the database, which cannot be turned. */
async function passTime(databaseUrl: string): Promise<void> {
  const aging = `
    UPDATE uploads SET finished_at = finished_at - interval '400 days';
    UPDATE refused_uploads SET at = at - interval '400 days';
    UPDATE events SET at = at - interval '400 days'`;
  await inDatabase(databaseUrl, (client) => client.query(aging));
}

t.test('this service keeps its contract, whatever it is sent, and nothing is left of it', async (t) => {
  let later = 0;
  const { url, mock, app, databaseUrl, env } = await startService(t, {
    dependencies: { now: () => Date.now() + later },
  });
  const replica = await startReplica(t, {
    ...env,
    LOG_LEVEL: 'info',
    NODE_OPTIONS: `--import=${new URL('./say-heap.js', import.meta.url).href}`,
  });
  const { body } = await authorize(url, { container: 'somebody’s' });
  const theirs = Number(body['deposition_id']);
  const token = String(body['access_token']);
  await put(url, theirs, 'theirs.csv', Buffer.from('a,b\n'), { authorization: `Bearer ${token}` });
  const before = await rowsOf(databaseUrl);
  const alive = () => mock.state().depositions.filter(({ state }) => state !== 'deleted');
  const untouched = alive();
  mock.requests.clear();

  const options = { token, allowed: { publish: false, refresh: true, disconnect: false } };
  const cases = Number(process.env['TEST_CONTRACT_CASES'] ?? 250);
  const { verdict, said } = await tested(replica.url, { ...options, cases, seed: 7, concurrency: 3 });
  t.equal(verdict, 0, said);
  t.match(said, /POST \/depositions\/\{id\}\/metadata +\d+ +200×\d+ 400×\d+/, 'some is taken, some is not');
  t.match(said, 'The contract is kept.');

  t.same(alive(), untouched, 'what it made is deleted, and what was there is as it was');
  const asked = mock.requests.list().map(({ path }) => path);
  t.same(
    asked.filter((path) => path.includes(String(theirs))),
    [],
    'and was not even looked at',
  );
  await passTime(databaseUrl);
  later = 400 * 24 * 3600 * 1000;
  await app.cleanup.run();
  // Uploads have a cleanup of their own, which works as soon as a process starts.
  const another = await watched(
    (violation) => t.fail(violation),
    () => buildApp(loadConfig(env)),
  );
  t.teardown(() => another.close());
  t.ok(await eventually(async () => (await rowsOf(databaseUrl))['uploads'] === 0), 'no uploads are kept');
  const after = await rowsOf(databaseUrl);
  for (const [table, count] of Object.entries(after)) {
    t.ok(
      count <= (before[table] ?? 0),
      `rows of ${table}: ${before[table]} before, ${count} once the time is over that they are kept`,
    );
  }
});

t.test('it publishes only if told to, and then once; the token is spent only if told to', async (t) => {
  const { url, mock } = await startService(t);
  const token = async () => String((await authorize(url, { container: 'x' })).body['access_token']);
  const published = () => mock.state().depositions.filter(({ state }) => state === 'done').length;
  const spare = { publish: false, refresh: false, disconnect: false };
  const run = async (allowed: Partial<typeof spare>) =>
    tested(url, { token: await token(), allowed: { ...spare, ...allowed } });
  const plain = await run({});
  t.equal(plain.verdict, 0, plain.said);
  t.equal(published(), 0);
  t.notMatch(plain.said, /✓ POST \/(oauth\/refresh|oauth\/disconnect|depositions\/\{id\}\/publish)/);
  const all = await run({ publish: true, refresh: true, disconnect: true });
  t.equal(all.verdict, 0, all.said);
  for (const call of ['publish', 'edit', 'discard', 'versions']) {
    t.match(all.said, new RegExp(`✓ POST /depositions/\\{id\\}/${call}: 20`), call);
  }
  t.match(all.said, /✓ POST \/oauth\/refresh: 200[\s\S]*✓ POST \/oauth\/disconnect: 200/);
  t.equal(published(), 1);
});

t.test('the command: what it needs, and Ctrl-C', async (t) => {
  const { url, mock } = await startService(t);
  const { body } = await authorize(url, { container: 'x' });
  const alive = () => mock.state().depositions.filter(({ state }) => state !== 'deleted').length;
  const others = alive();
  await newDraft(mock);
  const run = (args: string[], env = { CONTRACT_TOKEN: String(body['access_token']) }) =>
    startScript(t, 'contract/run.ts', { args, env });
  const [without, nowhere, stopped] = [
    run(['--url', url], { CONTRACT_TOKEN: '' }),
    run(['--url', 'http://127.0.0.1:9']),
    run(['--url', `${url}/`, '--cases', '100000', '--seed', '5', '--documented-only', '--concurrency', '7']),
  ];
  t.equal(await without.ended(), 2);
  t.match(without.output(), 'Set CONTRACT_TOKEN');
  const foreign = await tested(url, { token: 'zds_nobody' });
  t.match(foreign, { verdict: 2, said: /does not accept CONTRACT_TOKEN/ });
  t.equal(await nowhere.ended(), 2);
  t.match(nowhere.output(), 'returned nothing');
  await stopped.says(/\d+ of 100000 generated requests/);
  t.ok(await eventually(() => alive() > others + 2), 'it has drafts');
  t.equal(await stopped.kill('SIGINT'), 2, stopped.output());
  t.match(stopped.output(), 'The run was stopped early');
  t.notMatch(stopped.output(), 'The contract is kept', 'which is not known');
  t.equal(alive(), others + 1, 'and deleted them');
});
