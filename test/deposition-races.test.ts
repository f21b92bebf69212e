import t from 'tap';
import { createActions } from '../src/operator/actions.js';
import { authorize, call } from './consent.js';
import { connectTo } from './database.js';
import { startService } from './service.js';
import { announce } from './tus-caller.js';
import { eventually, formOf, put, upload } from './uploads.js';

/** The sweep keeps away from what was asked so long ago, in milliseconds. */
const BUSY = 600_000;

t.test('calls about a deposition that meet one another', async (t) => {
  // The service's clock can be put forward and back.
  let ahead = 0;
  const { url, mock, app, databaseUrl } = await startService(t, {
    dependencies: { now: () => Date.now() + ahead },
    mock: { rateLimit: '100000/min' },
  });
  const viewPath = (id: number) => `/api/deposit/depositions/${id}`;
  /** A draft of a connection that could be published, and its access token. */
  const make = async (container: string) => {
    const { body } = await authorize(url, { container });
    const [id, token] = [Number(body['deposition_id']), String(body['access_token'])];
    const post = (path: string, json: unknown) => call(`${url}/depositions/${id}/${path}`, { json, token });
    const json = { title: container, contributors: [{ first_name: 'Ada', last_name: 'Lovelace' }] };
    t.equal((await post('metadata', { ...json, license: 'MIT' })).status, 200);
    const headers = { authorization: `Bearer ${token}` };
    t.equal((await put(url, id, 'data.csv', Buffer.from('a,b\n'), headers)).status, 200);
    return { id, token, headers, post };
  };

  await t.test('a publication that fails for sure does not strike out one that may succeed', async (t) => {
    const { id, post } = await make('twice');
    const action = { method: 'POST', path: `${viewPath(id)}/actions/publish` };
    mock.faults.add({ ...action, status: 504, times: 1 });
    t.match(await post('publish', {}), { status: 504, body: { code: 'outcome_unknown' } });
    const [before] = await app.database.pendingAction.findMany({ where: { draft: { depositionId: id } } });
    // Without a time to retry after, the next calls would wait for a whole minute.
    const headers = { 'retry-after': '1' };
    mock.faults.add({ ...action, status: 429, headers, times: 1 });
    t.match(await post('publish', {}), { status: 429 });
    const [after] = await app.database.pendingAction.findMany({ where: { draft: { depositionId: id } } });
    t.same(after, before, 'the first call is still looked after');

    t.comment('the first one comes through at Zenodo');
    const bearer = { authorization: `Bearer ${mock.tokens.create({ user: 'mock-user' }).accessToken}` };
    t.ok((await fetch(`${mock.url}${action.path}`, { method: 'POST', headers: bearer })).ok);
    const told = { type: 'deposition.published', depositionId: id };
    const isTold = async () => {
      ahead += BUSY + 1000;
      await app.depositions.sweepPending();
      return (await app.database.event.count({ where: told })) === 1;
    };
    t.ok(await eventually(isTold), 'and is told of');
    ahead = 0;
  });

  await t.test('a publication is told of although an edit was opened since', async (t) => {
    const { id, post } = await make('edited since');
    const action = { method: 'POST', path: `${viewPath(id)}/actions/publish` };
    mock.faults.add({ ...action, status: 504, times: 1 });
    t.match(await post('publish', {}), { status: 504, body: { code: 'outcome_unknown' } });
    const bearer = { authorization: `Bearer ${mock.tokens.create({ user: 'mock-user' }).accessToken}` };
    for (const path of ['publish', 'edit'])
      t.ok(
        (await fetch(`${mock.url}${viewPath(id)}/actions/${path}`, { method: 'POST', headers: bearer })).ok,
      );
    const told = { type: 'deposition.published', depositionId: id };
    const draft = { depositionId: id };
    const isSettled = async () => {
      ahead += BUSY + 1000;
      await app.depositions.sweepPending();
      return (await app.database.pendingAction.count({ where: { kind: 'publish', draft } })) === 0;
    };
    t.ok(await eventually(isSettled));
    t.equal(await app.database.event.count({ where: told }), 1);
    ahead = 0;
  });

  await t.test('access that the user has just opened is not closed by what was pending', async (t) => {
    const { id, post } = await make('opened');
    const draft = await app.database.draft.findFirstOrThrow({ where: { depositionId: id } });
    const pending = { draftId: draft.id, kind: 'restrict_access' as const };
    await app.database.pendingAction.create({ data: { ...pending, nextAt: new Date(ahead) } });
    const read = { method: 'GET', path: viewPath(id) };
    mock.faults.add({ ...read, delay: 2, times: 1 });
    mock.requests.clear();
    const saying = post('metadata', { access_right: 'open' });
    t.ok(await eventually(() => mock.requests.list({ ...read, running: true }).length > 0), 'it is saved');
    await app.depositions.sweepPending();
    t.match(await saying, { status: 200, body: { metadata: { access_right: 'open' } } });
    const now = await call(`${mock.url}${read.path}`, { method: 'GET', token: 'mock-token' });
    t.match(now.body, { metadata: { access_right: 'open' } });
    t.equal(await app.database.pendingAction.count({ where: pending }), 0);
  });

  await t.test('a version that is open is found although Zenodo does not list it yet', async (t) => {
    const { headers, token, post } = await make('lagging');
    t.equal((await post('publish', {})).status, 200);
    const lag = mock.faults.add({ method: 'GET', path: '/api/deposit/depositions', lag: 60 });
    const first = await post('versions', { files: 'clear' });
    t.match(first, { body: { files: [] } });
    const draftId = Number(first.body['deposition_id']);
    mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/slow.bin', delay: 3, times: 1 });
    const sending = await put(url, draftId, 'slow.bin', Buffer.from('slow'), {
      ...headers,
      prefer: 'respond-async',
    });
    t.equal(sending.status, 202);
    t.match(await post('versions', {}), { status: 200, body: { deposition_id: draftId } });
    t.match(await post('versions', { files: 'clear' }), {
      status: 409,
      body: { code: 'upload_unfinished' },
    });
    const sent = { id: sending.body.upload_id };
    const stateOf = async () => (await app.database.upload.findUniqueOrThrow({ where: sent })).state;
    t.ok(await eventually(async () => ['done', 'cancelled'].includes(await stateOf())));
    t.equal(await stateOf(), 'done', 'the upload to it goes on');
    t.match(await post('versions', { files: 'clear' }), {
      status: 409,
      body: { code: 'version_has_uploads', detail: new RegExp(`${draftId}.*slow.bin`) },
    });
    const { body } = await call(`${url}/depositions/${draftId}`, { method: 'GET', token });
    const files = body['files'] as { filename: string }[];
    t.ok(files.some(({ filename }) => filename === 'slow.bin'));
    mock.faults.remove(lag.id);
  });

  await t.test('a repeated call for a version takes back nothing', async (t) => {
    const { post } = await make('repeated');
    t.equal((await post('publish', {})).status, 200);
    const made = await post('versions', {});
    t.equal(made.status, 201);
    const row = { depositionId: Number(made.body['deposition_id']) };
    await app.database.draft.updateMany({ where: row, data: { accessDecided: true } });
    t.equal((await post('versions', {})).status, 200);
    t.match(await app.database.draft.findFirstOrThrow({ where: row }), {
      accessDecided: true,
      madeHere: true,
      current: true,
    });
  });

  await t.test('a version that was opened elsewhere is not taken for a new one', async (t) => {
    const { id, post } = await make('opened elsewhere');
    t.equal((await post('publish', {})).status, 200);
    const bearer = { authorization: `Bearer ${mock.tokens.create({ user: 'mock-user' }).accessToken}` };
    const opened = await fetch(`${mock.url}${viewPath(id)}/actions/newversion`, {
      method: 'POST',
      headers: bearer,
    });
    t.ok(opened.ok);
    const lag = mock.faults.add({ method: 'GET', path: '/api/deposit/depositions', lag: 60 });
    const found = await post('versions', {});
    mock.faults.remove(lag.id);
    t.match(found, { status: 200, body: { files: [{ filename: 'data.csv' }] } });
    const row = { depositionId: Number(found.body['deposition_id']) };
    t.match(await app.database.draft.findFirstOrThrow({ where: row }), { madeHere: false });
  });

  await t.test('a process whose clock is slow keeps uploads away while it deletes', async (t) => {
    const { id, token } = await make('slow clock');
    mock.faults.add({ method: 'DELETE', path: viewPath(id), delay: 8, times: 1 });
    ahead = -120_000;
    const deleting = call(`${url}/depositions/${id}`, { method: 'DELETE', token });
    const isAsked = () =>
      mock.requests.list({ method: 'DELETE', path: viewPath(id), running: true }).length > 0;
    t.ok(await eventually(isAsked));
    const meanwhile = await upload(url, id, formOf({ 'new.txt': 'new' }, { access_token: token }));
    t.match(meanwhile, { status: 409, body: { code: 'operation_in_progress' } });
    t.equal((await deleting).status, 204);
    ahead = 0;
  });

  await t.test('no upload begins while Zenodo publishes', async (t) => {
    const { id, token, headers, post } = await make('publishing');
    const failed = await app.database.upload.create({
      data: {
        owner: 'connection:another',
        depositionId: id,
        state: 'failed',
        volume: 'another',
        requestId: 'r',
        keptUntil: new Date(Date.now() + 3_600_000),
        deadlineAt: new Date(Date.now() + 3_600_000),
      },
    });
    const action = { method: 'POST', path: `${viewPath(id)}/actions/publish` };
    mock.faults.add({ ...action, delay: 8, times: 1 });
    ahead = -1_200_000;
    const publishing = post('publish', {});
    t.ok(await eventually(() => mock.requests.list({ ...action, running: true }).length > 0));
    const refused = {
      status: 409,
      body: { code: 'operation_in_progress', detail: /is being published/ },
      headers: { 'retry-after': '10' },
    };
    t.match(await upload(url, id, formOf({ 'new.txt': 'new' }, { access_token: token })), refused);
    t.match(await put(url, id, 'new.txt', Buffer.from('new'), headers), refused);
    const actions = createActions(app.database, { info: () => undefined });
    t.match(await actions.retry(failed.id, { by: 'command', requestId: 'test' }), {
      done: false,
      said: /is being published/,
    });
    t.match(await publishing, { status: 200, body: { repeated: false } });
    ahead = 0;
  });

  await t.test('an upload that begins just before Zenodo is asked stops the publication', async (t) => {
    const { id, headers, post } = await make('just before');
    const { openUpload } = app.uploads;
    let asked = 0;
    // The first answer is overtaken by an upload that begins.
    app.uploads.openUpload = async (...args) => {
      const open = await openUpload(...args);
      asked += 1;
      if (asked === 1) {
        const begun = await announce(url, id, 5, { filename: 'late.bin' }, headers);
        t.equal(begun.status, 201);
      }
      return open;
    };
    t.match(await post('publish', {}), { status: 409, body: { code: 'upload_unfinished' } });
    app.uploads.openUpload = openUpload;
    const pending = { kind: 'publish' as const, draft: { depositionId: id } };
    t.equal(await app.database.pendingAction.count({ where: pending }), 0, 'nothing is left of it');
    t.equal(mock.requests.list({ method: 'POST', path: `${viewPath(id)}/actions/publish` }).length, 0);
  });

  await t.test('a lock that cannot be given back takes nothing from the answer', async (t) => {
    const { id, token, post } = await make('locked');
    const client = await connectTo(t, databaseUrl);
    await client.query(`CREATE FUNCTION away() RETURNS trigger AS
      $$ BEGIN RAISE EXCEPTION 'away' USING ERRCODE = '08006'; END $$ LANGUAGE plpgsql`);
    for (const table of ['locks', 'drafts'])
      await client.query(
        `CREATE TRIGGER away BEFORE DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION away()`,
      );
    t.match(await post('metadata', { title: 'Saved' }), {
      status: 200,
      body: { metadata: { title: 'Saved' } },
    });

    mock.faults.add({ method: 'POST', path: '/api/deposit/depositions', status: 502, times: 1 });
    const made = await call(`${url}/depositions`, { json: { container_id: 'refused' }, token });
    t.match(made.body['code'], /^zenodo_/, 'what Zenodo said is not hidden');

    mock.tokens.expire({ user: 'mock-user' });
    const refusal = { status: 400, body: { error: 'invalid_scope' }, times: 1 };
    mock.faults.add({ method: 'POST', path: '/oauth/token', ...refusal });
    const read = await call(`${url}/depositions/${id}`, { method: 'GET', token });
    t.not(read.body['code'], 'service_unavailable', 'nor is it of a refresh');
    for (const table of ['locks', 'drafts']) await client.query(`DROP TRIGGER away ON ${table}`);
  });
});
