import {
  capitalised,
  languageTitle,
  licenceTitle,
  relationTitle,
  resourceTypeTitle,
  roleTitle,
} from './titles.js';

type Json = Record<string, unknown>;

/** Order of `inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py`. */
const ORDER = [
  'resource_type',
  'creators',
  'title',
  'additional_titles',
  'publisher',
  'publication_date',
  'subjects',
  'contributors',
  'dates',
  'languages',
  'identifiers',
  'related_identifiers',
  'sizes',
  'formats',
  'version',
  'rights',
  'description',
  'additional_descriptions',
  'locations',
  'funding',
  'references',
];

/** Stored metadata as RDM JSON shows it: in Zenodo's order, with the titles of what it refers to and the names of people. */
export function rdmMetadata(metadata: Json): Json {
  const shown: Json = {
    ...metadata,
    ...each(metadata, 'creators', person),
    ...each(metadata, 'contributors', person),
    ...each(metadata, 'languages', (language) => titled(language, languageTitle)),
    ...each(metadata, 'rights', right),
    ...each(metadata, 'dates', (date) => ({ ...date, ...titledAt(date, 'type', capitalised) })),
    ...each(metadata, 'related_identifiers', (one) => ({
      ...one,
      ...titledAt(one, 'relation_type', relationTitle),
      ...titledAt(one, 'resource_type', resourceTypeTitle),
    })),
    ...each(metadata, 'additional_descriptions', (one) => ({
      ...one,
      ...titledAt(one, 'type', capitalised),
    })),
    ...titledAt(metadata, 'resource_type', resourceTypeTitle),
  };
  const keys = [...ORDER, ...Object.keys(shown).filter((key) => !ORDER.includes(key))];
  return Object.fromEntries(keys.filter((key) => key in shown).map((key) => [key, shown[key]]));
}

function person(entry: Json): Json {
  const { person_or_org: who, role, ...rest } = entry;
  if (!isObject(who)) return entry;
  const { type, given_name, family_name, name, ...others } = who;
  const joined = [family_name, given_name]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(', ');
  return {
    person_or_org: {
      ...(type !== undefined && { type }),
      name: type === 'organizational' ? name : joined,
      ...(given_name !== undefined && { given_name }),
      ...(family_name !== undefined && { family_name }),
      ...others,
    },
    ...(isObject(role) && { role: titled(role, roleTitle) }),
    ...rest,
  };
}

function right(entry: Json): Json {
  const { id } = entry;
  if (typeof id !== 'string') return entry;
  const url = `https://spdx.org/licenses/${id}`;
  return { id, title: { en: licenceTitle(id) }, props: { url, scheme: 'spdx' }, ...entry };
}

function titledAt(holder: Json, key: string, titleOf: (id: string) => string): Json {
  const value = holder[key];
  return isObject(value) ? { [key]: titled(value, titleOf) } : {};
}

function titled(value: Json, titleOf: (id: string) => string): Json {
  return typeof value['id'] === 'string' ? { ...value, title: { en: titleOf(value['id']) } } : value;
}

function each(metadata: Json, key: string, change: (item: Json) => Json): Json {
  const list = metadata[key];
  return Array.isArray(list) ? { [key]: list.map((item) => (isObject(item) ? change(item) : item)) } : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
