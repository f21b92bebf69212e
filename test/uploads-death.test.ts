import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { formOf, leftIn, md5, newDraft, noise, stored, until, upload } from './uploads.js';

const PUT = { method: 'PUT', path: '/api/files/:bucket/:key' };

t.test('an upload outlives the process that took it', async (t) => {
  const { url, mock, stagingDir, env } = await startService(t);
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
    t.same(await leftIn(stagingDir), []);
  });
});
