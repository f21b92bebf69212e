import t, { type Test } from 'tap';
import { TEXT_LIST_FIELDS } from '../mock-zenodo/metadata/custom-fields.js';
import { customFieldsSchema } from '../mock-zenodo/metadata/custom-fields-schema.js';
import { detectScheme, PERSON_SCHEMES, RECORD_SCHEMES } from '../mock-zenodo/metadata/identifiers/allowed.js';
import { normalised } from '../mock-zenodo/metadata/identifiers/schemes.js';
import { normaliseOrcid } from '../src/metadata/checksums.js';
import { depositView } from '../src/metadata/deposit-view.js';
import { plainWords, readDescription } from '../src/metadata/descriptions.js';
import { identify, identifyPerson } from '../src/metadata/identifiers.js';
import { originOf } from '../src/metadata/mapping.js';
import { mergeDraft } from '../src/metadata/merge.js';
import { readMetadataCall } from '../src/metadata/metadata-call.js';
import { parseManifest } from '../src/metadata/parse-manifest.js';
import { examineDraft } from '../src/metadata/publish-rules.js';
import { CUSTOM_ITEMS } from '../src/metadata/record.js';
import { recordFaults } from '../src/metadata/record-faults.js';
import { inspectManifest } from '../src/metadata/restricted.js';
import { readSpdx } from '../src/metadata/spdx.js';
import { replaceUnknownIds, vocabularyIds } from '../src/metadata/vocabulary-ids.js';
import { writeDoi } from '../src/metadata/write-doi.js';
import { dataciteCases } from './fixtures/datacite-cases.js';
import { givenBackCases } from './fixtures/given-back-cases.js';
import { identifierKinds } from './fixtures/identifier-kinds.js';
import { personIdentifiers, recordIdentifiers } from './fixtures/identifiers.js';
import { kindCases, refusedKinds } from './fixtures/kind-cases.js';
import { linkedCases } from './fixtures/linked-cases.js';
import { yamlCases } from './fixtures/manifest-cases.js';
import { containerCases, depositCases, type RecordCase, refusedCases } from './fixtures/mapping-cases.js';
import { givenCases, joinedCases, looseCases, wordCases } from './fixtures/more-mapping-cases.js';
import { morePeopleCases } from './fixtures/more-people-cases.js';
import { peopleCases } from './fixtures/people-cases.js';
import { placeCases } from './fixtures/place-cases.js';
import { splitPeopleCases } from './fixtures/split-people-cases.js';

const TODAY = '2026-11-29';
const EMPTY = { metadata: {} };

function read(body: Record<string, unknown>) {
  return readMetadataCall(body, { remembered: null, depositionId: 1, today: TODAY });
}

const ALL = {
  containerCases,
  depositCases,
  joinedCases,
  givenCases,
  looseCases,
  wordCases,
  dataciteCases,
  kindCases,
  identifierKinds,
  givenBackCases,
  linkedCases,
};
for (const [name, cases] of Object.entries(ALL)) {
  t.test(`${name}: what is said becomes the draft`, async (t) => {
    for (const one of cases) check(t, one);
  });
}

function check(t: Test, { name, body, metadata, custom_fields, access, pids, warned }: RecordCase): void {
  const { mapping } = read(body);
  t.same(mapping.faults, [], `${name}: no fault`);
  const { content, warnings } = mergeDraft(EMPTY, mapping, 'merge', TODAY);
  const said = Object.keys(content.metadata).length > 0;
  t.same(
    content.metadata,
    said ? { publisher: 'Zenodo', publication_date: TODAY, ...metadata } : metadata,
    name,
  );
  t.same(content.custom_fields, custom_fields ?? {}, `${name}: custom fields`);
  t.same(content.access, access ?? { record: 'public', files: 'public' }, `${name}: access`);
  t.same(content.pids, pids ?? {}, `${name}: pids`);
  t.same(
    warnings.map((warning) => warning.split(': ')[0]),
    warned ?? [],
    `${name}: warned about`,
  );
  // Ids that are looked up stand beside the words that are sent if Zenodo does not have them.
  const known = vocabularyIds(mapping);
  replaceUnknownIds(mapping, new Set(known.map(({ vocabulary, id }) => `${vocabulary} ${id}`)));
  const settled = mergeDraft(EMPTY, mapping, 'merge', TODAY).content;
  t.same(
    recordFaults(settled.metadata, settled.custom_fields),
    { faults: [], unknown: [] },
    `${name}: sound`,
  );
}

t.test('what cannot be right is refused at the sender’s own paths, all at once', async (t) => {
  for (const { name, body, fields } of [...refusedCases, ...refusedKinds]) {
    t.same(
      read(body).mapping.faults.map(({ field }) => field),
      fields,
      name,
    );
  }
});

t.test('a person of a crate that it does not describe', async (t) => {
  const manifest = {
    '@context': 'https://w3id.org/ro/crate/1.1/context',
    '@graph': [
      { '@id': 'ro-crate-metadata.json', about: { '@id': './' } },
      { '@id': './', name: 'Fog', author: [{ '@id': '#ada' }, { '@id': '#eve' }, { '@type': 'Person' }] },
      { '@id': '#ada', '@type': 'Person', name: 'Lovelace, Ada' },
    ],
  };
  t.match(read({ manifest }).mapping.faults, [
    { field: 'manifest.@graph.1.author.1', message: /does not describe/ },
    { field: 'manifest.@graph.1.author.2', message: /needs a name: first_name/ },
  ]);
});

t.test('people are read as they are meant, and left whole where that is not sure', async (t) => {
  for (const { given, creators = [], contributors = [], warned = 0, refused = [] } of [
    ...peopleCases,
    ...morePeopleCases,
    ...splitPeopleCases,
    ...placeCases,
  ]) {
    const name = JSON.stringify(given);
    const { mapping } = read({ contributors: given, resource_type: 'Data' });
    t.same(
      mapping.faults.map(({ field }) => field),
      refused,
      `${name}: refused`,
    );
    if (refused.length > 0) continue;
    const { content, warnings } = mergeDraft(EMPTY, mapping, 'merge', TODAY);
    t.same(peopleIn(content.metadata['creators']), creators, name);
    t.same(peopleIn(content.metadata['contributors']), contributors, `${name}: contributors`);
    t.equal(warnings.length, warned, `${name}: ${JSON.stringify(warnings)}`);
  }
});

/** `Family, Given@Place#identifier:role`, `(Organisation)`. */
function peopleIn(list: unknown): string[] {
  return (Array.isArray(list) ? list : []).map((one: Person) => {
    const { family_name: family, given_name: given, name, identifiers = [] } = one.person_or_org;
    return [
      family === undefined ? `(${name})` : [family, given].filter((part) => part !== undefined).join(', '),
      ...(one.affiliations ?? []).map((place) => `@${place.name}`),
      ...identifiers.map(({ identifier }) => `#${identifier}`),
      ...(one.role === undefined ? [] : [`:${one.role.id}`]),
    ].join('');
  });
}

interface Person {
  person_or_org: {
    name?: string;
    family_name?: string;
    given_name?: string;
    identifiers?: { identifier: string }[];
  };
  affiliations?: { name: string }[];
  role?: { id: string };
}

t.test('a manifest is read as PyYAML reads it, or the line is named', async (t) => {
  for (const { name, text, read, line } of yamlCases) {
    if (read !== undefined) t.same(parseManifest(text), read, name);
    else
      t.match(
        tried(() => parseManifest(text)),
        { code: 'invalid_manifest', members: { errors: [{ field: `line ${line}`, message: /\w+ \w+/ }] } },
        name,
      );
  }
  t.equal(
    writeDoi('a: "x\ny" # so\n', '10.1234/x'),
    'a: "x y" # so\nDOI: 10.1234/x\n',
    'a DOI is written into such a manifest, too',
  );
});

function tried(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

t.test('later overrides earlier: container, manifest, metadata, record', async (t) => {
  const body = {
    title: 'From the container',
    description: 'container',
    version: '1',
    license: 'MIT',
    manifest: { 'RDMC Title': 'From the manifest', 'RDMC Version': '2', license: 'Zlib' },
    metadata: { title: 'From metadata', notes: 'a note' },
    record: { metadata: { title: 'From the record', rights: [{ title: { en: 'Ours' } }] } },
  };
  t.match(mergeDraft(EMPTY, read(body).mapping, 'merge', TODAY).content.metadata, {
    title: 'From the record',
    version: '2',
    description: '<p>container</p>',
    rights: [{ title: { en: 'Ours' } }],
    additional_descriptions: [{ description: '<p>a note</p>' }],
  });
});

/** A draft as Zenodo shows it: with titles and names beside its ids. */
const STORED = {
  metadata: {
    title: 'Old',
    publisher: 'Nemo Press',
    publication_date: '2024',
    resource_type: { id: 'dataset', title: { en: 'Dataset' } },
    creators: [
      {
        person_or_org: { type: 'personal', name: 'X, Y', family_name: 'X', given_name: 'Y' },
        affiliations: [{ id: '01ggx4157', name: 'CERN', identifiers: [] }, { name: 'Port' }],
      },
    ],
    contributors: [
      { person_or_org: { type: 'personal', family_name: 'S' }, role: { id: 'supervisor', title: {} } },
      { person_or_org: { type: 'personal', family_name: 'E' }, role: { id: 'editor', title: {} } },
    ],
    rights: [{ id: 'mit', title: { en: 'MIT' }, description: { en: '' }, icon: 'i', props: { url: 'u' } }],
    subjects: [{ subject: 'typed by hand' }, { id: 'x:1', subject: 'From a list', scheme: 'X' }],
    additional_descriptions: [
      { description: '<p>an abstract</p>', type: { id: 'abstract', title: { en: 'Abstract' } } },
      { description: '<p>a note</p>', type: { id: 'notes' } },
    ],
    funding: [
      { funder: { id: '00k4n6c32', name: 'EC' }, award: { id: '00k4n6c32::1', number: '1', title: {} } },
    ],
    sizes: ['10 pages'],
  },
  custom_fields: { 'journal:journal': { title: 'J', issn: '2049-3630' }, 'legacy:communities': ['c'] },
  access: { record: 'public', files: 'public', embargo: { active: false, reason: null }, status: 'open' },
  pids: { doi: { identifier: '10.5281/zenodo.1', provider: 'datacite', client: 'datacite' } },
  files: { enabled: true, default_preview: 'a.csv', count: 1 },
};

t.test('merging: a field replaces that field, null removes, all else goes back as it was', async (t) => {
  const merge = (body: Record<string, unknown>, mode: 'merge' | 'replace' = 'merge') =>
    mergeDraft(STORED, read(body).mapping, mode, TODAY);
  const untouched = merge({ title: 'New title' }).content;
  t.same(untouched, {
    metadata: {
      ...STORED.metadata,
      title: 'New title',
      resource_type: { id: 'dataset' },
      creators: [{ ...STORED.metadata.creators[0], affiliations: [{ id: '01ggx4157' }, { name: 'Port' }] }],
      contributors: STORED.metadata.contributors.map((one) => ({ ...one, role: { id: one.role.id } })),
      rights: [{ id: 'mit' }],
      subjects: [{ subject: 'typed by hand' }, { id: 'x:1' }],
      additional_descriptions: STORED.metadata.additional_descriptions.map((one) => ({
        ...one,
        type: { id: one.type.id },
      })),
      funding: [{ funder: { id: '00k4n6c32' }, award: { id: '00k4n6c32::1' } }],
    },
    custom_fields: STORED.custom_fields,
    access: { record: 'public', files: 'public' },
    pids: STORED.pids,
    files: { enabled: true, default_preview: 'a.csv' },
  });
  const metadata = (body: Record<string, unknown>) => merge(body).content.metadata;
  t.notOk('title' in metadata({ title: null }), 'null removes');
  t.same(metadata({ keywords: [] })['subjects'], [{ id: 'x:1' }], 'the empty list too, of its own kind');
  t.same(
    metadata({ title: '', keywords: [''], contributors: [{ first_name: '' }] }),
    metadata({}),
    'blanks do not',
  );
  t.same(metadata({ manifest: { title: null, Keywords: [] } }), metadata({}), 'nor nulls in a manifest');
  t.same(
    metadata({ metadata: { title: 'None', version: '-', keywords: 'n/a', notes: '—' } }),
    metadata({}),
    'nor words for nothing',
  );
  t.notOk('title' in metadata({ metadata: { title: ' ' } }), 'an empty text of Zenodo’s own metadata does');
  t.same(metadata({ keywords: ['new'] })['subjects'], [{ id: 'x:1' }, { subject: 'new' }]);
  t.equal((metadata({ subject: 'Typed BY hand' })['subjects'] as unknown[]).length, 2, 'nothing twice');
  t.match(metadata({ metadata: { thesis_supervisors: [{ name: 'N, O' }] } })['contributors'], [
    { person_or_org: { family_name: 'E' } },
    { person_or_org: { family_name: 'N' }, role: { id: 'supervisor' } },
  ]);
  t.match(metadata({ metadata: { notes: 'other' } })['additional_descriptions'], [
    { description: '<p>an abstract</p>' },
    { description: '<p>other</p>', type: { id: 'notes' } },
  ]);
  t.same(
    metadata({ contributors: [{ name: 'C, D', role: 'Editor' }] })['creators'],
    untouched.metadata['creators'],
  );
  t.same(merge({ metadata: { journal_volume: '3' } }).content.custom_fields['journal:journal'], {
    title: 'J',
    issn: '2049-3630',
    volume: '3',
  });
  const embargoed = merge({ embargo_date: '2099-01-01' });
  t.same(embargoed.content.access, {
    record: 'public',
    files: 'restricted',
    embargo: { active: true, until: '2099-01-01' },
  });
  const ended = { files: 'restricted', embargo: { active: true, until: '2020-01-01' } };
  const { content, warnings } = mergeDraft({ ...STORED, access: ended }, read({}).mapping, 'merge', TODAY);
  t.same(content.access, { record: 'public', files: 'public' }, 'a day that is over is not sent again');
  t.match(warnings, [/the embargo ended on 2020-01-01/]);
  const replaced = merge({ title: 'Only this' }, 'replace').content;
  t.same(replaced.metadata, {
    title: 'Only this',
    resource_type: { id: 'dataset' },
    publisher: 'Zenodo',
    publication_date: TODAY,
  });
  t.same(replaced.pids, STORED.pids, 'a reserved DOI is no field of a description');
  t.match(merge({ metadata: { doi: null } }).warnings, [/10\.5281\/zenodo\.1 was reserved by Zenodo/]);
});

t.test('what joins a list or one kind of it is blamed at its own path', async (t) => {
  const { origins } = mergeDraft(
    STORED,
    read({
      pid: ['', 'https://doi.org/10.2/y'],
      keywords: ['a', 'b'],
      contributors: [{ name: 'A, B', orcid: '0000-0002-1825-0097' }],
    }).mapping,
    'merge',
    TODAY,
  );
  t.equal(originOf(origins, 'metadata.identifiers.0.identifier'), 'pid.1.identifier');
  t.equal(originOf(origins, 'metadata.subjects.2.subject'), 'keywords.1.subject');
  t.equal(
    originOf(origins, 'metadata.creators.0.person_or_org.identifiers.0.identifier'),
    'contributors.0.orcid.identifier',
  );
  t.equal(originOf(origins, 'metadata.publisher'), null, 'what was there before came from no field');
});

t.test('all metadata together is bounded, also with what is there already', async (t) => {
  const people = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      person_or_org: { type: 'organizational', name: `Name ${index}` },
      role: { id: 'other' },
    }));
  const lay = (stored: number, sent: Record<string, unknown>) =>
    mergeDraft({ metadata: { contributors: people(stored) } }, read(sent).mapping, 'merge', TODAY).content;
  const tooMuch = { code: 'invalid_metadata', members: { errors: [{ field: 'metadata' }] } };
  const sent = { title: 'Large', record: { metadata: { contributors: people(9500) } } };
  t.throws(() => lay(0, sent), tooMuch, 'lists');
  t.throws(() => lay(0, { title: 'Large', description: '\u{1f600}'.repeat(180_000) }), tooMuch, 'six bytes');
  t.throws(() => lay(9500, { keywords: ['one more'] }), tooMuch, 'with what is there');
  t.ok(lay(9500, { record: { metadata: { contributors: people(10) } } }), 'what shrinks is taken');
  t.ok(lay(0, { title: 'Large', description: 'x'.repeat(1_000_000) }), 'the longest description in ASCII');
});

t.test('ids that Zenodo does not have fall back to their words, which is said', async (t) => {
  const body = {
    contributors: [
      { name: 'A, B', affiliation: { name: 'CERN', ror: '01ggx4157' } },
      { name: 'C, D', affiliation: 'https://ror.org/05a28rw58' },
    ],
    funding: [{ funder: { ror: '00k4n6c32' }, award: { number: '7' } }],
  };
  const { mapping } = read(body);
  t.same(vocabularyIds(mapping), [
    { vocabulary: 'affiliations', id: '01ggx4157' },
    { vocabulary: 'affiliations', id: '05a28rw58' },
    { vocabulary: 'funders', id: '00k4n6c32' },
    { vocabulary: 'awards', id: '00k4n6c32::7' },
  ]);
  replaceUnknownIds(mapping, new Set(['funders 00k4n6c32']));
  t.match(mergeDraft(EMPTY, mapping, 'merge', TODAY).content.metadata, {
    creators: [
      { affiliations: [{ name: 'CERN' }] },
      { affiliations: [{ name: 'https://ror.org/05a28rw58' }] },
    ],
    funding: [{ funder: { id: '00k4n6c32' }, award: { number: '7' } }],
  });
  t.same(
    mapping.warnings.map((warning) => warning.split(': ')[0]),
    ['contributors.0.affiliation', 'contributors.1.affiliation', 'funding.0'],
  );
  const lab = { name: 'Port Lab', ror: '0zzzzzz99' };
  const twice = read({ contributors: [{ name: 'Quay, Ben', affiliation: [lab, 'Port Lab', 'Tide Lab'] }] });
  replaceUnknownIds(twice.mapping, new Set());
  t.match(
    twice.mapping.set['metadata.creators']?.value,
    [{ affiliations: [{ name: 'Port Lab' }, { name: 'Tide Lab' }] }],
    'Zenodo would report the same name twice',
  );
  const award = { number: '9', title: { en: 'Fog watch' } };
  const given = { funder: { id: '00k4n6c32' }, award: { id: '00k4n6c32::9', acronym: 'FOG', ...award } };
  const own = read({ record: { metadata: { funding: [given] } } });
  replaceUnknownIds(own.mapping, new Set(['funders 00k4n6c32']));
  t.same(own.mapping.set['metadata.funding']?.value, [{ funder: { id: '00k4n6c32' }, award }]);
});

t.test('an id without words for it is refused; words without an id are named', async (t) => {
  const { mapping } = read({
    programming_language: ['Python', 'Fogscript'],
    record: {
      metadata: {
        creators: [
          { person_or_org: { type: 'organizational', name: 'Nemo' }, affiliations: [{ id: 'nosuch' }] },
        ],
        funding: [{ funder: { id: 'nosuch' } }],
      },
    },
  });
  replaceUnknownIds(mapping, new Set(['programmingLanguages python']));
  t.same(
    mapping.faults.map(({ field }) => field),
    ['record.metadata.creators.0.affiliations.0.id', 'record.metadata.funding.0.funder.id'],
  );
  t.same(mapping.set['custom_fields.code:programmingLanguage']?.value, [{ id: 'python' }]);
  t.match(mapping.warnings, [
    'programming_language.1: Zenodo has no programming language “Fogscript”, so it was left out.',
  ]);
  const own = read({ record: { custom_fields: { 'code:programmingLanguage': [{ id: 'fogscript' }] } } });
  replaceUnknownIds(own.mapping, new Set());
  t.same(
    own.mapping.faults.map(({ field }) => field),
    ['record.custom_fields.code:programmingLanguage.0.id'],
  );
});

t.test('a name is read however long it is', async (t) => {
  const name = 'x'.repeat(200_000);
  for (const manifest of [{ license: { name } }, { resource_type: { name } }])
    t.doesNotThrow(() => read({ title: 'Fog', manifest }), JSON.stringify(Object.keys(manifest)));
});

t.test('every character of a description that was sent can be read', async (t) => {
  const texts = [
    'file_name_with_underscores and __init__.py',
    '1986. A great year',
    '2*3*4',
    '*p < 0.05, **p < 0.01',
    '\\(x_1\\) and \\[y^2\\]',
    'C:\\new\\table',
    'List<T> & a < b && c > d',
    'Use <b> to make it bold',
    'a &lt;b&gt; c',
    '5) fifth\n6) sixth',
    '# of samples: 5',
    '> 90 % and ~5~ and `x`',
    '| a | b |',
    'See [1] and [a][b]',
    '__main__ _x_ **kwargs',
  ];
  const squeezed = (text: string) => text.replace(/\s+/g, ' ');
  for (const text of texts) {
    const { html } = readDescription(text);
    const shown = plainWords(html).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
    t.equal(shown, squeezed(text).trim(), text);
  }
  for (const text of ['__init__.py', '2*3*4', '1986. A great year', '\\(x_1\\)', 'H~2~O']) {
    t.match(plainWords(readDescription(text, 'markdown').html), text, `also in Markdown: ${text}`);
  }
  t.equal(
    readDescription('# Heading\n\n*it* and [a](https://example.org)').html,
    '<h1>Heading</h1>\n<p><em>it</em> and <a href="https://example.org">a</a></p>',
  );
  t.equal(
    readDescription('# Heading\n\none line\nx`y`, x~~y~~').html,
    '<h1>Heading</h1>\n<p>one line<br />x<code>y</code>, x<strike>y</strike></p>',
    'signs and line ends right behind a word',
  );
  t.equal(readDescription('H<sub>2</sub>O\nnext').html, '<p>H<sub>2</sub>O<br />next</p>');
  t.equal(readDescription('<p>x<script>alert(1)</script><img src=x onerror=y></p>').html, '<p>x</p>');
  t.equal(
    readDescription('<table><thead><tr><th>H</th></tr></thead></table>').html,
    '<table><tbody><tr><th>H</th></tr></tbody></table>',
  );
  t.equal(
    readDescription(
      '<jats:p>A <jats:italic>b</jats:italic> <jats:ext-link xlink:href="https://example.org">c</jats:ext-link></jats:p>',
    ).html,
    '<p>A <em>b</em> <a href="https://example.org">c</a></p>',
  );
  const link = '<a href="https://example.org/a_(b)">the list</a>';
  const address = 'https://example.org/source';
  for (const [text, html] of [
    ['- 5 °C at [the list](https://example.org/a_(b))', `<p>- 5 °C at ${link}</p>`],
    ['> 90 %, see [the list](https://example.org/a_(b))', `<p>&gt; 90 %, see ${link}</p>`],
    ['[the list](https://example.org/a_(b)) and C:\\_new', `<p>${link} and C:\\_new</p>`],
    [
      `[the list](https://example.org/a_(b)).\n\n[1]: ${address}`,
      `<p>${link}.</p>\n<p>[1]: <a href="${address}">${address}</a></p>`,
    ],
    ['<p><a href=https://example.org/?id=5>x</a></p>', '<p><a href="https://example.org/?id=5">x</a></p>'],
    ['<p>Holds if a <b and c> d.</p>', '<p>Holds if a &lt;b and c&gt; d.</p>'],
    ['<p>Small.</p> Values of a <b are left out', '<p>Small.</p> Values of a &lt;b are left out'],
    ['<p><a href=x rel="y z">l</a><br/><i >m</i></p>', '<p><a href="x" rel="y z">l</a><br /><i>m</i></p>'],
  ] as const)
    t.equal(readDescription(text).html, html, text);
  t.match(readDescription('# T\n\na <b and c> d', 'markdown').html, 'a &lt;b and c&gt; d');
  t.equal(readDescription('* one\n* two').html, '<ul><li>one</li><li>two</li></ul>');
});

t.test('identifiers are told as idutils tells them, by the service and by the mock', async (t) => {
  const bare = (scheme: string, identifier: string) =>
    scheme === 'isbn' ? identifier.replaceAll('-', '') : identifier;
  for (const [text, scheme, identifier = text] of recordIdentifiers) {
    const expected = scheme === null ? null : { scheme, identifier: bare(scheme, identifier) };
    t.same(identify(text), expected, text);
    const seen = detectScheme(text, RECORD_SCHEMES);
    const atMock =
      seen === undefined ? null : { scheme: seen, identifier: bare(seen, normalised(seen, text)) };
    t.same(atMock, expected, `the mock: ${text}`);
  }
  for (const [scheme, text, identifier] of personIdentifiers) {
    t.equal(identifyPerson(text, scheme)?.identifier ?? null, identifier, `${scheme} ${text}`);
    const isIt = PERSON_SCHEMES[scheme]?.test(text) === true;
    t.equal(isIt ? normalised(scheme, text) : null, identifier, `the mock: ${scheme} ${text}`);
  }
});

t.test('the custom fields that are lists are those that the mock has', (t) => {
  const texts = [...CUSTOM_ITEMS].filter(([, kind]) => kind === 'text').map(([name]) => name);
  t.same(texts.sort(), [...TEXT_LIST_FIELDS, 'legacy:communities'].sort());
  const wrong = (name: string) => {
    const found: string[] = [];
    customFieldsSchema({ [name]: [{}] }, 'custom_fields', (field) => found.push(field));
    return found;
  };
  for (const name of CUSTOM_ITEMS.keys()) t.same(wrong(name), [`custom_fields.${name}.0`]);
  t.end();
});

t.test('words that mean something to JavaScript mean nothing here', async (t) => {
  for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']) {
    const body =
      JSON.parse(`{"${word}": "x", "metadata": {"${word}": "x", "license": "${word}", "custom": {"${word}": "x"}},
      "title": "Fog atlas", "license": "${word}", "resource_type": "${word}", "language": "${word}", "access_level": "${word}",
      "programming_language": "${word}", "development_status": "${word}", "description_format": "${word}",
      "description": "<jats:${word}>x</jats:${word}>", "pid": {"type": "${word}", "value": "x"}, "links": {"link": "${word}"},
      "contributors": [{"name": "A, B", "role": "${word}", "identifiers": [{"scheme": "${word}", "identifier": "x"}]}],
      "record": {"metadata": {"creators": [{"person_or_org": {"type": "personal", "family_name": "A",
        "identifiers": [{"scheme": "${word}", "identifier": "x"}]}}]}}}`) as Record<string, unknown>;
    const { mapping } = read(body);
    t.doesNotThrow(() => structuredClone(mapping), word);
    for (const { field, message } of mapping.faults) t.type(message, 'string', `${word}: ${field}`);
    const odd = { [word]: 'x', '@type': { [word]: 'x' } };
    const inside = [
      {
        contributors: [
          { name: 'A B', type: odd },
          { '@type': [odd, 'Role'], author: odd, roleName: odd },
        ],
      },
      {
        geoLocations: [
          { geoLocationPlace: 'X', geoLocationPoint: { pointLatitude: odd, pointLongitude: 1 } },
        ],
      },
      { manifest: { '@graph': [odd, { '@id': 'ro-crate-metadata.json', about: { '@id': odd } }] } },
      { manifest: { '@context': 'https://schema.org', '@graph': [{ '@id': 'x', ...odd }] } },
      {
        record: {
          metadata: { title: 'Fog', identifiers: [{ identifier: odd }], subjects: [{ subject: odd }] },
        },
      },
      { record: { metadata: { description: odd, dates: [{ date: odd }] } }, subject: ['x'], pid: ['10.1/x'] },
    ];
    for (const one of inside) {
      const { content } = mergeDraft(EMPTY, read(one).mapping, 'merge', TODAY);
      t.ok([examineDraft(content, TODAY), depositView(content)], `${word}: ${JSON.stringify(one)}`);
    }
  }
});

t.test('ORCID iDs in any form, with their check digit', async (t) => {
  for (const form of [
    '0000-0002-1825-0097',
    '0000000218250097',
    'https://orcid.org/0000-0002-1825-0097',
    'http://www.orcid.org/0000-0002-1825-0097/',
    'orcid.org/0000-0002-1825-0097',
    'ORCID: 0000-0002-1825-0097',
    ' 0000 0002 1825 0097 ',
    '0000–0002–1825–0097',
  ]) {
    t.equal(normaliseOrcid(form), '0000-0002-1825-0097', form);
  }
  t.equal(normaliseOrcid('0000-0002-1694-233x'), '0000-0002-1694-233X');
  for (const bad of ['0000-0002-1825-0098', '0000-0002-1825', 'orcid', '', '0000-0002-1825-009X']) {
    t.equal(normaliseOrcid(bad), null, bad);
  }
});

t.test('what is not public in a manifest is found wherever and however it stands', async (t) => {
  const closed = [
    'artifacts:\n- access_level: [Public, Private]',
    'artifacts:\n- access_level: {a: b}',
    'artifacts:\n- access_level: Public\n  Access Level: Private',
    'artifacts:\n- access_level: Public\n  files:\n  - access_level: Private',
    'artifacts:\n- folders: [{files: [{access_level: Restricted}]}]',
    'x: &x {access_level: Private}\nartifacts:\n- <<: *x',
    'artifacts:\n- &a {self: *a, access_level: Private}',
    'access_level: Private',
    'metadata:\n  access level: Restricted',
    'artifacts:\n- access_level: Vertraulich\n bad: [',
    [...'artifacts:\n- access_level: Private'].join('\u0000'),
    ...['access_right: Restricted', 'access rights: on request', 'visibility: private'].map(
      (level) => `artifacts:\n- name: a\n  ${level}`,
    ),
    'artifacts:\n- files:\n  - access: Private',
    'Artifacts Details: |\n  - name: a\n    access_level: Private',
    'Security Layer:\n  Access Level: Restricted',
    'artefacts:\n- access_level: Private',
    'RDMC Content:\n  Artifacts Details:\n  - access_level: Private',
    '{"@graph": [{"@id": "ro-crate-metadata.json", "about": {"@id": "./"}}, {"@id": "./"}, {"access_level": "Private"}]}',
    ...['private: true', 'Is Public: no', 'confidential: yes'].map(
      (flag) => `artifacts:\n- name: a\n  ${flag}`,
    ),
    ...['embargo: true', 'rights: Restricted Access', 'artifacts: [{embargo_date: 2090-01-01}]'],
    ...['private: true', 'closed: true', 'isAccessibleForFree: http://schema.org/False'],
    ...['artifacts: [{closed: yes}]', 'artifacts: [{is_open: no}]', 'rdmc: {open: no}'],
    ...[
      'x: {is_embargoed: true}',
      'license: MIT, Embargo until 1.2.2090',
      'rights: embargoed bis 2090-02-01',
    ],
    ...['Restricted', 'Available on request', 'Restricted to members'].map(
      (level) => `{"@context": "https://schema.org", "name": "Fog", "conditionsOfAccess": "${level}"}`,
    ),
  ];
  for (const manifest of closed)
    t.ok(inspectManifest(manifest).restricted.length > 0, JSON.stringify(manifest));
  const stricter = 'artifacts: [{embargo_date: 2090-01-01, access_level: Private}]';
  t.match(inspectManifest(stricter).restricted, [/Private/], 'what an embargo does not open');
  const later =
    'artifacts: [{access_level: Embargoed, embargo_date: 2090-01-01, x: {embargo_date: 2091-01-01}}]';
  t.match(inspectManifest(later).restricted, [/until 2091-01-01/], 'the latest day');
  const never = 'artifacts: [{embargo_date: 2090-01-01, x: {embargo: until the book is out}}]';
  t.match(inspectManifest(never).restricted, [/\(embargoed\)/], 'a day of another part is not that of all');
  for (const manifest of [
    'artifacts:\n- access_level:\n  files: []\n bad: [',
    'artifacts:\n- access_level: Public\n  visibility: 10 km\n  private: false',
    'Security Layer:\n  Access Level: Public',
    'access_level: Public',
    'embargo: no\nartifacts: [{embargo: {active: false, until: 2090-01-01}}]',
    // What is not about the files.
    ...['polyline: {closed: true}', 'valve: {open: false}', 'line: {isClosed: true}', 'issues: {open: 0}'],
    ...['open: 0', 'closed: 1', 'artifacts: [{paper: {isAccessibleForFree: false}}]'],
    ...['embargoed_country: Iraq', 'embargo_reason: a trade embargo', 'embargo_status: lifted'],
    ...['embargo: not embargoed', 'embargo: expired', 'x: {embargo: ended}'],
    ...['site: {access: "Private land, ask the farmer"}', 'x: {visibility: Limited by fog}'],
    ...['rights: Embargo policy of the journal applies', `rights: "${'word, '.repeat(60)}restricted, word"`],
    'access_level: http://purl.org/coar/access_right/c_abf2/',
    'a: b',
  ]) {
    t.same(inspectManifest(manifest).restricted, [], manifest);
  }
});

t.test('licences by id, expression, name and address', async (t) => {
  const expected: [string, string[]][] = [
    ['MIT', ['MIT']],
    ['mit', ['MIT']],
    ['MIT License', ['MIT']],
    ['mit-license', ['MIT']],
    ['Apache 2', ['Apache-2.0']],
    ['apache2.0', ['Apache-2.0']],
    ['GPL-3.0-or-later', ['GPL-3.0-or-later']],
    ['MIT OR Apache-2.0', ['MIT', 'Apache-2.0']],
    ['(mit and cc-by-4.0) or Zlib', ['MIT', 'CC-BY-4.0', 'Zlib']],
    ['GPL-2.0-only WITH Classpath-exception-2.0', ['GPL-2.0-only']],
    ['GPL-2.0-with-classpath-exception', ['GPL-2.0-only']],
    ['GPL-3.0-only WITH GCC-exception-3.1 OR MIT', ['GPL-3.0-only', 'MIT']],
    ['MIT/Apache-2.0', ['MIT', 'Apache-2.0']],
    ['MIT and Apache 2', ['MIT', 'Apache-2.0']],
    ['CC BY 4.0 / MIT', ['CC-BY-4.0', 'MIT']],
    ['Apache-2.0+ OR MIT', ['Apache-2.0', 'MIT']],
    ['GPL-2.0+', ['GPL-2.0-or-later']],
    ['GPLv3', ['GPL-3.0-only']],
    ['GPL (>= 2)', ['GPL-2.0-or-later']],
    ['This work is licensed under the GNU GPL version 3', ['GPL-3.0-only']],
    [
      'GNU Lesser General Public License, version 2.1 or (at your option) any later version',
      ['LGPL-2.1-or-later'],
    ],
    ['GPL v2 with classpath exception', ['GPL-2.0-only']],
    ['GNU Lesser General Public License v3 or later', ['LGPL-3.0-or-later']],
    ['GNU Affero General Public License v3.0 only', ['AGPL-3.0-only']],
    ['BSD 3-Clause "New" or "Revised" License', ['BSD-3-Clause']],
    ['CC BY NC ND 3.0 DE', ['CC-BY-NC-ND-3.0-DE']],
    ['dl-de/by-2-0', ['DL-DE-BY-2.0']],
    ['ODC-BY', ['ODC-By-1.0']],
    ['https://creativecommons.org/licenses/by/3.0/de/', ['CC-BY-3.0-DE']],
    ['https://example.org/mylicense', []],
    ['Example terms of use', []],
    ['General terms 2', []],
    ['CC BY 4.0', ['CC-BY-4.0']],
    ['CC-BY-SA 3.0', ['CC-BY-SA-3.0']],
    ['Creative Commons Attribution 4.0 International', ['CC-BY-4.0']],
    ['Creative Commons Attribution Non Commercial Share Alike 4.0 International', ['CC-BY-NC-SA-4.0']],
    ['CC0', ['CC0-1.0']],
    ['CC Zero', ['CC0-1.0']],
    ['https://creativecommons.org/licenses/by-nc-nd/4.0/', ['CC-BY-NC-ND-4.0']],
    ['https://creativecommons.org/publicdomain/zero/1.0/legalcode', ['CC0-1.0']],
    ['https://opensource.org/licenses/MIT', ['MIT']],
    ['https://spdx.org/licenses/BSD-3-Clause.html', ['BSD-3-Clause']],
    ['https://www.apache.org/licenses/LICENSE-2.0', ['Apache-2.0']],
    ['https://opendatacommons.org/licenses/odbl/1-0/', ['ODbL-1.0']],
    ['https://www.gnu.org/licenses/gpl-3.0.en.html', ['GPL-3.0']],
    ['creativecommons.org/licenses/by/4.0', ['CC-BY-4.0']],
    ['zlib/libpng', ['Zlib']],
    ['UNLICENSED', []],
    ['whatever we agreed on', []],
    ['', []],
  ];
  for (const [text, ids] of expected) {
    t.same(
      readSpdx(text).map(({ id }) => id),
      ids,
      text,
    );
  }
});

t.test('a DOI is written into a manifest without touching the rest', async (t) => {
  const doi = '10.5281/zenodo.1';
  t.equal(writeDoi('# c\nversion: 1.0\n', doi), `# c\nversion: 1.0\nDOI: ${doi}\n`);
  t.equal(writeDoi(`DOI: 10.5281/zenodo.0\na: [1]\n`, doi), `DOI: ${doi}\na: [ 1 ]\n`);
  t.match(writeDoi('identifiers:\n  - type: doi\n    value: old\n', doi), /value: 10\.5281\/zenodo\.1/);
  t.same(JSON.parse(writeDoi('{"RDMC Title": "x", "RDMC Metadata": {"a": null}}', doi)), {
    'RDMC Title': 'x',
    'RDMC Metadata': { a: null, DOI: doi },
  });
});
