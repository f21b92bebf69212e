import { isObject } from './values.js';

/**
 * A draft as it can be sent back: Zenodo's answers have titles, names and icons beside the ids of
 * vocabularies, which it reports as unknown when they come back
 * (`inveniosoftware/invenio-records:invenio_records/dictutils.py`, dereferencing). An id says all
 * of an entry that has one. `keepNames`: names stay beside ids that are still to be looked up.
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

/** Beside its id an entry of a vocabulary has nothing, or what Zenodo has written there. */
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
