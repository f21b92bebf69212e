import { Fields } from './fields.js';
import { type Given, type Mapper, notSent, type Setting } from './mapping.js';
import { personal } from './names.js';
import { isAddress, readPeople, type Someone, someone } from './person.js';
import { NO_NAME } from './person-text.js';
import { guarded, isObject, squeeze, withoutSeparators, wordOf } from './values.js';
import { roleId } from './vocabularies.js';

/**
 * People as in the deposit API: a name with exactly one comma is `Family, Given`, and any other is
 * kept whole (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/schemas.py`). Entries without
 * a name are read as a container's. `role`: the role of all, `type` if each entry names its own,
 * null for creators.
 */
export function readDepositPerson(given: Given, into: Mapper, role: string | null): Setting | null {
  const { value, path } = given;
  if (!isObject(value)) return into.fault(path, 'must be an object with a name');
  const person = new Fields(given, into);
  const said = person.name('name');
  const name = said === null ? null : withoutSeparators(said);
  const type = role === 'type' ? readRole(person, into) : role;
  if (role === 'supervisor') sayOtherRoles(person, into);
  let [found] = name === null ? readPeople(given, into) : [];
  if (name !== null) {
    const [ids, places] = [person.all('orcid', 'gnd'), person.all('affiliation', 'affiliations')];
    const who = atOneComma(squeeze(name));
    if (isAddress(who)) return into.fault(`${path}.name`, NO_NAME);
    if (/[;；|]/.test(guarded(name)))
      into.warn(`${path}.name`, 'was sent as one name; send an entry for each person.');
    person.nameRest();
    found = someone(who, path, into, { ids, places });
  }
  if (found === undefined) return null;
  if (role === null && name === null) sayLostRoles(found, into);
  const { inner = {} } = found;
  return { value: { ...found.value, ...(type === null ? {} : { role: { id: type } }) }, path, inner };
}

/** Creators of the deposit API have no roles. */
function sayLostRoles({ path, roles }: Someone, into: Mapper): void {
  if ((roles?.roles ?? []).length > 0)
    into.warn(`${path}.role`, 'was not sent: send them as a contributor too.');
}

/** In a list of supervisors no entry has another role. */
function sayOtherRoles(person: Fields, into: Mapper): void {
  for (const { value, path } of person.all('role', 'type')) {
    if (roleId(wordOf(value) ?? '') !== 'supervisor')
      into.warn(path, 'was not sent: everyone in this list is a supervisor.');
  }
}

function atOneComma(name: string) {
  const [family = '', given = '', ...more] = name.split(',').map((part) => part.trim());
  return more.length > 0 || family === '' ? personal(name) : personal(family, given);
}

function readRole(person: Fields, into: Mapper): string {
  const [given, ...others] = person.all('type', 'role');
  const word = wordOf(given?.value);
  const role = word === null ? null : roleId(word);
  for (const { value, path } of others) {
    if (roleId(wordOf(value) ?? '') !== role) into.warn(path, notSent(given?.path ?? person.path));
  }
  if (word === null) into.warn(person.path, 'has no type, so it was sent with the type Other.');
  else if (role === null) into.fault(given?.path ?? person.path, 'is not a contributor type of Zenodo');
  return role ?? 'other';
}
