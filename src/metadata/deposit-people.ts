import { readAffiliations } from './affiliations.js';
import { type Identifier, identifyPerson } from './identifiers.js';
import { Fields, fault, type Given, type Mapping, type Setting, warn } from './mapping.js';
import { readPeople } from './people.js';
import { isBlank, isObject, squeeze, textOf } from './values.js';
import { roleId } from './vocabularies.js';

/**
 * Someone as the deposit API has them: a name with exactly one comma is `Family, Given`, any other is kept whole
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/schemas.py`). Without a name they are read as a container's. `role`: the role of all of them, `type` if each
 * says its own, null for creators.
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
    const [someone] = readPeople(given, mapping);
    if (someone === undefined) return null;
    const { value: found, inner = {} } = someone;
    return { value: { ...found, ...more }, path, inner };
  }
  person.take('role', 'type');
  const identifiers = (['orcid', 'gnd'] as const).flatMap((scheme) =>
    readId(person.take(scheme), scheme, mapping),
  );
  const affiliations = readAffiliations(person.all('affiliation', 'affiliations'), mapping);
  person.nameRest(mapping);
  const inner: Record<string, string> = {};
  identifiers.forEach((one, index) => {
    inner[`person_or_org.identifiers.${index}`] = one.path;
  });
  affiliations.forEach((one, index) => {
    inner[`affiliations.${index}`] = one.path;
  });
  const who = {
    type: 'personal',
    ...namesOf(squeeze(name)),
    ...(identifiers.length === 0 ? {} : { identifiers: identifiers.map((one) => one.value) }),
  };
  const places = affiliations.length === 0 ? {} : { affiliations: affiliations.map((one) => one.value) };
  return { value: { person_or_org: who, ...places, ...more }, path, inner };
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
    fault(mapping, given?.path ?? person.path, 'is none of Zenodo’s types of contributors');
  else if (word === null) warn(mapping, person.path, 'has no type, so was sent with the type Other.');
  return role ?? 'other';
}

function readId(
  given: Given | null,
  scheme: 'orcid' | 'gnd',
  mapping: Mapping,
): { value: Identifier; path: string }[] {
  const text = given === null ? null : textOf(given.value);
  if (given === null || isBlank(text) || /^(?:https?:\/\/)?(?:www\.)?orcid\.org\/?$/i.test(text ?? ''))
    return [];
  const value = identifyPerson(text ?? '', scheme);
  if (value === null)
    fault(mapping, given.path, scheme === 'orcid' ? 'is not a valid ORCID iD' : 'is not a valid GND');
  return value === null ? [] : [{ value, path: given.path }];
}
