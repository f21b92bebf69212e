import { type Fields, isObject } from '../metadata/checks.js';

/**
 * Order of `inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py`.
 */
const ORDER =
  `resource_type creators title additional_titles publisher publication_date subjects contributors dates languages
  identifiers related_identifiers sizes formats version rights copyright description additional_descriptions locations funding
  references`.split(/\s+/);

const PERSON = ['type', 'name', 'given_name', 'family_name', 'identifiers'];

/** Metadata with their keys, and those of people, in the order of RDM JSON. */
export function rdmMetadata(metadata: Fields): Fields {
  return ordered(
    { ...metadata, ...people(metadata, 'creators'), ...people(metadata, 'contributors') },
    ORDER,
  );
}

function people(metadata: Fields, key: string): Fields {
  const list = metadata[key];
  if (!Array.isArray(list)) return {};
  return { [key]: list.map((item) => (isObject(item) ? person(item) : item)) };
}

function person(entry: Fields): Fields {
  const { person_or_org: who, role, ...rest } = entry;
  return {
    ...(isObject(who) && { person_or_org: ordered(who, PERSON) }),
    ...(role !== undefined && { role }),
    ...rest,
  };
}

function ordered(fields: Fields, order: string[]): Fields {
  const keys = [...order, ...Object.keys(fields).filter((key) => !order.includes(key))];
  return Object.fromEntries(keys.filter((key) => key in fields).map((key) => [key, fields[key]]));
}
