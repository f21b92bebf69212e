import { randomUUID } from 'node:crypto';
import t from 'tap';
import { command } from './command.js';
import { formTokenIn, insertConnection, insertUpload, person, startOperatedProcess } from './operated.js';
import { startReceiver } from './receiver.js';
import { linesOf } from './replica.js';
import { eventually } from './uploads.js';

const receiver = await startReceiver(t, () => 500);
const webhooks = {
  WEBHOOK_URL: receiver.url,
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')}`,
};
const { operator, operatorUrl, settings, sql, output } = await startOperatedProcess(t, webhooks);

t.test('what the operator does is asked for twice, done, and written down', async (t) => {
  const user = await insertConnection(sql, '4711');
  const parked = await insertUpload(sql, {
    connection: user,
    state: 'waiting_for_authorization',
    file: 'a.csv',
  });
  const waiting = await insertUpload(sql, {
    connection: user,
    state: 'queued',
    file: 'a.csv',
  });
  const over = await insertUpload(sql, { connection: user, state: 'failed', file: 'a.csv' });
  const stateOf = async (id: string) =>
    (await sql('SELECT state FROM uploads WHERE id = $1', [id]))[0]?.['state'];
  const history = await operator.ask(`uploads/${waiting}`);
  t.match(history.text, `href="${waiting}/cancel"`);
  t.notMatch(
    (await operator.ask(`uploads/${over}`)).text,
    `href="${over}/`,
    'nothing can be done about what is over',
  );
  const asked = await operator.ask(`uploads/${waiting}/cancel`);
  t.match(asked.text, 'Cancel this upload?');
  const form = formTokenIn(asked.text);
  for (const [fields, headers] of [
    [{}, {}],
    [{ form: 'x' }, {}],
    [{ form }, { origin: 'https://evil.example' }],
    [{ form }, { origin: 'null' }],
    [{ form }, { 'sec-fetch-site': 'same-site' }],
    [{ form: form.replace(/^./, (c) => (c === '0' ? '1' : '0')) }, { origin: operatorUrl }],
  ] as [Record<string, string>, Record<string, string>][])
    t.equal((await operator.ask(`uploads/${waiting}/cancel`, fields, headers)).status, 403);
  t.equal(
    (await person(operatorUrl).ask(`uploads/${waiting}/cancel`, { form })).status,
    403,
    'without a session',
  );
  t.equal(await stateOf(waiting), 'queued');
  t.match(await operator.ask(`uploads/${parked}/retry`, { form }), {
    status: 409,
    text: 'must authorize again',
  });
  for (const [path, why] of [
    [`${parked}/retry`, 'must authorize again'],
    [`${over}/cancel`, 'It has already ended: failed.'],
  ])
    t.match(await operator.ask(`uploads/${path}`), { status: 409, text: why }, 'nor is it asked about');
  t.match((await operator.ask(`uploads/${waiting}`)).text, `href="${waiting}/retry"`);
  const pressed = await operator.ask(`uploads/${waiting}/retry`, { form }, { origin: operatorUrl });
  t.match(pressed, { status: 303, location: `../${waiting}?said=retried` });
  t.match((await operator.ask(`uploads/${waiting}?said=retried`)).text, /role="status">It is queued/);
  for (let times = 0; times < 2; times += 1)
    t.match(await operator.ask(`uploads/${waiting}/retry`, { form }), {
      status: 409,
      text: 'already queued',
    });
  t.notMatch((await operator.ask(`uploads/${waiting}`)).text, `href="${waiting}/retry"`);
  const told = async (id: string) =>
    (
      await sql(`SELECT detail FROM upload_events WHERE upload_id = $1 AND kind = 'operator' ORDER BY id`, [
        id,
      ])
    ).map(({ detail }) => detail);
  t.same(await told(waiting), ['The operator retried it, by page.']);
  const cancelling = { origin: operatorUrl, 'x-request-id': 'the-cancelling' };
  t.match(await operator.ask(`uploads/${waiting}/cancel`, { form }, cancelling), {
    status: 303,
    location: `../${waiting}?said=cancelled`,
  });
  t.equal(await stateOf(waiting), 'cancelled');
  t.same((await told(waiting)).at(-1), 'The operator asked to cancel it, by page.');
  t.match(
    (await operator.ask(`uploads/${waiting}`)).text,
    'The operator asked to cancel it, by page.',
    'the history tells it',
  );
  t.match(
    await sql(`SELECT request_id FROM upload_events WHERE upload_id = $1 AND kind = 'cancelled'`, [waiting]),
    [{ request_id: 'the-cancelling' }],
    'and by which request',
  );
  t.match(
    linesOf(output()).filter(
      ({ upload_id, msg }) => upload_id === waiting && msg === 'an upload has ended: it was cancelled',
    ),
    [{ request_id: 'the-cancelling', connection_id: user }],
  );
  t.match(
    (await operator.ask('metrics')).text,
    'zenodo_service_uploads_total{outcome="cancelled",code="none"} 1\n',
  );
  t.match(output(), new RegExp(`"audit":"operator_cancelled","by":"page".*"upload_id":"${waiting}"`));
  const silent = await insertUpload(sql, { state: 'transferring' });
  await sql(`UPDATE uploads SET lease_by = 'another', lease_until = now() + interval '1 day' WHERE id = $1`, [
    silent,
  ]);
  const quicker = await insertUpload(sql, { connection: user, state: 'transferring' });
  await sql(`UPDATE uploads SET lease_by = 'another', lease_until = now() + interval '1 day' WHERE id = $1`, [
    quicker,
  ]);
  const [pending, late] = await Promise.all([
    operator.ask(`uploads/${silent}/cancel`, { form }),
    operator.ask(`uploads/${quicker}/cancel`, { form }),
    (async () => {
      const asked = async () =>
        (await sql('SELECT FROM uploads WHERE id = $1 AND cancel_requested', [quicker]))[0];
      t.ok(await eventually(async () => (await asked()) !== undefined));
      await sql(`UPDATE uploads SET state = 'done', finished_at = now() WHERE id = $1`, [quicker]);
    })(),
  ]);
  t.match(pending, { status: 303, location: `../${silent}?said=cancelling` });
  t.match(late, { status: 409, text: 'It ended before it could be cancelled: done.' });
  t.notMatch(output(), new RegExp(`"audit":"operator_cancelled".*${quicker}`), 'only what was done');
  t.match(output(), new RegExp(`"audit":"operator_cancelled".*${silent}.*"state":"transferring"`));
  t.match(
    (await operator.ask(`uploads/${silent}?said=cancelling`)).text,
    /role="status">.* has not responded yet/,
  );
  for (const id of [waiting, over])
    t.match(await operator.ask(`uploads/${id}/retry`, { form }), {
      status: 409,
      text: 'bytes are no longer stored',
    });
  t.equal((await operator.ask(`uploads/${randomUUID()}`)).status, 404);
  for (const path of ['uploads/x', 'uploads/%00', `uploads/${over}/delete`, `uploads/${'x'.repeat(500)}`])
    t.equal((await operator.ask(path)).status, 404, path.slice(0, 30));

  await sql(`INSERT INTO events (type, owner, stream, zenodo_user_id, data)
    VALUES ('connection.lapsed', 'zenodo:4711', 'connection:x', '4711', '{}'), ('connection.lapsed', 'zenodo:1', 'connection:y', '1', '{}')`);
  t.match((await operator.ask(`connections/${user}/forget`)).text, 'Forget Zenodo user 4711?');
  t.equal((await operator.ask(`connections/${user}/forget`, { form: '' })).status, 403);
  const forgotten = await operator.ask(`connections/${user}/forget`, { form });
  t.match(forgotten, { status: 303, location: '../../connections?text=4711&said=forgotten' });
  t.match(
    (await operator.ask('connections?text=4711&said=forgotten')).text,
    /role="status">All data of this user is deleted/,
  );
  for (const said of ['nothing', '<script>', 'constructor', '__proto__'])
    t.notMatch((await operator.ask(`connections?said=${said}`)).text, 'role="status"', said);
  t.same(await sql('SELECT id FROM connections'), []);
  t.same(await sql('SELECT id FROM uploads'), [{ id: silent }], 'and their uploads');
  t.same(await sql("SELECT zenodo_user_id FROM events WHERE zenodo_user_id IN ('1', '4711')"), [
    { zenodo_user_id: '1' },
  ]);
  t.match(output(), /"audit":"operator_forgot","by":"page".*"zenodo_user_id":"4711"/);
  t.equal((await operator.ask(`connections/${user}/forget`, { form })).status, 404, 'twice is once');
});

t.test('what the application was not told is found, and sent again', async (t) => {
  const told = async (container: string, delivery: string, status: number) => {
    const [row] = await sql(
      `INSERT INTO events (type, owner, stream, deposition_id, container_id, zenodo_user_id, data, delivery, last_status, attempts)
       VALUES ('upload.failed', 'o', 'deposition:5', 5, $1, '4711', '{"title":"secret"}', $2::event_delivery, $3, 9) RETURNING id`,
      [container, delivery, status],
    );
    return String(row?.['id']);
  };
  const lost = await told('77', 'undelivered', 500);
  const fine = await told('78', 'delivered', 200);
  const found = async (query: string) => {
    const { text } = await operator.ask(`webhooks${query}`);
    t.notMatch(text, 'secret', 'not what it says of a draft');
    return [...text.matchAll(/webhooks\/([0-9a-f-]{36})\/send/g)].map(([, id]) => id);
  };
  t.same(await found(''), [fine, lost], 'newest first');
  t.same(await found('?state=undelivered'), [lost], 'which was not delivered');
  t.same(await found('?text=77'), [lost]);
  t.same(await found('?text=4711'), [fine, lost]);
  t.same(await found('?text=%25'), []);
  const form = formTokenIn((await operator.ask(`webhooks/${lost}/send`)).text);
  t.equal((await operator.ask(`webhooks/${lost}/send`, {})).status, 403);
  t.equal((await operator.ask(`webhooks/${lost}/send`, { form })).status, 303);
  t.match(output(), new RegExp(`"audit":"operator_sent_webhook".*"event_id":"${lost}"`));
  t.equal((await operator.ask(`webhooks/${randomUUID()}/send`, { form })).status, 404);
  const failedAgain = `SELECT 1 FROM events WHERE id = $1 AND attempts > 0 AND last_error IS NOT NULL`;
  await eventually(async () => (await sql(failedAgain, [lost])).length === 1);
  const waiting = await told('79', 'pending', 503);
  await sql(`UPDATE events SET last_error = 'refused', next_at = now() + interval '1 hour' WHERE id = $1`, [
    waiting,
  ]);
  const [, count] = /webhooks\?state=undelivered">(\d+)</.exec((await operator.ask('')).text) ?? [];
  t.equal(
    Number(count),
    (await found('?state=undelivered')).length,
    'the first page counts what its link shows',
  );
  const { OPERATOR_PORT: _port, OPERATOR_KEY: _key, ...env } = settings;
  const [list, sent, early, now, none] = await Promise.all([
    command(['webhooks', 'list', '78'], env),
    command(['webhooks', 'send', fine.slice(0, 8)], env),
    command(['webhooks', 'send', waiting], env),
    command(['now'], env),
    command(['webhooks', 'send', randomUUID()], env),
  ]);
  t.match(list, { code: 0, rows: [{ id: fine, type: 'upload.failed', last_status: 200 }] });
  t.match(sent, { code: 0, rows: [{ webhook_id: fine, done: true }] });
  t.match(early, { code: 0, rows: [{ webhook_id: waiting, done: true }] });
  t.match(now, { code: 0, rows: [{ webhooks_undelivered: Number }] });
  t.match(none, { code: 1, rows: [{ done: false }] });
  const again = `SELECT 1 FROM events WHERE id = $1 AND attempts <= 1 AND next_at < now() + interval '10 seconds'`;
  t.same(await sql(again, [waiting]), [{ '?column?': 1 }], 'one attempt more postpones no later one');
});
