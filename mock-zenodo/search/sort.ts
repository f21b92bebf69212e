import { type DomainError, validationError } from '../errors.js';
import type { Deposition } from '../store/model.js';
import { type SearchDocument, textsAt } from './search-document.js';

/** A deposition with its document. */
interface Hit {
  deposition: Deposition;
  document: SearchDocument;
}

type Key = (hit: Hit) => string | number;

const at =
  (path: string): Key =>
  ({ document }) =>
    textsAt(document, path)[0] ?? '';
const created = at('created');
const updated = at('updated');
const published = at('metadata.publication_date');

/**
 * Sort options: what is compared, and whether the largest comes first. The mock has neither
 * relevance nor views: these options put the newest first.
 */
const OPTIONS: Record<string, { key: Key; descending: boolean }> = {
  bestmatch: { key: updated, descending: true },
  newest: { key: created, descending: true },
  oldest: { key: created, descending: false },
  'updated-desc': { key: updated, descending: true },
  'updated-asc': { key: updated, descending: false },
  version: { key: ({ deposition }) => deposition.versionIndex, descending: true },
  mostviewed: { key: updated, descending: true },
  'publication-desc': { key: published, descending: true },
  'publication-asc': { key: published, descending: false },
  mostrecent: { key: created, descending: true },
  publication_date: { key: published, descending: false },
  journal: { key: at('custom_fields.journal:journal.title'), descending: false },
  conference_session: { key: at('custom_fields.meeting:meeting.session'), descending: false },
};

const REVERSIBLE = new Set([
  'bestmatch',
  'mostrecent',
  'publication_date',
  'journal',
  'conference_session',
  'version',
  'mostviewed',
  'newest',
  'oldest',
]);

/** Sorts hits. A leading `-` reverses the order. Throws 400 for an unknown option. */
export function sortHits(hits: Hit[], option: string): Hit[] {
  const reversed = option.startsWith('-') && REVERSIBLE.has(option.slice(1));
  const name = reversed ? option.slice(1) : option;
  const rule = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
  if (rule === undefined) throw unknownOrder(option);
  const sign = rule.descending === reversed ? 1 : -1;
  return [...hits].sort(
    (a, b) => sign * order(rule.key(a), rule.key(b)) || b.deposition.id - a.deposition.id,
  );
}

/**
 * 400 for an order that does not exist
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/params/sort.py`).
 */
export function unknownOrder(option: string): DomainError {
  return validationError([{ field: '_schema', messages: [`Invalid sort option '${option}'.`] }]);
}

function order(a: string | number, b: string | number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
