import type { DepositRow } from './mapping-rows.js';

/**
 * Metadata of the deposit API and the resulting records drafts: id, what it shows, what is sent,
 * what is then stored.
 */
export const DEPOSIT_MAPPING_1: DepositRow[] = [
  [
    'l1-author-split-at-one-comma',
    'Author split at one comma.',
    {
      title: 'Tidal records',
      upload_type: 'dataset',
      publication_date: '2024-03-01',
      creators: [
        {
          name: 'Quillfeather, Odo',
          affiliation: 'Port Lab; Univ. of Nemo',
          orcid: 'https://orcid.org/0000-0002-1825-0097',
        },
      ],
    },
    {
      metadata: {
        creators: [
          {
            person_or_org: {
              type: 'personal',
              given_name: 'Odo',
              family_name: 'Quillfeather',
              identifiers: [{ identifier: '0000-0002-1825-0097', scheme: 'orcid' }],
              name: 'Quillfeather, Odo',
            },
            affiliations: [{ name: 'Port Lab; Univ. of Nemo' }],
          },
        ],
        publication_date: '2024-03-01',
        publisher: 'Zenodo',
        resource_type: { id: 'dataset' },
        rights: [{ id: 'cc0-1.0' }],
        title: 'Tidal records',
      },
    },
  ],
  [
    'l2-no-comma-whole-name-is-the',
    'No comma: whole name is the family name, an organisation too.',
    {
      title: 'Fog atlas',
      upload_type: 'dataset',
      publication_date: '2024',
      creators: [{ name: 'Nemo Fog Observatory' }, { name: 'Odo Quillfeather' }],
    },
    {
      metadata: {
        creators: [
          {
            person_or_org: {
              type: 'personal',
              family_name: 'Nemo Fog Observatory',
              name: 'Nemo Fog Observatory',
            },
          },
          { person_or_org: { type: 'personal', family_name: 'Odo Quillfeather', name: 'Odo Quillfeather' } },
        ],
        publication_date: '2024',
        publisher: 'Zenodo',
        resource_type: { id: 'dataset' },
        rights: [{ id: 'cc0-1.0' }],
        title: 'Fog atlas',
      },
    },
  ],
  [
    'l3-two-commas-not-split',
    'Two commas: not split.',
    { title: 'Kelp notes', publication_date: '2024', creators: [{ name: 'Marlin, Jr., Tess' }] },
    {
      metadata: {
        creators: [
          {
            person_or_org: { type: 'personal', family_name: 'Marlin, Jr., Tess', name: 'Marlin, Jr., Tess' },
          },
        ],
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'cc-by-4.0' }],
        title: 'Kelp notes',
      },
    },
  ],
  [
    'l4-bad-orcid-is-kept-mangled',
    'Bad ORCID is kept, mangled.',
    { title: 'Kelp notes', publication_date: '2024', creators: [{ name: 'Marlin, Tess', orcid: '0000-1' }] },
    {
      metadata: {
        creators: [
          {
            person_or_org: {
              type: 'personal',
              given_name: 'Tess',
              family_name: 'Marlin',
              identifiers: [{ identifier: '0000-1--', scheme: 'orcid' }],
            },
          },
        ],
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'cc-by-4.0' }],
        title: 'Kelp notes',
      },
    },
  ],
  [
    'l5-default-licence-of-a-dataset',
    'Default licence of a dataset.',
    { title: 'Buoy log', upload_type: 'dataset', publication_date: '2024' },
    {
      metadata: {
        publication_date: '2024',
        publisher: 'Zenodo',
        resource_type: { id: 'dataset' },
        rights: [{ id: 'cc0-1.0' }],
        title: 'Buoy log',
      },
    },
  ],
  [
    'l6-default-licence-else-thesis-renamed',
    'Default licence else; thesis renamed.',
    { title: 'On fog', upload_type: 'publication', publication_type: 'thesis', publication_date: '2024' },
    {
      metadata: {
        publication_date: '2024',
        publisher: 'Zenodo',
        resource_type: { id: 'publication-dissertation' },
        rights: [{ id: 'cc-by-4.0' }],
        title: 'On fog',
      },
    },
  ],
  [
    'l7-no-licence-for-restricted',
    'No licence for restricted.',
    {
      title: 'Buoy log',
      access_right: 'restricted',
      access_conditions: '<p>ask</p>',
      publication_date: '2024',
    },
    {
      metadata: { publication_date: '2024', publisher: 'Zenodo', title: 'Buoy log' },
      access: { record: 'public', files: 'restricted' },
    },
  ],
  [
    'l8-embargo',
    'Embargo.',
    {
      title: 'Buoy log',
      access_right: 'embargoed',
      embargo_date: '2099-12-31',
      license: 'cc-by-4.0',
      publication_date: '2024',
    },
    {
      metadata: {
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'cc-by-4.0' }],
        title: 'Buoy log',
      },
      access: {
        record: 'public',
        files: 'restricted',
        embargo: { active: true, until: '2099-12-31', reason: null },
      },
    },
  ],
  [
    'l9-licence-id-with-alias-and-blanks',
    'Licence id with alias and blanks.',
    { title: 'Buoy tool', upload_type: 'software', license: ' GPL-3.0+ ', publication_date: '2024' },
    {
      metadata: {
        publication_date: '2024',
        publisher: 'Zenodo',
        resource_type: { id: 'software' },
        rights: [{ id: 'gpl-3.0-or-later' }],
        title: 'Buoy tool',
      },
    },
  ],
  [
    'l10-licence-without-rdm-twin-becomes-a',
    'Licence without RDM twin becomes a right of its own.',
    { title: 'Fog poem', license: 'fal', publication_date: '2024' },
    {
      metadata: {
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ title: { en: 'Free Art License' } }],
        title: 'Fog poem',
      },
    },
  ],
  [
    'l11-roles-lower-cased-supervisors-first-role',
    'Roles lower-cased, supervisors first, role missing kept.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      contributors: [{ name: 'Marlin, Tess', type: 'DataCollector' }, { name: 'Quay, Ben' }],
      thesis_supervisors: [{ name: 'Dr. Ine Oake' }],
    },
    {
      metadata: {
        contributors: [
          {
            person_or_org: { type: 'personal', family_name: 'Dr. Ine Oake', name: 'Dr. Ine Oake' },
            role: { id: 'supervisor' },
          },
          {
            person_or_org: {
              type: 'personal',
              given_name: 'Tess',
              family_name: 'Marlin',
              name: 'Marlin, Tess',
            },
            role: { id: 'datacollector' },
          },
          { person_or_org: { type: 'personal', given_name: 'Ben', family_name: 'Quay', name: 'Quay, Ben' } },
        ],
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'mit' }],
        title: 'Fog poem',
      },
    },
  ],
  [
    'l12-keywords-and-vocabulary-subjects',
    'Keywords and vocabulary subjects.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      keywords: ['fog', 'wind, sea'],
      subjects: [{ term: 'Fog', identifier: 'https://example.org/fog', scheme: 'url' }],
    },
    {
      metadata: {
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'mit' }],
        subjects: [{ subject: 'fog' }, { subject: 'wind, sea' }],
        title: 'Fog poem',
      },
      custom_fields: {
        'legacy:subjects': [{ term: 'Fog', identifier: 'https://example.org/fog', scheme: 'url' }],
      },
    },
  ],
  [
    'l13-notes-and-method',
    'Notes and method.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      notes: 'Second print',
      method: '<p>By eye</p>',
    },
    {
      metadata: {
        additional_descriptions: [
          { description: 'Second print', type: { id: 'notes' } },
          { description: '<p>By eye</p>', type: { id: 'methods' } },
        ],
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'mit' }],
        title: 'Fog poem',
      },
    },
  ],
  [
    'l14-too-short-a-note-vanishes-but',
    'A note that is too short is dropped, but its type stays.',
    { title: 'Fog poem', license: 'mit', publication_date: '2024', notes: 'ok' },
    {
      metadata: {
        additional_descriptions: [{ type: { id: 'notes' } }],
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'mit' }],
        title: 'Fog poem',
      },
    },
  ],
  [
    'l15-related-and-alternate-identifiers',
    'Related and alternate identifiers.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      related_identifiers: [
        {
          identifier: 'https://doi.org/10.1234/FOG',
          relation: 'isCitedBy',
          resource_type: 'publication-article',
        },
        { identifier: 'arXiv:math.GT/0309136', relation: 'cites' },
        { identifier: '0-306-40615-2', relation: 'isPartOf' },
        { identifier: '20.500.12345/67', relation: 'isAlternateIdentifier', resource_type: 'dataset' },
      ],
    },
    {
      metadata: {
        identifiers: [{ identifier: '20.500.12345/67', scheme: 'handle' }],
        publication_date: '2024',
        publisher: 'Zenodo',
        related_identifiers: [
          {
            identifier: '10.1234/FOG',
            scheme: 'doi',
            relation_type: { id: 'iscitedby' },
            resource_type: { id: 'publication-article' },
          },
          { identifier: 'arXiv:math/0309136', scheme: 'arxiv', relation_type: { id: 'cites' } },
          { identifier: '978-0-306-40615-7', scheme: 'isbn', relation_type: { id: 'ispartof' } },
        ],
        rights: [{ id: 'mit' }],
        title: 'Fog poem',
      },
    },
  ],
  [
    'l16-blank-before-a-doi-changes-its',
    'Blank before a DOI changes its kind.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      related_identifiers: [{ identifier: ' 10.1234/fog', relation: 'cites' }],
    },
    {
      metadata: {
        publication_date: '2024',
        publisher: 'Zenodo',
        related_identifiers: [
          { identifier: '10.1234/fog', scheme: 'handle', relation_type: { id: 'cites' } },
        ],
        rights: [{ id: 'mit' }],
        title: 'Fog poem',
      },
    },
  ],
];
