import t from 'tap';
import { forgetUser } from '../src/connections/forget-user.js';
import { authorize, call } from './consent.js';
import { startService } from './service.js';
import { eventually, formOf, leftIn, noise, upload } from './uploads.js';

const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;

t.test('what fails keeps nothing else waiting', async (t) => {
  let offset = 0;
  const { url, app, mock, stagingDir } = await startService(t, {
    env: { PRUNE_DRAFTS_AFTER_DAYS: '1' },
    dependencies: { now: () => Date.now() + offset, transferTimings: { sweep: 5000 } },
  });
  const { database, connections, depositions, cleanup } = app;
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
    await depositions.sweepPending();
    connections.backgroundCaller = backgroundCaller;
    t.ok(calls >= 2);
    const due = await database.pendingAction.count({ where: { nextAt: { lt: before } } });
    t.equal(due, 0, 'each is done, or waits for its next turn');
    await database.pendingAction.deleteMany();
  });

  await t.test('an abandoned draft', async (t) => {
    offset = 2 * DAY;
    const lastUsedAt = new Date(Date.now() - 120 * MINUTE);
    await database.connection.updateMany({ data: { lastUsedAt } });
    // The first call may join a round that began before.
    const clean = async () => (await cleanup.run()) && cleanup.run();
    const { deleteAbandoned } = depositions;
    let calls = 0;
    depositions.deleteAbandoned = async (...args) => {
      calls += 1;
      if (calls === 1) throw new Error('Zenodo does not let go of it');
      return deleteAbandoned(...args);
    };
    t.ok(await clean());
    depositions.deleteAbandoned = deleteAbandoned;
    t.equal(calls, 2);
    t.equal(await database.draft.count({ where: { deletedAt: null } }), 1);

    t.comment('one that is kept is not looked at again before the next day');
    mock.requests.clear();
    t.ok(await clean());
    const reads = { method: 'GET', path: '/api/deposit/depositions/:id' };
    t.equal(mock.requests.list(reads).length, 0);
    const connection = await database.connection.findFirstOrThrow();
    t.same(connection.lastUsedAt, lastUsedAt, 'which is no use of a connection');
    offset = 3 * DAY + MINUTE;
    t.ok(await clean());
    t.equal(await database.draft.count({ where: { deletedAt: null } }), 0);
  });

  await t.test('bytes of a forgotten user', async (t) => {
    offset = 0;
    const { body } = await authorize(url, { container: 'forgotten', user: 'mock-user-2' });
    mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/:key', status: 503 });
    const fields = { access_token: String(body['access_token']) };
    const sent = await upload(url, Number(body['deposition_id']), formOf({ 'a.bin': noise(5000) }, fields), {
      prefer: 'respond-async',
    });
    t.equal(sent.status, 202);
    const id = sent.body.upload_id;
    t.same(await leftIn(stagingDir), [id]);
    const { connectionId } = await database.upload.findUniqueOrThrow({ where: { id } });
    const { zenodoUserId } = await database.connection.findUniqueOrThrow({
      where: { id: String(connectionId) },
    });
    t.equal(await forgetUser(database, zenodoUserId), 1);
    t.equal(await database.upload.count(), 0);
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0), 'are removed');
    mock.faults.clear();
  });

  await t.test('restricting a draft that Zenodo does not save, less and less often', async (t) => {
    const kind = 'restrict_access';
    mock.faults.add({ method: 'GET', path: '/api/deposit/depositions/:id', status: 502 });
    /** How long it waits after a failure if it has been pending so long. */
    const pause = async (containerId: string, pending: number) => {
      const made = await call(`${url}/depositions`, { json: { container_id: containerId }, token });
      t.equal(made.status, 201);
      const { id: draftId } = await database.draft.findFirstOrThrow({ where: { containerId } });
      const askedAt = new Date(Date.now() - pending);
      await database.pendingAction.create({ data: { draftId, kind, askedAt, nextAt: askedAt } });
      const began = Date.now();
      let next = 0;
      const isSetBack = async () => {
        await depositions.sweepPending();
        next = (await database.pendingAction.findFirstOrThrow()).nextAt.getTime();
        return next > askedAt.getTime();
      };
      t.ok(await eventually(isSetBack));
      await database.pendingAction.deleteMany();
      return next - began;
    };
    t.ok((await pause('third', 20 * MINUTE)) >= 20 * MINUTE, 'as long as it has been pending');
    t.ok((await pause('fourth', MINUTE)) < 20 * MINUTE, 'soon at first');
    const longest = await pause('fifth', 10 * DAY);
    t.ok(longest >= 60 * MINUTE && longest < 2 * 60 * MINUTE, 'after an hour, however long that is');
    mock.faults.clear();
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
