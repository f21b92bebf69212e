import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { objectAt, textAt } from './reading.js';

/** Subfields in their order. A list repeats its code, and missing values are not written. */
export type Subfields = [code: string, texts: string | string[] | undefined][];

/**
 * Codes of roles
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/roles.yaml`).
 */
const ROLES = new Map(
  `contactperson:prc datacollector:col datacurator:cur datamanager:dtm distributor:dst editor:edt
hostinginstitution:his producer:pro projectleader:pdr projectmanager:rth projectmember:rtm
registrationagency:cor registrationauthority:cor relatedperson:oth researcher:res researchgroup:rtm
rightsholder:cph sponsor:spn supervisor:dgs translator:trl workpackageleader:led other:oth`
    .split(/\s+/)
    .map((row): [string, string] => [row.slice(0, row.indexOf(':')), row.slice(row.indexOf(':') + 1)]),
);

/** A person or organisation. The field has room for one affiliation, the first. */
export function contributor(entry: Fields): Subfields {
  const who = objectAt(entry, 'person_or_org');
  const identifiers = objectsAt(who, 'identifiers').filter(({ scheme }) =>
    ['gnd', 'orcid'].includes(String(scheme)),
  );
  const [affiliation] = objectsAt(entry, 'affiliations');
  return [
    ['a', textAt(who, 'name')],
    ['0', identifiers.map(({ scheme, identifier }) => `(${scheme})${identifier}`)],
    ['u', affiliation && textAt(affiliation, 'name')],
    ['4', ROLES.get(textAt(entry, 'role', 'id') ?? '')],
  ];
}

/** Publisher, publication date, and the end of an embargo. */
export function publication(record: Fields): Subfields {
  const date = textAt(record, 'metadata', 'publication_date');
  const until = textAt(record, 'access', 'embargo', 'until');
  const embargoed = textAt(record, 'access', 'status') === 'embargoed';
  return [
    ['b', textAt(record, 'metadata', 'publisher')],
    ['c', [...(date ? [date] : []), ...(embargoed ? [`info:eu-repo/date/embargoEnd/${until}`] : [])]],
  ];
}

/** Related works by the title of their relation, and the DOI of all versions. */
export function parentAndRelated(record: Fields): Subfields[] {
  const related = objectsAt(objectAt(record, 'metadata'), 'related_identifiers');
  const parent = textAt(record, 'parent', 'pids', 'doi', 'identifier');
  return [
    ...related.map(
      (one): Subfields => [
        ['a', textAt(one, 'identifier')],
        ['i', textAt(one, 'relation_type', 'title', 'en')],
        ['n', textAt(one, 'scheme')],
      ],
    ),
    ...(parent === undefined
      ? []
      : [
          [
            ['a', parent],
            ['i', 'isVersionOf'],
            ['n', 'doi'],
          ] satisfies Subfields,
        ]),
  ];
}

/**
 * The book that contains it
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/contrib/imprint/processors.py`).
 */
export function imprint(record: Fields): Subfields[] {
  const imprint = objectAt(record, 'custom_fields', 'imprint:imprint');
  if (Object.keys(imprint).length === 0) return [];
  const publisher = [textAt(imprint, 'place'), textAt(imprint, 'publisher')].filter(Boolean).join(' : ');
  const date = textAt(record, 'metadata', 'publication_date');
  return [
    [
      ['t', textAt(imprint, 'title')],
      ['z', textAt(imprint, 'isbn')],
      ['g', textAt(imprint, 'pages')],
      ['d', [publisher, date].filter(Boolean).join(', ')],
      ['b', textAt(imprint, 'edition')],
    ],
  ];
}

/**
 * The journal that contains it
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/contrib/journal/processors.py`).
 */
export function journal(record: Fields): Subfields[] {
  const journal = objectAt(record, 'custom_fields', 'journal:journal');
  if (Object.keys(journal).length === 0) return [];
  return [
    [
      ['p', textAt(journal, 'title')],
      ['v', textAt(journal, 'volume')],
      ['n', textAt(journal, 'issue')],
      ['c', textAt(journal, 'pages')],
      ['y', textAt(record, 'metadata', 'publication_date')],
    ],
  ];
}
