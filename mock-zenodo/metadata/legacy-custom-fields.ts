import { internalError } from '../errors.js';
import { type Fields, isObject, type Report } from './checks.js';

/** Legacy fields that are stored in blocks of custom fields: block, field in it, legacy name. */
export const BLOCK_FIELDS: [block: string, field: string, legacy: string][] = [
  ['journal:journal', 'title', 'journal_title'],
  ['journal:journal', 'volume', 'journal_volume'],
  ['journal:journal', 'issue', 'journal_issue'],
  ['journal:journal', 'pages', 'journal_pages'],
  ['meeting:meeting', 'title', 'conference_title'],
  ['meeting:meeting', 'acronym', 'conference_acronym'],
  ['meeting:meeting', 'dates', 'conference_dates'],
  ['meeting:meeting', 'place', 'conference_place'],
  ['meeting:meeting', 'url', 'conference_url'],
  ['meeting:meeting', 'session', 'conference_session'],
  ['meeting:meeting', 'session_part', 'conference_session_part'],
  ['imprint:imprint', 'isbn', 'imprint_isbn'],
  ['imprint:imprint', 'place', 'imprint_place'],
  ['imprint:imprint', 'pages', 'partof_pages'],
  ['imprint:imprint', 'title', 'partof_title'],
  ['thesis:thesis', 'university', 'thesis_university'],
];

/** Namespaces that legacy clients see under other names, or not at all. */
const INTERNAL = new Set(['journal', 'meeting', 'imprint', 'thesis', 'legacy']);

/**
 * Custom fields of legacy metadata: the blocks, overridden by `custom`, and subjects. Throws 500
 * for null, and for subjects that are not objects.
 */
export function legacyCustomFields(metadata: Fields, report: Report): Fields {
  const custom = Object.hasOwn(metadata, 'custom') ? metadata['custom'] : {};
  if (custom === null) throw internalError();
  if (!isObject(custom)) report('metadata.custom', 'Not a valid mapping type.');
  const blocks: Record<string, Fields> = {};
  for (const [block, field, legacy] of BLOCK_FIELDS) {
    const value = metadata[legacy];
    if (value === undefined || value === null) continue;
    blocks[block] = { ...blocks[block], [field]: value };
  }
  const subjects = metadata['subjects'] ?? [];
  if (!Array.isArray(subjects) || !subjects.every(isObject)) throw internalError();
  return {
    ...blocks,
    ...(isObject(custom) && custom),
    ...(subjects.length > 0 && {
      'legacy:subjects': subjects.map(({ term, identifier, scheme }) => ({ term, identifier, scheme })),
    }),
  };
}

/** The custom fields that legacy clients find under `custom`. */
export function openCustomFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => !INTERNAL.has(name.split(':')[0] ?? '')),
  );
}
