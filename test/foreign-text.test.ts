import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { readContract } from '../contract/document.js';
import type { Problem } from '../src/errors.js';
import { textMember } from '../src/json-shape.js';
import { CONTAINER_FIELDS } from '../src/metadata/container.js';
import { DEPOSIT_FIELDS } from '../src/metadata/deposit.js';
import { depositView } from '../src/metadata/deposit-view.js';
import { MetadataSchema } from '../src/metadata/record.js';
import { DescribeSchema } from '../src/schemas/metadata.js';
import { createSemaphore, type Turn } from '../src/semaphore.js';
import { createThreadPool } from '../src/thread-pool/pool.js';
import { execute } from '../src/thread-pool/tasks.js';
import { pause } from '../src/time.js';
import { checkPath, encodedNameNotices, nameKey, partPath, quoted } from '../src/uploads/plan/file-names.js';
import { CALLBACK, call } from './consent.js';
import { freshEnvironment } from './process.js';
import { startService } from './service.js';
import { silenceDuring } from './silence-during.js';
import { type TextPlace, textPlaces } from './text-places.js';
import { connect, newLink } from './upload-links.js';

t.test('a task that takes too long is ended, and the next one is read', async (t) => {
  const threads = createThreadPool({ light: 0, memory: 64 });
  t.teardown(() => threads.close());
  const pool = threads.for({ owner: 'Ada' });
  const long = `a:\n${'- a\n'.repeat(1_000_000)}`;
  await t.rejects(pool.run('inspectManifest', long), { code: 'too_complex' });
  t.same(await pool.run('inspectManifest', 'title: x'), { restricted: [], unreadable: null });
  await t.rejects(
    pool.run('readMetadataCall', { manifest: 'a: [' }, { remembered: null, today: '2026-11-29' }),
    {
      code: 'invalid_manifest',
    },
  );
});

t.test('users take turns, and a task that waits too long is refused', async (t) => {
  const long = `a:\n${'- a\n'.repeat(1_000_000)}`;
  const over: string[] = [];
  const poolOf = (wait: number) => {
    const threads = createThreadPool({ light: 0, time: 500, memory: 512, wait });
    t.teardown(() => threads.close());
    return async (text: string, owner: string, left?: number) => {
      const ends = performance.now() + (left ?? 0);
      const turn = left === undefined ? { owner } : { owner, left: () => ends - performance.now() };
      const said = await threads
        .for(turn)
        .run('inspectManifest', text)
        .then(
          () => 'done',
          ({ code, members }: Problem) => `${code} ${members.retry_after ?? ''}`.trim(),
        );
      over.push(`${owner} ${said}`);
      return said;
    };
  };
  const ask = poolOf(60_000);
  const many = Array.from({ length: 5 }, () => ask(long, 'Eve'));
  const hurried = ask('title: x', 'Bob', 20);
  t.equal(await ask('title: x', 'Ada'), 'done');
  t.equal(await hurried, 'service_unavailable 5', 'the time of its call is over');
  t.ok(over.filter((said) => said.startsWith('Eve')).length < 4, `before the others of Eve: ${over}`);
  t.same(new Set(await Promise.all(many)), new Set(['too_complex']));
  t.equal(await ask('title: x', 'Ada'), 'done', 'no place stays taken');
  const impatient = poolOf(20);
  const three = await Promise.all([long, long, long].map((text) => impatient(text, 'Eve')));
  t.same(three, ['too_complex', 'too_complex', 'service_unavailable 5'], 'no wait is without an end');
});

t.test(
  'work on what has been sent already waits as long as it must, but not for a pool that is closed',
  async (t) => {
    const long = `a:\n${'- a\n'.repeat(1_000_000)}`;
    const threads = createThreadPool({ light: 0, time: 500, memory: 512, wait: 20 });
    t.teardown(() => threads.close());
    const saidTo = (turn: Turn, text: string) =>
      threads
        .for(turn)
        .run('inspectManifest', text)
        .then(
          () => 'done',
          ({ code }: Problem) => code,
        );
    const before = [long, long].map((text) => saidTo({ owner: 'Eve' }, text));
    const upload = { owner: 'Ada', waitsAlways: true };
    t.equal(await saidTo(upload, 'title: x'), 'done');
    await Promise.all(before);
    const last = [long, long, 'title: x'].map((text) => saidTo(upload, text).catch(() => 'ended'));
    await threads.close();
    t.equal((await Promise.all(last))[2], 'service_unavailable');
  },
);

t.test('an owner who comes back is served after those who wait, and only once', async (t) => {
  const { acquire } = createSemaphore(1, 1);
  const { signal } = new AbortController();
  const served: string[] = [];
  const take = async (name: string) => {
    const release = await acquire(name, signal);
    served.push(name);
    await pause(1);
    release();
  };
  await take('Ada');
  await Promise.all(['Bob', 'Bob', 'Eve', 'Ada', 'Bob', 'Eve'].map(take));
  t.same(served, ['Ada', 'Bob', 'Eve', 'Ada', 'Bob', 'Eve', 'Bob']);
});

t.test('the token of a large body is its own, and not one deeper inside', async (t) => {
  const tokenIn = (text: string) => textMember(Buffer.from(text), 'access_token');
  const deeper = '{"a":{"access_token":"of another"},"b":["access_token","x"],"access_token" : "own"}';
  t.equal(tokenIn(deeper), 'own');
  t.equal(tokenIn('{"a":"\\"access_token\\":\\"x\\"","access_token":"own"}'), 'own');
  t.equal(tokenIn('{"b":"access_token","c":"x","access_token":5}'), null);
  t.equal(tokenIn('[{"access_token":"x"}]'), null);
  t.equal(tokenIn('"access_token":"x"'), null);
});

t.test('aliases of aliases are refused before they are read one by one', async (t) => {
  const threads = createThreadPool();
  t.teardown(() => threads.close());
  const pool = threads.for({ owner: 'Ada' });
  const levels = [...'bcdefghij'].map((name, index) => {
    const before = `*${'abcdefghi'[index]}`;
    return `${name}: &${name} [${Array(9).fill(before).join(',')}]\n`;
  });
  const bomb = `a: &a ["x"]\n${levels.join('')}`;
  const described = { remembered: null, today: '2026-11-30' };
  for (const manifest of [bomb, `title: &a ${'x'.repeat(2000)}\nb: [${Array(90).fill('*a').join(',')}]\n`]) {
    await t.rejects(pool.run('readMetadataCall', { manifest }, described), { code: 'invalid_manifest' });
    const refused = 'The manifest repeats more with aliases';
    t.match(await pool.run('inspectManifest', manifest), { unreadable: new RegExp(refused) });
  }
  const { mapping } = await pool.run(
    'readMetadataCall',
    { manifest: 'title: &a Radium\nkeywords: [*a, *a]\n' },
    described,
  );
  t.match(JSON.stringify(mapping), /"Radium"/, 'a few are read');
});

t.test('a process that was started with options of V8 has threads too', async (t) => {
  const pool = JSON.stringify(new URL('../src/thread-pool/pool.js', import.meta.url));
  const program = `
    import { createThreadPool } from ${pool};
    const pool = createThreadPool({ light: 0 });
    console.log(JSON.stringify(await pool.for({ owner: 'Ada' }).run('inspectManifest', 'title: x')));
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
  const { for: parserFor } = app.threads;
  app.threads.for = (turn) => ({
    run: (...args) => {
      mapped += 1;
      return parserFor(turn).run(...args);
    },
  });
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
    t.equal(answer.status, 200, `80 kB of ${sign}`);
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
  for (const [token, code] of [
    ['made-up-three', 'invalid_token'],
    ['mock-token', 'too_complex'],
  ]) {
    const answer = await fetch(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '['.repeat(1_100_000),
    });
    t.match(await answer.json(), { code }, `a large body of a stranger is not looked at: ${token}`);
  }
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
const listed = (text: unknown) => ({
  ...Object.fromEntries(
    (
      'name first_name last_name affiliation orcid gnd role term identifier type relation scheme description start end date id link place subject ' +
      'family_name given_name active'
    )
      .split(' ')
      .map((key) => [key, text]),
  ),
  person_or_org: { name: text, family_name: text, type: 'personal', identifiers: [{ identifier: text }] },
  title: { en: text },
});

const described = { remembered: null, today: '2026-11-29' };

/** Every field of metadata, by name: a body with a value in it. A new field is here by itself. */
function fields(): [string, (value: unknown) => Record<string, unknown>][] {
  const all: [string, (value: unknown) => Record<string, unknown>][] = [];
  for (const field of new Set([...Object.keys(DescribeSchema.properties), ...CONTAINER_FIELDS, 'unknown']))
    all.push([field, (value) => ({ [field]: value })]);
  for (const field of DEPOSIT_FIELDS)
    all.push([`metadata.${field}`, (value) => ({ metadata: { [field]: value } })]);
  for (const field of Object.keys(MetadataSchema.properties))
    all.push([`record.${field}`, (value) => ({ record: { metadata: { [field]: value } } })]);
  return all;
}

/** Every place where a text of a stranger's is read, by name. */
function readers(): [string, (text: string) => unknown][] {
  const all: [string, (text: string) => unknown][] = [];
  const add = (name: string, reads: ((text: string) => unknown)[]) => {
    for (const read of reads) all.push([name, read]);
  };
  for (const [name, body] of fields()) {
    const shapes = [(text: string) => text, (text: string) => [text], (text: string) => [listed(text)]];
    add(
      name,
      shapes.map((shape) => (text: string) => execute('readMetadataCall', [body(shape(text)), described])),
    );
  }
  for (const format of ['html', 'markdown', 'text']) {
    add(`description as ${format}`, [
      (text) => execute('readMetadataCall', [{ description: text, description_format: format }, described]),
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
      (text) => execute('readMetadataCall', [{ manifest: made(text) }, described]),
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
      // Nine times as many are as even or odd: a list of names may be read in pairs.
      const text = (times: number) =>
        `x${sign.repeat(times * Math.floor(450 / sign.length))}${turn % 2 === 0 ? '' : 'x'}`;
      try {
        if (cost(read, text(9), 1) < 30) continue;
        // A busy machine makes single tries slow.
        const [short, long] = [cost(read, text(1), 9), cost(read, text(9), 9)];
        if (long > 250 || (long > 30 && long > 27 * Math.max(short, 0.5))) {
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

t.test('no word before a long run, and no long list, costs more than its length', async (t) => {
  /** All that a call does with a body. What was read is then also what Zenodo has. */
  const read = (body: Record<string, unknown>) => {
    const call = execute('readMetadataCall', [body, described]);
    if (!('value' in call)) return;
    const saved = execute('mergeDraft', [{ metadata: {} }, call.value.mapping, 'merge', described.today]);
    if (!('value' in saved)) return;
    const { content } = saved.value;
    execute('mergeDraft', [content, call.value.mapping, 'merge', described.today]);
    execute('examineDraft', [content, described.today]);
    depositView(content);
  };
  const long = (sign: string) => sign.repeat(40_000);
  const many = <T>(count: number, one: (index: number) => T) =>
    Array.from({ length: count }, (_, at) => one(at));
  const people = (name: string) => many(3000, (at) => ({ first_name: name, last_name: `Oak ${at}`, x: at }));
  const bodies: Record<string, Record<string, unknown>> = {
    href: { description: `<p>x</p><a href=${long(' ')}>y</a>` },
    jats: { description: `<jats:${long('a')}` },
    orcid: { authors: `Ada orcid${long(' ')}x` },
    doi: { links: `doi${long(' ')}x` },
    handle: { links: `hdl:${long(' ')}x` },
    licence: { license: long('x,') },
    'unknown keys': { metadata: Object.fromEntries(many(6000, (at) => [`k${at}`, at])) },
    people: { authors: people('Ada'), contributors: people('Eve') },
    words: { authors: [{ name: long('a b '), first_name: many(40_000, String).join(' ') }] },
    languages: { languages: many(40_000, (at) => `zz${at}`) },
    custom: { metadata: { custom: Object.fromEntries(many(6000, (at) => [`x:k${at}`, at])) } },
    affiliation: { authors: [{ name: 'Ada', affiliation: `x${' '.repeat(80_000)}x` }] },
    'a list in a text': { keywords: `[${','.repeat(80_000)}[]` },
    gnd: { authors: [{ name: 'Ada', gnd: `${'/about'.repeat(40_000)}\rx` }] },
    'an access level': { [`access${'-'.repeat(80_000)}.level`]: 'open', embargo_date: '2090-01-01' },
    identifiers: {
      pid: many(8000, (at) => `zz unknown ${at}`),
      record: { metadata: { identifiers: [{ identifier: '10.1234/x', scheme: 'doi' }] } },
    },
    'dots of a key': { [`keywords${'.'.repeat(80_000)}`]: ['a, b'], metadata: { keywords: ['c'] } },
    'long keys': Object.fromEntries(many(2000, (at) => [`${'k.'.repeat(900)}${at}`, at])),
    'a long key': { [`dates${'.'.repeat(1900)}`]: many(10_000, (at) => `x${at}`) },
    'bad dates': {
      record: { metadata: { dates: many(10_000, () => ({ date: 'x1', type: { id: 'other' } })) } },
    },
  };
  for (const field of ['keywords', 'dates', 'references', 'links', 'grants', 'subjects', 'sizes'])
    bodies[`10,000 ${field}`] = { [field]: many(10_000, (at) => `2020 a${at}`) };
  for (const [name, body] of Object.entries(bodies)) {
    const once = cost(() => read(body), '', 1);
    const spent = once < 2500 ? once : cost(() => read(body), '', 3);
    t.ok(spent < 2500, `${name}: ${spent} ms`);
  }
  const files = many(20_000, (at) => ({ path: `a folder/${at % 100}/${'é'.repeat(60)}${at}`, size: at }));
  const parts = files.map(({ path, size }) => ({ path, size, entry: path }));
  const limits = { fileBytes: 1e12 };
  const plans: Record<string, () => unknown> = {
    'the files of a link': () => execute('planPaths', [files, { archive: 'zip', there: [], limits }]),
    'a folder and its zip': () => execute('previewMerge', [parts, parts]),
  };
  for (const [name, plan] of Object.entries(plans)) {
    const spent = cost(plan, '', 1);
    t.ok(spent < 2500, `${name}: ${spent} ms`);
  }
});

/** Objects whose members hide what every object has: what is written without thought throws. */
const ODD = { toString: 1, valueOf: 1, toJSON: 1, length: -1, constructor: 1, hasOwnProperty: 1 };

t.test('no object in the place of a text is a failure of ours', async (t) => {
  const wrong: string[] = [];
  const one = listed(ODD);
  const inside = { identifiers: [one, one], affiliations: [one], awards: [one], features: [one] };
  const more = { ...one, ...inside, award: { ...one, ...inside }, funder: one, until: '2090-01-01' };
  for (const [name, body] of fields()) {
    for (const odd of [ODD, [ODD], one, [one], more, [more, more]]) {
      try {
        const read = execute('readMetadataCall', [body(odd), described]);
        if (!('value' in read)) continue;
        // What a Zenodo that went mad would have stored.
        const { metadata = body(odd) } = body(odd) as { metadata?: Record<string, unknown> };
        const draft = { metadata, pids: { doi: ODD }, access: { embargo: ODD, files: ODD } };
        const merged = execute('mergeDraft', [draft, read.value.mapping, 'merge', described.today]);
        if ('value' in merged) execute('examineDraft', [merged.value.content, described.today]);
      } catch (error) {
        wrong.push(`${name}: ${error}`);
      }
    }
  }
  t.same(wrong, []);
});

/** What a header and a URL can carry: Node takes 16 kB of both together. */
const MOST_IN_HEAD = 12_000;

/** Texts of a place: as long as its schema takes, at most 80 kB, and one that it refuses. */
function lengthsOf({ in: kind, longest }: TextPlace): number[] {
  if (kind !== 'json' && kind !== 'form') return [MOST_IN_HEAD];
  return longest !== null && longest < 80_000 ? [longest, 80_000] : [80_000];
}

/** A value with `text` where a way through it leads, and all else as it was. */
function placed(value: unknown, way: readonly (string | number)[], text: unknown): unknown {
  const [key, ...rest] = way;
  if (key === undefined) return text;
  if (typeof key === 'number') return [placed(Array.isArray(value) ? value[0] : undefined, rest, text)];
  const members = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  return { ...members, [key]: placed((members as Record<string, unknown>)[key], rest, text) };
}

/** What else a call needs to get as far as reading the text. */
const BASE: Record<string, unknown> = {
  'POST /oauth/authorize': { container_id: 'c', django_callback_url: CALLBACK },
  'POST /oauth/callback': { state: 's', code: 'c', django_callback_url: CALLBACK },
  'POST /upload-link/plan': { files: [{ path: 'a', size: 1 }] },
  'POST /depositions/{id}/upload-links': { return_url: CALLBACK },
  'POST /depositions/{id}/metadata': { dry_run: true, description_format: 'markdown' },
};

/** Node judges this one itself, before us. */
const NOT_OURS = 'content-length';

/** Sends one call with a text in one place, or with something else in a place of JSON. */
async function sendText(
  url: string,
  place: TextPlace,
  value: unknown,
  { id, secret }: { id: string; secret: string },
): Promise<number> {
  const { operation, in: kind, way } = place;
  const text = typeof value === 'string' ? value : '';
  const { method, path } = operation;
  const call = `${method} ${path}`;
  const name = String(way[0] ?? '');
  const others: Record<string, string> = {
    // What ends something ends nothing that the next call needs.
    id: method === 'DELETE' || path.endsWith('/publish') ? '999999999999' : id,
    name: 'a.txt',
  };
  const filled = path.replace(/\{(\w+)\}/g, (_, key: string) =>
    encodeURIComponent(kind === 'path' && key === name ? text : (others[key] ?? randomUUID())).slice(
      0,
      MOST_IN_HEAD,
    ),
  );
  const query = kind === 'query' ? `?${encodeURIComponent(name)}=${encodeURIComponent(text)}` : '';
  const headers: Record<string, string> = {
    authorization: `Bearer ${path.startsWith('/upload-link') ? secret : 'mock-token'}`,
    ...(kind === 'header' ? { [name]: text.replace(/[^ -~]/g, ' ').trim() } : {}),
  };
  let body: string | FormData | undefined;
  if (operation.body['application/json'] !== undefined) {
    headers['content-type'] = 'application/json';
    const base = BASE[call] ?? {};
    body = JSON.stringify(kind === 'json' ? placed(base, way, value) : base);
  }
  if (kind === 'form') {
    body = new FormData();
    body.append(name, text);
    body.append('files', new Blob(['x']), name === 'files' ? text : 'a.txt');
  }
  const target = `${url}${filled}${query}`.slice(0, MOST_IN_HEAD + 2000);
  const answer = await fetch(target, { method, headers, ...(body === undefined ? {} : { body }) });
  // Streams of events have no end.
  if (answer.headers.get('content-type')?.includes('event-stream')) await answer.body?.cancel();
  else await answer.arrayBuffer();
  return answer.status;
}

/** A part of JSON, which the parser of forms reads before us. */
const jsonPart = (name: string, json: string) =>
  `--odd\r\ncontent-disposition: form-data; name="${name}"\r\ncontent-type: application/json\r\n\r\n${json}\r\n`;

/** Sends a form with these parts and a file. */
async function sendJsonParts(url: string, parts: string): Promise<number> {
  const file = '--odd\r\ncontent-disposition: form-data; name="files"; filename="a"\r\n\r\na\r\n--odd--\r\n';
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: 'Bearer mock-token', 'content-type': 'multipart/form-data; boundary=odd' },
    body: parts + file,
  });
  await answer.arrayBuffer();
  return answer.status;
}

t.test('no text in any place of any call stops the service', { timeout: 900_000 }, async (t) => {
  const { url } = await startService(t, { dependencies: { threads: { time: 1500 } } });
  const { token, id } = await connect(url, 'texts');
  const { secret } = await newLink(url, { token, id });
  const made = await call(`${url}/depositions`, { token: 'mock-token', json: {} });
  const known = { id: String(made.body['deposition_id']), secret };
  const { operations } = await readContract(new URL('../openapi.yaml', import.meta.url));
  const places = textPlaces(operations).filter(({ way }) => way[0] !== NOT_OURS);
  const signs = [
    ' ',
    '<',
    '> ',
    'a_',
    '[a](',
    '&amp;',
    '```',
    'a; ',
    '(',
    '\n',
    'a,',
    '%20',
    'YQ== ',
    '/a',
    '\u0301',
  ];
  const slow: string[] = [];
  for (const [turn, place] of places.entries()) {
    for (const [index, length] of lengthsOf(place).entries()) {
      const sign = signs[(turn * 7 + index) % signs.length] ?? ' ';
      const text = `x${sign.repeat(length / sign.length)}x`.slice(0, length);
      const statuses: number[] = [];
      const work = async () => statuses.push(await sendText(url, place, text, known));
      const silence = await silenceDuring(work, 250);
      const what = `${place.name}, ${length} of ${JSON.stringify(sign)}`;
      if (statuses.some((status) => status >= 500)) slow.push(`${what}: ${statuses}`);
      if (silence > 250) slow.push(`${what}: a turn of the loop takes ${silence} ms`);
    }
  }
  t.same(slow, []);

  const failed: string[] = [];
  const note = (what: string, status: number) => status >= 500 && failed.push(`${what}: ${status}`);
  // Those of metadata were read above.
  const others = places.filter(
    ({ name }) => / json /.test(name) && !/\/(metadata|check json (?!files))/.test(name),
  );
  for (const place of others) note(place.name, await sendText(url, place, ODD, known));
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  for (const name of [
    'access_token',
    'upload_link',
    'sizes',
    'md5s',
    'sync',
    'archive',
    'folders',
    'other',
  ]) {
    for (const json of [JSON.stringify(ODD), JSON.stringify({ 'a\nb': ODD }), deep]) {
      for (const path of [`/depositions/${known.id}/files`, '/upload'])
        note(`${path} ${name}`, await sendJsonParts(url + path, jsonPart(name, json)));
    }
  }
  const entries = (first: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: 80_000 }, (_, at) => [`${first + at}`, 1])));
  const lists = [1e6, 2e6, 3e6].map((first) => jsonPart('sizes', entries(first))).join('');
  let refused = 0;
  const wait = await silenceDuring(async () => {
    refused = await sendJsonParts(`${url}/depositions/${known.id}/files`, lists);
  }, 250);
  t.ok(refused === 400 && wait <= 250, 'long lists in a form', { refused, wait });
  t.same(failed, [], 'no object in any place is a failure of ours');

  const many = <T>(count: number, one: T) => Array.from({ length: count }, () => one);
  const wide = '\u4e00'.repeat(10);
  const bodies: [string, object][] = [
    ['check', { record: { metadata: { dates: many(4000, { date: 'x1', type: { id: 'other' } }) } } }],
    ['check', { files: Array.from({ length: 10_000 }, (_, at) => `${wide}/${at % 100}/${at} ${wide}`) }],
    ['check', { files: Array.from({ length: 10_000 }, (_, at) => ({ name: `${wide}${at}`, size: 1 })) }],
    ['check', { files: Array.from({ length: 9000 }, (_, at) => `${'a/'.repeat(500)}${at}`) }],
    ['metadata', { title: { ['k'.repeat(500_000)]: many(50, 'x'.repeat(10_001)) } }],
    ['metadata', { title: { ['k'.repeat(16_000)]: many(95, 'x'.repeat(10_001)) } }],
    ['metadata', { [`dates${'.'.repeat(1900)}`]: many(10_000, 'x1') }],
    ['metadata', { dates: many(10_000, 'x1'), strict: true }],
  ];
  for (const [path, json] of bodies) {
    const token = JSON.stringify(json).length < 1_048_576 ? 'made-up' : 'mock-token';
    for (const one of path === 'check' ? ['mock-token'] : [token, 'mock-token']) {
      let [status, length] = [0, 0];
      const silence = await silenceDuring(async () => {
        const answer = await fetch(`${url}/depositions/${known.id}/${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${one}`, 'content-type': 'application/json' },
          body: JSON.stringify(json),
        });
        [status, length] = [answer.status, (await answer.text()).length];
      }, 250);
      const what = `${path} of ${one} with ${JSON.stringify(json).slice(0, 60)}`;
      t.ok(status < 500 && silence <= 250 && length < 1_500_000, what, { status, silence, length });
    }
  }
  const slashes = many(9000, 0).map((_, at) => `${'/'.repeat(1000)}${at}`);
  for (const [type, body] of [
    ['application/json', JSON.stringify({ other: Object.fromEntries(slashes.map((name) => [name, 1])) })],
    ['application/x-www-form-urlencoded', slashes.map((name) => `${name}=1`).join('&')],
  ] as const) {
    let answer: unknown;
    const silence = await silenceDuring(async () => {
      const asked = await fetch(`${url}/depositions/${known.id}/check`, {
        method: 'POST',
        headers: { authorization: 'Bearer mock-token', 'content-type': type },
        body,
      });
      answer = await asked.json();
    }, 250);
    t.match(answer, { status: 400, code: 'too_complex', detail: /names of all fields/ }, type);
    t.ok(silence <= 250, `${type}: a turn of the loop takes ${silence} ms`);
  }
  t.ok(places.length > 200, `${places.length} places are in the contract`);
  for (const name of [
    'POST /upload-link/plan json files.0.path',
    'POST /depositions/{id}/metadata json contributors.0.name',
    'POST /depositions/{id}/files form sizes',
    'GET /depositions query container_id',
    'POST /depositions/{id}/tus header upload-metadata',
    'PUT /depositions/{id}/files/{name} path name',
  ])
    t.ok(
      places.some((place) => place.name === name),
      name,
    );
});
