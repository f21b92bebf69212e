import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { eventually, formOf, leftIn, md5, newDraft, noise, put, stored, until, upload } from './uploads.js';

const PUT = { method: 'PUT', path: '/api/files/:bucket/:key' };

t.test('an upload outlives the process that took it', async (t) => {
  const { url, mock, stagingDir, env, app } = await startService(t);
  const first = await startReplica(t, { ...env, LOG_LEVEL: 'info' });

  await t.test('kill -9 in the middle of a transfer: another process finishes within 20 s', async (t) => {
    const id = await newDraft(mock);
    const big = noise(3_000_000);
    const folder = noise(200_000);
    mock.faults.add({ ...PUT, throttleRequest: 400_000, times: 1 });
    mock.faults.add({ ...PUT, throttleRequest: 400_000, after: 1, times: 1 });
    const accepted = await upload(
      first.url,
      id,
      formOf({ 'big.bin': big, 'f/a.bin': folder, 'f/b.bin': folder, 'small.txt': 'small' }),
      { prefer: 'respond-async' },
    );
    t.match(accepted, { status: 202, body: { state: 'running' } });
    await sleep(700);
    await first.kill('SIGKILL');
    const killed = Date.now();
    const statusUrl = accepted.body.status_url.replace(first.url, url);
    const done = await until(statusUrl, ['done', 'failed'], 30);
    const took = Date.now() - killed;
    t.equal(done.body.state, 'done', JSON.stringify(done.body));
    t.comment(`takeover and end took ${took} ms`);
    t.ok(took < 20_000 + 8000, 'in time');
    const files = stored(mock, id);
    t.equal(files['big.bin'], md5(big));
    t.equal(files['small.txt'], md5('small'));
    t.ok(files['f.zip']);
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 0), 'nothing is left');
  });

  await t.test(
    'SIGTERM: whoever waits is answered 202, the process ends, another one finishes',
    async (t) => {
      const second = await startReplica(t, { ...env, LOG_LEVEL: 'info' });
      const id = await newDraft(mock);
      const big = noise(12_000_000);
      mock.faults.clear();
      mock.faults.add({ ...PUT, throttleRequest: 400_000, times: 1 });
      const waiting = upload(second.url, id, { 'big.bin': big });
      const running = () => mock.requests.list({ ...PUT, running: true }).some((entry) => entry.running);
      t.ok(await eventually(running), 'the transfer is on its way');
      const asked = Date.now();
      const gone = second.kill('SIGTERM');
      const answer = await waiting;
      t.match(answer, { status: 202, body: { state: 'running' } });
      t.ok(Date.now() - asked < 3000, 'answered at once');
      await gone;
      t.equal(second.process.exitCode, 0, second.output());
      const ended = Date.now() - asked;
      t.ok(ended < 15_000, `ended after ${ended} ms`);
      const done = await until(answer.body.status_url.replace(second.url, url), ['done', 'failed'], 30);
      t.equal(done.body.state, 'done');
      t.same(stored(mock, id), { 'big.bin': md5(big) });
      t.ok(Date.now() - asked - ended < 10_000, 'taken up without waiting for a lease to run out');
    },
  );

  await t.test('kill -9 while bytes are arriving: cleaned up', async (t) => {
    const second = await startReplica(t, { ...env, LOG_LEVEL: 'info' });
    const id = await newDraft(mock);
    async function* endless() {
      yield noise(1_000_000);
      await new Promise(() => undefined);
    }
    const lost = put(second.url, id, 'lost.bin', endless(), { 'content-length': '2000000' }).catch(
      () => null,
    );
    t.ok(await eventually(async () => (await leftIn(stagingDir)).length === 1), 'it has begun');
    await second.kill('SIGKILL');
    t.equal(await lost, null);
    const row = () => app.database.upload.findFirst({ where: { depositionId: id } });
    t.ok(await eventually(async () => (await row())?.state === 'failed', 30), 'its row says so');
    t.match(await row(), { error: { code: 'incomplete_body' }, leaseBy: null });
    t.same(stored(mock, id), {});
  });
});
