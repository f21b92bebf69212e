import { type Fields, isObject } from '../metadata/checks.js';
import { LICENCES } from '../metadata/vocabularies/licence-rows.js';
import { entryOf } from '../metadata/vocabulary-entries.js';
import type { Store } from '../store/store.js';
import {
  idInWords,
  languageTitle,
  programmingLanguageTitle,
  relationTitle,
  resourceTypeTitle,
  roleTitle,
} from './titles.js';

/**
 * Metadata with the data that they refer to: titles of types, licences and languages, names and
 * identifiers of affiliations and funders, numbers of awards. Only reading shows these. The
 * response to a save has only the ids
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/api.py`).
 */
export function dereferenced(store: Store, metadata: Fields): Fields {
  return {
    ...metadata,
    ...at(metadata, 'resource_type', titledBy(resourceTypeTitle)),
    ...each(metadata, 'creators', person(store)),
    ...each(metadata, 'contributors', person(store)),
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
    ...each(metadata, 'subjects', named(store, 'subjects')),
    ...each(metadata, 'funding', (one) => ({
      ...one,
      ...at(one, 'funder', named(store, 'funders')),
      ...at(one, 'award', named(store, 'awards')),
    })),
  };
}

/** Custom fields with the titles of the entries that they refer to. */
export function dereferencedFields(custom: Fields): Fields {
  return {
    ...custom,
    ...each(custom, 'code:programmingLanguage', titledBy(programmingLanguageTitle)),
    ...at(custom, 'code:developmentStatus', titledBy(idInWords)),
  };
}

const person =
  (store: Store) =>
  (entry: Fields): Fields => ({
    ...entry,
    ...at(entry, 'role', titledBy(roleTitle)),
    ...each(entry, 'affiliations', named(store, 'affiliations')),
  });

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

/** The reference, with what a record shows of an entry that seeds may have added. */
const named =
  (store: Store, vocabulary: Parameters<typeof entryOf>[1]) =>
  (reference: Fields): Fields => ({ ...reference, ...entryOf(store, vocabulary, String(reference['id'])) });

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
