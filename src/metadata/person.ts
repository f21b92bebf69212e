import { readAffiliations } from './affiliations.js';
import {
  entriesBut,
  entriesOf,
  Fields,
  fault,
  type Given,
  type Mapping,
  type Setting,
  warn,
} from './mapping.js';
import { namesForSure, namesIn } from './name-lists.js';
import { type PersonOrOrg, personName } from './names.js';
import { readPersonIds } from './person-ids.js';
import { hasEmail, NO_NAME, readPersonText } from './person-text.js';
import { isNoName, isObject, listOf, nameOf, textOf } from './values.js';
import { type Roles, readRoles } from './vocabularies.js';

/** A person or institution, where each part of it was written, and what they did. */
export interface Someone extends Setting {
  value: Creator;
  roles: Roles | null;
}

export interface Creator {
  person_or_org: PersonOrOrg;
  affiliations?: unknown[];
}

/** Reads a list of people, one person, or names in a text. Faults and guesses go to `mapping`. */
export function readPeople(given: Given, mapping: Mapping): Someone[] {
  return peopleIn(given, mapping).flatMap(({ value: entry, path }) => {
    if (typeof entry === 'string') return fromText(entry, path, mapping) ?? [];
    // A row of a form that was left empty.
    if (isObject(entry) && Object.keys(entry).length > 0 && Object.values(entry).every(isEmpty)) return [];
    if (isObject(entry)) return fromObject(entry, path, mapping) ?? [];
    fault(mapping, path, 'must be an object with first_name and last_name, or a name');
    return [];
  });
}

/** What stands for one person each, and where. */
function peopleIn(given: Given, mapping: Mapping): Given[] {
  if (typeof given.value !== 'string') {
    return entriesBut(isNoName, given).flatMap(({ value, path }) =>
      typeof value === 'string'
        ? namesForSure(value).map((name) => ({ value: name, path }))
        : [{ value, path }],
    );
  }
  const { names, guess } = namesIn(given.value);
  if (guess !== undefined) warn(mapping, given.path, `${guess}. Send a list to be sure.`);
  return names.map((name) => ({ value: name, path: given.path }));
}

function fromText(text: string, path: string, mapping: Mapping): Someone | null {
  const said = readPersonText(text, path, mapping);
  if (said === null) return null;
  const at = (value: string) => ({ value, path });
  return someone(said.who, path, mapping, {
    roles: said.roles,
    ids: said.ids.map(at),
    places: said.places.map(at),
  });
}

/** One person in any spelling; null if nameless, which is a fault. */
function fromObject(object: Record<string, unknown>, path: string, mapping: Mapping): Someone | null {
  const nested = object['person_or_org'];
  const person = new Fields(isObject(nested) ? { ...object, ...nested, person_or_org: null } : object, path);
  const named = personName(person);
  if (named === null) {
    fault(mapping, path, 'needs a name: first_name and last_name, or name');
    return null;
  }
  if (isAddress(named.who)) {
    fault(mapping, path, NO_NAME);
    return null;
  }
  if (named.guess !== undefined) warn(mapping, path, `${named.guess}.`);
  const roles = rolesOf(person, mapping);
  const ids = person.all(
    'orcid',
    'orcidid',
    'orcidurl',
    'isni',
    'gnd',
    'gndid',
    'ror',
    'rorid',
    '@id',
    'identifiers',
    'identifier',
    'nameidentifiers',
    'id',
    'pid',
  );
  const email = person.take('email', 'mail', 'emailaddress');
  if (email !== null) warn(mapping, email.path, 'was not sent, because Zenodo has no field for it.');
  const places = person.all(
    'affiliation',
    'affiliations',
    'institution',
    'organisation',
    'organization',
    'affiliationror',
    'worksfor',
  );
  const found = someone(named.who, path, mapping, { roles, ids, places });
  person.nameRest(mapping);
  return found;
}

/** Whether an e-mail address stands where a name should. */
export function isAddress({ name, family_name, given_name }: PersonOrOrg): boolean {
  return [name, family_name, given_name].some((part) => part !== undefined && hasEmail(part));
}

/**
 * `type` is a contributor's type at Zenodo, but `personal` or `organizational` in other dialects.
 */
function rolesOf(person: Fields, mapping: Mapping): Roles | null {
  const given =
    person.take('role', 'roles', 'contributortype', 'rolename') ?? typeAsRole(person.take('type'));
  if (given === null) return null;
  const roles = readRoles(entriesOf(given).map(({ value }) => wordOf(value)));
  for (const role of roles?.unknown ?? []) {
    warn(mapping, given.path, `Zenodo has no role “${role}”, so it was sent as Other.`);
  }
  return roles;
}

/** A role as a text, or as an entry of a vocabulary. */
function wordOf(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { id, name, title } = value;
  return id ?? name ?? (isObject(title) ? title['en'] : title);
}

function typeAsRole(type: Given | null): Given | null {
  return type === null || /^(person|organi[sz]ation)/i.test(textOf(type.value) ?? '') ? null : type;
}

/** Somebody with identifiers and places of work, each of which knows where it was written. */
export function someone(
  who: PersonOrOrg,
  path: string,
  mapping: Mapping,
  { roles = null, ids = [], places = [] }: { roles?: Roles | null; ids?: Given[]; places?: Given[] } = {},
): Someone {
  const inner: Record<string, string> = {};
  const identifiers = readPersonIds(ids, mapping);
  const affiliations = readAffiliations(places, mapping);
  identifiers.forEach((one, index) => {
    inner[`person_or_org.identifiers.${index}`] = one.path;
  });
  affiliations.forEach((one, index) => {
    inner[`affiliations.${index}`] = one.path;
  });
  const value: Creator = {
    person_or_org:
      identifiers.length === 0 ? who : { ...who, identifiers: identifiers.map(({ value }) => value) },
    ...(affiliations.length === 0 ? {} : { affiliations: affiliations.map((one) => one.value) }),
  };
  return { value, path, inner, roles };
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'string' ? nameOf(value) === null : listOf(value).length === 0;
}
