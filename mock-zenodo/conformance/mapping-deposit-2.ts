import type { DepositRow } from './mapping-rows.js';

/**
 * More metadata of the deposit API and the resulting records drafts: id, what it shows, what is
 * sent, what is then stored.
 */
export const DEPOSIT_MAPPING_2: DepositRow[] = [
  [
    'l17-grants',
    'Grants.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      grants: [{ id: '101' }, { id: '10.13039/501100000780::101' }],
    },
    {
      metadata: {
        funding: [
          { funder: { id: '00k4n6c32' }, award: { id: '00k4n6c32::101' } },
          { funder: { id: '00k4n6c32' }, award: { id: '00k4n6c32::101' } },
        ],
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'mit' }],
        title: 'Fog poem',
      },
    },
  ],
  [
    'l18-journal',
    'Journal.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      journal_title: 'J. of Fog',
      journal_volume: '3',
      journal_issue: '2',
      journal_pages: '1-9',
    },
    {
      metadata: { publication_date: '2024', publisher: 'Zenodo', rights: [{ id: 'mit' }], title: 'Fog poem' },
      custom_fields: { 'journal:journal': { title: 'J. of Fog', issue: '2', volume: '3', pages: '1-9' } },
    },
  ],
  [
    'l19-conference',
    'Conference.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      conference_title: 'FogCon',
      conference_acronym: 'FC',
      conference_dates: '1-2 May 2024',
      conference_place: 'Nemo',
      conference_url: 'https://fog.example.org',
      conference_session: 'IV',
      conference_session_part: '2',
    },
    {
      metadata: { publication_date: '2024', publisher: 'Zenodo', rights: [{ id: 'mit' }], title: 'Fog poem' },
      custom_fields: {
        'meeting:meeting': {
          acronym: 'FC',
          dates: '1-2 May 2024',
          place: 'Nemo',
          session_part: '2',
          session: 'IV',
          title: 'FogCon',
          url: 'https://fog.example.org',
        },
      },
    },
  ],
  [
    'l20-imprint-part-of-publisher',
    'Imprint, part of, publisher.',
    {
      title: 'Fog book',
      license: 'mit',
      publication_date: '2024',
      imprint_publisher: 'Nemo Press',
      imprint_isbn: '978-3-16-148410-0',
      imprint_place: 'Nemo',
      partof_title: 'Weather',
      partof_pages: '7-8',
    },
    {
      metadata: {
        publication_date: '2024',
        publisher: 'Nemo Press',
        rights: [{ id: 'mit' }],
        title: 'Fog book',
      },
      custom_fields: {
        'imprint:imprint': { title: 'Weather', isbn: '978-3-16-148410-0', pages: '7-8', place: 'Nemo' },
      },
    },
  ],
  [
    'l21-a-number-for-text-is-dropped',
    'A number for text is dropped.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      journal_title: 'J. of Fog',
      journal_volume: 3,
    },
    {
      metadata: { publication_date: '2024', publisher: 'Zenodo', rights: [{ id: 'mit' }], title: 'Fog poem' },
      custom_fields: { 'journal:journal': { title: 'J. of Fog' } },
    },
  ],
  [
    'l22-thesis-university-is-lost-to-custom',
    'Thesis university is lost to custom.',
    {
      title: 'On fog',
      license: 'mit',
      publication_date: '2024',
      thesis_university: 'Univ. of Nemo',
      custom: { 'thesis:thesis': { department: 'Air' } },
    },
    {
      metadata: { publication_date: '2024', publisher: 'Zenodo', rights: [{ id: 'mit' }], title: 'On fog' },
      custom_fields: { 'thesis:thesis': { department: 'Air' } },
    },
  ],
  [
    'l23-language',
    'Language.',
    { title: 'Fog poem', license: 'mit', publication_date: '2024', language: 'de' },
    {
      metadata: {
        languages: [{ id: 'deu' }],
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'mit' }],
        title: 'Fog poem',
      },
    },
  ],
  [
    'l24-locations-zero-drops-the-point',
    'Locations: zero drops the point.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      locations: [
        { place: 'Nemo', lat: -48.87, lon: -123.39, description: 'far out' },
        { place: 'Equator', lat: 0, lon: 10 },
      ],
    },
    {
      metadata: {
        locations: {
          features: [
            {
              geometry: { coordinates: [-123.39, -48.87], type: 'Point' },
              place: 'Nemo',
              description: 'far out',
            },
            { place: 'Equator' },
          ],
        },
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'mit' }],
        title: 'Fog poem',
      },
    },
  ],
  [
    'l25-dates',
    'Dates.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      dates: [
        { start: '2023-01-01', end: '2023-02-01', type: 'Collected', description: 'winter' },
        { end: '2023-05', type: 'Valid' },
        { start: '2023', end: '2023', type: 'Other' },
      ],
    },
    {
      metadata: {
        dates: [
          { date: '2023-01-01/2023-02-01', type: { id: 'collected' }, description: 'winter' },
          { date: '2023-05', type: { id: 'valid' } },
          { date: '2023', type: { id: 'other' } },
        ],
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'mit' }],
        title: 'Fog poem',
      },
    },
  ],
  [
    'l26-publication-date-that-is-not-edtf',
    'Publication date that is not EDTF is dropped.',
    { title: 'Fog poem', license: 'mit', publication_date: 'June 2024' },
    { metadata: { publisher: 'Zenodo', rights: [{ id: 'mit' }], title: 'Fog poem' } },
  ],
  [
    'l27-external-doi-as-url-is-normalised',
    'External DOI as URL is normalised later.',
    { title: 'Fog poem', license: 'mit', publication_date: '2024', doi: 'https://doi.org/10.1234/fog' },
    {
      metadata: { publication_date: '2024', publisher: 'Zenodo', rights: [{ id: 'mit' }], title: 'Fog poem' },
      pids: { doi: { identifier: '10.1234/fog', provider: 'external' } },
    },
  ],
  [
    'l28-communities-and-custom',
    'Communities and custom.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      communities: [{ identifier: 'nemo' }],
      custom: { 'dwc:family': ['Gadidae'], 'code:codeRepository': 'https://git.example.org/fog' },
    },
    {
      metadata: { publication_date: '2024', publisher: 'Zenodo', rights: [{ id: 'mit' }], title: 'Fog poem' },
      custom_fields: {
        'code:codeRepository': 'https://git.example.org/fog',
        'dwc:family': ['Gadidae'],
        'legacy:communities': ['nemo'],
      },
    },
  ],
  [
    'l29-text-is-repaired-quotes-ligature-entity',
    'Text is repaired: quotes, ligature, entity.',
    { title: 'Odo’s “ﬁrst” R&amp;D', license: 'mit', publication_date: '2024', description: 'a &lt;b&gt; c' },
    {
      metadata: {
        description: 'a <b> c</b>',
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'mit' }],
        title: 'Odo\'s "first" R&D',
      },
    },
  ],
  [
    'l30-html-table-parts-targets-and-styles',
    'HTML: table parts, targets and styles go.',
    {
      title: 'Fog poem',
      license: 'mit',
      publication_date: '2024',
      description:
        '<table style="width:9px"><thead><tr><th colspan="2">H</th></tr></thead></table><p>x &lt; y</p><a href="https://e.org" target="_blank">l</a>',
    },
    {
      metadata: {
        description:
          '<table><tbody><tr><th>H</th></tr></tbody></table><p>x &lt; y</p><a href="https://e.org">l</a>',
        publication_date: '2024',
        publisher: 'Zenodo',
        rights: [{ id: 'mit' }],
        title: 'Fog poem',
      },
    },
  ],
];
