import { plainWords } from './descriptions.js';
import { identifierKey } from './identifiers.js';
import { idOf, isObject, textOf } from './values.js';

/** The kind of a list entry, for lists of which a field sets only one kind. */
export function entryKind(name: string, entry: unknown): string | null {
  if (!isObject(entry)) return null;
  if (name === 'subjects') return entry['id'] === undefined ? 'free' : 'vocabulary';
  return idOf(name === 'contributors' ? entry['role'] : entry['type']) ?? null;
}

/** Entries with the same key are the same thing. */
export function entryKey(name: string, entry: unknown): string {
  if (!isObject(entry)) return JSON.stringify(entry);
  const text = (key: string) => textOf(entry[key]) ?? JSON.stringify(entry);
  if (name === 'subjects') return text(entry['id'] === undefined ? 'subject' : 'id').toLowerCase();
  if (name === 'identifiers') return identifierKey(text('identifier'), entry['scheme']);
  if (name === 'related_identifiers') {
    return `${JSON.stringify(entry['relation_type'])} ${identifierKey(text('identifier'), entry['scheme'])}`;
  }
  if (name === 'additional_descriptions') {
    return `${JSON.stringify(entry['type'])} ${plainWords(text('description'))}`;
  }
  if (name === 'contributors') {
    const who = isObject(entry['person_or_org']) ? entry['person_or_org'] : {};
    return JSON.stringify([
      who['family_name'] ?? who['name'],
      who['given_name'],
      entry['role'],
    ]).toLowerCase();
  }
  return JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
}
