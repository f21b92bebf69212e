import { LEGACY_IN } from './deposit-flow.js';
import type { DepositRow } from './mapping-rows.js';
import { breaking, refused } from './metadata-rows.js';
import type { Rule } from './rule.js';

const fog = { title: 'Fog poem', publication_date: '2024' };
const stored = { ...fog, publisher: 'Zenodo' };

/** Still more metadata of the deposit API and the resulting records drafts. */
export const DEPOSIT_MAPPING_MORE: DepositRow[] = [
  [
    'access-right-blank',
    'A blank `access_right` is open, and brings no licence.',
    { ...fog, access_right: '' },
    { metadata: stored },
  ],
  [
    'access-right-null',
    'Null for `access_right` is the same.',
    { ...fog, access_right: null },
    { metadata: stored },
  ],
  [
    'coordinates-texts',
    'Coordinates sent as texts become numbers.',
    { ...fog, license: 'mit', locations: [{ place: 'Nemo', lat: '-48.87', lon: '-123.39' }] },
    {
      metadata: {
        ...stored,
        rights: [{ id: 'mit' }],
        locations: {
          features: [{ geometry: { coordinates: [-123.39, -48.87], type: 'Point' }, place: 'Nemo' }],
        },
      },
    },
  ],
  [
    'subjects-keys',
    'Of subjects three keys are kept.',
    { ...fog, license: 'mit', subjects: [{ term: 'Fog', more: 'x', scheme: null }] },
    {
      metadata: { ...stored, rights: [{ id: 'mit' }] },
      custom_fields: { 'legacy:subjects': [{ term: 'Fog' }] },
    },
  ],
  [
    'undocumented',
    'Further descriptions and alternate identifiers are taken, although no documentation names them.',
    {
      ...fog,
      license: 'mit',
      additional_descriptions: [{ description: 'More', type: { id: 'abstract' } }],
      alternate_identifiers: [{ identifier: '10.1234/fog' }],
    },
    {
      metadata: {
        ...stored,
        rights: [{ id: 'mit' }],
        additional_descriptions: [{ description: 'More', type: { id: 'abstract' } }],
        identifiers: [{ identifier: '10.1234/fog', scheme: 'doi' }],
      },
    },
  ],
  [
    'language-unknown',
    'A two-letter code that is no language is dropped silently.',
    { ...fog, license: 'mit', language: 'xx' },
    { metadata: { ...stored, rights: [{ id: 'mit' }] } },
  ],
];

/** What the deposit API refuses, or fails on. */
export const depositFaultRules: Rule[] = [
  ...refused(LEGACY_IN, [
    [
      'mapping-keywords-null',
      'Keywords may not be null.',
      { title: 'Fog poem', keywords: null },
      ['metadata.keywords: Field may not be null.'],
    ],
    [
      'mapping-alternate-kind',
      'An alternate identifier of no kind is refused under another path than a related one.',
      {
        title: 'Fog poem',
        related_identifiers: [{ identifier: 'fog', relation: 'isAlternateIdentifier' }],
      },
      ['metadata.alternate_identifiers.scheme: No valid scheme recognized for identifier.'],
    ],
  ]),
  ...breaking(LEGACY_IN, [
    ['mapping-gnd', { creators: [{ name: 'Quay, Ben', gnd: 'x' }] }],
    ['mapping-orcid', { creators: [{ name: 'Quay, Ben', orcid: 5 }] }],
    ['mapping-custom', { custom: null }],
  ]),
];
