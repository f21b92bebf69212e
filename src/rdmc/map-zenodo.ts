import { readDate } from './dates.js';
import { ZENODO_FIELDS } from './field-names.js';
import { readKeywords } from './keywords.js';
import { mapLanguage } from './languages.js';
import { licenseNames, mapLicenses } from './licenses.js';
import { mapEmbargoDate } from './map-dates.js';
import { emptyMapping, type Given, type Mapping } from './mapping.js';
import { normaliseOrcid } from './orcid.js';
import { readAffiliation, readPerson } from './people.js';
import { UPLOAD_TYPES } from './resource-types.js';
import { contributorType } from './roles.js';
import { isBlank, isObject, textOf } from './scalars.js';

/** Fields that Zenodo takes as text only; a number there is a refusal (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/schemas.py`). */
const TEXTS =
  /^(title|description|version|notes|method|publication_date|doi|access_conditions|journal_|conference_|imprint_|partof_|thesis_university|\w+_type)/;

const LISTS = new Set(
  'creators contributors thesis_supervisors related_identifiers references communities grants subjects locations dates'.split(
    ' ',
  ),
);

/** Entries of these lists must be objects: anything else makes Zenodo fail instead of refuse. */
const LISTS_OF_OBJECTS: Record<string, string[]> = {
  related_identifiers: ['identifier', 'relation'],
  communities: ['identifier'],
  grants: ['id'],
  subjects: ['term', 'identifier'],
  locations: ['place'],
  dates: ['type'],
};

/** Numbers that are meant as numbers. */
const COORDINATES = new Set(['lat', 'lon']);

/**
 * Zenodo's own metadata object, taken as it is but for what Zenodo would break on or silently spoil: keywords in one text, people in our
 * spelling, licences by SPDX names, numbers where texts are meant. `fields` are Zenodo's names with the sender's path.
 */
export function mapZenodo(fields: Record<string, Given>): Mapping {
  const mapping = emptyMapping();
  for (const [name, given] of Object.entries(fields)) {
    if (!ZENODO_FIELDS.has(name)) {
      mapping.warnings.push(`${given.path}: no field of Zenodo’s, so not sent.`);
      continue;
    }
    mapping.origins.set(name, given.path);
    if (given.value === null) mapping.set[name] = null;
    else if (name !== 'prereserve_doi') mapField(name, given, mapping);
  }
  return mapping;
}

function mapField(name: string, given: Given, mapping: Mapping): void {
  const { value, path } = given;
  const fault = (message: string, at = path) => mapping.faults.push({ field: at, message });
  if (name === 'keywords') mapping.set[name] = readKeywords(value, path, mapping);
  else if (name === 'license') mapLicense(given, mapping);
  else if (name === 'embargo_date') mapEmbargoDate(given, mapping);
  else if (name === 'language') mapLanguage(given, mapping);
  else if (name === 'creators' || name === 'contributors' || name === 'thesis_supervisors') {
    mapZenodoPeople(name, given, mapping);
  } else if (LISTS.has(name)) mapList(name, given, mapping);
  else if (name === 'upload_type' && !(UPLOAD_TYPES as readonly unknown[]).includes(value)) {
    fault(`must be one of ${UPLOAD_TYPES.join(', ')}`);
  } else if (
    name === 'access_right' &&
    !['open', 'embargoed', 'restricted', 'closed'].includes(String(value))
  ) {
    fault('must be open, embargoed, restricted or closed');
  } else if (TEXTS.test(name)) {
    const text = textOf(value) ?? (typeof value === 'string' ? '' : null);
    if (text === null) return void fault('must be a text');
    if (name === 'title' && [...text].length < 3) return void fault('must have at least 3 characters');
    // What is no date is Zenodo's to drop, and is then named with its reason.
    mapping.set[name] = name === 'publication_date' ? (readDate(text) ?? text) : text;
  } else mapping.set[name] = value;
  if (name === 'access_conditions') mapping.warnings.push(`${path}: Zenodo does not keep it.`);
  if (name === 'communities') {
    mapping.warnings.push(
      `${path}: the communities are asked when the record is published here, and the answer says what became of it. At a publication on Zenodo’s page it joins only those that need no review (zenodo/zenodo#2546).`,
    );
  }
}

/** An id is Zenodo's to judge; names, addresses and expressions are looked up. */
function mapLicense(given: Given, mapping: Mapping): void {
  const [only, ...more] = licenseNames(given.value, given.path);
  const name = only?.names[0];
  if (name !== undefined && more.length === 0 && /^[a-z0-9][a-z0-9._+-]*$/i.test(name)) {
    mapping.set['license'] = name.toLowerCase();
  } else mapLicenses([given], mapping);
}

/** Entries go as they are, but for numbers where texts are meant, and for those that Zenodo would break on. */
function mapList(name: string, { value, path }: Given, mapping: Mapping): void {
  if (!Array.isArray(value)) {
    mapping.faults.push({ field: path, message: 'must be a list' });
    return;
  }
  mapping.set[name] = value.map((item: unknown, index) => {
    const at = `${path}.${index}`;
    const fault = (message: string, field = at) => mapping.faults.push({ field, message });
    const keys = LISTS_OF_OBJECTS[name];
    mapping.origins.set(`${name}.${index}`, at);
    if (keys === undefined) {
      if (textOf(item) === null) fault('must be a text');
      return textOf(item);
    }
    if (!isObject(item)) return void fault('must be an object');
    for (const key of keys) if (isBlank(item[key])) fault('must be given', `${at}.${key}`);
    if (name === 'dates' && isBlank(item['start']) && isBlank(item['end'])) fault('needs start or end');
    return Object.fromEntries(
      Object.entries(item).map(([key, part]) => {
        if (isBlank(part) || COORDINATES.has(key)) return [key, part];
        if (textOf(part) === null) fault('must be a text', `${at}.${key}`);
        return [key, typeof part === 'number' ? String(part) : part];
      }),
    );
  });
}

/** People in Zenodo's form are kept as they are but for their ORCID; in ours they are mapped. */
function mapZenodoPeople(name: string, { value, path }: Given, mapping: Mapping): void {
  if (!Array.isArray(value)) return void mapping.faults.push({ field: path, message: 'must be a list' });
  mapping.set[name] = value.flatMap((item, index) => {
    const at = `${path}.${index}`;
    mapping.origins.set(`${name}.${index}`, at);
    if (!isObject(item)) {
      mapping.faults.push({ field: at, message: 'must be an object with a name' });
      return [];
    }
    if (textOf(item['name']) === null) {
      const someone = readPerson(item, at, mapping);
      return someone === null ? [] : [{ ...someone.person, ...typeOf(name, item) }];
    }
    const { orcid, affiliation: _affiliation, affiliations: _affiliations, gnd, ...rest } = item;
    const affiliation = readAffiliation(item, at, mapping);
    const checked = isBlank(orcid) ? null : normaliseOrcid(String(orcid));
    if (!isBlank(orcid) && checked === null) {
      mapping.faults.push({ field: `${at}.orcid`, message: 'is not a valid ORCID iD' });
    }
    return [
      {
        ...withoutBlanks(rest),
        ...(affiliation === null ? {} : { affiliation }),
        ...(isBlank(gnd) ? {} : { gnd: String(gnd) }),
        ...(checked === null ? {} : { orcid: checked }),
        ...typeOf(name, item),
      },
    ];
  });
}

function typeOf(list: string, item: Record<string, unknown>): { type?: string } {
  if (list !== 'contributors') return {};
  const given = textOf(item['type']) ?? textOf(item['role']);
  return { type: given === null ? 'Other' : (contributorType(given) ?? given) };
}

function withoutBlanks(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isBlank(value)));
}
