import { type DomainError, validationError } from '../errors.js';
import type { Deposition } from '../store/model.js';
import { type SearchDocument, textsAt } from './search-document.js';

/** A deposition with its document. */
interface Hit {
  deposition: Deposition;
  document: SearchDocument;
}

/** What is compared: a path of the document, and whether the largest comes first. */
type Key = readonly [path: string, descending?: 'descending'];

const newest: Key[] = [['created', 'descending']];
const oldest: Key[] = [['created']];
// The mock counts no views: the last changed comes first, as among equally good matches.
const relevant: Key[] = [['updated', 'descending']];
const irrelevant: Key[] = [['updated']];
const ofJournal = ['volume', 'issue', 'pages'].map((name): Key => [`custom_fields.journal:journal.${name}`]);
const ofSession = ['session', 'session_part'].map((name) => `custom_fields.meeting:meeting.${name}`);
const lastPublished: Key = ['metadata.publication_date', 'descending'];
const firstPublished: Key = ['metadata.publication_date'];
const sessionsLast = ofSession.map((path): Key => [path, 'descending']);

/** `RDM_SORT_OPTIONS` in `zenodo/zenodo-rdm:invenio.cfg`. */
const OPTIONS: Record<string, Key[]> = {
  bestmatch: relevant,
  '-bestmatch': irrelevant,
  newest,
  oldest,
  mostrecent: newest,
  '-mostrecent': oldest,
  'updated-desc': relevant,
  'updated-asc': irrelevant,
  version: [['versions.index', 'descending']],
  '-version': [['versions.index']],
  mostviewed: relevant,
  '-mostviewed': irrelevant,
  mostdownloaded: relevant,
  'publication-desc': [lastPublished, ...newest],
  'publication-asc': [firstPublished, ...oldest],
  publication_date: [lastPublished, ...newest],
  '-publication_date': [firstPublished, ...oldest],
  'journal-desc': [lastPublished, ...ofJournal],
  journal: [lastPublished, ...ofJournal],
  '-journal': [firstPublished, ...ofJournal],
  'conference-desc': sessionsLast,
  conference_session: sessionsLast,
  '-conference_session': ofSession.map((path): Key => [path]),
};

/** Sorts hits. Throws 400 for an unknown option. */
export function sortHits(hits: Hit[], option: string): Hit[] {
  const keys = Object.hasOwn(OPTIONS, option) ? OPTIONS[option] : undefined;
  if (keys === undefined) throw unknownOrder(option);
  const read = hits.map((hit) => ({ hit, values: keys.map(([path]) => valueAt(hit, path)) }));
  read.sort((a, b) => {
    for (const [index, [, descending]] of keys.entries()) {
      const compared = order(a.values[index] ?? '', b.values[index] ?? '');
      if (compared !== 0) return descending ? -compared : compared;
    }
    return b.hit.deposition.id - a.hit.deposition.id;
  });
  return read.map(({ hit }) => hit);
}

function valueAt({ document, deposition }: Hit, path: string): string | number {
  return path === 'versions.index' ? deposition.versionIndex : (textsAt(document, path)[0] ?? '');
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
