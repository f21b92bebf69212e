import { Fields, fault, type Given, type Mapping, type Setting, warn } from './mapping.js';
import type { PersonOrOrg } from './names.js';
import { isAddress, readPeople, someone } from './person.js';
import { NO_NAME } from './person-text.js';
import { isObject, squeeze, textOf } from './values.js';
import { roleId } from './vocabularies.js';

/**
 * Someone as the deposit API has them: a name with exactly one comma is `Family, Given`, any other
 * is kept whole (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/schemas.py`). Without a
 * name they are read as a container's. `role`: the role of all of them, `type` if each says its
 * own, null for creators.
 */
export function readDepositPeople(given: Given, mapping: Mapping, role: string | null): Setting | null {
  const { value, path } = given;
  if (!isObject(value)) {
    fault(mapping, path, 'must be an object with a name');
    return null;
  }
  const person = new Fields(value, path);
  const name = person.name('name');
  const type = role === 'type' ? readRole(person, mapping) : role;
  const more = type === null ? {} : { role: { id: type } };
  if (name === null) {
    const [other] = readPeople(given, mapping);
    if (other === undefined) return null;
    const { value: found, inner = {} } = other;
    return { value: { ...found, ...more }, path, inner };
  }
  if (role !== null) person.take('role', 'type');
  const ids = person.all('orcid', 'gnd');
  const places = person.all('affiliation', 'affiliations');
  const who: PersonOrOrg = { type: 'personal', ...namesOf(squeeze(name)) };
  if (isAddress(who)) {
    fault(mapping, `${path}.name`, NO_NAME);
    return null;
  }
  person.nameRest(mapping);
  const { value: found, inner = {} } = someone(who, path, mapping, { ids, places });
  return { value: { ...found, ...more }, path, inner };
}

function namesOf(name: string): { family_name: string; given_name?: string } {
  const [family = '', given = '', ...more] = name.split(',').map((part) => part.trim());
  if (more.length > 0 || family === '') return { family_name: name };
  return given === '' ? { family_name: family } : { family_name: family, given_name: given };
}

function readRole(person: Fields, mapping: Mapping): string {
  const given = person.take('type', 'role');
  const word = textOf(given?.value);
  const role = word === null ? null : roleId(word);
  if (word !== null && role === null)
    fault(mapping, given?.path ?? person.path, 'is not a contributor type of Zenodo');
  else if (word === null) warn(mapping, person.path, 'has no type, so it was sent with the type Other.');
  return role ?? 'other';
}
