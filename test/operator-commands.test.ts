import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import t from 'tap';
import { bundled } from './bundle.js';
import { command } from './command.js';
import { insertConnection, insertUpload, startOperated, uploadsIn } from './operated.js';
import { freshEnvironment } from './process.js';

const { operator, settings, sql } = await startOperated(t);
const { OPERATOR_PORT: _port, OPERATOR_KEY: _key, ...commandEnv } = settings;

/** Commands that are called wrongly, and the reason. */
const MISUSES: [words: string, said: RegExp][] = [
  ['uploads lst', /^Unknown command "lst". Use one of list,/],
  ['uploads list 77 78', /^Unexpected argument "78"/],
  ['uploads failures 77', /^Unexpected argument "77"/],
  ['uploads show', /^show needs an id/],
  ['uploads list --limit x', /^--limit "x" is not a number/],
  ['uploads failures --since yesterday', /^"yesterday" is not a time/],
  ['webhooks send', /^send needs an id/],
  ['webhooks list --state lost', /^Unknown state “lost”. Use one of pending,/],
  ['connections list --state lost', /^Unknown state “lost”. Use one of active,/],
  ['connections forget', /^forget needs --zenodo-user ID/],
  ['connections forget 4711', /^Unexpected argument "4711"/],
  ['drafts find --state lost', /^Unknown state “lost”. Use one of unfinished,/],
  ['drafts prune --yes', /^prune needs --older-than/],
  ['drafts prune --older-than 30d --state all', /^prune has no option --state/],
  ['drafts prune --older-than 30x', /^"30x" is not an age/],
  ['drafts', /^Name a command: list, prune, find/],
  ['now then', /^Unexpected argument 'then'/],
  ['rotate-keys --forc', /^Unknown option '--forc'/],
  ['doctor --wait x', /^--wait "x" is not a number of seconds from 0 to 600/],
  ['doctor --wait', /^Option '--wait <value>' argument missing/],
  ['start now', /^Unexpected argument "now"/],
];

/** Each command, in a way that asks the database. */
const WITHOUT_DATABASE = [
  'now',
  'uploads show 0b8a3c1e',
  'connections list',
  'drafts find',
  'webhooks list',
  'rotate-keys',
];

t.test('uploads that were refused before they were taken are listed', async (t) => {
  const user = await insertConnection(sql, '4711');
  await sql(
    `INSERT INTO refused_uploads (id, at, status, code, detail, deposition_id, container_id, connection_id, replica, request_id)
     SELECT gen_random_uuid(), now() - n * interval '1 hour', 400, 'empty_file', 'a.csv is empty.', 123, '77', $1, 'r', 'refused-' || n
     FROM generate_series(1, 3) n`,
    [user],
  );
  const [listed, hinted] = await Promise.all([
    command(['uploads', 'list', '77', '--state', 'refused', '--since', '150m'], commandEnv),
    command(['uploads', 'list', '77'], commandEnv),
  ]);
  t.match(listed.rows, [
    { request_id: 'refused-1', code: 'empty_file', zenodo_user_id: '4711', container_id: '77' },
    {},
  ]);
  t.equal(listed.rows.length, 2);
  t.match(hinted, {
    code: 0,
    stderr: /^0 uploads\nthere are also refused uploads.*--state refused\n$/,
  });
});

t.test('the same by command', async (t) => {
  const env = commandEnv;
  const user = await insertConnection(sql, '4711');
  const error = { code: 'quota_exceeded', detail: 'Full.' };
  const failed = await insertUpload(sql, {
    container: '77',
    connection: user,
    state: 'failed',
    error,
    began: '3 h',
    file: '100%.csv',
  });
  const waiting = await insertUpload(sql, {
    container: '78',
    connection: user,
    state: 'queued',
    began: '1 h',
    file: 'b.csv',
  });
  await sql(
    `INSERT INTO drafts (id, owner, connection_id, container_id, deposition_id, updated_at, deleted_at, deletion_request_id, deleted_by)
     VALUES (gen_random_uuid(), 'o', $1, '77', 123, now(), now(), 'the-request', 'application')`,
    [user],
  );
  const run = (...args: string[]) => command(args, env);
  const [all, one, none, literal, wrong, unknown, long] = await Promise.all([
    run('uploads', 'list'),
    run('uploads', 'list', '77', '--state', 'failed', '--since', '1d', '--json'),
    run('uploads', 'list', '--container', '79'),
    run('uploads', 'list', '100%'),
    run('uploads', 'list', '--state', 'lost'),
    run('uploads', 'list', '--stat', 'failed'),
    run('uploads', 'list', 'x'.repeat(10_000)),
  ]);
  t.same(
    all.rows.map(({ id }) => id),
    [waiting, failed],
  );
  t.match(all, { code: 0, stderr: '2 uploads\n' });
  t.match(one.rows, [{ id: failed, zenodo_user_id: '4711', code: 'quota_exceeded', files: 1, bytes: 5 }]);
  t.match(none, { code: 0, stdout: '', stderr: '0 uploads\n' });
  t.same(
    literal.rows.map(({ id }) => id),
    [failed],
  );
  t.match(wrong, { code: 2, stdout: '', stderr: /^Unknown state “lost”/ });
  t.match(unknown, { code: 2, stderr: /^Unknown option '--stat'/ });
  t.match(long, { code: 2, stderr: /^Search for at most 255 characters/ });

  const begun = failed.slice(0, 8);
  const twin = await insertUpload(sql, { began: '2 h' });
  await sql('UPDATE uploads SET id = $1 WHERE id = $2', [`${begun}-${randomUUID().slice(9)}`, twin]);
  const [ambiguous, history, lost, found, prune] = await Promise.all([
    run('uploads', 'show', begun),
    run('uploads', 'show', failed.slice(0, 30).toUpperCase()),
    run('uploads', 'show', randomUUID()),
    run('drafts', 'find', '123'),
    run('uploads'),
  ]);
  t.match(history.rows, [
    { upload: { id: failed, detail: 'Full.' }, files: [{ name: '100%.csv', size: 5 }] },
  ]);
  t.match(ambiguous, { code: 1, stdout: '', stderr: /^Enter more characters of the id\. .*, / });
  t.match(ambiguous.stderr, failed);
  t.match((await operator.ask(`uploads/${begun}`)).text, 'Several uploads have ids that start like this');
  await sql('DELETE FROM uploads WHERE id::text LIKE $2 AND id <> $1', [failed, `${begun}%`]);
  t.match(await operator.ask(`uploads/${begun}`), { status: 303, location: `./${failed}` });
  for (const short of [begun.slice(0, 3), '%', `${begun}%`, `${begun}--`])
    t.equal((await operator.ask(`uploads/${encodeURIComponent(short)}`)).status, 404, short);
  t.same(uploadsIn((await operator.ask(`uploads?text=${begun}`)).text), [failed], 'and a search finds it');
  t.match(lost, { code: 1, stdout: '', stderr: /^There is no upload with this id.*uploads list/ });
  t.match(
    found.rows,
    [
      {
        deposition_id: 123,
        container_id: '77',
        zenodo_user_id: '4711',
        connection_id: user,
        deleted_by: 'application',
        deletion_request_id: 'the-request',
      },
    ],
    'who deleted it',
  );
  t.match(prune, {
    code: 2,
    stderr: /^Name a command: list, failures, show, retry, cancel\.\n\nusage: uploads list/,
  });
  const misuses = MISUSES.map(async ([words, said]) => {
    const { code, stderr, stdout } = await run(...words.split(' '));
    t.match({ code, stdout }, { code: 2, stdout: '' }, words);
    t.match(stderr, said, words);
    t.match(stderr, /\nusage: |\nChecks everything/, `${words}: and how it is meant`);
  });
  await Promise.all(misuses);

  t.match(await run('uploads', 'retry', failed), {
    code: 1,
    rows: [{ done: false, said: /bytes are no longer stored/ }],
  });
  const retried = await run('uploads', 'retry', waiting);
  t.match(retried, {
    code: 0,
    stderr: new RegExp(`"audit":"operator_retried","by":"command".*"upload_id":"${waiting}"`),
  });
  t.match(await run('uploads', 'cancel', waiting), {
    rows: [{ upload_id: waiting, done: true }],
    stderr: new RegExp(
      `"request_id":"command-.*"upload_id":"${waiting}".*an upload has ended: it was cancelled`,
    ),
  });
  t.match(await run('uploads', 'cancel', failed), {
    code: 1,
    rows: [{ done: false, said: 'It has already ended: failed.' }],
  });
  t.match(await run('uploads', 'cancel', "' OR 1=1 --"), {
    code: 1,
    rows: [{ said: /no upload with this id/ }],
  });

  const names = ['start', 'now', 'uploads', 'webhooks', 'connections', 'drafts', 'rotate-keys', 'doctor'];
  const helps = names.map(async (name) => {
    const help = await command([name, '--help'], {});
    t.match(help, { code: 0, stderr: '' }, `${name} --help needs no settings`);
    const codes = /^(start|doctor)$/.test(name) ? /Exit code 0:.*1:/ : /Exit code 0:.*1:.*2:.*\n3:/;
    t.match(help.stdout, codes, name);
  });
  await Promise.all(helps);
  await sql(`INSERT INTO uploads (id, owner, deposition_id, volume, request_id, deadline_at, updated_at, state, finished_at)
    SELECT gen_random_uuid(), 'o', 1, 'v', 'r', now(), now(), 'done', now() FROM generate_series(1, 3000)`);
  const head = await command(['uploads', 'list', '--limit', '0'], env, 'head -n 1');
  t.match(head, { code: 0, stderr: '' }, 'quiet on a closed pipe');
  for (const words of [['uploads', 'list'], ['now'], ['uploads', '--help'], ['--help']])
    t.match(
      await command(words, env, 'cat', '/dev/full'),
      {
        code: 3,
        stderr: /(^|\n)standard output cannot be written to: ENOSPC[^\n]*\n$/,
      },
      `${words.join(' ')} on a full volume`,
    );
  t.equal((await run('uploads', 'list', '--limit', '0')).rows.length, 3002, 'all pages of a long list');
  const without = { ...env, DATABASE_URL: 'postgresql://127.0.0.1:1/none' };
  const failing = WITHOUT_DATABASE.map(async (words) => {
    const said = { code: 3, stdout: '', stderr: /^the database that DATABASE_URL names cannot be used/ };
    t.match(await command(words.split(' '), without), said, `${words} without a database`);
  });
  await Promise.all(failing);
  t.match(await command(['now'], { ...env, DATABASE_URL: 'x' }), { code: 3, stderr: 'DATABASE_URL' });
  const { DATABASE_URL = '', TOKEN_KEYS = '' } = env;
  const alone = [
    ...WITHOUT_DATABASE.filter((words) => words !== 'rotate-keys'),
    'uploads cancel 0b8a3c1e',
  ].map(async (words) => {
    const { code, stderr } = await command(words.split(' '), { DATABASE_URL, NODE_ENV: 'production' });
    t.ok(code < 2, `${words} needs the database alone: ${stderr}`);
  });
  await Promise.all(alone);
  t.match(await command(['rotate-keys'], { DATABASE_URL, TOKEN_KEYS }), { code: 0 }, 'and this one the keys');
  t.match(await command(['rotate-keys'], { DATABASE_URL }), { code: 3, stderr: /TOKEN_KEYS is missing/ });
  t.match(await command(['now'], {}), { code: 3, stderr: /DATABASE_URL is missing[^\n]*\n$/ });
  t.match(await command(['drafts', 'prune', '--older-than', '1d'], { DATABASE_URL }), {
    code: 3,
    stderr: /ZENODO_URL is missing/,
  });
  const [now] = (await run('now')).rows;
  const { staging = [] } = (now ?? {}) as { staging?: Record<string, unknown>[] };
  t.match(
    staging.filter(({ id }) => id !== 'v'),
    [{ host: String, total: Number, free: Number, min_free: 0, taken: Number, reserved: 0, kept: 0 }],
    'how full the volume is',
  );
  await sql(`INSERT INTO events (type, owner, stream, data) VALUES ('upload.failed', 'o', 's', '{}')`);
  const cli = await bundled('scripts/cli.js');
  const onTerminal = (words: string) =>
    new Promise<string>((done) => {
      const typed = `script -qec 'env -u NODE_OPTIONS ${process.execPath} ${cli} ${words}' /dev/null`;
      const options = { env: { ...freshEnvironment(), ...env } };
      execFile('bash', ['-c', typed], options, (_error, stdout) => done(stdout));
    });
  // Without WEBHOOK_URL the service sets events aside every minute.
  await sql("UPDATE events SET delivery = 'pending' WHERE delivery = 'off'");
  for (const [words, ...said] of [
    [
      'webhooks list --state pending',
      /WEBHOOK +DELIVERY +EVENT.*\r?\n[0-9a-f-]{36} +pending +upload\.failed/,
    ],
    [
      'uploads list 77',
      /UPLOAD +STATE +CONTAINER +DEPOSITION +USER +FILES +STARTED +WHY\r?\n/,
      new RegExp(`${failed} +failed +77 +1 +4711 +1 +[-\\d]+ [:\\d]+ +quota_exceeded`),
    ],
    ['uploads list 77 --json', new RegExp(`(^|\n)\\{"id":"${failed}".*\\}\r?\n`)],
    [
      `uploads show ${failed}`,
      /state +failed\r?\nwhy +quota_exceeded: Full\.\r?\n/,
      /bytes +It failed permanently, and its bytes are no longer\s+stored\. The application must/,
      / {2}taken; request r\r?\n/,
      /FILE +STATE +SIZE +RECEIVED +AT ZENODO +ATTEMPTS +WHY\r?\n100%\.csv/,
    ],
    ['connections list', /USER +STATE +ENDED .*CONNECTION\r?\n4711 +active/],
    ['drafts find 123', /DEPOSITION +CONTAINER +USER +CREATED +STATE\r?\n123 +77 +4711 .* deleted /],
    ['now', /Zenodo +accepts calls;.*\n\r?\nREPLICA +VERSION +MACHINE/s],
  ] as [string, ...RegExp[]][]) {
    const screen = await onTerminal(words);
    for (const one of said) t.match(screen, one, `${words} on a terminal`);
  }
});
