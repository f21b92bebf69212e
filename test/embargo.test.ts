import t from 'tap';
import { call } from './consent.js';
import { startService } from './service.js';
import { eventually, put, TOKEN } from './uploads.js';

const UNTIL = '2090-01-01';
const AFTER = Date.UTC(2090, 0, 2);
const DATED = `title: Fog\nembargo_date: ${UNTIL}\nartifacts:\n- access_level: Embargoed\n`;
const RDM = 'application/vnd.inveniordm.v1+json';

t.test('an embargo that ends before its draft is published', async (t) => {
  let ahead = 0;
  const { url, mock, app } = await startService(t, { dependencies: { now: () => Date.now() + ahead } });
  /** Puts the clocks of service and mock to the day after the embargo, or back. */
  const turn = (time: number) => {
    ahead = time - Date.now();
    mock.clock.set(time);
  };
  const post = (id: number, path: string, json: object = {}) =>
    call(`${url}/depositions/${id}/${path}`, { json, token: TOKEN });
  const make = async (container: string, metadata: object = { license: 'MIT' }): Promise<number> => {
    const made = await call(`${url}/depositions`, { json: { container_id: container }, token: TOKEN });
    const id = Number(made.body['deposition_id']);
    const authors = [{ first_name: 'Ada', last_name: 'Lovelace' }];
    t.match(await post(id, 'metadata', { title: 'Fog', authors, ...metadata }), { status: 200 });
    return id;
  };
  const access = async (id: number) => {
    const headers = { authorization: `Bearer ${TOKEN}`, accept: RDM };
    const answer = await fetch(`${mock.url}/api/records/${id}/draft`, { headers });
    return ((await answer.json()) as { access: Record<string, unknown> }).access;
  };
  const pending = (id: number) =>
    app.database.pendingAction.count({ where: { draft: { depositionId: id }, kind: 'restrict_access' } });
  const upload = (id: number, manifest: string) => put(url, id, 'manifest.rdmc', Buffer.from(manifest));
  const closed = { files: 'restricted', embargo: { active: true, until: UNTIL } };

  await t.test('check foresees it, publish refuses it, a metadata call opens and says so', async (t) => {
    const id = await make('over');
    t.match(await upload(id, DATED), { status: 200 });
    t.match(await access(id), closed);
    t.match(await post(id, 'check'), { body: { publishable: true } });
    turn(AFTER);
    const over = { field: /embargo/, message: /future/ };
    t.match(await post(id, 'check'), { status: 200, body: { publishable: false, problems: [over] } });
    t.match(await post(id, 'publish'), {
      status: 409,
      body: { code: 'not_publishable', outcome: 'not_published' },
    });
    t.match(await access(id), closed, 'neither changes the draft');
    const saved = await post(id, 'metadata', { title: 'Fog of old' });
    t.match(saved, { status: 200, body: { metadata: { access_right: 'open' } } });
    t.match(JSON.stringify(saved.body['warnings']), `the embargo ended on ${UNTIL}`);
    t.match(await post(id, 'check'), { body: { publishable: true } });
    t.match(await post(id, 'publish'), { status: 200 });
    turn(Date.now());
  });

  await t.test('what was still to be restricted need not be any more', async (t) => {
    const id = await make('pending');
    const fault = mock.faults.add({ method: 'PUT', path: `/api/records/${id}/draft`, status: 400 });
    t.match(await upload(id, DATED), { status: 200 });
    t.equal(await pending(id), 1);
    t.match(await post(id, 'check'), { body: { publishable: false } });
    mock.faults.remove(fault.id);
    turn(AFTER);
    t.match(await post(id, 'check'), { body: { publishable: true } });
    await upload(id, 'title: Fog\n');
    t.ok(await eventually(async () => (await pending(id)) === 0));
    t.match(await access(id), { files: 'public' });
    t.match(await post(id, 'publish'), { status: 200 });
    turn(Date.now());
  });

  await t.test('an artifact whose name is long keeps its day', async (t) => {
    const id = await make('long');
    const name = 'Fog '.repeat(100);
    t.match(await upload(id, `artifacts: [{name: ${name}, embargo_date: ${UNTIL}}]`), { status: 200 });
    t.match(await access(id), closed);
  });
});
