import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { sendAgain } from '../src/events/events.js';
import type { Metrics } from '../src/metrics.js';
import { createActions } from '../src/operator/actions.js';
import { listWebhooks } from '../src/operator/webhooks.js';
import { TIMINGS } from '../src/time-outs.js';
import { blocksOf } from './blocks.js';
import { authorize, call } from './consent.js';
import { connectTo } from './database.js';
import { type Manner, startReceiver } from './receiver.js';
import { linesOf, startReplica } from './replica.js';
import { startService, startSurroundings } from './service.js';
import { eventually, formOf, noise, upload } from './uploads.js';

const PUT = { method: 'PUT', path: '/api/files/:bucket/:key' };
const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const NEXT_SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

/** How many deliveries had which outcome. */
async function deliveriesOf({ deliveries }: Pick<Metrics, 'deliveries'>): Promise<Record<string, number>> {
  const { values } = await deliveries.get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.outcome), value]));
}

t.test('every event is told as GET shows it, signed, to the application and to who asks', async (t) => {
  const receiver = await startReceiver(t);
  const { url, mock, app } = await startService(t, {
    env: { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: `${SECRET},${NEXT_SECRET}`, UPLOAD_ATTEMPTS: '1' },
  });
  const granted = await authorize(url, { container: 'hooked' });
  const token = String(granted.body['access_token']);
  const id = Number(granted.body['deposition_id']);
  const arrived = (type: string) =>
    eventually(() => receiver.deliveries.some(({ event }) => event.type === type));
  const last = (type: string) => receiver.deliveries.findLast(({ event }) => event.type === type);

  const bring = async (faults: object[]) => {
    for (const fault of faults) mock.faults.add(fault);
    const answer = await upload(
      url,
      id,
      formOf({ 'd/a.txt': 'a', 'b.txt': noise(9) }, { access_token: token }),
    );
    mock.faults.clear();
    return answer;
  };
  const done = await bring([]);
  t.ok(await arrived('upload.done'));
  const shown = await call(done.body.status_url, { method: 'GET', token });
  t.same(last('upload.done')?.event.data, shown.body, 'what GET answers, to the last byte');

  const folders = Object.fromEntries(
    ['p', 'q', 'r'].flatMap((folder) =>
      Array.from({ length: 60 }, (_, i) => [`${folder}/${i}.txt`, String(i)]),
    ),
  );
  const many = await upload(url, id, formOf(folders, { access_token: token }));
  const ofMany = () =>
    receiver.deliveries.find(({ event }) => event.data['upload_id'] === many.body.upload_id);
  t.ok(await eventually(() => ofMany() !== undefined));
  const { files: told = [] } = (ofMany()?.event.data ?? {}) as {
    files?: { parts: unknown[]; part_count: number }[];
  };
  t.same(
    told.map(({ parts, part_count }) => [parts.length, part_count]),
    [
      [60, 60],
      [40, 60],
      [0, 60],
    ],
    'an event has a hundred parts and says how many there are',
  );
  const whole = await call(many.body.status_url, { method: 'GET', token });
  t.same(
    (whole.body['files'] as typeof told).map(({ parts }) => parts.length),
    [60, 60, 60],
    'all are where it says',
  );
  const head = await call(`${many.body.status_url}?parts=first`, { method: 'GET', token });
  t.same(ofMany()?.event.data, head.body, 'or what an event has, for who asks often');

  const failed = await bring([{ ...PUT, status: 500, times: 9 }]);
  t.ok(await arrived('upload.failed'));
  const failure = await call(String(failed.body['status_url']), { method: 'GET', token });
  t.same(last('upload.failed')?.event.data, failure.body);
  t.match(failure.body, { state: 'failed' });
  for (const [type, kinds] of [
    ['upload.done', ['taken', 'received', 'done']],
    ['upload.failed', ['taken', 'received', 'attempt_failed', 'failed']],
  ] as const) {
    const { timestamp, data } = JSON.parse(last(type)?.raw ?? '') as {
      timestamp: string;
      data: { history: { kind: string; at: string }[] };
    };
    const told = data.history.map(({ kind }) => kind);
    // Two files may fail before the first has ended the upload.
    t.same([...new Set(told)].toSorted(), kinds.toSorted(), `${type} has its history`);
    t.equal(told.at(-1), kinds.at(-1));
    for (const { at } of data.history) t.ok(at <= timestamp, 'and nothing that came later');
  }

  const described = {
    title: 'A container of data',
    contributors: [{ first_name: 'Ada', last_name: 'Lovelace' }],
  };
  t.match(await call(`${url}/depositions/${id}/metadata`, { token, json: described }), { status: 200 });
  const published = await call(`${url}/depositions/${id}/publish`, { token });
  t.match(published, { status: 200 }, JSON.stringify(published.body));
  t.match(await call(`${url}/depositions/${id}/publish`, { token }), { status: 200 }, 'which is told once');
  t.ok(await arrived('deposition.published'));
  const record = await call(`${url}/depositions/${id}`, { method: 'GET', token });
  const { metadata: _people, ...rest } = record.body;
  t.same(last('deposition.published')?.event.data, rest);
  t.notMatch(last('deposition.published')?.raw ?? '', /Lovelace/);

  const parked = await authorize(url, { container: 'hooked-2' });
  const other = Number(parked.body['deposition_id']);
  const again = String(parked.body['access_token']);
  mock.faults.add({ ...PUT, revokeToken: true, times: 1 });
  mock.faults.add({ name: 'invalid-grant', form: { grant_type: 'refresh_token' } });
  t.match(await upload(url, other, formOf({ 'p.txt': 'p' }, { access_token: again })), { status: 401 });
  t.ok(await arrived('upload.waiting_for_authorization'));
  t.ok(await arrived('connection.lapsed'));
  t.match(last('upload.waiting_for_authorization')?.event.data, { state: 'waiting_for_authorization' });
  t.match(last('connection.lapsed')?.event, {
    zenodo_user_id: /^\d+$/,
    data: { state: 'reauthorization_required' },
  });
  mock.faults.clear();

  await t.test(
    'both keys verify, in Node and in the Python of the document; a foreign one does not',
    async (t) => {
      const [python] = blocksOf('docs/webhooks.md', 'python');
      for (const { headers, raw, event } of receiver.deliveries) {
        const signed = headers as Record<string, string>;
        for (const secret of [SECRET, NEXT_SECRET]) t.same(new Webhook(secret).verify(raw, signed), event);
        t.throws(() => new Webhook(`whsec_${Buffer.alloc(32, 1).toString('base64')}`).verify(raw, signed));
        t.throws(() => new Webhook(SECRET).verify(raw.replace('"id"', '"id" '), signed));
        t.equal(headers['webhook-id'], event.id);
        t.notMatch(raw, token);
        t.notMatch(raw, again);
      }
      const [delivery] = receiver.deliveries;
      const program = `${python?.text}
import json, sys
headers, raw, secret = json.loads(sys.argv[1])
lies = [{}, {**headers, "webhook-timestamp": "soon"}, {**headers, "webhook-timestamp": "1"}, {**headers, "webhook-signature": "v1,\u00fc"}]
print(verified(headers, raw.encode(), secret), verified(headers, (raw + " ").encode(), secret))
print(any(verified(lie, raw.encode(), secret) for lie in lies))`;
      const input = JSON.stringify([delivery?.headers, delivery?.raw, SECRET]);
      const { stdout } = await promisify(execFile)('python3', ['-c', program, input]);
      t.equal(stdout.trim(), 'True False\nFalse');
    },
  );

  await t.test('GET /events: the same, page by page, to this connection alone', async (t) => {
    const back = await authorize(url, { container: 'hooked' });
    const fresh = String(back.body['access_token']);
    const listed: unknown[] = [];
    for (let after = '0', more = true; more; ) {
      const { status, body } = await call(`${url}/events?after=${after}&size=2`, {
        method: 'GET',
        token: fresh,
      });
      t.equal(status, 200);
      listed.push(...(body['events'] as unknown[]));
      [after, more] = [String(body['next']), body['more'] === true];
    }
    const told = new Map(receiver.deliveries.map(({ event }) => [event.id, event]));
    for (const event of listed as { id: string }[]) if (told.has(event.id)) t.same(event, told.get(event.id));
    t.ok(listed.length >= 5);
    const stranger = await authorize(url, { container: 'strange', user: 'mock-user-2' });
    const theirs = { method: 'GET', token: stranger.body['access_token'] } as const;
    t.same((await call(`${url}/events`, theirs)).body, { events: [], next: '0', more: false });
    t.match(await call(`${url}/events?after=x`, theirs), { status: 400 });
    t.match(await call(`${url}/events`, { method: 'GET' }), { status: 401 });
  });

  await t.test('what was delivered can be sent again', async (t) => {
    const [event] = await app.database.event.findMany({ where: { uploadId: done.body.upload_id } });
    t.match(event, { delivery: 'delivered', lastStatus: 204, attempts: 1 });
    const times = () => receiver.deliveries.filter((delivery) => delivery.event.id === event?.id).length;
    const before = times();
    t.same(await sendAgain(app.database, event?.id ?? ''), { ids: [event?.id], isPending: true });
    t.ok(await eventually(() => times() > before), 'it comes once more, with the same id');
  });

  await t.test('one that waits for its next delivery is sent now, after those before it', async (t) => {
    const { database } = app;
    const told = async (stream: string) => {
      const data = { type: 'connection.lapsed', owner: 'o', stream, data: {} };
      const { id: eventId } = await database.event.create({
        data: { ...data, attempts: 3, lastStatus: 500, nextAt: new Date(Date.now() + 3_600_000) },
      });
      return eventId;
    };
    const [first, second, other] = [await told('pushed'), await told('pushed'), await told('elsewhere')];
    const shown = async (one: string) => (await listWebhooks(database, { text: one })).rows[0];
    t.match(await shown(first), { delivery: 'pending', waits_for: null, sending: false });
    t.match(await shown(second), { delivery: 'pending', waits_for: first }, 'it is said what it waits for');
    const said: object[] = [];
    const actions = createActions(database, { info: (line) => said.push(line) });
    const actor = { by: 'command', requestId: 'pushes' } as const;
    t.match(await actions.sendAgain(second, actor), {
      done: true,
      said: new RegExp(`earlier webhooks.*${first}`),
    });
    t.match(said, [{ audit: 'operator_sent_webhook', event_id: second }]);
    const came = (one: string) => receiver.deliveries.findIndex(({ event }) => event.id === one);
    t.ok(await eventually(() => came(second) !== -1), 'an hour earlier');
    t.ok(came(first) !== -1 && came(first) < came(second), 'in their order');
    t.equal(came(other), -1, 'others go on waiting');
    await database.event.update({
      where: { id: other },
      data: { leaseUntil: new Date(Date.now() + 60_000) },
    });
    t.match(await shown(other), { sending: true });
    await database.event.update({ where: { id: other }, data: { nextAt: new Date(0) } });
    t.match(await actions.sendAgain(other, actor), { done: false, said: /already queued/ });
    t.equal(said.length, 1, 'what was not done is not written down');
  });

  await t.test('a deleted draft is told to the operator alone', async (t) => {
    const back = await authorize(url, { container: 'gone' });
    const gone = Number(back.body['deposition_id']);
    const headers = { 'x-request-id': 'who-deletes' };
    await call(`${url}/depositions/${gone}`, { method: 'DELETE', token: back.body['access_token'], headers });
    const [event] = await app.database.event.findMany({ where: { depositionId: gone } });
    t.match(event, { type: 'deposition.deleted', requestId: 'who-deletes', delivery: 'off' });
    t.ok(event?.connectionId);
  });
});

t.test('receivers that lie, or never end, hold up nothing and are believed nothing', async (t) => {
  t.equal(TIMINGS.webhook, 10_000, 'what docs/webhooks.md says');
  const lies: Manner[] = [307, 'page', 'noise', 'drip', 'endless'];
  const manners = new Map<number | null, Manner>();
  const told = new Map<string, number>();
  const receiver = await startReceiver(t, ({ event }) => {
    told.set(event.id, (told.get(event.id) ?? 0) + 1);
    return told.get(event.id) === 1 ? (manners.get(event.deposition_id) ?? 204) : 204;
  });
  const { url, app } = await startService(t, {
    env: { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET },
    dependencies: { timings: { webhook: 1500 } },
  });
  const drafts: number[] = [];
  for (const lie of [...lies, 204] as const) {
    const granted = await authorize(url, { container: `lied-to-${lie}` });
    const id = Number(granted.body['deposition_id']);
    drafts.push(id);
    manners.set(id, lie);
    const form = formOf({ 'a.txt': String(lie) }, { access_token: String(granted.body['access_token']) });
    t.match(await upload(url, id, form), { status: 200 });
  }
  const outcomes = async () => {
    const events = await app.database.event.findMany({ orderBy: { seq: 'asc' } });
    return drafts.map((id) => {
      const { delivery, attempts, lastStatus } = events.find((one) => Number(one.depositionId) === id) ?? {};
      return [delivery, attempts, lastStatus];
    });
  };
  const once = ['delivered', 1, 200];
  const again = ['delivered', 2, 204];
  const wanted = [again, once, again, again, once, ['delivered', 1, 204]];
  await eventually(async () => JSON.stringify(await outcomes()) === JSON.stringify(wanted));
  t.same(await outcomes(), wanted);
  t.same(await deliveriesOf(app.metrics), { refused: 1, delivered: 6, unreachable: 1, timeout: 1 });
  t.same(receiver.strays, [], 'no redirect is followed');
  t.ok(await eventually(() => receiver.talking.size === 0), 'none is listened to any longer');
  for (const { headers, raw } of receiver.deliveries)
    new Webhook(SECRET).verify(raw, headers as Record<string, string>);
});

t.test('a receiver that is away for a day hears all of it, and the operator of what it missed', async (t) => {
  let away = true;
  const receiver = await startReceiver(t, () => (away ? 'lost' : 204));
  const { url, app } = await startService(t, {
    env: { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET },
  });
  const { database } = app;
  const granted = await authorize(url, { container: 'away' });
  const token = String(granted.body['access_token']);
  const id = Number(granted.body['deposition_id']);
  const bring = async (names: string[]) => {
    const shown: unknown[] = [];
    for (const name of names) {
      const { status, body } = await upload(url, id, formOf({ [name]: name }, { access_token: token }));
      t.equal(status, 200);
      shown.push((await call(body.status_url, { method: 'GET', token })).body);
    }
    return shown;
  };
  /**
   * So many hours go by for what waits: its times are by the clock of the database. Not during a
   * delivery, whose outcome would overwrite them.
   */
  const pass = async (hours: number) => {
    let tries = 0;
    const passed = await eventually(() =>
      database.$transaction(async (tx) => {
        await tx.$executeRaw`LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE`;
        if ((await tx.event.count({ where: { leaseBy: { not: null } } })) > 0) return false;
        tries = receiver.deliveries.length;
        await tx.$executeRaw`
          UPDATE events SET next_at = next_at - d, deadline_at = deadline_at - d
          FROM (SELECT ${hours}::int * interval '1 hour' AS d) passed WHERE delivery = 'pending'`;
        return true;
      }),
    );
    t.ok(passed);
    t.ok(await eventually(() => receiver.deliveries.length > tries), `it is tried ${hours} h later`);
  };
  const shown = await bring(['1.txt', '2.txt', '3.txt']);
  const incomplete = () => database.event.count({ where: { dataComplete: false } });
  t.ok(await eventually(async () => (await incomplete()) === 0), 'those that wait are stored too');
  await database.uploadFile.updateMany({ where: { name: '3.txt' }, data: { conflict: 'lost' } });
  for (let hours = 0; hours < 24; hours += 4) await pass(4);
  const missed = receiver.deliveries.length;
  const { lastError } = await database.event.findFirstOrThrow({ orderBy: { seq: 'asc' } });
  t.match(lastError, /^unreachable: [A-Z_]+$/, 'the operator reads why');
  away = false;
  await pass(1);
  t.ok(await eventually(() => receiver.deliveries.length >= missed + 3), 'all come');
  const came = receiver.deliveries.slice(missed);
  t.same(
    came.map(({ event }) => event.data),
    shown,
    'in their order, as GET showed them when they happened',
  );
  for (const { headers, raw } of came) new Webhook(SECRET).verify(raw, headers as Record<string, string>);
  const delivered = () => database.event.count({ where: { delivery: 'delivered' } });
  t.ok(await eventually(async () => (await delivered()) === 3));
  t.match(await deliveriesOf(app.metrics), { delivered: 3, unreachable: missed });

  away = true;
  const lost = await bring(['4.txt', '5.txt']);
  await pass(73);
  const given = async () => (await listWebhooks(database, { delivery: 'undelivered' })).rows;
  t.ok(await eventually(async () => (await given()).length === 2), 'after three days it is given up');
  t.match(await deliveriesOf(app.metrics), { delivered: 3, given_up: 2 });
  away = false;
  const before = receiver.deliveries.length;
  for (const { id: one } of (await given()).toReversed())
    t.match(await sendAgain(database, one), { isPending: true });
  t.ok(await eventually(() => receiver.deliveries.length === before + 2), 'and sent again by hand');
  t.same(
    receiver.deliveries.slice(before).map(({ event }) => event.data),
    lost,
  );
});

t.test(
  'receivers that fail, and processes that die: all arrives, in order, and not twice at a time',
  async (t) => {
    const manners: Manner[] = [500, 302, 'lost', 'silent', 'twice'];
    const receiver = await startReceiver(t, () => manners.shift() ?? 'later');
    const { env, databaseUrl } = await startSurroundings(t, {
      env: { LOG_LEVEL: 'trace', WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET },
    });
    const one = await startReplica(t, env);
    const two = await startReplica(t, env);
    const granted = await authorize(one.url, { container: 'order' });
    const token = String(granted.body['access_token']);
    const id = Number(granted.body['deposition_id']);
    const ids: string[] = [];
    for (const [at, replica] of [one, two, one, two].entries()) {
      const form = formOf({ [`${at}.txt`]: String(at) }, { access_token: token });
      ids.push((await upload(replica.url, id, form)).body.upload_id);
    }
    const rows = await connectTo(t, databaseUrl);
    // The first wait is waited for; the later ones are cut short, and looked up in the log.
    t.ok(await eventually(() => receiver.deliveries.length >= 2, 90), 'it is tried again by itself');
    const cutShort = () =>
      rows.query(`
        UPDATE events SET next_at = now()
        WHERE delivery = 'pending' AND lease_by IS NULL AND last_error IS NOT NULL AND next_at > now()`);
    t.ok(
      await eventually(async () => {
        await cutShort();
        return receiver.deliveries.length >= 4;
      }, 90),
      'the fourth delivery is never answered',
    );
    const waits = [one, two]
      .flatMap(({ output }) => linesOf(output()))
      .filter(({ msg }) => msg === 'a webhook was not delivered')
      .map(({ attempt, wait }) => ({ attempt: Number(attempt), wait: Number(wait) }))
      .sort((a, b) => a.attempt - b.attempt);
    t.same(
      waits.map(({ attempt }) => attempt),
      [1, 2, 3],
    );
    for (const { attempt, wait } of waits)
      t.ok(wait <= 5 * 2 ** (attempt - 1) && wait >= 4 * 2 ** (attempt - 1), `attempt ${attempt}: ${wait} s`);
    await Promise.all([one.kill('SIGKILL'), two.kill('SIGKILL')]);
    const { rows: held } = await rows.query(`
      UPDATE events e SET lease_until = now() FROM (SELECT id, lease_until FROM events) was
      WHERE e.id = was.id AND e.lease_until IS NOT NULL
      RETURNING extract(epoch FROM was.lease_until - now())::float8 AS left`);
    t.equal(held.length, 1, 'the dead process holds one');
    t.ok(Number(held[0]?.left) <= 30, 'for half a minute at most');
    const three = await startReplica(t, env);
    const four = await startReplica(t, env);
    const succeeded = () => {
      const first = receiver.deliveries.slice(4);
      return [...new Set(first.map(({ event }) => String(event.data['upload_id'])))];
    };
    t.ok(await eventually(() => succeeded().length === 4, 120), 'all arrive');
    t.same(succeeded(), ids, 'in the order in which they happened');
    const firsts = receiver.deliveries.slice(0, 5);
    t.equal(new Set(firsts.map(({ headers }) => headers['webhook-id'])).size, 1, 'a repeat has the same id');
    t.ok(new Set(firsts.map(({ headers }) => headers['webhook-timestamp'])).size > 1, 'and a new time');
    t.ok(
      receiver.deliveries.every(({ beside }, at) => beside === 0 || at === 4),
      'one after the other',
    );
    for (const { headers, raw } of receiver.deliveries)
      new Webhook(SECRET).verify(raw, headers as Record<string, string>);
    for (const replica of [one, two, three, four]) {
      for (const secret of [SECRET, SECRET.slice(6), 'in-the-url', token])
        t.notOk(replica.output().includes(secret), 'no secret is in the log');
    }
  },
);
