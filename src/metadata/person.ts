import { readAffiliations } from './affiliations.js';
import { Fields } from './fields.js';
import { readRor } from './identifiers.js';
import { entriesBut, entriesOf, type Given, keyAt, Mapper, notSent, type Setting } from './mapping.js';
import { type NameList, namesForSure, namesIn } from './name-lists.js';
import {
  NAME_KEYS,
  ORGANIZATION,
  organizational,
  type PersonOrOrg,
  personName,
  WHOLE,
  wholeName,
} from './names.js';
import { readPersonIds } from './person-ids.js';
import { hasEmail, isNeverName, NO_NAME, NO_ORCID, readPersonText, SEPARATE } from './person-text.js';
import {
  guarded,
  isNoName,
  isObject,
  joined,
  keyOf,
  listOf,
  nameOf,
  short,
  textOf,
  withoutPrefix,
  wordOf,
} from './values.js';
import { isRole, type Roles, readRoles } from './vocabularies.js';

/** A person or institution with roles, and the path of each part. */
export interface Someone extends Setting {
  value: Creator;
  roles: Roles | null;
}

export interface Creator {
  person_or_org: PersonOrOrg;
  affiliations?: unknown[];
}

/** Reads a list of people, one person, or names in a text. */
export function readPeople(given: Given, into: Mapper): Someone[] {
  return peopleIn(given, into).flatMap(({ value: entry, path }) => {
    if (typeof entry === 'string') return fromText(entry, path, into) ?? [];
    if (!isObject(entry))
      return into.fault(path, 'must be an object with first_name and last_name, or a name') ?? [];
    // An empty row of a form.
    const isBlankRow = Object.keys(entry).length > 0 && Object.values(entry).every(isEmpty);
    return isBlankRow ? [] : (fromObject(entry, path, into) ?? []);
  });
}

/** The entries for one person each, with their paths. */
function peopleIn(given: Given, into: Mapper): Given[] {
  if (typeof given.value !== 'string') {
    return withRoleNodes(entriesBut(isNoName, given), into).flatMap(({ value, path }) =>
      typeof value === 'string'
        ? named(namesForSure(withoutOthers(value, path, into)), path, into)
        : [{ value, path }],
    );
  }
  return named(namesIn(withoutOthers(given.value, given.path, into)), given.path, into);
}

function named({ names, guess }: NameList, path: string, into: Mapper): Given[] {
  if (guess !== undefined) into.warn(path, `${guess}. Send an entry for each to be sure.`);
  return names.map((name) => ({ value: name, path }));
}

/** What stands for people who are not named, at the end of a list. */
const OTHERS =
  /(?:^|[,;]?\s|[,;])(?:et\s?al\.?|u\.\s?a\.|(?:and|und|&)\s(?:others|andere))$|(?:^|[,;]\s?)(?:others|andere)$/i;

/** The same behind a name. */
const BEHIND_NAME = new RegExp(`,\\s?${NO_ORCID}(?=\\s?(?:[,;\\n]|$))`, 'gi');

const OTHERS_LEFT_OUT = 'names people only as “others”, who were left out. Name each of them.';

function withoutOthers(written: string, path: string, into: Mapper): string {
  const text = written
    .replace(BEHIND_NAME, '')
    .replace(/[，،]\s?/g, ', ')
    .trim();
  const at = OTHERS.exec(text)?.index;
  if (at !== undefined) into.warn(path, OTHERS_LEFT_OUT);
  return text.slice(0, at);
}

/**
 * Combines people with roles that are nodes of their own, around a person or referring to one:
 * `{"@type": "Role", "author": "_:ada", "roleName": "Editor"}` (schema.org, codemeta 3).
 */
function withRoleNodes(entries: Given[], into: Mapper): Given[] {
  const isNode = ({ value }: Given) =>
    isObject(value) &&
    [value['@type'], value['type']].flat().some((type) => withoutPrefix(textOf(type) ?? '') === 'Role');
  const people = entries.filter((one) => !isNode(one)).map((one) => ({ ...one, roles: [] as unknown[] }));
  const byId = new Map<unknown, (typeof people)[number]>();
  for (const one of [...people].reverse()) {
    for (const key of ['@id', 'id']) if (isObject(one.value)) byId.set(one.value[key], one);
  }
  for (const { value, path } of entries.filter(isNode)) {
    const node = new Fields({ value, path }, into);
    const who = node.take('author', 'creator', 'contributor', 'editor', 'maintainer', 'member');
    const words = node.all('rolename', 'name').flatMap(entriesOf);
    node.skip('type', '@id', 'id');
    node.nameRest();
    const said = ({ value: word }: Given) => wordOf(word) ?? JSON.stringify(word);
    for (const word of words.filter((one) => !isRole(said(one))))
      into.warn(word.path, `Zenodo has no role “${short(said(word))}”, so it was not sent.`);
    const roles = words.map(said).filter(isRole);
    const isId = isObject(who?.value) && Object.keys(who.value).length === 1;
    const id = isId ? (Object(who?.value)['@id'] ?? Object(who?.value)['id']) : who?.value;
    const known = typeof id === 'string' ? byId.get(id) : undefined;
    if (known !== undefined) known.roles.push(...roles);
    else if (who !== null && isObject(who.value)) people.push({ ...who, roles });
    else into.warn(path, 'refers to no one who is described here, so it was not sent.');
  }
  return people.map(({ value, path, roles }) =>
    isObject(value) && roles.length > 0 ? { value: { ...value, roleName: roles }, path } : { value, path },
  );
}

function fromText(text: string, path: string, into: Mapper): Someone | null {
  const said = readPersonText(text, path, into);
  if (said === null) return null;
  sayOther(said.roles?.unknown ?? [], path, into);
  const at = (value: string) => ({ value, path });
  return someone(said.who, path, into, {
    roles: said.roles,
    ids: said.ids.map(at),
    places: said.places.map(at),
  });
}

/** Keys of identifiers, and of places of work. */
const IDS =
  'orcid orcidid orcidurl authororcid contributororcid isni gnd gndid ror rorid @id identifiers identifier nameidentifiers authoridentifier id pid sameas url'.split(
    ' ',
  );
const PLACES =
  'affiliation affiliations institution organisation organization worksfor authoraffiliation contributoraffiliation'.split(
    ' ',
  );

const NAMELESS = 'needs a name: first_name and last_name, or name';
const NOT_DESCRIBED =
  'refers to an entity that the document does not describe: add the entity, with its name';

/** A reference of JSON-LD that led nowhere. */
const isReference = (value: Record<string, unknown>) => '@id' in value && Object.keys(value).length === 1;

/** A node of JSON-LD may have a name in several spellings, of which the first counts. */
function withOneName(node: Record<string, unknown>, path: string, into: Mapper): Record<string, unknown> {
  if (!('@type' in node || '@id' in node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (!WHOLE.includes(keyOf(withoutPrefix(key))) || !Array.isArray(value)) return [key, value];
      const [first, ...others] = entriesBut(isNoName, { value, path: `${path}.${key}` });
      if ([first, ...others].some((one) => nameOf(one?.value) === null)) return [key, value];
      for (const other of others) into.warn(other.path, notSent(first?.path ?? ''));
      return [key, first?.value];
    }),
  );
}

/** One person in any spelling. Null, with a fault, without a name. */
function fromObject(object: Record<string, unknown>, path: string, into: Mapper): Someone | null {
  const nested = object['person_or_org'];
  const node = isObject(nested) ? { ...object, ...nested, person_or_org: null } : object;
  const value = withOneName(node, path, into);
  const person = new Fields({ value, path }, into);
  const given = readPersonIds(person.all(...IDS), new Mapper());
  const has = (kind: string) => given.some(({ value: { scheme } }) => scheme === kind);
  const named = personName(person, has('orcid'), has('ror') && person.all(...PLACES).length === 0);
  const odd = person.rest().find((key) => NAME_KEYS.has(keyOf(key)) && typeof value[key] === 'object');
  // A second name in another form is only named in a warning.
  const isSpare = odd !== undefined && WHOLE.includes(keyOf(odd)) && named !== null;
  if (odd !== undefined && !isSpare) return into.fault(person.at(odd), 'must be a string');
  if (named === null) return into.fault(path, isReference(value) ? NOT_DESCRIBED : NAMELESS);
  if (isAddress(named.who)) return into.fault(path, NO_NAME);
  const { name, given_name: first, family_name: whole = name ?? '' } = named.who;
  const others = first === undefined ? OTHERS.exec(whole) : null;
  if (others !== null) into.warn(path, OTHERS_LEFT_OUT);
  if (others?.index === 0) return null;
  const rest = whole.slice(0, others?.index);
  const isPerson = named.who.type === 'personal';
  const who = others === null ? named.who : isPerson ? wholeName(rest, true).who : organizational(rest);
  if (named.guess !== undefined && others === null) into.warn(path, `${named.guess}.`);
  if (isPerson && /[;；|]/.test(guarded(joined([whole, first], ' '))))
    return into.fault(path, 'names more than one person: send an object for each');
  const roles = rolesOf(person, into);
  const ids = person.all(...IDS);
  if (
    isPerson &&
    given.length > 0 &&
    namesIn(joined([rest, first], ' ').replaceAll(',', ' ')).names.length > 1
  )
    return into.fault(path, `has an identifier, but names more than one person; ${SEPARATE}`);
  person.leave('email', 'mail', 'emailaddress');
  const found = someone(who, path, into, { roles, ids, places: placesOf(person) });
  person.nameRest();
  return found;
}

/** Affiliations of a person. A ROR id next to a single name belongs to it. */
function placesOf(person: Fields): Given[] {
  const named = person.all(...PLACES);
  const rors = person.all('affiliationror', 'affiliationrorid').map(({ value, path }) => {
    const ror = readRor(textOf(value) ?? '');
    return { value: ror === null ? value : { ror }, path };
  });
  return paired(named, rors);
}

function paired(named: Given[], rors: Given[]): Given[] {
  const [place, ror] = [named[0], rors[0]];
  const isPair = named.length === 1 && rors.length === 1 && isObject(ror?.value);
  const text = textOf(place?.value);
  if (!isPair || place === undefined || text === null || /[;\n]/.test(text)) return [...named, ...rors];
  return [{ value: { name: text, ...Object(ror?.value) }, path: place.path }];
}

const ROR_OF_PLACE = 'is the ROR id of an institution, so it was sent as the affiliation.';

/** Whether an e-mail address, a URL or something without letters is given as the name. */
export function isAddress({ name, family_name, given_name }: PersonOrOrg): boolean {
  const parts = [name, family_name, given_name].filter((part) => part !== undefined);
  return parts.some(hasEmail) || isNeverName(parts.join(' '));
}

/**
 * `type` is a contributor's type at Zenodo, but `personal` or `organizational` in other formats.
 */
function rolesOf(person: Fields, into: Mapper): Roles | null {
  const isOfWho = ({ value, path }: Given) => {
    const word = withoutPrefix(textOf(value) ?? '');
    if (/^(?:\w+:)?(?:person|organi[sz]ation)/i.test(word)) return true;
    return keyAt(path) === 'type' && ORGANIZATION.test(word);
  };
  const given = person
    .all('role', 'roles', 'contributorrole', 'contributortype', 'rolename', 'type')
    .flatMap(entriesOf)
    .filter((one) => !isOfWho(one));
  for (const { value, path } of given) sayOther(readRoles(wordOf(value))?.unknown ?? [], path, into);
  return readRoles(given.map(({ value }) => wordOf(value)));
}

function sayOther(roles: string[], path: string, into: Mapper): void {
  for (const role of roles) into.warn(path, `Zenodo has no role “${role}”, so it was sent as Other.`);
}

/** A person with identifiers and affiliations, each with its path. */
export function someone(
  who: PersonOrOrg,
  path: string,
  into: Mapper,
  { roles = null, ids = [], places = [] }: { roles?: Roles | null; ids?: Given[]; places?: Given[] } = {},
): Someone {
  const found = readPersonIds(ids, into);
  const rors = found.filter(({ value: { scheme } }) => who.type === 'personal' && scheme === 'ror');
  for (const { path: at } of rors) into.warn(at, ROR_OF_PLACE);
  const identifiers = found.filter((one) => !rors.includes(one));
  const ofRors = rors.map(({ value, path: at }) => ({ value: { ror: value.identifier }, path: at }));
  const affiliations = readAffiliations(paired(places, ofRors), into);
  const inner = Object.fromEntries([
    ...identifiers.map((one, index) => [`person_or_org.identifiers.${index}`, one.path]),
    ...affiliations.map((one, index) => [`affiliations.${index}`, one.path]),
  ]);
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
