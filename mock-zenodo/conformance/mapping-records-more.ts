import type { RecordsRow } from './mapping-rows.js';

const person = (more: object) => ({
  creators: [{ person_or_org: { type: 'personal', family_name: 'Quay', ...more } }],
});

/**
 * More metadata that are sent to a records draft, what is then stored (null: 500), and the errors
 * in the response.
 */
export const RECORDS_MAPPING_MORE: RecordsRow[] = [
  [
    'affiliation-id',
    'With an id, the name of an affiliation is discarded.',
    { creators: [{ affiliations: [{ id: '01ggx4157', name: 'My words' }] }] },
    { creators: [{ affiliations: [{ id: '01ggx4157' }] }] },
    ['metadata.creators.0.person_or_org: Missing data for required field.'],
  ],
  [
    'affiliations-twice',
    'An affiliation that is given twice is reported and kept.',
    {
      creators: [
        {
          person_or_org: { type: 'organizational', name: 'Nemo' },
          affiliations: [{ name: 'A' }, { name: 'A' }],
        },
      ],
    },
    {
      creators: [
        {
          person_or_org: { type: 'organizational', name: 'Nemo' },
          affiliations: [{ name: 'A' }, { name: 'A' }],
        },
      ],
    },
    ['metadata.creators.0.affiliations: Duplicated affiliations: A'],
  ],
  [
    'person-untyped',
    'A person or organisation without type keeps its name as it was sent.',
    { creators: [{ person_or_org: { name: 'Nemo' } }] },
    { creators: [{ person_or_org: { name: 'Nemo' } }] },
    ["metadata.creators.0.person_or_org.type: Invalid value. Choose one of ['organizational', 'personal']."],
  ],
  [
    'edmo',
    'A bare number is an EDMO code to people.',
    person({ identifiers: [{ identifier: '5' }] }),
    person({ name: 'Quay', identifiers: [{ identifier: 'edmo:5', scheme: 'edmo' }] }),
    [],
  ],
  [
    'right-both',
    'An id beside a title is reported, and the right reduced to its id.',
    { rights: [{ id: 'mit', title: { en: 'Mine' } }] },
    { rights: [{ id: 'mit' }] },
    [
      'metadata.rights.0.rights: Only an existing id or free text title/description/link is accepted, but not both cases at the same time',
    ],
  ],
  [
    'right-languages',
    'A right in two languages loses its title.',
    { rights: [{ title: { en: 'A', de: 'B' }, link: 'https://e.org' }] },
    { rights: [{ link: 'https://e.org' }] },
    ['metadata.rights.0.title: Only one value is accepted.'],
  ],
  [
    'right-props',
    'A custom right with `props` breaks the save.',
    {
      rights: [
        { title: { en: 'A' }, props: {} },
        { title: { en: 'B' }, props: { url: 'https://e.org' } },
      ],
    },
    null,
    [],
  ],
  [
    'subject-empty',
    'A subject without text is reported; unknown keys of subjects are skipped.',
    { subjects: [{ scheme: 'x' }, { subject: 'fog', title: { en: 'x' } }] },
    { subjects: [{ subject: 'fog' }] },
    ['metadata.subjects.0.subjects: An existing id or a free text subject must be present.'],
  ],
  [
    'version-long',
    'A version has 191 characters at most.',
    { version: 'v'.repeat(192) },
    {},
    ['metadata.version: Longer than maximum length 191.'],
  ],
  [
    'sizes-blank',
    'A blank size is dropped, and the others move up.',
    { sizes: ['', '10 pages'] },
    { sizes: ['10 pages'] },
    ['metadata.sizes.0: Size cannot be a blank string.'],
  ],
  [
    'place-polygon',
    'Points, several points and polygons are kept; coordinates may be sent as texts.',
    {
      locations: {
        features: [
          { geometry: { type: 'Point', coordinates: ['1.5', 2] } },
          {
            geometry: {
              type: 'Polygon',
              coordinates: [
                [
                  [0, 0],
                  [1, 0],
                  [1, 1],
                  [0, 0],
                ],
              ],
            },
          },
        ],
      },
    },
    {
      locations: {
        features: [
          { geometry: { coordinates: [1.5, 2], type: 'Point' } },
          {
            geometry: {
              coordinates: [
                [
                  [0, 0],
                  [1, 0],
                  [1, 1],
                  [0, 0],
                ],
              ],
              type: 'Polygon',
            },
          },
        ],
      },
    },
    [],
  ],
  [
    'place-bad',
    'Coordinates of the wrong shape make the save fail.',
    { locations: { features: [{ geometry: { type: 'Point', coordinates: [1] } }] } },
    null,
    [],
  ],
  [
    'place-line',
    'Zenodo accepts no lines as geometry.',
    {
      locations: {
        features: [
          {
            place: 'Nemo',
            geometry: {
              type: 'LineString',
              coordinates: [
                [0, 0],
                [1, 1],
              ],
            },
          },
        ],
      },
    },
    { locations: { features: [{ place: 'Nemo' }] } },
    ['metadata.locations.features.0.geometry.type: Unsupported value: LineString'],
  ],
  [
    'date-open',
    'A publication date without its last digit is saved, and breaks the answer.',
    { publication_date: '202X' },
    null,
    [],
  ],
  [
    'identifiers-isni',
    'An ISNI number outside ORCID’s range is not an ORCID iD.',
    person({ identifiers: [{ scheme: 'orcid', identifier: '0000-0001-2103-2683' }] }),
    person({ identifiers: [{ scheme: 'orcid', identifier: '0000-0001-2103-2683' }] }),
    ['metadata.creators.0.person_or_org.identifiers.0.identifier: Invalid ORCID identifier.'],
  ],
  [
    'place-blank',
    'A blank place makes the save fail too.',
    { locations: { features: [{ place: '', description: 'far out' }] } },
    null,
    [],
  ],
  [
    'place-nothing',
    'A place with nothing in it is reported.',
    { locations: { features: [{ place: 'Nemo' }, {}] } },
    { locations: { features: [{ place: 'Nemo' }] } },
    [
      `metadata.locations.features.1.locations: At least one of ['geometry', 'place',${' '.repeat(17)}identifiers', 'description'] must be present.`,
    ],
  ],
  [
    'funding-half',
    'An award without a funder is reported and kept.',
    { funding: [{ award: { number: 'F-1' } }] },
    { funding: [{ award: { number: 'F-1' } }] },
    ['metadata.funding.0.funder: Missing data for required field.'],
  ],
  [
    'award-language',
    'The language of an award’s title has two letters.',
    { funding: [{ funder: { name: 'Fog Fund' }, award: { number: 'F-1', title: { eng: 'Fog' } } }] },
    { funding: [{ funder: { name: 'Fog Fund' }, award: { number: 'F-1' } }] },
    ['metadata.funding.0.award.title.eng.key: String does not match expected pattern.'],
  ],
  [
    'identifier-text',
    'An identifier that is no object breaks the save.',
    { identifiers: ['10.1234/a'] },
    null,
    [],
  ],
  [
    'identifier-number',
    'A number without a scheme makes it fail too.',
    { identifiers: [{ identifier: 5 }] },
    null,
    [],
  ],
  ['date-season', 'A season breaks the save.', { publication_date: '2024-21' }, null, []],
  [
    'date-open-end',
    'An open end written with dots makes the save fail too.',
    { dates: [{ date: '2024/..', type: { id: 'other' } }] },
    null,
    [],
  ],
  [
    'identifiers-2026',
    'Kinds of identifiers in newer versions of idutils: RRID, Wikidata, CSTR of four parts, ARK without slash.',
    {
      identifiers: [
        { identifier: 'RRID:SCR_002823' },
        { identifier: 'wikidata:Q42' },
        { identifier: 'CSTR:31253.11.sciencedb.01' },
        { identifier: 'ark:13030/tf5p30086k' },
      ],
    },
    {
      identifiers: [
        { identifier: 'RRID:SCR_002823', scheme: 'rrid' },
        { identifier: 'Q42', scheme: 'wikidata' },
        { identifier: 'CSTR:31253.11.sciencedb.01', scheme: 'cstr' },
        { identifier: 'ark:13030/tf5p30086k', scheme: 'ark' },
      ],
    },
    [],
  ],
  [
    'cstr-five',
    'A CSTR of five parts is of no kind.',
    { identifiers: [{ identifier: 'CSTR:31253.11.sciencedb.j00001.00123' }] },
    { identifiers: [{ identifier: 'CSTR:31253.11.sciencedb.j00001.00123' }] },
    ['metadata.identifiers.0.scheme: No valid scheme recognized for identifier.'],
  ],
  [
    'text-repaired',
    'Text is repaired: broken encodings, ligatures, wide letters, terminal colours.',
    { title: 'cafÃ© ﬁn ＡＢＣ \u001b[31mred', description: '<p>O’Brien &amp; “x”</p><s>gone</s>' },
    { title: 'café fin ABC red', description: '<p>O\'Brien &amp; "x"</p>gone' },
    [],
  ],
  [
    'html-unfinished',
    'A tag that is not allowed is removed, and its text stays. A tag without an end is text. A class stays.',
    { description: '<p class="x">c</p><script>a</script><h6>b</h6> a<b' },
    { description: '<p class="x">c</p>a\nb a&lt;b' },
    [],
  ],
];
