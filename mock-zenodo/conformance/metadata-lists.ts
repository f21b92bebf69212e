import assert from 'node:assert/strict';
import { LEGACY_IN, save, shown } from './deposit-flow.js';
import { onDraft } from './files-flow.js';
import { type Row, returned } from './metadata-rows.js';
import type { Rule } from './rule.js';

type Fields = Record<string, unknown>;

/** This number of days from now, in UTC as Zenodo counts. */
const dayIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

const NEXT_YEAR = dayIn(365);

const dateByDefault: Rule = {
  id: 'metadata/publication-date-default',
  says: 'The publication date is today by default.',
  source: LEGACY_IN,
  check: onDraft(async (target, draft) => {
    const before = dayIn(0);
    const { metadata } = shown(await save(target, draft, { title: 'Title' }));
    // Midnight may have passed in between.
    assert.ok([before, dayIn(0)].includes(String(metadata['publication_date'])));
  }),
};

const dates: Row<Fields>[] = [
  ['publication-date-year', 'A year is a date.', { publication_date: '2024' }, { publication_date: '2024' }],
  [
    'publication-date-month',
    'A month is a date.',
    { publication_date: '2024-05' },
    { publication_date: '2024-05' },
  ],
  [
    'publication-date-interval',
    'An interval is a date.',
    { publication_date: '2020/2021-03' },
    { publication_date: '2020/2021-03' },
  ],
  [
    'publication-date-text',
    'A value that is not a date is dropped.',
    { publication_date: 'last spring' },
    { publication_date: undefined },
  ],
  [
    'publication-date-calendar',
    'What is in no calendar is dropped.',
    { publication_date: '2024-02-30' },
    { publication_date: undefined },
  ],
  [
    'publication-date-backwards',
    'An interval that runs backwards is dropped.',
    { publication_date: '2021/2020' },
    { publication_date: undefined },
  ],
  [
    'dates-interval',
    'An interval comes back with both ends and its type in lower case.',
    { dates: [{ type: 'Collected', start: '2020-01-01', end: '2020-02-01', description: 'field work' }] },
    { dates: [{ type: 'collected', description: 'field work', start: '2020-01-01', end: '2020-02-01' }] },
  ],
  [
    'dates-single',
    'Of a single date only type and description come back.',
    { dates: [{ type: 'Valid', start: '2020-01-01', end: '2020-01-01', description: 'one day' }] },
    { dates: [{ type: 'valid', description: 'one day' }] },
  ],
];

const access: Row<Fields>[] = [
  ['access-default', 'Access is open by default.', { title: 'Title' }, { access_right: 'open' }],
  [
    'access-restricted',
    'Restricted access comes back, without a licence by default.',
    { access_right: 'restricted' },
    { access_right: 'restricted', license: undefined },
  ],
  [
    'access-closed',
    'Closed access comes back as restricted.',
    { access_right: 'closed' },
    { access_right: 'restricted' },
  ],
  [
    'access-embargoed',
    'An embargo comes back with its date, and a licence by default.',
    { access_right: 'embargoed', embargo_date: NEXT_YEAR },
    { access_right: 'embargoed', embargo_date: NEXT_YEAR, license: 'cc-by-4.0' },
  ],
];

const lists: Row<Fields>[] = [
  ['keywords', 'Keywords come back in order.', { keywords: ['b', 'a c'] }, { keywords: ['b', 'a c'] }],
  [
    'keywords-text',
    'A text instead of keywords is taken letter by letter.',
    { keywords: 'abc' },
    { keywords: ['a', 'b', 'c'] },
  ],
  ['references', 'References come back.', { references: ['One.', 'Two.'] }, { references: ['One.', 'Two.'] }],
  [
    'subjects',
    'Subjects are stored as they are.',
    {
      subjects: [
        { term: 'Astronomy', identifier: 'http://id.loc.gov/authorities/subjects/sh85009003', scheme: 'url' },
      ],
    },
    {
      subjects: [
        { term: 'Astronomy', identifier: 'http://id.loc.gov/authorities/subjects/sh85009003', scheme: 'url' },
      ],
    },
  ],
  [
    'locations',
    'Locations come back, longitude first.',
    { locations: [{ lat: 34.02577, lon: -118.7804, place: 'Los Angeles', description: 'a city' }] },
    { locations: [{ place: 'Los Angeles', description: 'a city', lon: -118.7804, lat: 34.02577 }] },
  ],
  [
    'locations-zero',
    'On the equator or the first meridian a point is lost.',
    { locations: [{ lat: 0, lon: 7, place: 'Sea' }] },
    { locations: [{ place: 'Sea' }] },
  ],
  [
    'communities',
    'Communities wait in the draft.',
    { communities: [{ identifier: 'some-community' }] },
    { communities: [{ identifier: 'some-community' }] },
  ],
  [
    'grants',
    'A grant comes back with its funder’s DOI.',
    { grants: [{ id: '10.13039/501100001665::755021' }] },
    { grants: [{ id: '10.13039/501100001665::755021' }] },
  ],
  [
    'grants-ec',
    'A number alone is a grant of the EC; one of FP7 comes back as a number.',
    { grants: [{ id: '283595' }] },
    { grants: [{ id: '283595' }] },
  ],
  [
    'grants-h2020',
    'Later ones come back in the long form.',
    { grants: [{ id: '777541' }] },
    { grants: [{ id: '10.13039/501100000780::777541' }] },
  ],
  ['language', 'Two letters of a language become three.', { language: 'de' }, { language: 'deu' }],
  ['language-three', 'Three letters stay.', { language: 'nds' }, { language: 'nds' }],
];

/** How dates, access and lists are returned. */
export const listRules: Rule[] = [
  dateByDefault,
  ...returned(LEGACY_IN, dates),
  ...returned('zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/schemas.py', access),
  ...returned(LEGACY_IN, lists),
];
