import fc from 'fast-check';

const people = 'Doe, Jane|Jane Doe|Doe, Jane, Jr.|,|  |'.split('|');
const orcids = '0000-0002-1825-0097|https://orcid.org/0000-0002-1825-0097|0000-0000-0000-0001|x'.split('|');
const identifiers =
  '10.1234/abc|https://doi.org/10.1234/abc|https://example.org/a|arXiv:1501.00001|978-3-16-148410-0|nothing at all|'.split(
    '|',
  );
const relations = 'cites|isPartOf|isAlternateIdentifier|isOrignialFormOf|isTranslationOf|nonsense|'.split(
  '|',
);
const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    '',
    'ab',
    'A title',
    '  padded  ',
    '<p>x &amp; y</p>',
    '<script>x</script>',
    'a < b & c',
    '<<b>i',
    'a\u0000\u200bb',
    '🎉é',
  ),
);

/** Any JSON value, for fields that expect something else. */
const anything = fc.jsonValue({ maxDepth: 2 });

/** Mostly what a field expects, sometimes what it does not. */
const mostly = (expected: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 9, arbitrary: expected }, { weight: 1, arbitrary: anything });

const one = (...values: string[]) => fc.constantFrom(...values);

const some = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });

const person = some({
  name: mostly(fc.oneof(one(...people), texts)),
  affiliation: mostly(one('CERN', '  padded ', '<b>bold</b>')),
  orcid: mostly(one(...orcids)),
  gnd: mostly(one('170118215', 'gnd:170118215', 'x')),
  type: mostly(one('DataCurator', 'Other', 'Translator', 'Juggler')),
});

const list = (item: fc.Arbitrary<unknown>) => fc.array(mostly(item), { maxLength: 3 });

const date = one('2024', '2024-05-06', '2020/2021', '2021/2020', '2024-02-30', 'soon', '');

const fields: Record<string, fc.Arbitrary<unknown>> = {
  title: texts,
  description: texts,
  version: texts,
  notes: texts,
  method: texts,
  journal_title: texts,
  conference_url: one('https://example.org/', 'x', ''),
  imprint_publisher: texts,
  imprint_isbn: one('978-3-16-148410-0', '3-16-148410-X', 'x'),
  thesis_university: texts,
  publication_date: date,
  upload_type: one('dataset', 'publication', 'image', 'project', 'poem', ''),
  publication_type: one('article', 'thesis', 'nonsense'),
  image_type: one('figure', 'nonsense'),
  access_right: one('open', 'restricted', 'closed', 'embargoed', 'foo'),
  embargo_date: one('2099-01-01', '2001-01-01', 'soon'),
  license: fc.oneof(one('cc-by', 'mit', 'CC0-1.0', 'nope', ''), fc.record({ id: one('mit', 'nope') })),
  doi: one('10.1234/abc', '10.5281/zenodo.1', ''),
  keywords: fc.oneof(list(texts), texts),
  creators: list(person),
  contributors: list(person),
  thesis_supervisors: list(person),
  related_identifiers: list(
    some({
      identifier: mostly(one(...identifiers)),
      relation: mostly(one(...relations)),
      resource_type: mostly(one('dataset', 'poem')),
    }),
  ),
  references: list(texts),
  communities: list(fc.record({ identifier: mostly(one('a', 'b')) })),
  grants: list(
    fc.record({ id: mostly(one('283595', '777541', '10.13039/501100001665::755021', '10.9999/1::2')) }),
  ),
  subjects: list(some({ term: texts, identifier: texts })),
  language: one('de', 'eng', 'xx', 'xqq', 'english'),
  locations: list(
    some({
      lat: fc.double({ noNaN: true }),
      lon: fc.double({ noNaN: true }),
      place: texts,
      description: texts,
    }),
  ),
  dates: list(some({ start: date, end: date, type: one('Valid', 'collected', 'eaten'), description: texts })),
  custom: fc.oneof(fc.dictionary(one('dwc:family', 'x:y', 'legacy:communities'), anything), anything),
  prereserve_doi: anything,
  nonsense: anything,
};

/** Legacy metadata, good, bad and absurd: a few fields at a time, so that many are good. */
export const legacyMetadata: fc.Arbitrary<Record<string, unknown>> = fc
  .subarray(Object.keys(fields), { maxLength: 6 })
  .chain((names) =>
    fc.record(Object.fromEntries(names.map((name) => [name, mostly(fields[name] ?? anything)]))),
  );
