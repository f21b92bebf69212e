import { entriesOf, type Given, type Mapping } from './mapping.js';
import { namesIn } from './name-lists.js';
import { normaliseOrcid } from './orcid.js';
import { personName, wholeName } from './person-names.js';
import { type Roles, readRoles } from './roles.js';
import { isBlank, isObject, listOf, pick, textOf } from './scalars.js';

/** Someone as Zenodo's legacy dialect takes him. */
export interface ZenodoPerson {
  name: string;
  affiliation?: string;
  orcid?: string;
  gnd?: string;
}

/** Someone, what he did, and where he was named. */
export interface Someone {
  person: ZenodoPerson;
  roles: Roles | null;
  path: string;
}

/** Reads a list of people, one person, or names in a text. Faults and guesses go to `mapping`. */
export function readPeople(value: unknown, path: string, mapping: Mapping): Someone[] {
  return peopleIn(value, path, mapping).flatMap(({ value: entry, path: at }) => {
    if (typeof entry === 'string') return fromName(entry, at, mapping);
    // A row of a form that nobody filled in.
    if (isObject(entry) && Object.keys(entry).length > 0 && Object.values(entry).every(isBlank)) return [];
    if (isObject(entry)) return readPerson(entry, at, mapping) ?? [];
    mapping.faults.push({ field: at, message: 'must be an object with first_name and last_name, or a name' });
    return [];
  });
}

/** What stands for one person each, and where. */
function peopleIn(value: unknown, path: string, mapping: Mapping): Given[] {
  if (typeof value !== 'string') return entriesOf(value, path);
  const { names, guess } = namesIn(value);
  if (guess !== undefined) mapping.warnings.push(`${path}: ${guess}. Send a list to be sure.`);
  return names.map((name) => ({ value: name, path }));
}

/** `Jane Doe <jane@example.org>`, `Jane Doe (CERN)`: what stands in brackets behind a name is not the name. */
function fromName(text: string, path: string, mapping: Mapping): Someone[] {
  const { before, inside } = partsOf(text.trim());
  const { name, guess } = wholeName(before);
  if (guess !== undefined) mapping.warnings.push(`${path}: ${guess}.`);
  if (inside === undefined) return [{ person: { name }, roles: null, path }];
  const orcid = normaliseOrcid(inside);
  if (orcid !== null) return [{ person: { name, orcid }, roles: null, path }];
  const isMail = inside.includes('@');
  mapping.warnings.push(
    isMail
      ? `${path}: the e-mail address was not sent, because Zenodo has no field for it.`
      : `${path}: “${inside}” was taken for the affiliation.`,
  );
  return [{ person: isMail ? { name } : { name, affiliation: inside }, roles: null, path }];
}

/** A text that ends in brackets: what stands before them, and in them. */
function partsOf(text: string): { before: string; inside?: string } {
  if (!/[>)\]]$/.test(text)) return { before: text };
  const open = Math.max(text.lastIndexOf('<'), text.lastIndexOf('('), text.lastIndexOf('['));
  const before = text.slice(0, Math.max(open, 0)).trimEnd();
  const inside = text.slice(open + 1, -1);
  return before === '' || inside === '' || /[>)\]]/.test(inside) ? { before: text } : { before, inside };
}

/** Reads one person in any spelling; null if nameless, which is a fault. */
export function readPerson(entry: Record<string, unknown>, path: string, mapping: Mapping): Someone | null {
  const named = personName(entry);
  if (named === null) {
    mapping.faults.push({ field: path, message: 'needs a name: first_name and last_name, or name' });
    return null;
  }
  if (named.guess !== undefined) mapping.warnings.push(`${path}: ${named.guess}.`);
  const roles = readRoles(pick(entry, 'role', 'roles', 'contributortype')?.value ?? typeAsRole(entry));
  for (const role of roles?.unknown ?? []) {
    mapping.warnings.push(`${path}.role: Zenodo has no type for “${role}”; it was sent as Other.`);
  }
  const person: ZenodoPerson = { name: named.name };
  const affiliation = readAffiliation(entry, path, mapping);
  if (affiliation !== null) person.affiliation = affiliation;
  const orcid = readOrcid(entry, path, mapping);
  if (orcid !== null) person.orcid = orcid;
  const gnd = textOf(pick(entry, 'gnd')?.value);
  if (gnd !== null) person.gnd = gnd;
  const email = pick(entry, 'email', 'mail', 'emailaddress');
  if (email !== null)
    mapping.warnings.push(`${path}.${email.key}: not sent, because Zenodo has no field for it.`);
  return { person, roles, path };
}

/** `type` is a contributor's type at Zenodo, but `personal` or `organizational` in other dialects. */
function typeAsRole(entry: Record<string, unknown>): unknown {
  const type = textOf(pick(entry, 'type')?.value);
  return type === null || /^(person|organi[sz]ation)/i.test(type) ? undefined : type;
}

/** Where somebody works; several places become one text, because Zenodo's deposit API keeps one. */
export function readAffiliation(
  entry: Record<string, unknown>,
  path: string,
  mapping: Mapping,
): string | null {
  const found = pick(entry, 'affiliation', 'affiliations', 'institution', 'organisation', 'organization');
  if (found === null) return null;
  const names = listOf(found.value).flatMap((item) => {
    const name = isObject(item) ? textOf(pick(item, 'name', 'title', 'label')?.value) : textOf(item);
    return name === null ? [] : [name];
  });
  if (names.length > 1) {
    mapping.warnings.push(
      `${path}.${found.key}: Zenodo’s deposit API keeps one affiliation, so they were joined.`,
    );
  }
  return names.length > 0 ? names.join('; ') : null;
}

function readOrcid(entry: Record<string, unknown>, path: string, mapping: Mapping): string | null {
  const found = pick(entry, 'orcid', 'orcidid', 'orcidurl');
  if (found === null) return null;
  const text = textOf(found.value) ?? '';
  // The beginning of every address, as forms show it, with nothing behind it.
  if (/^(https?:\/\/)?(www\.)?orcid\.org\/?$/i.test(text)) return null;
  const orcid = normaliseOrcid(text);
  if (orcid === null) {
    mapping.faults.push({
      field: `${path}.${found.key}`,
      message: 'is not a valid ORCID iD: expected 0000-0000-0000-0000 with its right check digit',
    });
  }
  return orcid;
}
