import { isObject } from './values.js';

/**
 * A draft in a form that can be sent back. Zenodo's answers contain titles, names and icons next to
 * vocabulary ids, and Zenodo reports these as unknown when they are sent
 * (`inveniosoftware/invenio-records:invenio_records/dictutils.py`, dereferencing). The id alone
 * identifies an entry. `keepNames`: keeps names next to ids that are still to be looked up.
 */
export function toReferences(value: unknown, keepNames = false): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => toReferences(item, keepNames));
  if (!isObject(value)) return value;
  const { id, name } = value;
  if (typeof id === 'string' && isEntry(value)) {
    return keepNames && typeof name === 'string' ? { id, name } : { id };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toReferences(item, keepNames)]));
}

/**
 * Whether an object is a vocabulary entry: besides its id it has nothing, or only what Zenodo adds.
 */
function isEntry(value: Record<string, unknown>): boolean {
  const keys = Object.keys(value).filter((key) => key !== 'id');
  const isWritten = [
    'title',
    'props',
    'scheme',
    'identifiers',
    'icon',
    'description',
    'number',
    'acronym',
    'program',
    'country',
    'subject',
    'name',
    'link',
  ];
  return keys.length === 0 || keys.every((key) => isWritten.includes(key));
}
