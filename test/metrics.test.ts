import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import t, { type Test } from 'tap';
import { COLUMNS } from '../src/database/generated/columns.js';
import { createMetrics } from '../src/metrics.js';
import { createChangeReport, type StateChange } from '../src/uploads/rows/state-changes.js';
import { authorize, CALLBACK, call, verify } from './consent.js';
import { connectTo } from './database.js';
import { freePort } from './free-port.js';
import { startService } from './service.js';
import { announce, send, tus } from './tus-caller.js';
import { eventually, formOf, noise, put, stored, until, upload } from './uploads.js';

t.test('what happened can be read at a port of its own, without ids, names or tokens', async (t) => {
  const port = await freePort();
  const { url, mock, databaseUrl } = await startService(t, {
    env: { METRICS_PORT: String(port) },
    dependencies: { transferTimings: { firstWait: 10 } },
  });
  const read = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  /**
   * Answers are counted when they have left, a moment later than they arrive: waits until a metric
   * has these labels and this value.
   */
  const shows = async (t: Test, name: string, labels: string, value: number | RegExp = /^\d/) => {
    const look = async () => {
      const lines = (await read()).split('\n').filter((line) => /^[a-z_]+/.exec(line)?.[0] === name);
      const found = lines.find((line) => line.startsWith(labels === '' ? `${name} ` : `${name}{${labels}} `));
      return { lines, value: found?.split(' ').at(-1) ?? '' };
    };
    const holds = (found: string) =>
      typeof value === 'number' ? found === String(value) : value.test(found);
    let seen = await look();
    for (let left = 100; left > 0 && !holds(seen.value); left -= 1) {
      await sleep(50);
      seen = await look();
    }
    t.ok(holds(seen.value), `${name}{${labels}} ${value}`, { lines: seen.lines.slice(0, 30) });
  };

  const granted = await authorize(url, { container: 'measured', user: 'mock-user' });
  const id = Number(granted.body['deposition_id']);
  const handle = String(granted.body['access_token']);
  mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/again.bin', status: 500, times: 1 });
  const bytes = noise(100_000);
  const authorization = `Bearer ${handle}`;
  t.equal((await put(url, id, 'again.bin', bytes, { authorization })).status, 200);
  mock.tokens.expire({ user: 'mock-user' });
  t.equal((await verify(url, id, handle)).status, 200);
  mock.tokens.expire({ user: 'mock-user' });
  const refresh = { method: 'POST', path: '/oauth/token', form: { grant_type: 'refresh_token' } };
  mock.faults.add({ ...refresh, status: 503, times: 2 });
  t.equal((await verify(url, id, handle)).status, 502);
  mock.faults.clear();
  mock.faults.add({ method: 'GET', path: '/api/deposit/depositions/:id', drop: true, times: 1 });
  await verify(url, id, handle);
  const stranger = 'a-personal-token-that-nobody-gave';
  await fetch(`${url}/depositions/4711?access_token=${stranger}`);
  await fetch(`${url}/healthz`);
  await fetch(`${url}/nowhere/${handle}`);
  t.equal((await fetch(`${url}/metrics`)).status, 404, 'not where strangers are');

  const requests = 'zenodo_service_request_seconds_count';
  await t.test('requests, calls to Zenodo, bytes, retries, renewals, the event loop', async (t) => {
    await shows(t, requests, 'route="/healthz",method="GET",status="200"', 1);
    await shows(t, requests, 'route="/depositions/:id",method="GET",status="401"', 1);
    await shows(t, requests, 'route="unknown",method="GET",status="404"');
    const calls = 'zenodo_service_zenodo_calls_total';
    const file = 'method="PUT",path="/api/files/:id/:name"';
    await shows(t, calls, `${file},outcome="201"`, 1);
    await shows(t, calls, `${file},outcome="500"`, 1);
    const token = 'method="POST",path="/oauth/token"';
    await shows(t, calls, `${token},outcome="200"`, 3);
    await shows(t, calls, `${token},outcome="503"`, 2);
    await shows(t, calls, 'method="GET",path="/api/deposit/depositions/:id",outcome="failed"', 1);
    await shows(t, 'zenodo_service_zenodo_call_seconds_count', file, 2);
    await shows(t, 'zenodo_service_received_bytes_total', '', bytes.length);
    await shows(t, 'zenodo_service_sent_bytes_total', '', /^[12]\d{5}$/);
    await shows(t, 'zenodo_service_transfer_retries_total', 'code="zenodo_error"', 1);
    await shows(t, 'zenodo_service_refreshes_total', 'outcome="renewed"', 2);
    await shows(t, 'zenodo_service_refreshes_total', 'outcome="failed"', 1);
    await shows(t, 'nodejs_eventloop_lag_seconds', '');
  });

  await t.test('uploads, transfers, staging and the database as they are now', async (t) => {
    mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/*', throttleRequest: 100_000, times: 1 });
    const form = formOf({ 'slow.bin': noise(400_000) }, { access_token: handle });
    const accepted = await upload(url, id, form, { prefer: 'respond-async' });
    t.match(accepted, { status: 202 });
    await shows(t, 'zenodo_service_uploads', 'state="transferring"', 1);
    await shows(t, 'zenodo_service_transfers', 'state="running"', 1);
    await shows(t, 'zenodo_service_transfers', 'state="waiting"', 0);
    await shows(t, 'zenodo_service_staging_bytes', 'part="taken"', 400_000);
    await shows(t, 'zenodo_service_staging_bytes', 'part="reserved"', 0);
    await shows(t, 'zenodo_service_staging_bytes', 'part="kept"', 0);
    for (const part of ['free', 'total']) await shows(t, 'zenodo_service_staging_bytes', `part="${part}"`);
    await shows(t, 'zenodo_service_database_up', '', 1);
    for (const state of ['busy', 'idle', 'waiting']) {
      await shows(t, 'zenodo_service_database_connections', `state="${state}"`);
    }
    t.match(await until(accepted.body.status_url, ['done'], handle), { body: { state: 'done' } });
    await shows(t, 'zenodo_service_transfers', 'state="running"', 0);
  });

  await t.test('files that come by tus, and what broke off on the way', async (t) => {
    const events = 'zenodo_service_tus_files_total';
    const caller = { authorization };
    const file = await announce(url, id, 10, { filename: 'by-tus.bin' }, caller);
    async function* broken() {
      yield Buffer.from('1234');
      await arrived();
      throw new Error('the line broke');
    }
    const offset = async () => Number((await tus('HEAD', file.location, caller)).headers['upload-offset']);
    const arrived = async () => {
      for (let left = 200; left > 0 && (await offset()) < 4; left -= 1) await sleep(50);
    };
    await t.rejects(send(file.location, 0, Readable.from(broken()), { ...caller, 'content-length': '10' }));
    await shows(t, events, 'event="broken_off"', 1);
    t.match(await send(file.location, 4, Buffer.from('567890'), caller), { status: 204 });
    const other = await announce(url, id, 5, { filename: 'not-wanted.bin' }, caller);
    t.match(await tus('DELETE', other.location, caller), { status: 204 });
    await shows(t, events, 'event="taken"', 2);
    for (const event of ['resumed', 'ended', 'removed']) await shows(t, events, `event="${event}"`, 1);
    t.ok(await eventually(async () => 'by-tus.bin' in stored(mock, id)), 'it reaches Zenodo');
  });

  await t.test('no user is named', async (t) => {
    const text = await read();
    for (const word of [
      stranger,
      handle,
      '4711',
      String(id),
      'again.bin',
      'slow.bin',
      'measured',
      'mock-user',
    ]) {
      t.notMatch(text, new RegExp(`="[^"]*${word}`), word);
    }
    t.equal((await fetch(`http://127.0.0.1:${port}/else`)).status, 404);
  });

  await t.test('without a database they still answer, and so does /readyz: with what is wrong', async (t) => {
    const well = { database: 'ok', migrations: 'ok', staging: 'ok', zenodo: 'ok', uploads: 'ok' };
    const ready = () => call(`${url}/readyz`, { method: 'GET' });
    t.match(await ready(), { status: 200, body: { status: 'ok', checks: well } });
    const admin = new pg.Client({ connectionString: databaseUrl });
    await admin.connect();
    t.teardown(() => admin.end().catch(() => undefined));
    await admin.query(`UPDATE _prisma_migrations SET finished_at = NULL`);
    t.match(await ready(), {
      status: 503,
      headers: { 'retry-after': '5' },
      body: {
        code: 'service_unavailable',
        detail: /lacks migrations/,
        checks: { ...well, migrations: 'missing' },
      },
    });
    await admin.query('UPDATE _prisma_migrations SET finished_at = now()');
    for (const table of new Set(COLUMNS.map(([name]) => name))) {
      await admin.query(`ALTER TABLE ${table} RENAME TO elsewhere`);
      t.match(await ready(), { status: 503, body: { checks: { ...well, migrations: 'missing' } } }, table);
      const json = { container_id: 'lacking', django_callback_url: CALLBACK };
      if (table === 'oauth_states')
        t.match(await call(`${url}/oauth/authorize`, { json }), {
          status: 503,
          body: { code: 'service_unavailable', detail: /not that of this release/ },
        });
      await admin.query(`ALTER TABLE elsewhere RENAME TO ${table}`);
    }
    await admin.query('ALTER TABLE drafts RENAME COLUMN manifest TO other');
    t.match(await ready(), { status: 503, body: { checks: { migrations: 'missing' } } }, 'a column');
    await admin.query('ALTER TABLE drafts RENAME COLUMN other TO manifest');
    t.equal((await ready()).status, 200);
    const server = await connectTo(t, process.env['TEST_DATABASE_URL'] ?? '');
    const name = new URL(databaseUrl).pathname.slice(1);
    admin.on('error', () => undefined);
    const endConnections = () =>
      server.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await server.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await endConnections();
    const isReadOnly = async () => JSON.stringify((await ready()).body).includes('read_only');
    t.ok(await eventually(isReadOnly), 'the connections that were ended are forgotten');
    t.match(await ready(), {
      status: 503,
      body: { detail: /is read-only/, checks: { ...well, database: 'read_only' } },
    });
    const json = { container_id: 'standby', django_callback_url: CALLBACK };
    t.match(await call(`${url}/oauth/authorize`, { json }), {
      status: 503,
      headers: { 'retry-after': '5' },
      body: { code: 'service_unavailable', detail: /is read-only/ },
    });
    await server.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    await endConnections();
    t.equal((await ready()).status, 200, 'and takes them again');
    await server.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS false`);
    await endConnections();
    t.match(await ready(), {
      status: 503,
      body: { checks: { database: 'unreachable', migrations: 'unknown', staging: 'ok' } },
    });
    await shows(t, 'zenodo_service_database_up', '', 0);
    await shows(t, requests, 'route="/healthz",method="GET",status="200"', 1);
    t.equal((await fetch(`${url}/healthz`)).status, 200, 'the process itself is well');
    await server.query(`ALTER DATABASE ${name} WITH ALLOW_CONNECTIONS true`);
    t.equal((await ready()).status, 200, 'and back');
  });

  await t.test('Zenodo down changes neither', async (t) => {
    mock.faults.add({ path: '/*', drop: true });
    t.equal((await verify(url, id, handle)).status, 502);
    t.equal((await fetch(`${url}/healthz`)).status, 200);
    t.equal((await fetch(`${url}/readyz`)).status, 200);
  });
});

t.test('uploads are counted by how they ended, and timed by their size', async (t) => {
  const lines: object[] = [];
  const log = { info: (line: object) => lines.push(line), warn: (line: object) => lines.push(line) };
  const metrics = createMetrics();
  const report = createChangeReport(log, metrics);
  const one: StateChange = {
    upload_id: 'u',
    deposition_id: 1,
    container_id: null,
    connection_id: null,
    request_id: 'r',
    state: 'done',
    code: null,
    seconds: 2,
    bytes: 0,
    resumable: false,
    again: false,
  };
  const failed = { ...one, state: 'failed', code: 'incomplete_body' } as const;
  report([0, 1e7, 1e7 + 1, 1e8 + 1, 1e9 + 1, 1e10 + 1].map((bytes) => ({ ...one, bytes })));
  report([failed, { ...failed, resumable: true }, { ...failed, again: true }]);
  report([
    { ...one, state: 'cancelled' },
    { ...one, state: 'queued' },
    { ...one, state: 'stranded', code: 'service_unavailable' },
  ]);
  const text = await metrics.registry.metrics();
  const counts = text.split('\n').filter((line) => /_uploads_total\{|_upload_seconds_count/.test(line));
  t.same(
    counts.map((line) => line.replace(/^zenodo_service_/, '')),
    [
      'uploads_total{outcome="done",code="none"} 6',
      'uploads_total{outcome="failed",code="incomplete_body"} 1',
      'uploads_total{outcome="abandoned",code="incomplete_body"} 1',
      'uploads_total{outcome="cancelled",code="none"} 1',
      'upload_seconds_count{size="up to 10 MB"} 2',
      'upload_seconds_count{size="up to 100 MB"} 1',
      'upload_seconds_count{size="up to 1 GB"} 1',
      'upload_seconds_count{size="up to 10 GB"} 1',
      'upload_seconds_count{size="more than 10 GB"} 1',
    ],
  );
  t.equal(lines.length, 12, 'each has a line');
});

t.test('/readyz says so if staging is full, or cannot be written to', async (t) => {
  const full = await startService(t, { env: { STAGING_MIN_FREE: '9000000000000000' } });
  const { status, body } = await call(`${full.url}/readyz`, { method: 'GET' });
  t.match([status, body], [200, { checks: { staging: 'full' } }], 'all but uploads still works');
  await full.app.uploads.drain(0);
  t.match(await call(`${full.url}/readyz`, { method: 'GET' }), {
    status: 503,
    body: { detail: /shutting down/, checks: { uploads: 'draining' } },
  });
  await rm(full.stagingDir, { recursive: true });
  t.match(await call(`${full.url}/readyz`, { method: 'GET' }), {
    status: 503,
    body: { detail: /staging folder/, checks: { staging: 'not_writable' } },
  });
});
