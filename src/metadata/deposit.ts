import { DEPOSIT_FIELDS } from './deposit-fields.js';
import { readDepositPeople } from './deposit-people.js';
import { mapGrants } from './funding.js';
import { identify, readDoi } from './identifiers.js';
import { languageId } from './languages.js';
import { mapEmbargoDate, mapPublicationDate, readDates } from './map-dates.js';
import { toHtml } from './map-description.js';
import {
  emptyMapping,
  entriesOf,
  Fields,
  fault,
  type Given,
  type Mapping,
  type Setting,
  saysSomething,
  set,
  setList,
  warn,
} from './mapping.js';
import { isOfARecord, isZenodosDoi, OWN_DOI } from './own-doi.js';
import { mapDepositLicense } from './rights.js';
import { mapKeywords } from './subjects.js';
import { isBlank, isObject, keyOf, squeeze, textOf } from './values.js';
import {
  commonType,
  DATE_TYPES,
  RELATED_TYPES,
  RELATIONS,
  RESOURCE_TYPES,
  readResourceTypes,
} from './vocabularies.js';

type Rule = (given: Given, mapping: Mapping, depositionId?: number) => void;

/** A text of the deposit API; numbers are meant as texts. An empty one empties the field. */
const text =
  (key: string, least = 0): Rule =>
  ({ value, path }, mapping) => {
    const found = textOf(value) ?? (typeof value === 'string' ? '' : null);
    if (found === null) fault(mapping, path, 'must be a text');
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

/** What becomes of each field of the deposit API (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`). Types, DOI and custom fields are below. */
const RULES: Readonly<Record<string, Rule>> = {
  title: text('metadata.title', 3),
  version: text('metadata.version'),
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
  access_conditions: ({ path }, mapping) => warn(mapping, path, 'not sent, because Zenodo does not keep it.'),
  access_users: ({ path }, mapping) => warn(mapping, path, 'not sent, because Zenodo does not keep it.'),
  prereserve_doi: () => undefined,
  related_identifiers: mapRelatedIdentifiers,
  alternate_identifiers: (given, mapping) => {
    setList(
      mapping,
      'metadata.identifiers',
      mapList(given, mapping, (item) => readRelated(item, mapping)),
      given.path,
    );
  },
  references: (given, mapping) => {
    const references = mapList(given, mapping, ({ value, path }) => {
      const reference = textOf(value);
      if (reference === null) fault(mapping, path, 'must be a text');
      return reference === null ? null : { value: { reference }, path };
    });
    setList(mapping, 'metadata.references', references, given.path);
  },
  communities: (given, mapping) => {
    const slugs = mapList(given, mapping, ({ value, path }) => {
      const slug = isObject(value) ? textOf(value['identifier'] ?? value['id']) : null;
      if (slug === null)
        fault(
          mapping,
          isObject(value) ? `${path}.identifier` : path,
          isObject(value) ? 'must be given' : 'must be an object',
        );
      return slug === null ? null : { value: slug, path };
    });
    setList(mapping, 'custom_fields.legacy:communities', slugs, given.path);
    if (slugs.length > 0) {
      warn(
        mapping,
        given.path,
        'the communities are asked when the record is published here, and the answer says what became of it. At a publication on Zenodo’s page it joins none of them.',
      );
    }
  },
  grants: mapGrants,
  journal_title: text('custom_fields.journal:journal.title'),
  journal_volume: text('custom_fields.journal:journal.volume'),
  journal_issue: text('custom_fields.journal:journal.issue'),
  journal_pages: text('custom_fields.journal:journal.pages'),
  conference_title: text('custom_fields.meeting:meeting.title'),
  conference_acronym: text('custom_fields.meeting:meeting.acronym'),
  conference_dates: text('custom_fields.meeting:meeting.dates'),
  conference_place: text('custom_fields.meeting:meeting.place'),
  conference_url: text('custom_fields.meeting:meeting.url'),
  conference_session: text('custom_fields.meeting:meeting.session'),
  conference_session_part: text('custom_fields.meeting:meeting.session_part'),
  imprint_publisher: text('metadata.publisher'),
  imprint_isbn: text('custom_fields.imprint:imprint.isbn'),
  imprint_place: text('custom_fields.imprint:imprint.place'),
  partof_title: text('custom_fields.imprint:imprint.title'),
  partof_pages: text('custom_fields.imprint:imprint.pages'),
  thesis_university: text('custom_fields.thesis:thesis.university'),
  language: ({ value, path }, mapping) => {
    const word = textOf(value);
    const id = word === null ? null : languageId(word);
    if (id === null)
      fault(
        mapping,
        path,
        `${word === null ? 'must be' : `“${word}” is no`} ISO 639 code, such as en or eng`,
      );
    else setList(mapping, 'metadata.languages', [{ value: { id }, path }], path);
  },
  locations: mapLocations,
  dates: (given, mapping) => {
    const dates = mapList(given, mapping, (item) => readDepositDate(item, mapping));
    setList(mapping, 'metadata.dates', dates, given.path);
  },
  doi: ({ value, path }, mapping, depositionId) => {
    if (value === '') return;
    const doi = readDoi(textOf(value) ?? '');
    if (doi === null) fault(mapping, path, 'is no DOI: expected 10.1234/…');
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
  additional_descriptions: ({ path }, mapping) =>
    warn(mapping, path, 'not sent: send it as record.metadata.additional_descriptions.'),
};

/** Which keys of the draft a null in a field removes, where it is more than one or none would be told by a value. */
const REMOVED: Readonly<Record<string, string>> = {
  description: 'metadata.description',
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

/** The deposit API's own metadata (a `.zenodo.json`) → what Zenodo's own deserialiser makes of it, without its losses. `fields` are its names with the sender's path. */
export function mapDeposit(fields: Record<string, Given>, depositionId?: number): Mapping {
  const mapping = emptyMapping();
  for (const [name, given] of Object.entries(fields)) {
    if (!DEPOSIT_FIELDS.has(name) && name !== 'access_users') {
      if (saysSomething(given.value)) warn(mapping, given.path, 'no field of Zenodo’s, so not sent.');
    } else if (given.value === null || (Array.isArray(given.value) && given.value.length === 0)) {
      remove(name, given.path, mapping);
    } else RULES[name]?.(given, mapping, depositionId);
  }
  mapType(fields, mapping);
  return mapping;
}

function remove(name: string, path: string, mapping: Mapping): void {
  const key = REMOVED[name];
  if (key !== undefined) set(mapping, key, { value: null, path });
  else if (name === 'related_identifiers') {
    set(mapping, 'metadata.related_identifiers', { value: null, path });
    set(mapping, 'metadata.identifiers', { value: null, path });
  } else if (name === 'custom') {
    warn(mapping, path, 'removes nothing: name the custom fields that are to go, each with null.');
  } else RULES[name]?.({ value: '', path }, mapping);
}

/** `upload_type` and the subtype that is named after it. */
function mapType(fields: Record<string, Given>, mapping: Mapping): void {
  const given = fields['upload_type'];
  const type = textOf(given?.value);
  for (const name of ['publication_type', 'image_type', 'software_type']) {
    const other = fields[name];
    if (other === undefined || isBlank(other.value)) continue;
    if (textOf(other.value) === null) fault(mapping, other.path, 'must be a text');
    else if (name !== `${type}_type`)
      warn(mapping, other.path, `not sent, because upload_type is ${type ?? 'not given'}.`);
  }
  if (given === undefined || isBlank(given.value)) return;
  if (type === null || !RESOURCE_TYPES.includes(type) || type.includes('-')) {
    const types = RESOURCE_TYPES.filter((id) => !id.includes('-'));
    return void fault(mapping, given.path, `must be one of ${types.join(', ')}`);
  }
  const part = fields[`${type}_type`];
  const subtype = textOf(part?.value);
  const id = subtype === null ? type : `${type}-${subtype === 'thesis' ? 'dissertation' : subtype}`;
  if (RESOURCE_TYPES.includes(id))
    set(mapping, 'metadata.resource_type', {
      value: { id },
      path: part && subtype !== null ? part.path : given.path,
    });
  else fault(mapping, part?.path ?? given.path, `Zenodo has no ${type} of the type ${subtype}`);
}

function mapDepositPeople(key: string, given: Given, mapping: Mapping, role?: string): void {
  const people = mapList(given, mapping, (item) =>
    readDepositPeople(item, mapping, key === 'metadata.creators' ? null : (role ?? 'type')),
  );
  setList(mapping, key, people, given.path);
}

/** Entries of a list, one by one; null where one is left out. */
function mapList(given: Given, mapping: Mapping, read: (item: Given) => Setting | null): Setting[] {
  if (!Array.isArray(given.value)) {
    fault(mapping, given.path, 'must be a list');
    return [];
  }
  return entriesOf(given).flatMap((item) => read(item) ?? []);
}

function mapDepositSubjects(given: Given, mapping: Mapping): void {
  const list = typeof given.value === 'string' ? given.value.split(/[;,\n]/) : given.value;
  const terms: Setting[] = [];
  const words: Setting[] = [];
  for (const { value, path } of entriesOf({ value: list, path: given.path })) {
    const fields = isObject(value) ? new Fields(value, path) : null;
    const term = fields === null ? textOf(value) : fields.text('term', 'subject', 'name');
    const identifier = fields?.text('identifier', 'id') ?? null;
    const scheme = fields?.text('scheme') ?? null;
    fields?.nameRest(mapping);
    if (term === null) fault(mapping, path, 'must be {term, identifier}, or a text');
    else if (identifier === null) words.push({ value: { subject: term }, path });
    else terms.push({ value: { term, identifier, ...(scheme === null ? {} : { scheme }) }, path });
  }
  if (terms.length > 0) setList(mapping, 'custom_fields.legacy:subjects', terms, given.path);
  if (words.length > 0) mapping.add['metadata.subjects'] = words;
}

/** Identifiers with a relation; those of the record itself have a list of their own. */
function mapRelatedIdentifiers(given: Given, mapping: Mapping): void {
  const all = mapList(given, mapping, (item) => readRelated(item, mapping));
  const isAlternate = ({ value }: Setting) => !Object.hasOwn(value as object, 'relation_type');
  setList(mapping, 'metadata.identifiers', all.filter(isAlternate), given.path);
  setList(
    mapping,
    'metadata.related_identifiers',
    all.filter((one) => !isAlternate(one)),
    given.path,
  );
}

function readRelated({ value, path }: Given, mapping: Mapping): Setting | null {
  if (!isObject(value)) {
    fault(mapping, path, 'must be an object with identifier and relation');
    return null;
  }
  const fields = new Fields(value, path);
  const text = fields.text('identifier');
  const relation = fields.text('relation');
  const type = fields.take('resourcetype');
  fields.take('scheme');
  fields.nameRest(mapping);
  const found = text === null ? null : identify(text);
  const isRelated = !path.includes('alternate_identifiers');
  if (text === null) fault(mapping, `${path}.identifier`, 'must be given as a text');
  else if (found === null)
    fault(mapping, `${path}.identifier`, 'Zenodo recognises no kind of identifier in it');
  if (isRelated && relation === null) fault(mapping, `${path}.relation`, 'must be given as a text');
  if (found === null || (isRelated && relation === null)) return null;
  const id =
    relation === null
      ? 'isalternateidentifier'
      : keyOf(relation).replace('isorignialformof', 'isoriginalformof');
  if (id === 'isalternateidentifier') return { value: found, path };
  if (!RELATIONS.includes(id)) {
    fault(mapping, `${path}.relation`, `Zenodo has no relation ${relation}`);
    return null;
  }
  const types = readResourceTypes(type?.value).types;
  const said = textOf(type?.value);
  const typeId =
    said !== null && RELATED_TYPES.includes(said) ? said : types.length > 0 ? commonType(types) : null;
  if (type !== null && typeId === null)
    warn(mapping, type.path, `Zenodo has no resource type “${said}”; it was left out.`);
  const more = typeId === null ? {} : { resource_type: { id: typeId } };
  return { value: { ...found, relation_type: { id }, ...more }, path };
}

function readDepositDate(given: Given, mapping: Mapping): Setting | null {
  const { value, path } = given;
  if (!isObject(value)) {
    fault(mapping, path, 'must be an object with type, and start or end');
    return null;
  }
  const type = textOf(value['type']);
  if (type === null) fault(mapping, `${path}.type`, 'must be given');
  else if (!DATE_TYPES.includes(type.toLowerCase()))
    fault(mapping, `${path}.type`, `must be one of ${DATE_TYPES.join(', ')}`);
  return readDates(given, mapping)[0] ?? null;
}

function mapLocations(given: Given, mapping: Mapping): void {
  const features = mapList(given, mapping, ({ value, path }) => {
    if (!isObject(value)) {
      fault(mapping, path, 'must be an object');
      return null;
    }
    const fields = new Fields(value, path);
    const [place, more] = [fields.text('place'), fields.text('description')];
    const [lat, lon] = [
      readDegrees(fields.take('lat'), 90, mapping),
      readDegrees(fields.take('lon'), 180, mapping),
    ];
    fields.nameRest(mapping);
    if (place === null) fault(mapping, `${path}.place`, 'must be given');
    if (lat === null || lon === null || place === null) return null;
    const hasPoint = lat !== undefined && lon !== undefined;
    if (!hasPoint && lat !== lon) warn(mapping, path, 'lat and lon are sent together or not at all.');
    const geometry = hasPoint ? { geometry: { type: 'Point', coordinates: [lon, lat] } } : {};
    return { value: { ...geometry, place, ...(more === null ? {} : { description: more }) }, path };
  });
  const inner: Record<string, string> = {};
  features.forEach((feature, index) => {
    inner[`features.${index}`] = feature.path;
  });
  set(mapping, 'metadata.locations', {
    value: { features: features.map(({ value }) => value) },
    path: given.path,
    inner,
  });
}

/** Degrees as a number; undefined if none are given, null, with a fault, if they are none. */
function readDegrees(given: Given | null, most: number, mapping: Mapping): number | undefined | null {
  if (given === null) return undefined;
  const degrees = Number(given.value);
  if (Number.isFinite(degrees) && Math.abs(degrees) <= most && typeof given.value !== 'boolean')
    return degrees;
  fault(mapping, given.path, `must be a number between -${most} and ${most}`);
  return null;
}
