import t from 'tap';
import { authorize, CALLBACK, call, verify } from './consent.js';
import { startService } from './service.js';
import { announce } from './tus-caller.js';
import { eventually, md5, newDraft, noise, put, stored, TOKEN, until } from './uploads.js';

const MINUTE = 60_000;
const PUT = { method: 'PUT', path: '/api/files/:bucket/:key' };

t.test('no call waits for a transfer to learn about its personal token', async (t) => {
  let offset = 0;
  const { url, mock, app } = await startService(t, {
    dependencies: { now: () => Date.now() + offset, transferTimings: { firstWait: 6000 } },
  });
  const id = await newDraft(mock);
  const failing = mock.faults.add({ ...PUT, status: 503, times: 1 });
  const { body, ...accepted } = await put(url, id, 'long.bin', noise(1000), { prefer: 'respond-async' });
  t.equal(accepted.status, 202, JSON.stringify(body));
  const hasFailed = async () =>
    (await app.database.uploadFile.count({ where: { uploadId: body.upload_id, nextAt: { not: null } } })) ===
    1;
  t.ok(await eventually(hasFailed));
  mock.faults.remove(failing.id);
  offset = 11 * MINUTE;
  mock.faults.add({ ...PUT, delay: 10, times: 1 });
  mock.requests.clear();
  await mock.requests.waitFor({ ...PUT, running: true }, 1, 60);
  const asked = mock.requests.list({ method: 'GET' }).length;
  t.equal((await verify(url, id, TOKEN)).status, 200);
  t.ok(mock.requests.list({ method: 'GET' }).length > asked);
  t.ok(
    mock.requests.list({ ...PUT, running: true }).every(({ running }) => running),
    'the transfer goes on',
  );
  t.match((await until(body.status_url, ['done', 'failed'])).body.state, 'done');

  // A clock that is set meanwhile says nothing about how long Zenodo took.
  const reading = { method: 'GET', path: '/api/deposit/depositions/:id' };
  mock.faults.add({ ...reading, delay: 2, times: 1 });
  mock.requests.clear();
  const removed = call(`${url}/depositions/${id}/files/long.bin`, { method: 'DELETE', token: TOKEN });
  await mock.requests.waitFor({ ...reading, running: true }, 1, 60);
  offset += 60 * MINUTE;
  t.equal((await removed).status, 204);
});

t.test('a token that Zenodo refuses after a long transfer is renewed', async (t) => {
  let offset = 0;
  const { url, mock, app } = await startService(t, {
    dependencies: { now: () => Date.now() + offset },
  });
  const { body: grant } = await authorize(url);
  const [token, id] = [String(grant['access_token']), Number(grant['deposition_id'])];
  const slow = mock.faults.add({ ...PUT, status: 401, delay: 5, times: 1 });
  const bytes = noise(1000);
  const pending = put(url, id, 'long.bin', bytes, { authorization: `Bearer ${token}` });
  await mock.requests.waitFor({ ...PUT, running: true }, 1, 60);
  mock.tokens.expire({ user: 'mock-user' });
  offset = 10 * MINUTE;
  const answer = await pending;
  mock.faults.remove(slow.id);
  t.match(answer, { status: 200, body: { files: [{ attempts: 0, status: 'uploaded' }] } });
  t.same(stored(mock, id), { 'long.bin': md5(bytes) });
  t.equal((await app.database.connection.findFirst())?.version, 2, 'renewed once');
});

t.test('a token that no longer serves', async (t) => {
  let offset = 0;
  const { url, app } = await startService(t, { dependencies: { now: () => Date.now() + offset } });
  const { body: grant } = await authorize(url);
  const [token, id] = [String(grant['access_token']), Number(grant['deposition_id'])];
  const bearer = { authorization: `Bearer ${token}` };
  const { headers } = await announce(url, id, 5, { filename: 'coming.txt' }, bearer);
  const events = await fetch(`${url}/uploads/${headers['upload-id']}/events`, { headers: bearer });
  t.equal(events.status, 200);
  const told = events.text();
  const states = () => app.database.oAuthState.count();
  const before = await states();
  t.equal((await call(`${url}/oauth/disconnect`, { token })).status, 200);
  t.match(await told, /"stage":"receiving"/, 'ends the streams that it opened');

  const urls = new Set<unknown>();
  for (let count = 0; count < 5; count += 1) {
    const answer = await verify(url, id, token);
    t.match(answer, { status: 401, body: { code: 'reauthorization_required' } });
    urls.add(answer.body['zenodo_oauth_url']);
  }
  t.same([urls.size, (await states()) - before], [1, 1], 'leads to one authorization, however often');
  offset = MINUTE;
  urls.add((await verify(url, id, token)).body['zenodo_oauth_url']);
  t.equal(urls.size, 2, 'and later to another one');
  t.match([...urls][1], new RegExp(encodeURIComponent(CALLBACK)));
  for (let count = 0; count < 20; count += 1) {
    await app.database.oAuthState.updateMany({ data: { usedAt: new Date() } });
    await verify(url, id, token);
  }
  t.equal((await states()) - before, 6, 'nor to one at each call, if each is used up at once');
});
