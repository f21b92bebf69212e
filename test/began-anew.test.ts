import t from 'tap';
import { authorize, call, verify } from './consent.js';
import { startService } from './service.js';
import { eventually, formOf, newDraft, put, stored, TOKEN, until, upload } from './uploads.js';

const ACCOUNT = { path: '/api/users/:id' };
const PUT = { method: 'PUT', path: '/api/files/:bucket/*' };

t.test('a Zenodo that began anew gives the ids of users again', async (t) => {
  const { url, mock, app } = await startService(t);
  const check = ({ body }: { body: Record<string, unknown> }) =>
    verify(url, body['deposition_id'], body['access_token']);
  const connect = (container: string) => authorize(url, { container });
  /** All that a sandbox loses when it is wiped; what comes then is dated later. */
  let wiped = 0;
  const wipe = async () => {
    const { hostname, port } = new URL(mock.url);
    const answer = await fetch(`http://${hostname}:${port}/_mock/reset`, { method: 'POST' });
    t.ok(answer.ok, 'Zenodo is wiped');
    wiped += 1;
    mock.clock.advance(wiped * 10);
  };
  const drafts = async () =>
    (await app.database.draft.findMany({ orderBy: { createdAt: 'asc' } })).map(
      ({ containerId }) => containerId,
    );
  /** Files of an upload that rests, because Zenodo takes none for now. */
  const rest = async (id: unknown, token: unknown) => {
    mock.faults.add({ ...PUT, status: 503 });
    const accepted = await upload(url, Number(id), formOf({ 'a.txt': 'a' }, {}), {
      prefer: 'respond-async',
      authorization: `Bearer ${token}`,
    });
    t.equal(accepted.status, 202);
    const where = { id: accepted.body.upload_id };
    const row = () => app.database.upload.findUniqueOrThrow({ where });
    t.ok(await eventually(async () => (await row()).state === 'queued'), 'it rests');
    mock.faults.clear();
    return { row, statusUrl: accepted.body.status_url, where };
  };

  await t.test('nothing of the person before acts in the name of the next one', async (t) => {
    const before = await connect('mine');
    const link = await call(`${url}/depositions/${before.body['deposition_id']}/upload-links`, {
      token: before.body['access_token'],
      json: { return_url: 'http://127.0.0.1:8000/back/' },
    });
    t.equal(link.status, 201, JSON.stringify(link.body));
    const resting = await rest(before.body['deposition_id'], before.body['access_token']);
    await wipe();
    const after = await connect('theirs');
    t.equal(after.body['zenodo_user_id'], before.body['zenodo_user_id'], 'the id of the user is the same');
    t.equal(after.body['deposition_id'], before.body['deposition_id'], 'and that of the draft');
    mock.requests.clear();
    t.match(await check(before), { status: 401, body: { code: 'reauthorization_required' } });
    const taken = await put(url, Number(after.body['deposition_id']), 'b.txt', Buffer.from('b'), {
      authorization: `Bearer ${before.body['access_token']}`,
    });
    t.equal(taken.status, 401, 'nor does it bring files');
    t.same(mock.requests.list(), [], 'Zenodo is not even asked');
    t.match(await resting.row(), {
      state: 'failed',
      error: { code: 'deposition_not_found', detail: /was reset/ },
    });
    t.same(stored(mock, Number(after.body['deposition_id'])), {}, 'no bytes are on the draft of the other');
    t.match(await app.database.uploadLink.findFirst(), { endedAt: Date, reason: 'disconnected' });
    t.same(await drafts(), ['theirs']);
    t.match(await check(after), { status: 200, body: { valid: true } });
  });

  await t.test('the same person keeps all that they have', async (t) => {
    const one = await connect('one');
    const two = await connect('two');
    for (const granted of [one, two]) t.equal((await check(granted)).status, 200);
    mock.faults.add({ ...ACCOUNT, status: 500 });
    const three = await connect('three');
    for (const granted of [one, two, three])
      t.equal((await check(granted)).status, 200, 'Zenodo says nothing');
    mock.faults.clear();
    const remove = (id: unknown, token: unknown) =>
      call(`${url}/depositions/${id}`, { method: 'DELETE', token });
    mock.faults.add({ ...ACCOUNT, status: 404 });
    for (const { body } of [three, two])
      t.equal((await remove(body['deposition_id'], body['access_token'])).status, 204);
    await app.database.draft.updateMany({ data: { deletedAt: null } });
    await connect('four');
    t.equal((await check(one)).status, 200, 'drafts that are gone prove nothing');
    mock.faults.clear();
    await app.database.connection.updateMany({ data: { accountCreatedAt: new Date(0) } });
    await connect('five');
    t.equal((await check(one)).status, 200, 'a draft that is still there proves that Zenodo is the same');
  });

  await t.test('another draft under an old id tells as much as the account', async (t) => {
    const before = await connect('six');
    await wipe();
    for (let count = 0; count < 20; count += 1) await newDraft(mock);
    mock.faults.add({ ...ACCOUNT, status: 503 });
    const after = await connect('seven');
    t.match(await check(before), { status: 401, body: { code: 'reauthorization_required' } });
    t.match(await check(after), { status: 200, body: { valid: true } });
    t.same(await drafts(), ['seven']);
    mock.faults.clear();
  });

  await t.test('an upload does not go on into another draft of the same id', async (t) => {
    const id = await newDraft(mock);
    const resting = await rest(id, TOKEN);
    await wipe();
    for (let made = 0; made !== id; ) made = await newDraft(mock);
    await app.database.upload.update({ where: resting.where, data: { nextAt: new Date(0) } });
    const { body } = await until(resting.statusUrl, ['failed', 'done']);
    t.match(body, { state: 'failed', error: { code: 'deposition_not_found', detail: /was reset/ } });
    t.same(stored(mock, id), {});
  });
});
