import { DEPOSIT_FIELDS, TEXT_FIELDS } from './deposit-fields.js';
import {
  mapList,
  mapLocations,
  mapRelatedIdentifiers,
  readDepositDate,
  readRelated,
} from './deposit-lists.js';
import { readDepositPeople } from './deposit-people.js';
import { mapDepositType } from './deposit-type.js';
import { mapGrants } from './funding.js';
import { mapDescriptions } from './further-texts.js';
import { readDoi } from './identifiers.js';
import { readLanguage } from './languages.js';
import { mapEmbargoDate, mapPublicationDate } from './map-dates.js';
import { toHtml } from './map-description.js';
import {
  appendList,
  emptyMapping,
  Fields,
  fault,
  type Given,
  type Mapping,
  saysSomething,
  set,
  setList,
  warn,
} from './mapping.js';
import { joinKinds } from './overlay.js';
import { isOfARecord, isZenodosDoi, OWN_DOI } from './own-doi.js';
import { mapDepositLicense } from './rights.js';
import { mapDepositSubjects, mapKeywords } from './subjects.js';
import { isBlank, isObject, squeeze, textOf } from './values.js';

type Rule = (given: Given, mapping: Mapping, depositionId?: number) => void;

/** A text of the deposit API; numbers are meant as texts. An empty one empties the field. */
const text =
  (key: string, least = 0): Rule =>
  ({ value, path }, mapping) => {
    const found = textOf(value) ?? (typeof value === 'string' ? '' : null);
    if (found === null) fault(mapping, path, 'must be a string');
    else if (found !== '' && [...found].length < least)
      fault(mapping, path, `must have at least ${least} characters`);
    else set(mapping, key, { value: found === '' ? null : squeeze(found), path });
  };

/** A description of one kind among the additional ones. */
const description =
  (type: string): Rule =>
  (given, mapping) => {
    if (given.value === '')
      return setList(mapping, `metadata.additional_descriptions#${type}`, [], given.path);
    const html = toHtml(given, 'auto', mapping);
    if (html === null) return;
    const entry = { value: { description: html, type: { id: type } }, path: given.path };
    setList(mapping, `metadata.additional_descriptions#${type}`, [entry], given.path);
  };

/**
 * What becomes of each field of the deposit API
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`). Types, DOI and custom
 * fields are below.
 */
const RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    Object.entries(TEXT_FIELDS).map(([name, key]) => [name, text(key, name === 'title' ? 3 : 0)]),
  ),
  description: (given, mapping) => {
    const html = given.value === '' ? null : toHtml(given, 'auto', mapping);
    if (html !== null || given.value === '')
      set(mapping, 'metadata.description', { value: html, path: given.path });
  },
  notes: description('notes'),
  method: description('methods'),
  publication_date: (given, mapping) => {
    // Zenodo takes an empty date for none, and then has no date at all.
    if (!isBlank(given.value)) mapPublicationDate(given, mapping);
  },
  creators: (given, mapping) => mapDepositPeople('metadata.creators', given, mapping),
  contributors: (given, mapping) => mapDepositPeople('metadata.contributors', given, mapping),
  thesis_supervisors: (given, mapping) =>
    mapDepositPeople('metadata.contributors#supervisor', given, mapping, 'supervisor'),
  keywords: (given, mapping) => {
    setList(mapping, 'metadata.subjects#free', [], given.path);
    mapKeywords([given], mapping);
  },
  subjects: mapDepositSubjects,
  license: mapDepositLicense,
  access_right: ({ value, path }, mapping) => {
    const right = value === 'closed' ? 'restricted' : value;
    if (right === 'open' || right === 'restricted' || right === 'embargoed')
      set(mapping, 'access.right', { value: right, path });
    else fault(mapping, path, 'must be open, embargoed, restricted or closed');
  },
  embargo_date: mapEmbargoDate,
  access_conditions: ({ path }, mapping) =>
    warn(mapping, path, 'was not sent, because Zenodo does not keep it.'),
  access_users: ({ path }, mapping) => warn(mapping, path, 'was not sent, because Zenodo does not keep it.'),
  prereserve_doi: ({ value, path }, mapping) => {
    // As an object it is what Zenodo answers.
    if (value === true) warn(mapping, path, 'reserves no DOI; POST /depositions/{id}/doi does.');
  },
  related_identifiers: mapRelatedIdentifiers,
  alternate_identifiers: (given, mapping) => {
    const all = mapList(given, mapping, (item) => readRelated(item, mapping));
    appendList(mapping, 'metadata.identifiers', all, given.path);
  },
  references: (given, mapping) => {
    const references = mapList(given, mapping, ({ value, path }) => {
      const reference = textOf(value);
      if (reference === null) fault(mapping, path, 'must be a string');
      return reference === null ? null : { value: { reference }, path };
    });
    setList(mapping, 'metadata.references', references, given.path);
  },
  communities: (given, mapping) => {
    const slugs = mapList(given, mapping, ({ value, path }) => {
      const community = isObject(value) ? new Fields(value, path) : null;
      const slug = community?.text('identifier', 'id') ?? null;
      community?.nameRest(mapping);
      if (slug === null)
        fault(
          mapping,
          isObject(value) ? `${path}.identifier` : path,
          isObject(value) ? 'is missing' : 'must be an object',
        );
      return slug === null ? null : { value: slug, path };
    });
    setList(mapping, 'custom_fields.legacy:communities', slugs, given.path);
    if (slugs.length > 0) {
      warn(
        mapping,
        given.path,
        'this service asks the communities when it publishes the record, and the response has the outcome. If the record is published on Zenodo’s page instead, it joins none of them.',
      );
    }
  },
  grants: mapGrants,
  language: (given, mapping) => {
    const id = readLanguage(given, mapping);
    if (id !== null)
      setList(mapping, 'metadata.languages', [{ value: { id }, path: given.path }], given.path);
  },
  locations: mapLocations,
  dates: (given, mapping) => {
    const dates = mapList(given, mapping, (item) => readDepositDate(item, mapping));
    setList(mapping, 'metadata.dates', dates, given.path);
  },
  doi: ({ value, path }, mapping, depositionId) => {
    if (value === '') return;
    const doi = readDoi(textOf(value) ?? '');
    if (doi === null) fault(mapping, path, 'is not a DOI: expected 10.1234/…');
    else if (isOfARecord(doi, path, mapping, depositionId)) return;
    else if (isZenodosDoi(doi)) fault(mapping, path, OWN_DOI);
    else set(mapping, 'pids.doi', { value: { identifier: doi, provider: 'external' }, path });
  },
  custom: ({ value, path }, mapping) => {
    if (!isObject(value)) return void fault(mapping, path, 'must be an object');
    for (const [key, item] of Object.entries(value)) {
      set(mapping, `custom_fields.${key}`, { value: item, path: `${path}.${key}` });
    }
  },
  additional_descriptions: mapDescriptions,
};

/**
 * Which keys of the draft a null in a field removes, where it is more than one or none would be
 * told by a value.
 */
const REMOVED: Readonly<Record<string, string>> = {
  description: 'metadata.description',
  additional_descriptions: 'metadata.additional_descriptions',
  notes: 'metadata.additional_descriptions#notes',
  method: 'metadata.additional_descriptions#methods',
  publication_date: 'metadata.publication_date',
  creators: 'metadata.creators',
  contributors: 'metadata.contributors',
  thesis_supervisors: 'metadata.contributors#supervisor',
  keywords: 'metadata.subjects#free',
  subjects: 'custom_fields.legacy:subjects',
  license: 'metadata.rights',
  access_right: 'access.right',
  embargo_date: 'access.until',
  references: 'metadata.references',
  communities: 'custom_fields.legacy:communities',
  grants: 'metadata.funding',
  language: 'metadata.languages',
  locations: 'metadata.locations',
  dates: 'metadata.dates',
  doi: 'pids.doi',
  upload_type: 'metadata.resource_type',
  alternate_identifiers: 'metadata.identifiers',
};

/**
 * The deposit API's own metadata (a `.zenodo.json`) → what Zenodo's own deserialiser makes of it,
 * without its losses. `fields` are its names with the sender's path.
 */
export function mapDeposit(fields: Record<string, Given>, depositionId?: number): Mapping {
  const mapping = emptyMapping();
  for (const [name, given] of Object.entries(fields)) {
    if (!DEPOSIT_FIELDS.has(name) && name !== 'access_users') {
      if (saysSomething(given.value))
        warn(mapping, given.path, 'is not a field of Zenodo, so it was not sent.');
    } else if (given.value === null || (Array.isArray(given.value) && given.value.length === 0)) {
      remove(name, given.path, mapping);
    } else RULES[name]?.(given, mapping, depositionId);
  }
  mapDepositType(fields, mapping);
  joinKinds(mapping);
  return mapping;
}

function remove(name: string, path: string, mapping: Mapping): void {
  const key = REMOVED[name];
  if (key !== undefined) set(mapping, key, { value: null, path });
  else if (name === 'related_identifiers') {
    set(mapping, 'metadata.related_identifiers', { value: null, path });
    set(mapping, 'metadata.identifiers', { value: null, path });
  } else if (name === 'custom') {
    warn(mapping, path, 'removes nothing: name the custom fields to remove, each with null.');
  } else RULES[name]?.({ value: '', path }, mapping);
}

function mapDepositPeople(key: string, given: Given, mapping: Mapping, role?: string): void {
  const people = mapList(given, mapping, (item) =>
    readDepositPeople(item, mapping, key === 'metadata.creators' ? null : (role ?? 'type')),
  );
  setList(mapping, key, people, given.path);
}
