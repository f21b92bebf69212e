import {
  mapList,
  mapLocations,
  mapRelatedIdentifiers,
  type ReadEntry,
  readDepositDate,
  readRelated,
} from './deposit-lists.js';
import { readDepositPerson } from './deposit-people.js';
import { Fields, saysSomething } from './fields.js';
import { readGrantId } from './funding.js';
import { mapDescriptions, mapText } from './further-texts.js';
import { readDoi } from './identifiers.js';
import { mapLanguages } from './languages.js';
import { mapEmbargoDate, mapPublicationDate } from './map-dates.js';
import { toHtml } from './map-description.js';
import { mapDepositType } from './map-resource-type.js';
import { type Given, isOddName, Mapper, type Mapping, ODD_NAME } from './mapping.js';
import { joinKinds } from './overlay.js';
import { isOfARecord, isZenodosDoi, OWN_DOI } from './own-doi.js';
import { mapDepositLicense } from './rights.js';
import { mapDepositSubjects, mapKeywords } from './subjects.js';
import { entryIn, isBlank, isObject, removes, textOf } from './values.js';

/**
 * Fields of the deposit API that are one text, and their paths in the draft
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`).
 */
export const TEXT_FIELDS: Readonly<Record<string, string>> = {
  title: 'metadata.title',
  version: 'metadata.version',
  journal_title: 'custom_fields.journal:journal.title',
  journal_volume: 'custom_fields.journal:journal.volume',
  journal_issue: 'custom_fields.journal:journal.issue',
  journal_pages: 'custom_fields.journal:journal.pages',
  conference_title: 'custom_fields.meeting:meeting.title',
  conference_acronym: 'custom_fields.meeting:meeting.acronym',
  conference_dates: 'custom_fields.meeting:meeting.dates',
  conference_place: 'custom_fields.meeting:meeting.place',
  conference_url: 'custom_fields.meeting:meeting.url',
  conference_session: 'custom_fields.meeting:meeting.session',
  conference_session_part: 'custom_fields.meeting:meeting.session_part',
  imprint_publisher: 'metadata.publisher',
  imprint_isbn: 'custom_fields.imprint:imprint.isbn',
  imprint_place: 'custom_fields.imprint:imprint.place',
  partof_title: 'custom_fields.imprint:imprint.title',
  partof_pages: 'custom_fields.imprint:imprint.pages',
  thesis_university: 'custom_fields.thesis:thesis.university',
};

/** What of the draft a null removes, and how a value is read. */
type DepositRule = [keys: string, read: (given: Given, into: Mapper, depositionId?: number) => unknown];

/** A list of which each entry is read by itself. */
const list = (key: string, read: ReadEntry): DepositRule => [
  key,
  (given, into) => into.setList(key, mapList(given, into, read), given.path),
];

const people = (key: string, role: string | null): DepositRule =>
  list(key, (item, into) => readDepositPerson(item, into, role));

/** An additional description of one type. */
const description = (type: string): DepositRule => {
  const key = `metadata.additional_descriptions#${type}`;
  return [
    key,
    (given, into) => {
      const html = given.value === '' ? null : toHtml(given, 'auto', into);
      const entry = { value: { description: html, type: { id: type } }, path: given.path };
      if (html !== null || given.value === '') into.setList(key, html === null ? [] : [entry], given.path);
    },
  ];
};

const CUSTOM: DepositRule = [
  '',
  ({ value, path }, into) => {
    if (!isObject(value)) return void into.fault(path, 'must be an object');
    for (const [key, item] of Object.entries(value)) {
      if (isOddName(key)) into.fault(`${path}.${key}`, ODD_NAME);
      else into.set(`custom_fields.${key}`, { value: item, path: `${path}.${key}` });
    }
  },
];

const NOT_KEPT: DepositRule = [
  '',
  ({ path }, into) => into.warn(path, 'was not sent, because Zenodo does not keep it.'),
];

/** Where a text goes on with another DOI. */
const SECOND_DOI = /[\s,;|](?:doi:)?(?:https?:\/\/(?:dx\.)?doi\.org\/)?10\.\d{1,9}\//i;

/** Types are read together. */
const ELSEWHERE = () => undefined;

/**
 * What becomes of each field of the deposit API
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`).
 */
const RULES: Readonly<Record<string, DepositRule>> = {
  ...Object.fromEntries(
    Object.entries(TEXT_FIELDS).map(([name, key]): [string, DepositRule] => [
      name,
      [key, (given, into) => mapText(key, given, into, name === 'title' ? 3 : 0)],
    ]),
  ),
  description: [
    'metadata.description',
    (given, into) => {
      const html = given.value === '' ? null : toHtml(given, 'auto', into);
      if (html !== null || given.value === '')
        into.set('metadata.description', { value: html, path: given.path });
    },
  ],
  notes: description('notes'),
  method: description('methods'),
  publication_date: ['metadata.publication_date', mapPublicationDate],
  creators: people('metadata.creators', null),
  contributors: people('metadata.contributors', 'type'),
  thesis_supervisors: people('metadata.contributors#supervisor', 'supervisor'),
  keywords: [
    'metadata.subjects#free',
    (given, into) => {
      into.setList('metadata.subjects#free', [], given.path);
      mapKeywords([given], into);
    },
  ],
  subjects: ['custom_fields.legacy:subjects', mapDepositSubjects],
  license: ['metadata.rights', mapDepositLicense],
  access_right: [
    'access.right',
    ({ value, path }, into) => {
      const right = value === 'closed' ? 'restricted' : value;
      if (right === 'open' || right === 'restricted' || right === 'embargoed')
        into.set('access.right', { value: right, path });
      else into.fault(path, 'must be open, embargoed, restricted or closed');
    },
  ],
  embargo_date: ['access.until', mapEmbargoDate],
  access_conditions: NOT_KEPT,
  access_users: NOT_KEPT,
  prereserve_doi: [
    '',
    ({ value, path }, into) => {
      // As an object it comes from an answer of Zenodo.
      if (value === true) into.warn(path, 'reserves no DOI; POST /depositions/{id}/doi does.');
    },
  ],
  related_identifiers: ['metadata.related_identifiers metadata.identifiers', mapRelatedIdentifiers],
  alternate_identifiers: [
    'metadata.identifiers',
    (given, into) => into.append('metadata.identifiers', mapList(given, into, readRelated), given.path),
  ],
  references: list('metadata.references', ({ value, path }, into) => {
    const reference = textOf(value);
    return reference === null ? into.fault(path, 'must be a string') : { value: { reference }, path };
  }),
  communities: [
    'custom_fields.legacy:communities',
    (given, into) => {
      const slugs = mapList(given, into, readCommunity);
      into.setList('custom_fields.legacy:communities', slugs, given.path);
      if (slugs.length > 0) into.warn(given.path, ASKED_LATER);
    },
  ],
  grants: list('metadata.funding', readGrantId),
  language: ['metadata.languages', mapLanguages],
  locations: ['metadata.locations', mapLocations],
  dates: list('metadata.dates', readDepositDate),
  doi: [
    'pids.doi',
    ({ value, path }, into, depositionId) => {
      const doi = readDoi(textOf(value) ?? '');
      if (Array.isArray(value)) into.fault(path, 'must be one DOI');
      else if (doi === null) into.fault(path, 'is not a DOI: expected 10.1234/…');
      else if (SECOND_DOI.test(doi)) into.fault(path, 'must be one DOI');
      else if (isOfARecord(doi, path, into, depositionId)) return;
      else if (isZenodosDoi(doi)) into.fault(path, OWN_DOI);
      else into.set('pids.doi', { value: { identifier: doi, provider: 'external' }, path });
    },
  ],
  custom: CUSTOM,
  custom_fields: CUSTOM,
  additional_descriptions: ['metadata.additional_descriptions', mapDescriptions],
  upload_type: ['metadata.resource_type', ELSEWHERE],
  publication_type: ['', ELSEWHERE],
  image_type: ['', ELSEWHERE],
  software_type: ['', ELSEWHERE],
};

/** All fields of the deposit API's metadata. */
export const DEPOSIT_FIELDS: ReadonlySet<string> = new Set(Object.keys(RULES));

const EMPTIED = new Set([...Object.keys(TEXT_FIELDS), 'description', 'notes', 'method', 'keywords']);

const ASKED_LATER =
  'this service asks the communities when it publishes the record, and the response has the outcome. If the record is published on Zenodo’s page instead, it joins none of them.';

/** The address of a community. */
const COMMUNITY_PAGE =
  /^(?:https?:\/\/)?(?:www\.|sandbox\.)?zenodo\.org\/(?:api\/)?(?:communities|c)\/([\w-]+)(?:[/?#].*)?$/i;

function readCommunity(given: Given, into: Mapper): { value: string; path: string } | null {
  const { value, path } = given;
  if (!isObject(value)) return into.fault(path, 'must be an object');
  const community = new Fields(given, into);
  const slug = community.text('identifier', 'id')?.replace(COMMUNITY_PAGE, '$1') ?? null;
  community.nameRest();
  return slug === null ? into.fault(`${path}.identifier`, 'is missing') : { value: slug, path };
}

/**
 * Maps the deposit API's metadata (or a `.zenodo.json`) as Zenodo's deserialiser does, without its
 * losses. `fields`: its fields with the sender's paths.
 */
export function mapDeposit(fields: Record<string, Given>, depositionId?: number): Mapping {
  const into = new Mapper();
  for (const [name, given] of Object.entries(fields)) {
    const [keys, read] = entryIn(RULES, name) ?? [];
    const { value, path } = given;
    // A form sends blanks for what was not filled in; only texts are emptied by them, as at Zenodo.
    // Words for nothing, such as “None”, empty nothing.
    const isEmptied = EMPTIED.has(name) && typeof value === 'string' && value.trim() === '';
    const isUnsaid = typeof value === 'string' && isBlank(value) && !isEmptied;
    if (isUnsaid) continue;
    if (keys === undefined || read === undefined) {
      if (saysSomething(value)) into.warn(path, 'is not a field of Zenodo, so it was not sent.');
    } else if (!removes(value)) read(given, into, depositionId);
    else if (name === 'custom' || name === 'custom_fields')
      into.warn(path, 'removes nothing: name the custom fields to remove, each with null.');
    else for (const key of keys.split(' ').filter(Boolean)) into.set(key, { value: null, path });
  }
  mapDepositType(fields, into);
  joinKinds(into.mapping);
  return into.mapping;
}
