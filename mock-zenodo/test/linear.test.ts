import t, { type Test } from 'tap';
import { acceptedType } from '../accept.js';
import type { MockContext } from '../context.js';
import { checkBytes } from '../control/seed-files.js';
import { createDraft } from '../deposit/life-cycle.js';
import { depositionJson } from '../deposit/representation.js';
import { secureFilename } from '../files/secure-filename.js';
import { prettyJson } from '../json.js';
import type { Fields } from '../metadata/checks.js';
import { customFieldsSchema } from '../metadata/custom-fields-schema.js';
import { detectKinds } from '../metadata/identifiers/schemes.js';
import { legacyToRdm } from '../metadata/legacy-in.js';
import { acceptRdm } from '../metadata/loose-validation.js';
import { pidsSchema } from '../metadata/pids-schema.js';
import { metadataSchema } from '../metadata/rdm-schema.js';
import { sanitiseHtml, textOfHtml } from '../metadata/text/sanitise-html.js';
import { nearestRoutes } from '../nearest-routes.js';
import { parseOptions } from '../options.js';
import { pathMatcher } from '../path-pattern.js';
import { bibtex } from '../records/exports/bibtex.js';
import { licenceUrl } from '../records/exports/spdx-url.js';
import { rdmRecord } from '../records/rdm-record.js';
import { matches } from '../search/query-match.js';
import { parseQuery } from '../search/query-parser.js';
import { buildMock } from '../server.js';

/**
 * What long texts are made of: each has once been, somewhere, the food of a parser that grew faster
 * than its input.
 */
const PIECES = [
  'a',
  ' ',
  '<',
  '<b>',
  '<p><b>',
  '<a href="',
  '</p>',
  '<table><b>x',
  '<!--',
  '&',
  '&amp;',
  'amp;',
  '"',
  '(',
  '1',
  'a.',
  'a/',
  '-',
  'a:',
  'Ã©',
  '\u0301',
  '\u001b[1',
  '\n',
  '*',
  '\\"',
  ';a="\\"',
];

const SIZES = { short: 10_000, long: 80_000 };

/**
 * The long text is eight times the short one; three times that is for a machine that does other
 * things, the rest for small numbers.
 */
const GROWTH = 8 * 3;
const SLACK_MS = 300;

/**
 * The least time of several that an action takes of this process's CPU, in milliseconds: what else
 * the machine does counts little. Refusals are as good as answers.
 */
function timeOf(action: () => unknown, tries = 3): number {
  const times = Array.from({ length: tries }, () => {
    const start = process.cpuUsage();
    try {
      action();
    } catch (error) {
      if (error instanceof TypeError || error instanceof RangeError) throw error;
    }
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

const everywhere = (text: string) => ({
  title: text,
  description: text,
  version: text,
  publication_date: text,
  creators: [
    {
      person_or_org: { type: 'personal', family_name: text, identifiers: [{ identifier: text }] },
      affiliations: [{ name: text }],
    },
  ],
  subjects: [{ subject: text }],
  rights: [{ title: { en: text }, link: `https://${text}` }],
  related_identifiers: [{ identifier: text, relation_type: { id: 'cites' } }],
  dates: [{ date: text, type: { id: 'other' } }],
  references: [{ reference: text }],
});

/** An object that has every field that is asked for. */
const every = (value: unknown): object =>
  new Proxy(
    {},
    {
      get: (plain, name) => (typeof name !== 'string' || name in plain ? Reflect.get(plain, name) : value),
      getOwnPropertyDescriptor: () => ({ value, enumerable: true, configurable: true }),
    },
  );

/** What fields hold, as deep as schemas are: in each a text stands in all fields at once. */
const SHAPES: Record<string, (text: string) => unknown> = {
  texts: (text) => text,
  lists: (text) => [text],
  objects: (text) => every(text),
  'lists of objects': (text) => [every(text)],
  'objects of objects': (text) => every(every(text)),
  'lists of objects of objects': (text) => [every(every(text))],
  'lists of objects of lists': (text) => [every([every(text)])],
  'lists of objects of lists of texts': (text) => [every([text])],
  'lists deeper': (text) => [every(every([every(text)]))],
};

/** Each schema with each shape: a field that is new is here by itself. */
function schemas(mock: MockContext): Record<string, (text: string) => unknown> {
  return Object.fromEntries(
    Object.entries(SHAPES).flatMap(([name, shape]) => [
      [
        `metadata, ${name}`,
        (text: string) => metadataSchema(every(shape(text)), 'metadata', () => undefined),
      ],
      [
        `custom fields, ${name}`,
        (text: string) => customFieldsSchema(every(shape(text)), 'custom_fields', () => undefined),
      ],
      [`pids, ${name}`, (text: string) => pidsSchema(every(shape(text)), 'pids', () => undefined)],
      [
        `the deposit API, ${name}`,
        (text: string) => legacyToRdm({ metadata: every(shape(text)) as Fields }, mock.clock.now()),
      ],
    ]),
  );
}

const asDeposit = (text: string) => ({
  title: text,
  description: text,
  creators: [{ name: text, orcid: text }],
  keywords: [text, text],
  notes: text,
  license: text,
  related_identifiers: [{ identifier: text, relation: 'cites' }],
});

function actions(mock: MockContext): Record<string, (text: string) => unknown> {
  const user = mock.store.users.values().next().value;
  if (user === undefined) throw new Error('a mock begins with a user');
  const { deposition } = createDraft(mock, user);
  const { draft } = deposition;
  if (draft === null) throw new Error('a deposition begins as a draft');
  const show = (text: string) => {
    Object.assign(draft, acceptRdm(mock, { metadata: everywhere(text) }).content);
    return JSON.stringify([depositionJson('http://x', mock, deposition), bibtex(1, draft)]);
  };
  return {
    'records API': (text) => acceptRdm(mock, { metadata: everywhere(text) }),
    'deposit API': (text) => acceptRdm(mock, legacyToRdm({ metadata: asDeposit(text) }, mock.clock.now())),
    'answers and BibTeX': show,
    'RDM JSON': (text) => {
      Object.assign(draft, acceptRdm(mock, { metadata: everywhere(text) }).content);
      return rdmRecord('http://x', mock, deposition, draft, true);
    },
    HTML: sanitiseHtml,
    'text of HTML': textOfHtml,
    'search query': (text) => matches(parseQuery(text.slice(0, 16_000)), { title: text }),
    'wildcard search': (text) => matches(parseQuery('*a*b*a*'), { title: text }),
    'Accept header': (text) => acceptedType(text.slice(0, 16_000), []),
    'parameter of Accept': (text) => acceptedType(`a;b=${text.slice(0, 16_000)}`, []),
    'path pattern': (text) => pathMatcher('/api/*a*b/:id/*')(`/api/${text}`),
  };
}

t.test('what a text costs grows with its length, whatever it is made of', async (t) => {
  const app = await buildMock(parseOptions({}));
  t.teardown(() => app.close());
  for (const [name, action] of Object.entries(actions(app.mock))) {
    for (const piece of PIECES) grows(t, `${name}, ${JSON.stringify(piece)}`, action, piece, SIZES);
  }
});

t.test('nor does any field of any schema cost more', async (t) => {
  const app = await buildMock(parseOptions({}));
  t.teardown(() => app.close());
  // All fields at once: a fraction of the length is as much in all.
  const sizes = { short: SIZES.short / 10, long: SIZES.long / 10 };
  for (const [turn, [name, action]] of Object.entries(schemas(app.mock)).entries()) {
    // Each shape with a quarter of the pieces, and each piece with a quarter of the shapes.
    const pieces = PIECES.filter((_, index) => (index + turn) % 4 === 0);
    for (const piece of pieces) grows(t, `${name}, ${JSON.stringify(piece)}`, action, piece, sizes);
  }
});

function grows(
  t: Test,
  name: string,
  action: (text: string) => unknown,
  piece: string,
  sizes: typeof SIZES,
): void {
  const text = (size: number) => piece.repeat(Math.ceil(size / piece.length));
  // The bound is never lower.
  const once = timeOf(() => action(text(sizes.long)), 1);
  if (once <= SLACK_MS) return void t.pass(`${name}: ${once.toFixed()} ms`);
  const short = timeOf(() => action(text(sizes.short)));
  const long = timeOf(() => action(text(sizes.long)));
  const bound = short * GROWTH + SLACK_MS;
  t.ok(long <= bound, `${name}: ${long.toFixed()} ms of ${bound.toFixed()}`);
}

t.test('nor does a long run between two letters', (t) => {
  const runs: Record<string, [string, (text: string) => unknown]> = {
    'a file name': ['.', (text) => secureFilename(`x${text}x`)],
    'the link of a licence': ['/', (text) => licenceUrl(`https:/${text}x`)],
    'a handle': [' ', (text) => detectKinds(`hdl:${text}x`)],
    base64: ['\n', (text) => checkBytes({ name: 'x', base64: `a${text}!` })],
  };
  for (const [name, [piece, action]] of Object.entries(runs)) grows(t, name, action, piece, SIZES);
  const long = 'x'.repeat(10_000_000);
  t.equal(prettyJson(JSON.stringify({ a: long })), `{\n  "a": "${long}"\n}`, 'one of 10 MB has an end');
  const odd = '{"b": [1.0, -2.0, 1.5, 10.01, 1e3], "a": "1.0 \\"2.0\\\\", "c": {}}';
  t.match(prettyJson(odd), /"a": "1\.0 \\"2\.0\\\\",\n {2}"b": \[\n {4}1\.0,\n {4}-2\.0,\n {4}1\.5,/);
  t.end();
});

t.test('long queries against many texts, and long paths, are dealt with at once', async (t) => {
  const routes = Array.from({ length: 200 }, (_, index) => ({ method: 'GET', url: `/api/:id/a${index}/*` }));
  const short = timeOf(() => nearestRoutes(routes, 'GET', '/b/'.repeat(10)));
  for (const path of ['/a'.repeat(7_500), `/api/1/${'a'.repeat(15_000)}`]) {
    const long = timeOf(() => nearestRoutes(routes, 'GET', path));
    t.ok(long <= short * GROWTH + SLACK_MS, `path: ${long.toFixed()} ms, short ${short.toFixed()}`);
  }
  const subjects = Array.from({ length: 10_000 }, (_, index) => ({ subject: `k${index}` }));
  const of = (clause: string, joined: string) => Array(1024).fill(clause).join(joined);
  const once = timeOf(() => matches(parseQuery('zq'), { subjects }));
  for (const query of [of('zq', ' OR '), of('-zq', ' '), of('subjects.subject:zq', ' OR ')]) {
    const time = timeOf(() => matches(parseQuery(query), { subjects }));
    t.ok(
      time <= once * GROWTH + SLACK_MS,
      `${query.slice(0, 30)}: ${time.toFixed()} ms, once ${once.toFixed()}`,
    );
  }
  t.throws(() => parseQuery(`${of('a', ' ')} a`), /too many clauses/, 'OpenSearch takes 1,024 clauses');
  t.doesNotThrow(() => parseQuery(of('a', ' ')));
});

t.test('200,000 nested tags, 300,000 keywords and 100,000 creators are dealt with at once', async (t) => {
  const app = await buildMock(parseOptions({}));
  t.teardown(() => app.close());
  const { mock } = app;
  const baseline = timeOf(() =>
    JSON.parse(JSON.stringify(Array.from({ length: 300_000 }, (_, i) => `k${i}`))),
  );
  const nested = timeOf(() => sanitiseHtml('<div>'.repeat(200_000)));
  const subjects = Array.from({ length: 300_000 }, (_, index) => ({ subject: `k${index}` }));
  const keywords = timeOf(() => acceptRdm(mock, { metadata: { subjects } }));
  t.ok(
    nested < 100 * baseline + 1000,
    `nested tags: ${nested.toFixed()} ms, a list in JSON ${baseline.toFixed()}`,
  );
  t.ok(keywords < 100 * baseline + 1000, `keywords: ${keywords.toFixed()} ms`);
  const creators = Array.from({ length: 100_000 }, (_, index) => ({
    name: `Doe${index}, Jane`,
    affiliation: 'A',
  }));
  const people = timeOf(() => acceptRdm(mock, legacyToRdm({ metadata: { creators } }, mock.clock.now())));
  t.ok(people < 30 * baseline + 500, `creators: ${people.toFixed()} ms`);
});
