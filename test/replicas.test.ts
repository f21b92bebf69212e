import t from 'tap';
import { authorize, call, verify } from './consent.js';
import { connectTo } from './database.js';
import { startReplica } from './replica.js';
import { startService } from './service.js';

const REFRESH = { method: 'POST', path: '/oauth/token', form: { grant_type: 'refresh_token' } };
const UNDER_WAY = { path: '/oauth/token', running: true };

t.test('token sets over processes and without a database', async (t) => {
  const { url, mock, databaseUrl, env } = await startService(t);
  const replicaEnv = { ...env, LOG_LEVEL: 'info' };
  const [one, two] = await Promise.all([startReplica(t, replicaEnv), startReplica(t, replicaEnv)]);

  await t.test(
    '200 calls with an expired token at two processes: one refresh, no failure, others unhindered',
    async (t) => {
      const granted = await authorize(one.url, { container: 'many', user: 'mock-user' });
      const other = await authorize(two.url, { container: 'other', user: 'mock-user-2' });
      mock.tokens.expire({ user: 'mock-user' });
      // A process waits 10 s for it, and would then ask again.
      mock.faults.add({ ...REFRESH, delay: 5, times: 1 });
      mock.requests.clear();
      const calls = Array.from({ length: 200 }, (_, index) =>
        verify(
          (index % 2 === 0 ? one : two).url,
          granted.body['deposition_id'],
          granted.body['access_token'],
        ),
      );
      const [begun] = await mock.requests.waitFor(UNDER_WAY);
      t.ok(begun?.running, 'the refresh is under way');
      const started = performance.now();
      const unrelated = await Promise.all([
        verify(one.url, other.body['deposition_id'], other.body['access_token']),
        verify(two.url, other.body['deposition_id'], other.body['access_token']),
        call(`${one.url}/readyz`, { method: 'GET' }),
      ]);
      const took = performance.now() - started;
      t.ok(unrelated.every(({ status }) => status === 200));
      t.ok(mock.requests.list(UNDER_WAY)[0]?.running, 'others are answered while it still runs');
      t.comment(`unrelated calls took ${Math.round(took)} ms`);
      const answers = await Promise.all(calls);
      t.same(
        answers.filter(({ status }) => status !== 200).map(({ body }) => body),
        [],
        'all 200 succeed',
      );
      t.equal(mock.requests.list({ path: '/oauth/token' }).length, 1, 'exactly one refresh');
      mock.faults.clear();
    },
  );

  await t.test(
    'a process that dies between Zenodo’s answer and our commit: the user is asked again',
    async (t) => {
      const granted = await authorize(one.url, { container: 'killed', user: 'mock-user-2' });
      const lock = await connectTo(t, databaseUrl);
      const watch = await connectTo(t, databaseUrl);
      mock.tokens.expire({ user: 'mock-user-2' });
      mock.faults.add({ ...REFRESH, delay: 1, times: 1 });
      mock.requests.clear();
      const lost = verify(one.url, granted.body['deposition_id'], granted.body['access_token']).catch(
        () => null,
      );
      await mock.requests.waitFor(UNDER_WAY);
      await lock.query('BEGIN');
      await lock.query(`SELECT 1 FROM connections WHERE zenodo_user_id = '2' FOR UPDATE`);
      await waitFor(async () => {
        const { rows } = await watch.query(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%UPDATE connections SET access_token%'`,
        );
        return rows.length > 0;
      });
      await one.kill('SIGKILL');
      await watch.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      await lock.query('ROLLBACK');
      t.equal(await lost, null);
      const held = await lock.query(
        `SELECT lease_until > now() AS held FROM connections WHERE zenodo_user_id = '2'`,
      );
      t.same(held.rows, [{ held: true }], 'the dead process still holds the lease');
      await lock.query(`UPDATE connections SET lease_until = now() WHERE zenodo_user_id = '2'`);
      const told = await verify(two.url, granted.body['deposition_id'], granted.body['access_token']);
      t.match(told, { status: 401, body: { code: 'reauthorization_required', zenodo_oauth_url: /^http/ } });
      const again = await authorize(two.url, { container: 'killed', user: 'mock-user-2' });
      t.equal(again.body['deposition_id'], granted.body['deposition_id']);
      t.equal((await verify(two.url, again.body['deposition_id'], again.body['access_token'])).status, 200);
    },
  );

  await t.test(
    'the database is gone in the middle of a refresh: the new pair is kept and written later',
    async (t) => {
      const granted = await authorize(url, { container: 'gone' });
      const name = new URL(databaseUrl).pathname.slice(1);
      const admin = await connectTo(t, process.env['TEST_DATABASE_URL'] ?? '');
      mock.tokens.expire({ user: 'mock-user' });
      mock.faults.add({ ...REFRESH, delay: 1, times: 1 });
      mock.requests.clear();
      const waiting = verify(url, granted.body['deposition_id'], granted.body['access_token']);
      await mock.requests.waitFor(UNDER_WAY);
      await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
      await waitFor(async () => mock.requests.list({ path: '/oauth/token' })[0]?.status === 200);
      const meanwhile = await verify(url, granted.body['deposition_id'], granted.body['access_token']);
      t.match(meanwhile, { status: 503, body: { code: 'service_unavailable', valid: null } });
      await admin.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
      t.equal((await waiting).status, 200, 'the call that waited is answered');
      t.equal((await verify(url, granted.body['deposition_id'], granted.body['access_token'])).status, 200);
      t.equal(mock.requests.list({ path: '/oauth/token' }).length, 1, 'nothing had to be renewed again');
    },
  );
});

/** Polls until `condition` holds; throws after 20 s. */
async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error('waited in vain');
    await new Promise((done) => setTimeout(done, 20));
  }
}
