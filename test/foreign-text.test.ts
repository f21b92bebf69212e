import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { readContract } from '../contract/document.js';
import { propertiesOf } from '../contract/values.js';
import { CONTAINER_FIELDS } from '../src/metadata/container.js';
import { DEPOSIT_FIELDS } from '../src/metadata/deposit-fields.js';
import { MetadataSchema } from '../src/metadata/record.js';
import { DescribeSchema } from '../src/schemas/metadata.js';
import { checkPath, encodedNameNotices, nameKey, partPath, quoted } from '../src/uploads/file-names.js';
import { createWorkerPool } from '../src/worker-pool/pool.js';
import { execute } from '../src/worker-pool/tasks.js';
import { call } from './consent.js';
import { freshEnvironment } from './process.js';
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

t.test('a process that was started with options of V8 has threads too', async (t) => {
  const pool = JSON.stringify(new URL('../src/worker-pool/pool.js', import.meta.url));
  const program = `
    import { createWorkerPool } from ${pool};
    const pool = createWorkerPool({ light: 0 });
    console.log(JSON.stringify(await pool.run('inspectManifest', 'title: x')));
    await pool.close();`;
  const file = join(t.testdir({ 'run.mjs': program }), 'run.mjs');
  const options = ['--max-old-space-size=400', '--expose-gc', file];
  const { stdout } = await promisify(execFile)(process.execPath, options, { env: freshEnvironment() });
  t.same(JSON.parse(stdout), { restricted: [], unreadable: null });
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
  for (const sign of ['<', '[', '`']) {
    const json = { title: 'Long', description: `x${sign.repeat(80_000)}x`, description_format: 'markdown' };
    const answer = await call(path, { token: 'mock-token', json });
    t.match([answer.status, answer.body['code']], [400, 'too_complex'], `80 kB of ${sign}`);
  }
  const strict = await call(path.replace('/metadata', '/doi'), {
    token: 'mock-token',
    json: { manifest: `x${' '.repeat(2000)}x: 1` },
  });
  t.match([strict.status, strict.body['code']], [400, 'invalid_manifest'], 'a key that the writer refuses');
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

/** What texts are made of: each is repeated. */
const SIGNS = [
  ...' \n\t\u00a0aA1.,;:-_*#><()[]{}"\'`\\/&|=!?~@%$^+\u0301é\u200b中',
  ...[
    '😀',
    '\ud800',
    'a ',
    ' ,',
    'A. ',
    '1-',
    '- ',
    '1. ',
    '> ',
    'a_',
    '**',
    '*a',
    '<b>',
    '</b>',
    '<a ',
    '<!--',
    '&amp;',
  ],
  ...[
    '[a](',
    '![',
    '](',
    'a;',
    'a, ',
    'and ',
    'OR ',
    'AND (',
    'http://',
    'a@',
    '\r\n',
    '|a',
    '```',
    '~~',
    'x\n',
    '\n\n',
  ],
  ...['a: ', '- a\n', '{a: ', '&a ', '? ', '%0a', 'Jr. ', 'von ', '2020-', '10.1/', '\\a', '\\u'],
];

/** Members of what stands in lists, in all dialects. */
const listed = (text: string) => ({
  ...Object.fromEntries(
    (
      'name first_name last_name affiliation orcid gnd role term identifier type relation scheme description start end date id link place subject ' +
      'family_name given_name'
    )
      .split(' ')
      .map((key) => [key, text]),
  ),
  person_or_org: { name: text, family_name: text, type: 'personal', identifiers: [{ identifier: text }] },
  title: { en: text },
});

const described = { remembered: null, today: '2026-11-29' };

/**
 * Every place where a text of a stranger's is read, by name. A field that is new is here by itself.
 */
function readers(): [string, (text: string) => unknown][] {
  const body = (of: (value: unknown) => Record<string, unknown>) =>
    [(text: string) => text, (text: string) => [text], (text: string) => [listed(text)]].map(
      (shape) => (text: string) => execute('readDescription', [of(shape(text)), described]),
    );
  const all: [string, (text: string) => unknown][] = [];
  const add = (name: string, reads: ((text: string) => unknown)[]) => {
    for (const read of reads) all.push([name, read]);
  };
  for (const field of new Set([...Object.keys(DescribeSchema.properties), ...CONTAINER_FIELDS, 'unknown'])) {
    add(
      field,
      body((value) => ({ [field]: value })),
    );
  }
  for (const field of DEPOSIT_FIELDS)
    add(
      `metadata.${field}`,
      body((value) => ({ metadata: { [field]: value } })),
    );
  for (const field of Object.keys(MetadataSchema.properties)) {
    add(
      `record.${field}`,
      body((value) => ({ record: { metadata: { [field]: value } } })),
    );
  }
  for (const format of ['html', 'markdown', 'text']) {
    add(`description as ${format}`, [
      (text) => execute('readDescription', [{ description: text, description_format: format }, described]),
    ]);
  }
  const manifests: Record<string, (text: string) => string> = {
    yaml: (text) => text,
    key: (text) => `${text}: 1\n`,
    value: (text) => `title: ${text}\n`,
    quoted: (text) => `title: "${text}x"\n`,
    block: (text) => `description: |\n  ${text}\n`,
    list: (text) => `keywords: [${text}]\n`,
    cff: (text) =>
      `cff-version: 1.2.0\ntitle: ${JSON.stringify(text)}\nauthors:\n- name: ${JSON.stringify(text)}\n`,
    codemeta: (text) =>
      JSON.stringify({
        '@context': 'https://doi.org/10.5063/schema/codemeta-2.0',
        name: text,
        author: { familyName: text, affiliation: text },
        keywords: text,
      }),
    'ro-crate': (text) =>
      JSON.stringify({
        '@graph': [
          { '@id': 'ro-crate-metadata.json', about: { '@id': './' } },
          { '@id': './', name: text, author: text, license: text, datePublished: text },
        ],
      }),
  };
  for (const [name, made] of Object.entries(manifests)) {
    add(name, [
      (text) => execute('readDescription', [{ manifest: made(text) }, described]),
      (text) => execute('inspectManifest', [made(text)]),
      (text) => execute('searchForLevels', [made(text)]),
      (text) => execute('writeDoi', [made(text), '10.1234/x']),
    ]);
  }
  add('names of files', [
    (text) =>
      [nameKey, quoted, (name: string) => encodedNameNotices([name])].map((read) =>
        read(partPath(text, text)),
      ),
    (text) => attempt(() => checkPath(text)),
  ]);
  return all;
}

/** What a refusal on purpose throws is an answer. */
function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (typeof (error as { detail?: unknown }).detail !== 'string') throw error;
    return error;
  }
}

/**
 * Milliseconds of this process's CPU, the least of some tries: other processes do not count,
 * garbage collection seldom.
 */
function cost(read: (text: string) => unknown, text: string, tries: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let left = tries; left > 0; left -= 1) {
    const before = process.cpuUsage();
    read(text);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

t.test('what is read in this thread is short, and grows no worse than its length', async (t) => {
  const wrong: string[] = [];
  let turn = 0;
  for (const [name, read] of readers()) {
    for (const sign of SIGNS) {
      turn += 1;
      // Each sign in a fifth of the places, and each place with a fifth of the signs.
      if (turn % 5 !== 0) continue;
      const text = (size: number) => `x${sign.repeat(size / sign.length)}${turn % 2 === 0 ? '' : 'x'}`;
      try {
        if (cost(read, text(4000), 1) < 30) continue;
        const [short, long] = [cost(read, text(500), 3), cost(read, text(4000), 3)];
        if (long > 250 || (long > 30 && long > 24 * Math.max(short, 0.5))) {
          wrong.push(`${name} of ${JSON.stringify(sign)}: ${short} and ${long} ms`);
        }
      } catch (error) {
        wrong.push(`${name} of ${JSON.stringify(sign)}: ${error}`);
      }
    }
    await new Promise(setImmediate);
  }
  t.same(wrong, []);
});

t.test('no text of any field stops the service', { timeout: 600_000 }, async (t) => {
  const { url } = await startService(t, { dependencies: { workers: { time: 1500 } } });
  const token = 'mock-token';
  const made = await call(`${url}/depositions`, { token, json: {} });
  const id = String(made.body['deposition_id']);
  const { operations } = await readContract(new URL('../openapi.yaml', import.meta.url));
  const fields = operations
    .filter(({ method }) => method === 'POST')
    .flatMap(({ path, body }) => {
      const properties = propertiesOf(body['application/json']?.schema ?? {});
      return Object.keys(properties).map((field): [string, string] => [path.replace('{id}', id), field]);
    });
  t.ok(fields.length > 30, `${fields.length} fields are in the contract`);
  const slow: string[] = [];
  const signs = [' ', '<', '> ', 'a_', '[a](', '&amp;', '```', 'a; ', '(', '\n'];
  for (const [turn, [path, field]] of fields.entries()) {
    for (const sign of [signs[turn % signs.length], signs[(turn * 3 + 1) % signs.length]]) {
      const text = `x${(sign ?? ' ').repeat(80_000 / (sign ?? ' ').length)}x`;
      const markdown = field === 'description' ? { description_format: 'markdown' } : {};
      const json = { dry_run: true, ...markdown, [field]: text };
      let longest = Number.POSITIVE_INFINITY;
      for (let tries = 15; tries > 0 && longest > 250; tries -= 1) {
        let [over, most] = [false, 0];
        const sent = call(url + path, {
          token,
          json: path.startsWith('/depositions/') ? json : { [field]: text },
        });
        void sent.finally(() => {
          over = true;
        });
        while (!over) {
          const began = performance.now();
          await (await fetch(`${url}/healthz`)).arrayBuffer();
          most = Math.max(most, performance.now() - began);
        }
        const { status } = await sent;
        if (status >= 500) slow.push(`${path} ${field} ${JSON.stringify(sign)}: ${status}`);
        longest = most;
      }
      if (longest > 250) slow.push(`${path} ${field} ${JSON.stringify(sign)}: /healthz took ${longest} ms`);
    }
  }
  t.same(slow, []);
});
