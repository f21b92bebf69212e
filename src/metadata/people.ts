import { readAffiliations } from './affiliations.js';
import { identifyPerson } from './identifiers.js';
import {
  add,
  asList,
  entriesOf,
  Fields,
  fault,
  type Given,
  type Mapping,
  type Setting,
  set,
  setList,
  warn,
} from './mapping.js';
import { namesIn } from './name-lists.js';
import { isInstitution, type PersonOrOrg, personName, wholeName } from './names.js';
import { isBlank, isObject, listOf, nameOf, textOf } from './values.js';
import { isRole, type Roles, readRoles } from './vocabularies.js';

/** A person or institution, where each part of it was written, and what they did. */
interface Someone extends Setting {
  value: Creator;
  roles: Roles | null;
}

interface Creator {
  person_or_org: PersonOrOrg;
  affiliations?: unknown[];
}

/**
 * People → `creators` and `contributors`. Authors are creators. Of contributors those with an author's role are, and those without any role unless there are authors; one who has
 * another role is a contributor. `authorsElsewhere`: another part of the call lists authors. If the draft would have no creator at all, all become creators, because Zenodo does not publish without.
 */
export function mapPeople(
  authors: Given[],
  contributors: Given[],
  authorsElsewhere: boolean,
  mapping: Mapping,
): void {
  const creators = authors.flatMap((given) => readPeople(given, mapping));
  const others = contributors.flatMap((given) => readPeople(given, mapping));
  if (creators.length + others.length === 0) return;
  const named = creators.length > 0 || authorsElsewhere;
  const helpers = creators.flatMap(withRoles);
  for (const someone of others) {
    const { roles } = someone;
    if (roles?.creator || (roles === null && !named)) creators.push(someone);
    else if (roles === null && creators.some((known) => nameKey(known) === nameKey(someone))) {
      // Who is an author already, and nothing else, is named once.
      creators.push(someone);
    } else if (roles === null) {
      warn(mapping, someone.path, 'has no role, so was sent as a contributor with the role Other.');
      helpers.push(withRole(someone, 'other'));
    }
    helpers.push(...withRoles(someone));
  }
  const path = (authors[0] ?? contributors[0])?.path ?? 'contributors';
  if (creators.length > 0) {
    setList(mapping, 'metadata.creators', once(creators).map(bare), path);
  } else if (others.length > 0) {
    mapping.defaults['metadata.creators'] = {
      ...asList(once(others).map(bare), path),
      sentence: `${path}: there is no author among them, so all were made creators.`,
    };
  }
  if (contributors.length > 0 || helpers.length > 0) {
    // Contributors that are sent are all of them: those of an earlier call do not stay behind.
    if (helpers.length > 0) setList(mapping, 'metadata.contributors', once(helpers), path);
    else set(mapping, 'metadata.contributors', { value: null, path });
  }
}

/** Adds people to the contributors of a draft, all in one role. */
export function addContributors(given: Given, role: string, mapping: Mapping): void {
  for (const someone of readPeople(given, mapping)) {
    add(mapping, 'metadata.contributors', withRole(someone, role));
  }
}

function bare({ value, path, inner = {} }: Someone): Setting {
  return { value, path, inner };
}

function withRole({ value, path, inner = {} }: Someone, id: string): Setting {
  return { value: { ...value, role: { id } }, path, inner: { ...inner } };
}

function withRoles(someone: Someone): Setting[] {
  return (someone.roles?.roles ?? []).map((role) => withRole(someone, role));
}

function nameKey({ value }: Setting): string {
  const { person_or_org: who } = value as Creator;
  return JSON.stringify([who.name, who.family_name, who.given_name]).toLowerCase();
}

/** Everybody once: the same name in the same role twice is one person, of whom all is kept that is said anywhere. */
function once<T extends Setting>(people: T[]): T[] {
  const seen = new Map<string, T>();
  for (const someone of people) {
    const { role } = someone.value as Creator & { role?: unknown };
    const key = `${nameKey(someone)} ${JSON.stringify(role)}`;
    const before = seen.get(key);
    const both = before === undefined ? someone : joined(before, someone);
    seen.set(both === null ? `${key} ${seen.size}` : key, both ?? someone);
  }
  return [...seen.values()];
}

/** Two mentions of one person; null if they have different identifiers of one kind, so that they are two. */
function joined<T extends Setting>(one: T, other: T): T | null {
  const [a, b] = [one.value as Creator, other.value as Creator];
  const ids = [...(a.person_or_org.identifiers ?? [])];
  for (const id of b.person_or_org.identifiers ?? []) {
    const same = ids.find(({ scheme }) => scheme === id.scheme);
    if (same !== undefined && same.identifier !== id.identifier) return null;
    if (same === undefined) ids.push(id);
  }
  const places = [...(a.affiliations ?? [])];
  for (const place of b.affiliations ?? []) {
    if (!places.some((known) => JSON.stringify(known) === JSON.stringify(place))) places.push(place);
  }
  const value = {
    ...a,
    person_or_org: { ...a.person_or_org, ...(ids.length > 0 ? { identifiers: ids } : {}) },
    ...(places.length > 0 ? { affiliations: places } : {}),
  };
  return { ...one, value };
}

/** Reads a list of people, one person, or names in a text. Faults and guesses go to `mapping`. */
export function readPeople(given: Given, mapping: Mapping): Someone[] {
  return peopleIn(given, mapping).flatMap(({ value: entry, path }) => {
    if (typeof entry === 'string') return fromText(entry, path, mapping);
    // A row of a form that nobody filled in.
    if (isObject(entry) && Object.keys(entry).length > 0 && Object.values(entry).every(isEmpty)) return [];
    if (isObject(entry)) return fromObject(entry, path, mapping) ?? [];
    fault(mapping, path, 'must be an object with first_name and last_name, or a name');
    return [];
  });
}

/** What stands for one person each, and where. */
function peopleIn(given: Given, mapping: Mapping): Given[] {
  if (typeof given.value !== 'string') return entriesOf(given);
  const { names, guess } = namesIn(given.value);
  if (guess !== undefined) warn(mapping, given.path, `${guess}. Send a list to be sure.`);
  return names.map((name) => ({ value: name, path: given.path }));
}

const ORCID =
  /(?:orcid(?:\s*id)?\s*:?\s*)?(?:https?:\/\/)?(?:www\.)?(?:orcid\.org\/)?(?<!\d)\d{4}-?\d{4}-?\d{4}-?\d{3}[\dX](?!\d)/i;

/** Stands where brackets were. */
const MARK = '\u{f8ff}';

/** `Jane Doe <jane@example.org>`, `Jane Doe (CERN)`, `Ada Lovelace (Author), ORCID: 0000-…, Analytical Society`: what stands behind a name is not the name. */
function fromText(text: string, path: string, mapping: Mapping): Someone[] {
  const { outside, inside } = brackets(text);
  const orcid = ORCID.exec(outside);
  const head = (orcid === null ? outside : outside.slice(0, orcid.index)).split(MARK)[0] ?? '';
  const name = head.trim().replace(/[,:]$/, '').trim();
  const rest = outside.slice(head.length).replace(ORCID, MARK);
  const places = rest
    .split(MARK)
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => !isBlank(part));
  if (name === '' || (/^\S+@\S+$/.test(name) && !name.includes(' '))) {
    fault(mapping, path, 'needs a name; an e-mail address is none, and is not sent');
    return [];
  }
  if (
    isInstitution(name) &&
    orcid === null &&
    inside.every((part) => /^[\p{Lu}\d\s.&-]{2,15}$/u.test(part))
  ) {
    return [finish({ type: 'organizational', name: text.replace(/\s+/g, ' ').trim() }, path, mapping)];
  }
  const { who, guess } = wholeName(name);
  if (guess !== undefined) warn(mapping, path, `${guess}.`);
  let roles: Roles | null = null;
  const ids: Given[] = orcid === null ? [] : [{ value: orcid[0], path }];
  for (const part of inside) {
    const words = part.split(/[,;|/]/).map((word) => word.trim());
    if (part.includes('@'))
      warn(mapping, path, 'the e-mail address was not sent, because Zenodo has no field for it.');
    else if (identifyPerson(part) !== null) ids.push({ value: part, path });
    else if (words.every(isRole)) roles = readRoles(part);
    else {
      warn(mapping, path, `“${part}” was taken for the affiliation.`);
      places.unshift(part);
    }
  }
  return [finish(who, path, mapping, { roles, ids, places: places.map((value) => ({ value, path })) })];
}

/** A text without what stands in brackets, of which only a mark stays, and that. */
function brackets(text: string): { outside: string; inside: string[] } {
  const inside: string[] = [];
  const outside = text.replace(/[<([]([^<>()[\]]*)[>)\]]/g, (_, part: string) => {
    if (!isBlank(part)) inside.push(part.trim());
    return MARK;
  });
  return { outside, inside };
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
  if (email !== null) warn(mapping, email.path, 'not sent, because Zenodo has no field for it.');
  const places = person.all(
    'affiliation',
    'affiliations',
    'institution',
    'organisation',
    'organization',
    'affiliationror',
    'worksfor',
  );
  const { who } = named;
  const someone = finish(who, path, mapping, { roles, ids, places });
  person.nameRest(mapping);
  return someone;
}

/** `type` is a contributor's type at Zenodo, but `personal` or `organizational` in other dialects. */
function rolesOf(person: Fields, mapping: Mapping): Roles | null {
  const given =
    person.take('role', 'roles', 'contributortype', 'rolename') ?? typeAsRole(person.take('type'));
  if (given === null) return null;
  const words = isObject(given.value)
    ? (given.value['id'] ?? given.value['name'] ?? given.value['title'])
    : given.value;
  const roles = readRoles(words);
  for (const role of roles?.unknown ?? []) {
    warn(mapping, given.path, `Zenodo has no role “${role}”; it was sent as Other.`);
  }
  return roles;
}

function typeAsRole(type: Given | null): Given | null {
  return type === null || /^(person|organi[sz]ation)/i.test(textOf(type.value) ?? '') ? null : type;
}

function finish(
  who: PersonOrOrg,
  path: string,
  mapping: Mapping,
  { roles = null, ids = [], places = [] }: { roles?: Roles | null; ids?: Given[]; places?: Given[] } = {},
): Someone {
  const inner: Record<string, string> = {};
  const identifiers = readIdentifiers(ids, mapping);
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

/** Identifiers of a person, each kind once: `orcid` and its relatives, or lists of texts and `{identifier, scheme}`. */
function readIdentifiers(
  ids: Given[],
  mapping: Mapping,
): { value: { identifier: string; scheme: string }; path: string }[] {
  const found = new Map<string, { value: { identifier: string; scheme: string }; path: string }>();
  for (const { value: item, path } of ids.flatMap(entriesOf)) {
    const object = isObject(item) ? new Fields(item, path) : null;
    const text =
      object === null
        ? textOf(item)
        : object.text('identifier', 'nameidentifier', 'value', 'id', '@id', 'url');
    const key = path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? '';
    const said = object?.text('scheme', 'nameidentifierscheme', 'type', 'propertyid')?.toLowerCase();
    const scheme = said ?? /^(orcid|isni|gnd|ror)/i.exec(key)?.[1]?.toLowerCase();
    // The beginning of every address, as forms show it, with nothing behind it; and names inside a JSON-LD document.
    if (
      text === null ||
      /^(?:https?:\/\/)?(?:www\.)?orcid\.org\/?$/i.test(text) ||
      /^(?:#|_:|\.\/)/.test(text)
    )
      continue;
    const value = identifyPerson(text, scheme);
    if (value === null && scheme === 'orcid') {
      fault(
        mapping,
        path,
        'is not a valid ORCID iD: expected 0000-0000-0000-0000 with its right check digit',
      );
    } else if (value === null && scheme !== undefined && ['isni', 'gnd', 'ror'].includes(scheme)) {
      fault(mapping, path, `is not a valid ${scheme.toUpperCase()}`);
    } else if (value === null) {
      warn(
        mapping,
        path,
        'no identifier that Zenodo takes of a person (ORCID, ISNI, GND, ROR); it was left out.',
      );
    } else {
      const before = found.get(value.scheme);
      if (before !== undefined && before.value.identifier !== value.identifier) {
        fault(mapping, path, `is another ${value.scheme.toUpperCase()} than ${before.path} has`);
      }
      if (before === undefined) found.set(value.scheme, { value, path });
    }
  }
  return [...found.values()];
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'string' ? nameOf(value) === null : listOf(value).length === 0;
}
