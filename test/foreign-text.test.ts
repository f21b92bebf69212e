import t from 'tap';
import { createWorkerPool } from '../src/worker-pool/pool.js';
import { call } from './consent.js';
import { startService } from './service.js';

t.test('a task that takes too long is ended, and the next one is read', async (t) => {
  const pool = createWorkerPool({ light: 0, memory: 64 });
  t.teardown(() => pool.close());
  const long = `a:\n${'- a\n'.repeat(1_000_000)}`;
  await t.rejects(pool.run('inspectManifest', long), { code: 'too_complex' });
  t.same(await pool.run('inspectManifest', 'title: x'), { restricted: [], unreadable: null });
  await t.rejects(
    pool.run('readDescription', { manifest: 'a: [' }, { remembered: null, today: '2026-11-29' }),
    {
      code: 'invalid_manifest',
    },
  );
});

t.test('strangers are judged first, and nonsense is no failure of ours', async (t) => {
  const { url, app } = await startService(t);
  const made = await call(`${url}/depositions`, { token: 'mock-token', method: 'POST', json: {} });
  const path = `${url}/depositions/${made.body['deposition_id']}/metadata`;
  let mapped = 0;
  const { run } = app.workers;
  app.workers.run = (...args) => {
    mapped += 1;
    return run(...args);
  };
  const stranger = await call(path, {
    token: 'made-up',
    method: 'POST',
    json: { title: `${' '.repeat(9000)}x` },
  });
  t.match([stranger.status, stranger.body['code']], [401, 'invalid_token']);
  t.equal(mapped, 0, 'nothing of the body was mapped');
  for (const sign of ['>', '> ', '- ', '1. ']) {
    const { status } = await call(path, {
      token: 'mock-token',
      method: 'POST',
      json: { title: 'Deep', description: sign.repeat(2000) },
    });
    t.ok(status < 500, `${sign} ${status}`);
  }
  const large = `title: Large\n${'# a comment\n'.repeat(200_000)}`;
  for (const [token, status] of [
    ['made-up-too', 401],
    ['mock-token', 200],
  ] as const) {
    const answer = await call(path, { json: { access_token: token, manifest: large } });
    t.equal(answer.status, status, `the token may be in a body of ${large.length} bytes: ${token}`);
  }
  t.equal((await call(path, { json: { manifest: large } })).body['code'], 'missing_token');
  for (const field of ['manifest', 'Artifacts Details']) {
    const body = `{"title":"Deep",${JSON.stringify(field)}:${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
    const answer = await fetch(path, {
      method: 'POST',
      headers: { authorization: 'Bearer mock-token', 'content-type': 'application/json' },
      body,
    });
    t.match([answer.status, await answer.json()], [400, { code: 'too_complex' }]);
  }
});
