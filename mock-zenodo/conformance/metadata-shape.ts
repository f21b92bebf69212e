import { LEGACY_IN } from './deposit-flow.js';
import { breaking, type Row, refused } from './metadata-rows.js';
import type { Rule } from './rule.js';

const SCHEMAS = 'zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/schemas.py';
const TESTS = 'zenodo/zenodo-rdm:site/tests/legacy/deposits/test_rest_api_metadata.py';

const wrongTypes: Row<string[]>[] = ['title', 'description', 'version', 'publication_date'].flatMap(
  (name): Row<string[]>[] => [
    [
      `${name.replace('_', '-')}-number`,
      `\`${name}\` has to be a text.`,
      { [name]: 5 },
      [`metadata.${name}: Not a valid string.`],
    ],
    [
      `${name.replace('_', '-')}-null`,
      `\`${name}\` may not be null.`,
      { [name]: null },
      [`metadata.${name}: Field may not be null.`],
    ],
  ],
);

const nulls: Row<string[]>[] = [
  'creators',
  'contributors',
  'grants',
  'locations',
  'dates',
  'references',
  'language',
].map((name) => [
  `${name}-null`,
  `\`${name}\` may not be null.`,
  { [name]: null },
  [`metadata.${name}: Field may not be null.`],
]);

const related = 'metadata.related_identifiers';

const lists: Row<string[]>[] = [
  [
    'creators-text',
    'Creators have to be a list.',
    { creators: 'x' },
    ['metadata.creators: Not a valid list.'],
  ],
  [
    'related-text',
    'Related identifiers have to be a list.',
    { related_identifiers: 'x' },
    [`${related}: related_identifiers must be a list`],
  ],
  [
    'related-null',
    'Null is no list.',
    { related_identifiers: null },
    [`${related}: related_identifiers must be a list`],
  ],
  [
    'related-item',
    'Each of them has to be an object.',
    { related_identifiers: ['x'] },
    [`${related}.0: Each related identifier must be an object`],
  ],
  [
    'related-relation',
    'Its relation has to be a text.',
    { related_identifiers: [{ identifier: '10.1234/foo', relation: 123 }] },
    [`${related}.0.relation: relation must be a string`],
  ],
  [
    'related-unrecognised',
    'Its identifier has to be of a known kind; the path has no index.',
    { related_identifiers: [{ identifier: 'no identifier at all', relation: 'cites' }] },
    [`${related}.scheme: No valid scheme recognized for identifier.`],
  ],
  [
    'dates-empty',
    'A date needs start or end.',
    { dates: [{ type: 'Valid' }] },
    ['metadata.dates: Invalid date provided.'],
  ],
  [
    'language-name',
    'A language is two or three letters.',
    { language: 'english' },
    ['metadata.language: Language must be either ISO-639-1 or 639-2 compatible.'],
  ],
];

const whole: Row<string[]>[] = [
  [
    'access-unknown',
    'An unknown access right is refused.',
    { access_right: 'foo' },
    ['_schema: Unknown access type.'],
  ],
  [
    'access-no-date',
    'An embargo without a date is refused.',
    { access_right: 'embargoed' },
    ['_schema: Unknown access type.'],
  ],
  [
    'communities-shape',
    'Communities have to be objects with an identifier.',
    { communities: ['x'] },
    ["communities: Communities must be an array of objects with an 'identifier' key."],
  ],
];

/** Errors of shape, which every save finds. */
export const metadataShapeRules: Rule[] = [
  ...refused(LEGACY_IN, wrongTypes),
  ...refused(LEGACY_IN, nulls),
  ...refused(TESTS, lists),
  ...refused(SCHEMAS, whole),
  ...refused(LEGACY_IN, [
    [
      'several-errors',
      'All errors in the shape of a body are listed at once.',
      { title: 5, license: 'nope' },
      ['metadata.title: Not a valid string.', 'metadata.license: Invalid license provided: nope'],
    ],
  ]),
  ...breaking(LEGACY_IN, [
    ['creators-item', { creators: ['x'] }],
    ['licence-object', { license: { x: 1 } }],
    ['related-no-identifier', { related_identifiers: [{ relation: 'cites' }] }],
    ['related-no-relation', { related_identifiers: [{ identifier: '10.1234/a' }] }],
    ['grants-no-id', { grants: [{}] }],
    ['locations-no-place', { locations: [{ lat: 1, lon: 1 }] }],
    ['dates-no-type', { dates: [{ start: '2020', end: '2021' }] }],
    ['subjects-text', { subjects: ['a'] }],
  ]),
];
