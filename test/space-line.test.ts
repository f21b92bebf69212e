import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { call } from './consent.js';
import { connectTo } from './database.js';
import { startService } from './service.js';
import { newDraft, put } from './uploads.js';

t.test('a database or a volume that is sick holds up nobody for ever', async (t) => {
  const { url, mock, app, databaseUrl, stagingDir } = await startService(t, {
    dependencies: { timings: { databaseStatement: 2000 }, transferTimings: { longestLine: 4000 } },
  });
  const client = await connectTo(t, databaseUrl);
  const id = await newDraft(mock);

  await t.test('who waits for space is told after some time', async (t) => {
    const volume = await readFile(join(stagingDir, 'volume-id'), 'utf8');
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [volume]);
    const began = performance.now();
    const names = Array.from({ length: 12 }, (_, at) => `${at}.txt`);
    const answers = await Promise.all(names.map((name) => put(url, id, name, Buffer.from(name))));
    const took = performance.now() - began;
    await client.query('SELECT pg_advisory_unlock(hashtext($1))', [volume]);
    for (const answer of answers) t.match(answer, { status: 503, body: { code: 'service_unavailable' } });
    t.ok(took < 20_000, `not one after the other: ${Math.round(took)} ms`);
    t.equal((await put(url, id, 'a.txt', Buffer.from('a.txt'))).status, 200, 'and then it goes on');
  });

  await t.test('readiness does not wait for a volume that hangs', async (t) => {
    app.uploads.isStagingWell = () => new Promise(() => undefined);
    const answer = await call(`${url}/readyz`, { method: 'GET' });
    t.match(answer, { status: 503, body: { checks: { staging: 'not_writable' } } });
  });
});
