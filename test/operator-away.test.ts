import { randomUUID } from 'node:crypto';
import t from 'tap';
import { KEY, operatorUrlIn, person } from './operated.js';
import { linesOf, startReplica } from './replica.js';
import { startSurroundings } from './service.js';
import { startSilentRelay } from './silent-relay.js';
import { eventually } from './uploads.js';

t.test('while the database is away or silent the page says so, and shows what it knows', async (t) => {
  const relay = await startSilentRelay(t);
  const { databaseUrl, env } = await startSurroundings(t, {
    env: { LOG_LEVEL: 'info', OPERATOR_PORT: '0', OPERATOR_KEY: KEY },
  });
  const database = new URL(databaseUrl);
  relay.leadTo(database.href);
  database.host = relay.host;
  const replica = await startReplica(t, { ...env, DATABASE_URL: database.href });
  const began = replica.output().length;
  const lines = () => linesOf(replica.output().slice(began));
  const somebody = person(operatorUrlIn(replica.output()));
  await somebody.login();
  const listed = async () => (await somebody.ask('uploads')).status === 200;
  t.ok(await eventually(listed));
  relay.set('mute');
  const paths = ['uploads', 'connections', 'drafts', 'webhooks', `uploads/${randomUUID()}`];
  const [now, ...others] = await Promise.all(['', ...paths].map((path) => somebody.ask(path)));
  t.match(now, { status: 200, text: 'The database does not respond.' });
  t.match(now?.text, 'Zenodo accepts calls', 'what Zenodo does is known');
  t.match(now?.text, /Free<\/dt><dd>[\d.]+ [GT]B of/, 'and what the volume has');
  for (const other of others) t.match(other, { status: 503, text: 'The database does not respond.' });
  t.match(await somebody.login(), { status: 303 }, 'who comes can log in');
  const readiness = await fetch(`${replica.url}/readyz`);
  t.equal(readiness.status, 503);
  relay.set('pass');
  t.ok(await eventually(listed), 'and is back by itself');
  const answers = () => lines().some(({ msg }) => msg === 'the database responds again');
  t.ok(await eventually(async () => answers()), 'which the log says');
  const errors = lines().filter(({ level }) => level === 'error');
  t.ok(errors.length > 0);
  for (const line of errors) t.match(line, { code: 'database_away', msg: 'the database does not respond' });
  // A slow machine may see several outages, one after the other.
  let told: { at: number; cause: unknown }[] = [];
  for (const { level, time, cause, msg } of lines()) {
    const at = Date.parse(String(time));
    if (msg === 'the database responds again') told = [];
    if (level !== 'error') continue;
    const before = told.filter((one) => one.cause === cause && at - one.at < 55_000);
    t.same(before, [], `${cause} is said once a minute`);
    told.push({ at, cause });
  }
  t.match(
    lines().filter(({ msg }) => msg === 'a page of the operator failed'),
    paths.map(() => ({ level: 'info', request_id: String, code: 'database_away' })),
    'what was asked for meanwhile has lines of its own',
  );
  // Gone is heard at once.
  relay.leadTo('http://127.0.0.1:1');
  relay.set('mute');
  relay.set('pass');
  t.match(await somebody.ask('doctor'), { status: 200, text: /DATABASE_URL/ });
});
