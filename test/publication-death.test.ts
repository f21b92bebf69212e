import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { type Answer, call } from './consent.js';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { eventually, put } from './uploads.js';

const TOKEN = 'mock-token';

/** A lease, in milliseconds: that long a dead process may hold others up. */
const LEASE = 15_000;

t.test('publishing outlives the process that began it', async (t) => {
  const { url, mock, env, app } = await startService(t);
  const dying = await startReplica(t, { ...env, LOG_LEVEL: 'info' });
  t.jobs = 4;
  const ready = async (container: string): Promise<number> => {
    const made = await call(`${url}/depositions`, { json: { container_id: container }, token: TOKEN });
    const id = Number(made.body['deposition_id']);
    const json = { title: container, contributors: [{ first_name: 'Ada', last_name: 'Lovelace' }] };
    t.equal((await call(`${url}/depositions/${id}/metadata`, { json, token: TOKEN })).status, 200);
    t.equal((await put(url, id, 'data.csv', Buffer.from('a,b\n'))).status, 200);
    return id;
  };
  const action = (id: number) => `/api/deposit/depositions/${id}/actions/publish`;
  const slow = (id: number, delay: number) =>
    mock.faults.add({ method: 'POST', path: action(id), delay, times: 1 });
  const asked = (id: number) => mock.requests.list({ method: 'POST', path: action(id), running: true });
  const publish = (base: string, id: number, headers: Record<string, string> = {}): Promise<Answer> =>
    call(`${base}/depositions/${id}/publish`, { json: {}, token: TOKEN, headers });
  /**
   * Asks until no other call is at it; how long that took, and what the answers before the last
   * were.
   */
  const insist = async (id: number, headers: Record<string, string>) => {
    for (const refused: Answer[] = []; ; await sleep(250)) {
      const answer = await publish(url, id, headers);
      if (answer.status !== 409) return { answer, refused, took: Date.now() - killed };
      refused.push(answer);
    }
  };

  const [done, late, long] = [await ready('done'), await ready('late'), await ready('long')];
  const unsure = await ready('unsure');
  const community = {
    slug: 'reviewed',
    metadata: { title: 'Reviewed' },
    access: { review_policy: 'closed' },
  };
  const founded = await fetch(`${mock.url}/api/communities`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(community),
  });
  t.equal(founded.status, 201);
  const owing = await ready('owing');
  const communities = { metadata: { communities: [{ identifier: 'reviewed' }] } };
  await call(`${url}/depositions/${owing}/metadata`, { json: communities, token: TOKEN });
  mock.faults.add({ method: 'GET', path: '/api/communities/reviewed', delay: 60, times: 1 });
  slow(done, 4);
  slow(late, LEASE / 1000 + 8);
  slow(long, LEASE / 1000 + 3);
  const key = { 'idempotency-key': 'once' };
  const cut = [done, late, owing]
    .map((id) => publish(dying.url, id, key))
    .map((one) => one.then(({ status }) => status).catch(() => null));
  const started = Date.now();
  const patient = publish(url, long);
  t.ok(
    await eventually(async () => [done, late, long].every((id) => asked(id).length === 1)),
    'Zenodo is at it',
  );
  const looking = { path: '/api/communities/reviewed', running: true };
  t.ok(await eventually(() => mock.requests.list(looking).length === 1), 'and about to ask a community');
  await dying.kill('SIGKILL');
  const killed = Date.now();
  t.same(await Promise.all(cut), [null, null, null], 'no caller heard how it ended');

  await Promise.all([
    t.test('kill -9, and Zenodo publishes all the same: said after a short while', async (t) => {
      const { answer, refused, took } = await insist(done, key);
      t.match(answer, { status: 200, body: { outcome: 'published', repeated: true, doi: /zenodo\.\d+$/ } });
      t.ok(took < LEASE, `after ${took} ms`);
      t.equal(asked(done).length, 1, 'Zenodo was told once');
      for (const { body, headers } of refused) {
        t.match(body, { code: 'operation_in_progress' });
        t.ok(Number(headers['retry-after']) <= LEASE / 1000, 'says how long at most');
      }
      const edit = await call(`${url}/depositions/${done}/edit`, { json: {}, token: TOKEN });
      t.equal(edit.body['state'], 'editing');
      t.match(await publish(url, done, key), { status: 200, body: { repeated: true } });
      const now = await call(`${url}/depositions/${done}`, { method: 'GET', token: TOKEN });
      t.equal(now.body['state'], 'editing', 'the key keeps the later edit from being published');
    }),
    t.test('kill -9, and Zenodo has not published when the lease ends: the repeat does', async (t) => {
      const { answer, refused, took } = await insist(late, key);
      t.match(answer, { status: 200, body: { outcome: 'published', repeated: false } });
      t.ok(refused.length > 0, 'not before the lease ended');
      t.ok(took < LEASE + 5000, `after ${took} ms`);
      t.same(
        asked(late).map(({ status }) => status),
        [null, 202],
        'the first call was cut off, the second published',
      );
    }),
    t.test(
      'kill -9 after the publication: the repeat asks the communities that were not asked',
      async (t) => {
        const communities = async () => (await publish(url, owing)).body['communities'] as object[];
        let answer: object[] = [];
        const isAsked = async () => {
          answer = await communities();
          return answer.length === 1;
        };
        t.ok(await eventually(isAsked));
        t.match(answer, [{ community: 'reviewed', outcome: 'requested' }]);
        t.same(await communities(), [], 'once');
      },
    ),
    t.test('a publication longer than a lock: Zenodo is not told again', async (t) => {
      await sleep(LEASE + 1500 - (Date.now() - started));
      t.match(await publish(url, long), { status: 409, body: { code: 'operation_in_progress' } });
      t.match(await patient, { status: 200, body: { outcome: 'published', repeated: false } });
      t.equal(asked(long).length, 1);
    }),
    t.test('a 500 proves nothing while an earlier call may still be at it', async (t) => {
      const draft = await app.database.draft.findFirstOrThrow({ where: { depositionId: unsure } });
      await app.database.pendingAction.create({ data: { draftId: draft.id, kind: 'publish' } });
      mock.faults.add({ method: 'POST', path: action(unsure), status: 500, times: 1 });
      t.match(await publish(url, unsure), {
        status: 504,
        body: { code: 'outcome_unknown', outcome: 'unknown' },
      });
    }),
  ]);
});
