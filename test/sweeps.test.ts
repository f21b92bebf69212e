import t from 'tap';
import { authorize, call } from './consent.js';
import { startService } from './service.js';

const DAY = 24 * 60 * 60 * 1000;

t.test('what fails keeps nothing else waiting', async (t) => {
  let offset = 0;
  const { url, app } = await startService(t, {
    env: { PRUNE_DRAFTS_AFTER_DAYS: '1' },
    dependencies: { now: () => Date.now() + offset },
  });
  const { database, connections, drafts, cleanup } = app;
  const { body: grant } = await authorize(url);
  const token = String(grant['access_token']);
  await call(`${url}/depositions`, { json: { container_id: 'second' }, token });

  await t.test('a pending action', async (t) => {
    const rows = await database.draft.findMany({ orderBy: { createdAt: 'asc' } });
    t.equal(rows.length, 2);
    for (const [index, { id }] of rows.entries())
      await database.$executeRaw`
        INSERT INTO pending_actions (draft_id, kind, subjects, next_at)
        VALUES (${id}::uuid, 'restrict_access', '{Answers}', now() - ${10 - index} * interval '1 second')`;
    const { backgroundCaller } = connections;
    let calls = 0;
    connections.backgroundCaller = async (id) => {
      calls += 1;
      if (calls === 1) throw new TypeError('a fault of this service');
      return backgroundCaller(id);
    };
    const before = new Date();
    await drafts.sweepPending();
    connections.backgroundCaller = backgroundCaller;
    t.ok(calls >= 2);
    const due = await database.pendingAction.count({ where: { nextAt: { lt: before } } });
    t.equal(due, 0, 'each is done, or waits for its next turn');
    await database.pendingAction.deleteMany();
  });

  await t.test('an abandoned draft', async (t) => {
    offset = 2 * DAY;
    const { deleteAbandoned } = drafts;
    let calls = 0;
    drafts.deleteAbandoned = async (...args) => {
      calls += 1;
      if (calls === 1) throw new Error('Zenodo does not let go of it');
      return deleteAbandoned(...args);
    };
    t.ok(await cleanup.run());
    drafts.deleteAbandoned = deleteAbandoned;
    t.equal(calls, 2);
    t.equal(await database.draft.count({ where: { deletedAt: null } }), 1);
  });

  await t.test('a sweep', async (t) => {
    let ran = 0;
    cleanup.add('broken', () => Promise.reject(new Error('broken')));
    cleanup.add('after', async () => {
      ran += 1;
      return {};
    });
    t.ok(await cleanup.run());
    t.equal(ran, 1);
  });
});
