import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { createEncryption, DecryptionError } from '../src/connections/encryption.js';
import { parseTokenKeys } from '../src/token-keys.js';
import { bundled } from './bundle.js';
import { authorize, call, verify } from './consent.js';
import { connectTo } from './database.js';
import { freshEnvironment } from './process.js';
import { startReplica } from './replica.js';
import { startService } from './service.js';
import { eventually } from './uploads.js';

const DAY = 24 * 60 * 60 * 1000;
const key = () => randomBytes(32).toString('base64');

/** Runs an operator's command as a process of its own; its exit code, and what it said. */
async function run(script: string, args: string[], env: Record<string, string>) {
  const command = [await bundled(`scripts/${script}.js`), ...args];
  const options = { env: { ...freshEnvironment(), ...env } };
  return promisify(execFile)(process.execPath, command, options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      stdout,
      stderr,
    }),
  );
}

t.test('encryption', async (t) => {
  const place = { table: 'connections', column: 'access_token', owner: 'a' };
  const old = `old:${key()}`;
  const encryption = createEncryption(parseTokenKeys(`new:${key()},${old}`), randomBytes);

  await t.test('opens what was encrypted, at its place, and nothing else', async (t) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, owner) => {
        const encrypted = encryption.encrypt(text, { ...place, owner });
        return (
          encryption.decrypt(encrypted, { ...place, owner }) === text &&
          encryption.keyIdOf(encrypted) === 'new'
        );
      }),
    );
    const encrypted = encryption.encrypt('secret', place);
    t.notSame(encryption.encrypt('secret', place), encrypted, 'never twice the same');
    for (const elsewhere of [{ table: 'uploads' }, { column: 'refresh_token' }, { owner: 'b' }]) {
      t.throws(() => encryption.decrypt(encrypted, { ...place, ...elsewhere }), {
        name: 'DecryptionError',
        reason: 'tampered',
      });
    }
  });

  await t.test('any flipped bit, any cut, any noise is a DecryptionError', async (t) => {
    const encrypted = encryption.encrypt('secret', place);
    for (let bit = 0; bit < encrypted.length * 8; bit += 1) {
      const changed = Uint8Array.from(encrypted);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      t.throws(() => encryption.decrypt(changed, place), DecryptionError, `bit ${bit}`);
    }
    for (let length = 0; length < encrypted.length; length += 1) {
      t.throws(() => encryption.decrypt(encrypted.subarray(0, length), place), DecryptionError);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (noise) => {
        try {
          encryption.decrypt(noise, place);
          return false;
        } catch (error) {
          return error instanceof DecryptionError;
        }
      }),
    );
  });

  await t.test('a key that is behind the first still opens; one that is gone says so', async (t) => {
    const encrypted = createEncryption(parseTokenKeys(old), randomBytes).encrypt('secret', place);
    t.equal(encryption.decrypt(encrypted, place), 'secret');
    const without = createEncryption(parseTokenKeys(`new:${key()}`), randomBytes);
    t.throws(() => without.decrypt(encrypted, place), {
      reason: 'unknown_key',
      message: /"old".*TOKEN_KEYS/,
    });
  });
});

t.test('what the operator may do', async (t) => {
  let offset = 0;
  const first = `k1:${key()}`;
  const second = `k2:${key()}`;
  const { url, app, env, databaseUrl } = await startService(t, {
    env: { TOKEN_KEYS: `${first},${second}` },
    dependencies: { now: () => Date.now() + offset },
  });
  const database = await connectTo(t, databaseUrl);
  const one = await authorize(url, { container: 'one', user: 'mock-user' });
  const two = await authorize(url, { container: 'two', user: 'mock-user-2' });
  const check = ({ body }: typeof one) => verify(url, body['deposition_id'], body['access_token']);

  await t.test('keys are rotated while the service runs', async (t) => {
    const ring = { ...env, TOKEN_KEYS: `${second},${first}` };
    const early = await run('rotate-keys', [], { ...env, TOKEN_KEYS: second });
    t.equal(early.code, 1);
    t.match(early.stderr, /connections\.access_token .*: unknown_key/, 'a forgotten old key is named');
    t.match(early.stderr, /unknown_key: add the key that encrypted it at the end/, 'and what to do');
    const { rows: before } = await database.query('SELECT access_token FROM connections');
    const rotated = await run('rotate-keys', [], ring);
    t.match(rotated.stdout, /4 encrypted with "k2", 0 already were/);
    t.match(rotated.stderr, /^still encrypts with "k1": replica .*\nrestart each of these with "k2" first/);
    t.notMatch(rotated.stdout, 'no longer needed', 'the running service still seals with the old one');
    t.equal(rotated.code, 1);
    const { rows: after } = await database.query('SELECT access_token FROM connections');
    t.notSame(after, before);
    const again = await run('rotate-keys', [], { ...env, TOKEN_KEYS: second });
    t.match(again.stdout, /0 encrypted with "k2", 4 already were/, 'again: nothing to do');
    t.equal((await check(one)).status, 200, 'the running service reads them');
    const back = await run('rotate-keys', [], { ...env, TOKEN_KEYS: `${first},${second}` });
    t.match(back, {
      code: 0,
      stdout: /4 encrypted with "k1".*\nthe other keys are no longer needed/,
      stderr: '',
    });
    t.equal((await check(one)).status, 200, 'the running service reads them');
  });

  await t.test('connections are listed without secrets, and a user is forgotten', async (t) => {
    const list = await run('connections', ['list'], env);
    t.match(list.stdout, /"zenodo_user_id":"1","state":"active".*"access_tokens":1,"drafts":1/);
    t.equal(list.stdout.trim().split('\n').length, 2);
    t.equal((await run('connections', [], env)).code, 2);
    const forgotten = await run('connections', ['forget', '--zenodo-user', '2'], env);
    t.match(forgotten, {
      code: 0,
      stdout: /"zenodo_user_id":"2","done":true/,
      stderr: /"audit":"operator_forgot".*"zenodo_user_id":"2"/,
    });
    t.match(await check(two), { status: 401, body: { code: 'invalid_token' } });
    for (const table of ['connections', 'access_tokens', 'drafts']) {
      const { rows } = await database.query(`SELECT count(*)::int AS count FROM ${table}`);
      t.same(rows, [{ count: 1 }], table);
    }
    const [nobody, mistyped, away] = await Promise.all([
      run('connections', ['forget', '--zenodo-user', '99'], env),
      run('connections', ['forget', '--user', '2'], env),
      run('connections', ['list'], { ...env, DATABASE_URL: 'postgresql://127.0.0.1:1/none' }),
    ]);
    t.match(nobody, { code: 1, stdout: /"done":false,"said":"There is no connection of this Zenodo user/ });
    t.match(mistyped, { code: 2, stderr: /^Unknown option '--user'/ });
    t.match(away, { code: 3, stderr: /^the database that DATABASE_URL names cannot be used: Can't reach/ });
    for (const { stderr } of [mistyped, away]) t.notMatch(stderr, '    at ', 'no stack');
  });

  await t.test('what is kept no longer is swept, once, by the first that comes', async (t) => {
    await call(`${url}/oauth/authorize`, {
      json: { container_id: 'swept', django_callback_url: 'http://127.0.0.1:1/' },
    });
    const count = async (table: string) =>
      Number((await database.query(`SELECT count(*) FROM ${table}`)).rows[0].count);
    t.ok(await app.cleanup.run());
    t.equal(await count('oauth_states'), 3);
    offset = 2 * DAY;
    const lock = await database.query('SELECT pg_try_advisory_lock(7304262) AS mine');
    t.equal(lock.rows[0].mine, true);
    t.equal(await app.cleanup.run(), false, 'another replica is at it');
    await database.query('SELECT pg_advisory_unlock(7304262)');
    await app.cleanup.run();
    t.equal(await count('oauth_states'), 0, 'states after a day');
    t.equal(await count('access_tokens'), 1);
    offset = 100 * DAY;
    await app.cleanup.run();
    t.match(
      await check(one),
      { status: 401, body: { code: 'reauthorization_required' } },
      'a tombstone is known',
    );
    offset = 179 * DAY;
    await app.cleanup.run();
    t.equal(await count('connections'), 1);
    offset = 181 * DAY;
    await app.cleanup.run();
    t.same([await count('connections'), await count('access_tokens'), await count('drafts')], [0, 0, 0]);
    offset = 0;
  });
});

t.test('rotate-keys and replicas that run', async (t) => {
  const first = `k1:${key()}`;
  const second = `k2:${key()}`;
  const both = `${second},${first}`;
  const { app, env, databaseUrl } = await startService(t, { env: { TOKEN_KEYS: both } });
  const database = await connectTo(t, databaseUrl);
  const holders = async (keys: string) =>
    (
      await database.query('SELECT id, key_ids FROM replicas WHERE key_ids = $1 ORDER BY started_at', [
        `{${keys}}`,
      ])
    ).rows.map((row) => String(row.id));
  const tokens = async () =>
    (await database.query('SELECT access_token, refresh_token FROM connections')).rows;
  const rotate = (...args: string[]) => run('rotate-keys', args, { ...env, TOKEN_KEYS: both });
  const start = (ring: string) => startReplica(t, { ...env, LOG_LEVEL: 'info', TOKEN_KEYS: ring });
  const [one, two] = await Promise.all([start(first), start(first)]);
  const { body } = await authorize(one.url, { container: 'encrypted' });
  const check = (url: string) => verify(url, body['deposition_id'], body['access_token']);
  const before = await tokens();

  const old = await holders('k1');
  t.equal(old.length, 2, 'both are in the table, with the ids of their keys');
  t.same(await holders('k2,k1'), [app.replica.id]);
  const refused = await rotate();
  t.equal(refused.code, 1);
  for (const id of old) t.match(refused.stderr, `lacks "k2": replica ${id} on `);
  t.notMatch(refused.stderr, app.replica.id, 'one that holds the new key is no obstacle');
  t.match(
    refused.stderr,
    /^Nothing was encrypted.*\nRestart each of these.*\n--force encrypts nevertheless/m,
  );
  t.same(await tokens(), before, 'nothing was encrypted');

  await one.kill('SIGTERM');
  const [left, ...others] = await holders('k1');
  t.same(others, [], 'a replica that ends leaves the table');
  const fresh = await start(both);
  t.match(await rotate(), { code: 1, stderr: `lacks "k2": replica ${left} on ` }, 'one is enough');
  t.equal((await check(two.url)).status, 200, 'and goes on');

  await two.kill('SIGKILL');
  t.match(await rotate(), { code: 1, stderr: `lacks "k2": replica ${left} on ` }, 'killed a moment ago');
  await database.query(`UPDATE replicas SET seen_at = now() - interval '61 seconds'`);
  // A replica with the old key stores a token behind the run, and is restarted before its end.
  const stored = (before[0] as { access_token: Buffer }).access_token.toString('hex');
  await database.query(`CREATE FUNCTION store_behind() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.refresh_token <> OLD.refresh_token THEN NEW.access_token := decode('${stored}', 'hex'); END IF;
      RETURN NEW;
    END $$`);
  await database.query(
    'CREATE TRIGGER store_behind BEFORE UPDATE ON connections FOR EACH ROW EXECUTE FUNCTION store_behind()',
  );
  t.match(await rotate(), {
    code: 0,
    stdout:
      /2 encrypted with "k2".*\n1 more, which a replica had stored meanwhile\nthe other keys are no longer needed/,
  });
  await database.query('DROP TRIGGER store_behind ON connections');
  t.equal((await check(fresh.url)).status, 200, 'what was encrypted anew is read');

  const late = await start(first);
  const forced = await rotate('--force');
  t.match(forced.stdout, /0 encrypted with "k2", 2 already were/);
  t.match(forced.stderr, /^lacks "k2".*\nencrypting nevertheless.*500.*\nstill encrypts with "k1"/);
  t.equal(forced.code, 1);
  t.match(await check(late.url), { status: 500, body: { code: 'service_misconfigured' } }, 'as was said');

  const other = { ...env, TOKEN_KEYS: `k2:${key()},${first}` };
  const mistaken = await run('rotate-keys', ['--force'], other);
  t.match(mistaken, { code: 1, stderr: /cannot be decrypted: connections\.access_token .*: tampered/ });
  t.match(mistaken.stdout, /^0 encrypted with "k2", 0 already were/, 'another key of that id opens nothing');
  t.notMatch(mistaken.stdout, 'no longer needed');

  const diagnosed = await run('doctor', ['--wait', '0'], other);
  t.match(
    diagnosed.stdout,
    /✗ keys: 1 of the 1 newest stored tokens cannot be decrypted .*\n {2}→ Compare TOKEN_KEYS of all replicas/,
  );

  const alive = async () =>
    (await database.query(`SELECT id FROM replicas WHERE seen_at > now() - interval '1 minute'`)).rows.length;
  t.ok(await eventually(async () => (await alive()) === 3), 'those that live say so again and again');
  await database.query(`UPDATE replicas SET seen_at = now() - interval '61 minutes' WHERE id = $1`, [left]);
  await app.cleanup.run();
  const { rows } = await database.query('SELECT id FROM replicas WHERE id = $1', [left]);
  t.same(rows, [], 'one that did not leave is forgotten after an hour');
});
