import type { RecordsRow } from './mapping-rows.js';

/**
 * Metadata that are sent to a records draft: id, what it shows, what is sent, what is then stored
 * (null: 500), and the errors in the response.
 */
export const RECORDS_MAPPING: RecordsRow[] = [
  [
    'r1-organisation-with-ror-person-with-two',
    'Organisation with ROR; person with two affiliations.',
    {
      creators: [
        {
          person_or_org: {
            type: 'organizational',
            name: 'Nemo Fog Observatory',
            identifiers: [{ identifier: 'https://ror.org/05a28rw58' }],
          },
        },
        {
          person_or_org: { type: 'personal', family_name: 'Marlin', given_name: 'Tess', name: 'ignored' },
          affiliations: [{ id: '05a28rw58', name: 'my words' }, { name: 'Port Lab' }],
          role: { id: 'projectleader' },
        },
      ],
    },
    {
      creators: [
        {
          person_or_org: {
            type: 'organizational',
            name: 'Nemo Fog Observatory',
            identifiers: [{ identifier: '05a28rw58', scheme: 'ror' }],
          },
        },
        {
          person_or_org: {
            type: 'personal',
            name: 'Marlin, Tess',
            given_name: 'Tess',
            family_name: 'Marlin',
          },
          role: { id: 'projectleader' },
          affiliations: [{ id: '05a28rw58' }, { name: 'Port Lab' }],
        },
      ],
    },
    [],
  ],
  [
    'r2-bad-orcid-is-stored-as-sent',
    'Bad ORCID is stored as sent and reported; no name is derived for that person.',
    {
      creators: [
        {
          person_or_org: {
            type: 'personal',
            family_name: 'Quay',
            identifiers: [{ scheme: 'orcid', identifier: '0000-0002-1825-0098' }],
          },
        },
      ],
    },
    {
      creators: [
        {
          person_or_org: {
            type: 'personal',
            family_name: 'Quay',
            identifiers: [{ identifier: '0000-0002-1825-0098', scheme: 'orcid' }],
          },
        },
      ],
    },
    ['metadata.creators.0.person_or_org.identifiers.0.identifier: Invalid ORCID identifier.'],
  ],
  [
    'r3-unknown-key-in-a-person-reported',
    'Unknown key in a person: reported, rest kept, no derived name.',
    {
      creators: [
        { person_or_org: { type: 'personal', family_name: 'Quay', nickname: 'Q' }, email: 'q@e.org' },
      ],
    },
    { creators: [{ person_or_org: { type: 'personal', family_name: 'Quay' } }] },
    [
      'metadata.creators.0.person_or_org.nickname: Unknown field.',
      'metadata.creators.0.email: Unknown field.',
    ],
  ],
  [
    'r4-two-orcids-all-identifiers-of-that',
    'With two ORCIDs, all identifiers of that person are dropped.',
    {
      creators: [
        {
          person_or_org: {
            type: 'personal',
            family_name: 'Quay',
            identifiers: [
              { scheme: 'orcid', identifier: '0000-0002-1825-0097' },
              { scheme: 'orcid', identifier: '0000-0001-5109-3700' },
            ],
          },
        },
      ],
    },
    { creators: [{ person_or_org: { type: 'personal', family_name: 'Quay' } }] },
    ['metadata.creators.0.person_or_org.identifiers: Only one identifier per scheme is allowed.'],
  ],
  [
    'r5-several-rights-one-of-them-own',
    'Several rights, one of them own.',
    {
      rights: [
        { id: 'cc-by-4.0' },
        {
          title: { en: 'Fog Licence 1' },
          description: { en: 'Do as you like.' },
          link: 'https://fog.example.org/l',
        },
      ],
    },
    {
      rights: [
        { id: 'cc-by-4.0' },
        {
          title: { en: 'Fog Licence 1' },
          description: { en: 'Do as you like.' },
          link: 'https://fog.example.org/l',
        },
      ],
    },
    [],
  ],
  [
    'r6-own-right-link-without-scheme-drops',
    'Own right: link without scheme drops the link.',
    { rights: [{ title: { en: 'Fog Licence 1' }, link: 'fog.example.org/l' }] },
    { rights: [{ title: { en: 'Fog Licence 1' } }] },
    ['metadata.rights.0.link: Not a valid URL.'],
  ],
  [
    'r7-own-right-in-a-language-that',
    'Own right in a language that is not an interface language.',
    { rights: [{ title: { de: 'Nebellizenz' } }] },
    {},
    ['metadata.rights.0.title: Not a valid locale.'],
  ],
  [
    'r8-own-award',
    'Own award.',
    {
      funding: [
        {
          funder: { name: 'Fog Fund' },
          award: {
            number: 'F-1',
            title: { en: 'Fog watch' },
            identifiers: [{ identifier: 'https://fog.example.org/f1' }],
          },
        },
      ],
    },
    {
      funding: [
        {
          funder: { name: 'Fog Fund' },
          award: {
            number: 'F-1',
            title: { en: 'Fog watch' },
            identifiers: [{ identifier: 'https://fog.example.org/f1', scheme: 'url' }],
          },
        },
      ],
    },
    [],
  ],
  [
    'r9-an-award-with-acronym-or-program',
    'An award with `acronym` (or `program`) that is not from the vocabulary.',
    { funding: [{ funder: { id: '00k4n6c32' }, award: { acronym: 'FOG' } }] },
    null,
    [],
  ],
  [
    'r10-same-identifier-twice-the-whole-list',
    'If an identifier occurs twice, the whole list is dropped.',
    {
      identifiers: [
        { identifier: '10.1234/fog' },
        { identifier: 'doi:10.1234/fog' },
        { identifier: 'PMC77', scheme: 'other' },
      ],
    },
    {},
    ['metadata.identifiers: Duplicated identifier entry is not allowed.'],
  ],
  [
    'r11-identifier-of-no-allowed-kind-is',
    'Identifier of no allowed kind is kept without scheme and reported.',
    {
      identifiers: [{ identifier: 'PMC2631623' }],
      related_identifiers: [
        {
          identifier: 'swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2',
          relation_type: { id: 'issourceof' },
        },
      ],
    },
    {
      identifiers: [{ identifier: 'PMC2631623' }],
      related_identifiers: [
        {
          identifier: 'swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2',
          relation_type: { id: 'issourceof' },
        },
      ],
    },
    [
      'metadata.identifiers.0.scheme: No valid scheme recognized for identifier.',
      'metadata.related_identifiers.0.scheme: No valid scheme recognized for identifier.',
    ],
  ],
  [
    'r12-types-missing',
    'Types missing.',
    {
      additional_titles: [{ title: 'Fog, part 2' }],
      additional_descriptions: [{ description: '<p>More</p>', type: { id: 'other' }, lang: { id: 'eng' } }],
    },
    {
      additional_titles: [{ title: 'Fog, part 2' }],
      additional_descriptions: [{ description: '<p>More</p>', type: { id: 'other' }, lang: { id: 'eng' } }],
    },
    ['metadata.additional_titles.0.type: Missing data for required field.'],
  ],
  [
    'r13-dates-with-and-without-time',
    'Dates with and without time.',
    {
      publication_date: '2024-03-01T10:00:00Z',
      dates: [
        { date: '2024-03-01T10:00:00Z', type: { id: 'other' } },
        { date: '2024-03-01T10:00Z', type: { id: 'other' }, description: 'no seconds' },
        { date: '2024-03/2024-01', type: { id: 'other' } },
      ],
    },
    {
      dates: [
        { date: '2024-03-01T10:00:00Z', type: { id: 'other' } },
        { type: { id: 'other' }, description: 'no seconds' },
        { type: { id: 'other' } },
      ],
    },
    [
      'metadata.publication_date: Please provide a valid date or interval.',
      'metadata.dates.1.date: Please provide a valid date or interval.',
      'metadata.dates.2.date: Please provide a valid date or interval.',
    ],
  ],
  [
    'r14-reference-with-a-bad-identifier',
    'Reference with a bad identifier.',
    {
      references: [
        { reference: 'Quay 2020', identifier: '10.1234/q' },
        { reference: 'Quay 2021', identifier: 'zzz' },
      ],
    },
    {
      references: [
        { identifier: '10.1234/q', scheme: 'doi', reference: 'Quay 2020' },
        { identifier: 'zzz', reference: 'Quay 2021' },
      ],
    },
    ['metadata.references.1.scheme: No valid scheme recognized for identifier.'],
  ],
];
