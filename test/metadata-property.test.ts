import fc from 'fast-check';
import t from 'tap';
import { parseManifest } from '../src/metadata/parse-manifest.js';
import { call } from './consent.js';
import { bodies } from './fixtures/kept-back.js';
import { isNamed, type Leaf, leavesOf, wordsOf } from './leaves.js';
import { startService } from './service.js';

/** Fixed, so that a failure can be repeated. */
const SEED = 20_261_123;
const RUNS = 140;

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const anything = fc.oneof(
  words,
  fc.constantFrom(
    '',
    ' ',
    'null',
    '<b>x</b>',
    '<script>x</script>',
    '*',
    '10.1234/x',
    'a,b;c',
    '\u0000',
    '\ud800',
  ),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.oneof(words, fc.integer(), fc.constant(null)), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('name', 'id', 'type', 'value', 'x'), fc.oneof(words, fc.constant(null)), {
    maxKeys: 3,
  }),
);
const often = <T>(likely: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 20, arbitrary: likely }, { weight: 1, arbitrary: anything });

const person = fc.record(
  {
    first_name: words,
    last_name: words,
    affiliation: often(fc.oneof(words, fc.array(words, { maxLength: 3 }))),
    orcid: often(fc.constantFrom('0000-0002-1825-0097', 'https://orcid.org/0000-0002-1694-233X', null)),
    role: often(fc.constantFrom('Author', 'Data Curator', 'Supervisor', 'Author, Editor', 'Wizard')),
    email: often(fc.emailAddress()),
  },
  { requiredKeys: [] },
);

const container = fc.record(
  {
    title: often(fc.string({ unit: 'grapheme', minLength: 3, maxLength: 80 })),
    description: often(fc.string({ unit: 'grapheme', maxLength: 200 })),
    contributors: often(fc.array(person, { maxLength: 4 })),
    keywords: often(fc.array(words, { maxLength: 5 })),
    license: often(
      fc.constantFrom('MIT', 'CC-BY-4.0', 'CC BY 4.0', 'MIT OR Zlib', 'Own-1.0', ['MIT', 'CC0-1.0']),
    ),
    subject: often(words),
    version: often(fc.constantFrom('1.0', 'v2', 3)),
    language: often(fc.constantFrom('en', 'deu', 'German')),
    publication_date: often(fc.constantFrom('2024', '2024-02', '2024-02-29', '31.12.2023')),
    pid: often(fc.constantFrom('11.A11.1111/x', 'https://doi.org/10.1234/y', 'urn:x:y')),
    links: often(fc.array(fc.webUrl(), { maxLength: 3 })),
    resource_type: often(fc.constantFrom('Data', 'Software', 'Data, Software')),
    access_level: often(fc.constantFrom('Public', 'Private')),
    owner: often(words),
  },
  { requiredKeys: [] },
);

/** Where at Zenodo a field of a container may be found again. */
const HOMES: Record<string, string[]> = {
  title: ['title'],
  description: ['description'],
  contributors: ['creators', 'contributors'],
  keywords: ['keywords'],
  license: ['license', 'rights'],
  subject: ['keywords', 'subjects'],
  version: ['version'],
  language: ['language'],
  publication_date: ['publication_date'],
  pid: ['related_identifiers', 'identifiers'],
  links: ['related_identifiers'],
  resource_type: ['upload_type'],
  access_level: ['access_right'],
  owner: ['contributors'],
};

t.test('nothing is lost without a word, whatever a container says', async (t) => {
  const { url, mock } = await startService(t, { mock: { rateLimit: '100000/min' } });
  const token = 'mock-token';
  const made = await call(`${url}/depositions`, { json: { container_id: 'any' }, token });
  const path = `${url}/depositions/${made.body['deposition_id']}/metadata`;
  const outcomes = { saved: 0, refused: 0 };
  const property = fc.asyncProperty(container, async (body) => {
    const { status, body: answer } = await call(path, { json: { mode: 'replace', ...body }, token });
    if (status === 400) {
      outcomes.refused += 1;
      // Half a character is no JSON that can be read.
      if (answer['code'] === 'invalid_json') return;
      const errors = answer['errors'] as { field: string }[];
      if (errors.length === 0 || !errors.every(({ field }) => (field.split('.')[0] ?? '') in body)) {
        throw new Error(`refused without naming a field that was sent: ${JSON.stringify(answer)}`);
      }
      return;
    }
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(answer)}`);
    outcomes.saved += 1;
    const { metadata: record } = answer['record'] as { metadata: Record<string, unknown> };
    const kept = { ...record, ...(answer['metadata'] as Record<string, unknown>) };
    const said = [
      ...(answer['warnings'] as string[]),
      ...(answer['dropped'] as { field: string }[]).map(({ field }) => field),
    ];
    for (const [field, value] of Object.entries(body)) {
      if (saysNothing(value)) continue;
      const found = (HOMES[field] ?? []).some((home) => kept[home] !== undefined);
      const named = said.some((sentence) => sentence.split(/[.:]/)[0] === field);
      if (!found && !named) throw new Error(`${field} was lost without a word: ${JSON.stringify(answer)}`);
    }
    const keywords = Array.isArray(body.keywords) ? body.keywords : [];
    const all = JSON.stringify(kept['keywords'] ?? []);
    for (const word of keywords) {
      if (typeof word !== 'string' || saysNothing(word)) continue;
      const shown = JSON.stringify(plain(word)).slice(1, -1);
      if (!all.includes(shown) && !said.some((sentence) => sentence.startsWith('keywords'))) {
        throw new Error(`the keyword ${JSON.stringify(word)} was lost: ${all}`);
      }
    }
  });
  const { failed, counterexample, errorInstance } = await fc.check(property, {
    seed: SEED,
    numRuns: RUNS,
  });
  t.notOk(failed, `${String(errorInstance)} for ${JSON.stringify(counterexample)}`);
  t.ok(outcomes.saved > 20 && outcomes.refused > 20, `both happen: ${JSON.stringify(outcomes)}`);
  t.equal(mock.requests.list({ status: 500 }).length, 0, 'Zenodo is never made to fail');
});

/** Values of which some are right and some are not, by the fields of each dialect. */
const some = (...values: unknown[]) => fc.constantFrom(...values);
const dates = some('2024', '2024-05/2024-04', '2024-02-30', '2024/', '2024-05-17T10:00:00Z', 'June', '2024?');
const ids = some(
  '10.1234/x',
  '978-3-16-148410-1',
  'x y',
  'https://example.org',
  'PMC263',
  '10.5281/zenodo.1',
  5,
);
const sparse = (fields: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .subarray(Object.keys(fields), { maxLength: 2 })
    .chain((keys) =>
      fc.record(Object.fromEntries(keys.map((key) => [key, fields[key] ?? fc.constant(null)]))),
    );

const dialects = fc.record({
  container: sparse({
    title: some('Fog', 'x', ' x  ', 'caf&eacute;', ['Fog atlas'], ['A', 'B'], { en: 'Fog' }),
    contributors: some(
      [{ name: 'A, B', orcid: '0000-0002-1825-0098' }],
      [{ name: 'A, B', orcid: '0000-0001-2103-2683' }],
      [{ name: 'A', affiliation: [{ ror: '00nosuch1' }, { name: 'X' }, 'X'] }],
      [{ name: 'A', affiliation: [{ ror: '00nosuch1', name: 'X' }, 'X', ' X '] }],
      [
        { name: 'A', role: 'Wizard' },
        { name: 'A', role: 'Other' },
      ],
      [{ name: 'A', identifiers: [{ scheme: 'gnd', identifier: 'x' }] }],
      ['a@example.org'],
      [],
    ),
    license: some(
      'House rules',
      ['MIT', 'MIT'],
      [{ url: 'x y' }],
      [{ name: 'N', url: 'example.org' }],
      'x'.repeat(300),
    ),
    publication_date: dates,
    dates: dates.map((date) => [{ type: 'Nonsense', date }]),
    sealed_date: dates,
    embargo_date: some('2099-01-01', '2020-01-01', '2099', '1.2.2099'),
    access_level: some('Public', 'Restricted', 'Embargoed', 'Secret'),
    pid: ids,
    identifiers: fc.tuple(ids, ids),
    links: ids.map((link) => [{ link, 'resource type': 'Nonsense' }]),
    previous_version: ids,
    references: some(['x'], [{ title: 'T' }], [{}], 'R'),
    language: some('en', 'pt-BR', 'Klingonish', ['de', 'de']),
    subject: some('S', { term: 'T', identifier: 'x' }, { identifier: 'x' }, [{}]),
    keywords: some('a;b', [{ term: 'x', id: 'y' }], ['a', 'a'], [['a']]),
    funding: some(
      'F',
      [{ funder: 'F', award: { number: '1', url: 'x' } }],
      [{ award: '1' }],
      [{ funder: { ror: '0' } }],
    ),
    version: some(1.5, 'v'.repeat(192), ['1']),
    resource_type: some('Data', 'Nonsense', ['Data', 'Software'], { id: 'project' }),
    description: some('', '<b></b>', ['a', 'b'], [{}], 'a < b'),
    repository: some('https://example.org/x', 'example.org/x', 'x y'),
    programming_language: some('Python', 'Nonsense', [{ name: 'C', version: '99' }]),
    development_status: some('active', 'nonsense'),
    publisher: some('P', { name: 'P' }, ['P'], ''),
    alternative_title: some('Alt', 'x', [{ title: 'Alt', lang: 'xx-YY' }]),
  }),
  metadata: sparse({
    upload_type: some('dataset', 'Dataset', 'publication', 5),
    publication_type: some('article', 'thesis', 'nonsense'),
    publication_date: dates,
    creators: some([{ name: 'A, B' }], [{ name: ', B' }], [{ name: 'A', orcid: '0000-1' }], [], 'A, B', [{}]),
    contributors: some(
      [{ name: 'C' }],
      [{ name: 'C', type: 'Wizard' }],
      [{ name: 'C', type: 'Editor', gnd: 'x' }],
    ),
    license: some('mit', 'nosuch', 'other-closed', '', null),
    access_right: some('open', 'restricted', 'embargoed', 'nonsense'),
    embargo_date: some('2099-01-01', '2020-01-01', '2099-13-01'),
    related_identifiers: ids.map((identifier) => [{ identifier, relation: 'cites' }]),
    alternate_identifiers: ids.map((identifier) => [{ identifier }, { identifier }]),
    dates: dates.map((start) => [{ type: 'Collected', start }]),
    grants: some([{ id: '101' }], [{ id: 'x::y' }], [{ id: '00k4n6c32::nosuch' }], '101'),
    language: some('eng', 'ger', 'xx', 'xyz'),
    locations: some(
      [{ place: 'N', lat: 1, lon: 2 }],
      [{ lat: 1, lon: 2 }],
      [{ place: 'N', lat: 100, lon: 1 }],
    ),
    imprint_isbn: some('978-3-16-148410-0', '978-3-16-148410-1'),
    imprint_publisher: some('P', '', null),
    conference_url: some('https://example.org', 'example.org', 'http://example'),
    doi: ids,
    notes: some('ok', 'x', '<b></b>'),
    custom: some(
      { 'code:codeRepository': 'x' },
      { 'nosuch:field': 'x' },
      { 'dwc:family': 'x' },
      { 'dwc:family': ['x'] },
    ),
    version: some('1', 'v'.repeat(192)),
  }),
  record: sparse({
    metadata: sparse({
      resource_type: some({ id: 'dataset' }, { id: 'project' }, 'dataset'),
      title: some('  Fog ', ' ab ', '   '),
      description: some(' <p>Fog</p> ', '  ', '<p style="x">Fog</p>'),
      rights: some(
        [{ id: 'mit' }],
        [{ title: { en: 'T' } }],
        [{ title: { de: 'T' } }],
        [{ title: { en: 'T' }, link: 'x' }],
        [{}],
      ),
      creators: some(
        [
          {
            person_or_org: { type: 'organizational', name: 'O' },
            affiliations: [{ name: 'A' }, { name: 'A' }],
          },
        ],
        [{ person_or_org: { type: 'personal', given_name: 'G' } }],
        [{ person_or_org: { type: 'personal', family_name: ' ' } }],
        [
          {
            person_or_org: { type: 'organizational', name: ' O ' },
            affiliations: [{ id: '00nosuch1', name: 'A' }, { name: ' A' }],
          },
        ],
        [{ person_or_org: { name: 'N' } }],
        [
          {
            person_or_org: { type: 'personal', family_name: 'F', identifiers: [{ identifier: '5' }] },
            role: { id: 'wizard' },
          },
        ],
        [
          {
            person_or_org: { type: 'personal', family_name: 'F' },
            affiliations: [{ id: '01ggx4157' }, { id: '00nosuch1' }],
          },
        ],
      ),
      identifiers: ids.map((identifier) => [{ identifier }]),
      references: ids.map((identifier) => [{ reference: 'R', identifier }]),
      dates: dates.map((date) => [{ date, type: { id: 'other' } }]),
      languages: some([{ id: 'eng' }], [{ id: 'en' }]),
      additional_titles: some(
        [{ title: 'Other' }],
        [{ title: 'Other', type: { id: 'subtitle' } }],
        [{ title: 'O', type: { id: 'other' } }],
        [{ title: 'Other', type: { id: 'other' }, lang: { id: 'ger' } }],
        [{ title: ' Other ', type: { id: 'other' }, lang: { id: 'deu' } }],
      ),
      additional_descriptions: some(
        [{ description: ' ab ', type: { id: 'other' } }],
        [{ description: 'Fog', type: { id: 'other' }, lang: { id: 'de' } }],
      ),
      funding: some(
        [{ award: { number: '1' } }],
        [{ funder: { name: 'F' }, award: { title: { eng: 'T' } } }],
        [{ funder: { id: 'nosuch' } }],
        [{ funder: { name: 'F' }, award: { number: '1', identifiers: [{ identifier: 'Q42' }] } }],
        [{ funder: { name: 'F' }, award: { number: '1', identifiers: [{ identifier: '10.1234/x' }] } }],
        [
          {
            funder: { name: 'F' },
            award: { number: '1', identifiers: [{ identifier: '10.1234/x' }, { identifier: '10.1234/y' }] },
          },
        ],
      ),
      locations: some(
        { features: [{}] },
        { features: [{ geometry: { type: 'Point', coordinates: [1] } }] },
        { features: [{ place: 'N' }] },
        { features: [{ place: ' ' }] },
        { features: [{ identifiers: [{ identifier: 'Q42' }, { identifier: '1', scheme: 'geonames' }] }] },
        { features: [{ identifiers: [{ identifier: '10.1234/x' }] }] },
        { features: [{ geometry: { type: 'Point', coordinates: [1, 2], bbox: [1, 2, 3, 4] } }] },
      ),
      subjects: some([{ subject: 'S' }], [{ id: 'nosuch' }], [{}]),
      sizes: some(['1 MB'], ['']),
      copyright: some('C', '<b></b>'),
    }),
    access: some(
      { record: 'public', files: 'public' },
      { record: 'restricted', files: 'restricted' },
      { files: 'public', embargo: { active: true, until: '2099-01-01' } },
      { record: 'public', files: 'restricted', embargo: { active: true } },
    ),
    pids: ids.map((identifier) => ({ doi: { identifier, provider: 'external' } })),
    custom_fields: some(
      { 'journal:journal': { issn: '1' } },
      { 'journal:journal': { title: ' ', issn: ' 2049-3630 ' } },
      { 'meeting:meeting': { identifiers: [{ identifier: 'x y' }] } },
      { 'meeting:meeting': { identifiers: [{ identifier: '10.1234/x' }, { identifier: 'doi:10.1234/x' }] } },
      { 'thesis:thesis': { date_submitted: 'x' } },
      { 'thesis:thesis': { date_defended: '2024' } },
      { 'code:programmingLanguage': [{ id: 'nosuch' }] },
      { 'dwc:eventDate': ['x'] },
      { 'dwc:decimalLatitude': ['x'] },
    ),
  }),
});

const CHECKED = 60;

t.test('check says of a body what publication then says', async (t) => {
  const { url, mock } = await startService(t, { mock: { rateLimit: '100000/min' } });
  const token = 'mock-token';
  const outcomes = { published: 0, stopped: 0 };
  let made = 0;
  const property = fc.asyncProperty(dialects, async ({ container: own, ...said }) => {
    made += 1;
    const base = { title: 'Fog atlas', contributors: ['Lovelace, Ada'], license: 'MIT' };
    const body = { ...base, ...own, ...said };
    const { body: draft } = await call(`${url}/depositions`, { json: { container_id: `${made}` }, token });
    const path = `${url}/depositions/${draft['deposition_id']}`;
    const form = new FormData();
    form.set('files', new File(['a'], 'a.txt'));
    await fetch(`${path}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form,
    });
    const checked = await call(`${path}/check`, { json: body, token });
    const saved = await call(`${path}/metadata`, { json: body, token });
    const published = saved.status === 200 ? await call(`${path}/publish`, { json: {}, token }) : saved;
    const isPublished = published.status === 200;
    outcomes[isPublished ? 'published' : 'stopped'] += 1;
    if (checked.status !== 200 || checked.body['publishable'] !== isPublished || published.status >= 500) {
      throw new Error(
        JSON.stringify({ checked: checked.body, saved: saved.status, published: published.body }),
      );
    }
  });
  const { failed, counterexample, errorInstance } = await fc.check(property, {
    seed: Number(process.env['CHECK_SEED'] ?? SEED),
    numRuns: Number(process.env['CHECK_RUNS'] ?? CHECKED),
  });
  t.notOk(failed, `${String(errorInstance)} for ${JSON.stringify(counterexample)}`);
  t.ok(outcomes.published > 4 && outcomes.stopped > 4, `both happen: ${JSON.stringify(outcomes)}`);
  t.equal(mock.requests.list({ status: 500 }).length, 0, 'Zenodo is never made to fail');
});

/** Texts that stand in the draft as an id, or as the place where something is. */
const UNDERSTOOD: Readonly<Record<string, string>> = {
  Author: 'creators',
  Deutsch: 'deu',
  isAlternateIdentifier: 'identifiers',
  SoftwareSourceCode: 'software',
  // The institution that has this ROR id is shown by the name that ROR has.
  'Port Lab': '01ggx4157',
  'https://registry.identifiers.org/registry/orcid': 'orcid',
  'https://registry.identifiers.org/registry/doi': 'doi',
};

/** The grammar of JSON-LD, and what the documents say is not named in a manifest. */
const GRAMMAR = /(?:^|\.)(?:@type|@context|conformsTo\.@id|manifest\.message)$/;

t.test('all that is sent is at Zenodo, or named, down to the last text', async (t) => {
  const { url, mock } = await startService(t, { mock: { rateLimit: '100000/min' } });
  const token = 'mock-token';
  for (const [name, body] of Object.entries(bodies)) {
    const made = await call(`${url}/depositions`, { json: { container_id: name }, token });
    const id = made.body['deposition_id'];
    const answer = await call(`${url}/depositions/${id}/metadata`, { json: body, token });
    t.equal(answer.status, 200, `${name}: ${answer.status === 200 ? 'saved' : JSON.stringify(answer.body)}`);
    if (answer.status !== 200) continue;
    const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.inveniordm.v1+json' };
    const draft: unknown = await (await fetch(`${mock.url}/api/records/${id}/draft`, { headers })).json();
    const { metadata, custom_fields, access, pids } = Object(draft);
    const words = new Set(wordsOf(JSON.stringify({ metadata, custom_fields, access, pids })));
    const said = [
      ...(answer.body['warnings'] as string[]).map((warning) => warning.slice(0, warning.indexOf(': '))),
      ...(answer.body['dropped'] as { field: string }[]).map(({ field }) => field),
    ];
    const { manifest } = body;
    const sent = typeof manifest === 'string' ? { ...body, manifest: parseManifest(manifest) } : body;
    const leaves = leavesOf(sent);
    const references = leaves.filter(({ path: at }) => at.endsWith('@id'));
    const lost = leaves.filter((leaf) => !isNamed(leaf, said, references) && !isKept(leaf, words));
    t.same(lost, [], name);
  }
});

/** Whether the words of a text, or what they stand for, are in the draft. */
function isKept({ path, text }: Leaf, words: ReadonlySet<string>): boolean {
  if (GRAMMAR.test(path) || /^(?:#|_:|\.\/|ro-crate-metadata\.json$)/.test(text)) return true;
  const bare = text.replace(/^https?:\/\/(?:(?:orcid|ror|doi)\.org|d-nb\.info\/gnd)\//, '');
  return [bare, UNDERSTOOD[text] ?? bare].map(wordsOf).some((all) => {
    return all.every((word) => words.has(word)) || words.has(all.join(''));
  });
}

function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (typeof value === 'string') return /^(null|none|~|n\/a|undefined|[,;]*)?$/i.test(plain(value));
  if (Array.isArray(value)) return value.every(saysNothing);
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** A text without what no XML, and so no record, can hold, and with single blanks. */
function plain(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\u200b\ufeff\ufffe\uffff]/gu, (char) => ('\t\n\r'.includes(char) ? ' ' : ''))
    .replace(/\s+/g, ' ')
    .normalize('NFC')
    .trim();
}
