import { type Fields, isObject } from '../metadata/checks.js';
import { AFFILIATIONS } from '../metadata/vocabularies/affiliations.js';
import { awardNamed } from '../metadata/vocabularies/awards.js';
import { funderIdentifiers, funderName } from '../metadata/vocabularies/funders.js';
import { LICENCES } from '../metadata/vocabularies/licence-rows.js';
import { SUBJECTS } from '../metadata/vocabularies/subjects.js';
import { idInWords, languageTitle, relationTitle, resourceTypeTitle, roleTitle } from './titles.js';

/**
 * Metadata with the data that they refer to: titles of types, licences and languages, names and
 * identifiers of affiliations and funders, numbers of awards. Only reading shows these. The
 * response to a save has only the ids
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/api.py`).
 */
export function dereferenced(metadata: Fields): Fields {
  return {
    ...metadata,
    ...at(metadata, 'resource_type', titledBy(resourceTypeTitle)),
    ...each(metadata, 'creators', person),
    ...each(metadata, 'contributors', person),
    ...each(metadata, 'additional_titles', typedText),
    ...each(metadata, 'additional_descriptions', typedText),
    ...each(metadata, 'dates', (date) => ({ ...date, ...at(date, 'type', titledBy(idInWords)) })),
    ...each(metadata, 'languages', titledBy(languageTitle)),
    ...each(metadata, 'related_identifiers', (one) => ({
      ...one,
      ...at(one, 'relation_type', titledBy(relationTitle)),
      ...at(one, 'resource_type', titledBy(resourceTypeTitle)),
    })),
    ...each(metadata, 'rights', right),
    ...each(metadata, 'subjects', (one) => ({ ...one, ...SUBJECTS.get(String(one['id'])) })),
    ...each(metadata, 'funding', (one) => ({
      ...one,
      ...at(one, 'funder', funder),
      ...at(one, 'award', award),
    })),
  };
}

function person(entry: Fields): Fields {
  return {
    ...entry,
    ...at(entry, 'role', titledBy(roleTitle)),
    ...each(entry, 'affiliations', (one) => {
      const known = AFFILIATIONS.get(String(one['id']));
      return known === undefined ? one : { ...one, name: known.name, identifiers: known.identifiers };
    }),
  };
}

function typedText(entry: Fields): Fields {
  return {
    ...entry,
    ...at(entry, 'type', titledBy(idInWords)),
    ...at(entry, 'lang', titledBy(languageTitle)),
  };
}

function right(entry: Fields): Fields {
  const known = LICENCES.get(String(entry['id']));
  if (known === undefined) return entry;
  const { id, title, description, icon, url, scheme } = known;
  const props = { ...(url !== '' && { url }), ...(scheme !== '' && { scheme }) };
  return {
    id,
    title: { en: title },
    ...(description !== '' && { description: { en: description } }),
    ...(icon !== '' && { icon }),
    ...(Object.keys(props).length > 0 && { props }),
  };
}

function funder(entry: Fields): Fields {
  const id = String(entry['id']);
  const known = funderName(id);
  return known === undefined ? entry : { ...entry, name: known.name, identifiers: funderIdentifiers(id) };
}

function award(entry: Fields): Fields {
  const known = typeof entry['id'] === 'string' ? awardNamed(entry['id']) : undefined;
  if (known === undefined) return entry;
  const { number, title, identifiers, acronym, program } = known;
  return {
    ...entry,
    number,
    ...(title !== undefined && { title: { en: title } }),
    ...(identifiers.length > 0 && { identifiers }),
    ...(acronym !== undefined && { acronym }),
    ...(program !== undefined && { program }),
  };
}

const titledBy =
  (titleOf: (id: string) => string) =>
  (value: Fields): Fields =>
    typeof value['id'] === 'string' ? { ...value, title: { en: titleOf(value['id']) } } : value;

function at(holder: Fields, key: string, change: (value: Fields) => Fields): Fields {
  const value = holder[key];
  return isObject(value) ? { [key]: change(value) } : {};
}

function each(holder: Fields, key: string, change: (item: Fields) => Fields): Fields {
  const list = holder[key];
  return Array.isArray(list) ? { [key]: list.map((item) => (isObject(item) ? change(item) : item)) } : {};
}
