import type { MockContext } from '../context.js';
import { publishedState, shownState } from '../deposit/representation.js';
import { DomainError, type FieldError, validationError } from '../errors.js';
import type { Deposition, RecordState, User } from '../store/model.js';
import { type Facets, narrow, RECORD_FACETS, readFacets, type Selection } from './facets.js';
import { RefusedQueryError } from './query-lexer.js';
import { matches } from './query-match.js';
import { parseQuery, type Query } from './query-parser.js';
import { bestFirst } from './relevance.js';
import { fieldPath, searchDocument } from './search-document.js';
import { ANYWHERE, type Fields, recordFields, requireComparable } from './search-fields.js';
import { sortHits } from './sort.js';

/** A valid search request. */
export interface Search {
  q: string;
  sort: string;
  page: number;
  size: number;
  allVersions: boolean;
  facets: Selection;
}

/** What is searched. */
export interface Index {
  /** The state of a deposition that the index contains. */
  state(deposition: Deposition): RecordState;
  /** Facets that are counted over all that the query finds, before filtering. */
  facets: Facets;
}

/**
 * The published records. An edit that is not published yet is not in it
 * (`inveniosoftware/invenio-drafts-resources:invenio_drafts_resources/services/records/service.py`).
 */
export const RECORDS: Index = { state: publishedState, facets: RECORD_FACETS };

/** The versions of a record, without facets. */
export const VERSIONS: Index = { state: publishedState, facets: {} };

/** One's own depositions, with the draft if there is one. */
export const OWN: Index = { state: shownState, facets: RECORD_FACETS };

const WINDOW = 10_000;

const GUEST = { maxSize: 25, advice: ' Please use authenticated requests to increase the limit to 100.' };
const USER = { maxSize: 100 };

/**
 * How large the pages of a search of records may be, with advice for guests
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/params.py`).
 */
export function sizesFor(user: User | undefined): { maxSize: number; advice?: string } {
  return user === undefined ? GUEST : USER;
}

/**
 * Reads search parameters from a query string. If one is repeated, the first counts. `unasked` is
 * the order of a search without a query, which has no best match. Without `maxSize`, pages may have
 * any size. `advice` is added for callers whose pages are too large. Throws 400 for invalid or too
 * large numbers
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/resources/records/args.py`).
 */
export function readSearch(
  query: unknown,
  { maxSize = Number.POSITIVE_INFINITY, defaultSize = 25, advice = '', unasked = 'newest' } = {},
): Search {
  const parameters = query as Record<string, string | string[] | undefined>;
  const value = (name: string) => [parameters[name]].flat()[0];
  const errors: FieldError[] = [];
  const number = (name: string, missing: number, limit: number): number => {
    const text = value(name);
    if (text === undefined) return missing;
    const problem = !/^\s*[+-]?\d+\s*$/.test(text)
      ? 'Not a valid integer.'
      : Number(text) < 1
        ? 'Must be greater than or equal to 1.'
        : Number(text) > limit
          ? `Page size cannot be greater than ${limit}.${advice}`
          : undefined;
    if (problem !== undefined) errors.push({ field: name, messages: [problem] });
    return Number(text);
  };
  const page = number('page', 1, Number.POSITIVE_INFINITY);
  const size = number('size', defaultSize, maxSize);
  // The old name counts as true if it has no value (`zenodo/zenodo-rdm:site/zenodo_rdm/params.py`).
  const versions = value('all_versions') === '' ? 'true' : (value('all_versions') ?? value('allversions'));
  const allVersions = readBoolean(versions ?? 'false');
  if (allVersions === undefined) errors.push({ field: 'allversions', messages: ['Not a valid boolean.'] });
  if (errors.length > 0) throw validationError(errors);
  const q = value('q') ?? '';
  const sort = value('sort') ?? 'bestmatch';
  const searched = q !== '' || (value('suggest') ?? '') !== '';
  return {
    q,
    sort: !searched && sort === 'bestmatch' ? unasked : sort,
    page,
    size,
    allVersions: allVersions ?? false,
    facets: readFacets(RECORD_FACETS, parameters),
  };
}

/**
 * A boolean as marshmallow reads it. Undefined for anything else
 * (`marshmallow-code/marshmallow:src/marshmallow/fields.py`).
 */
export function readBoolean(text: string): boolean | undefined {
  if (/^(?:t|true|on|y|yes|1)$/i.test(text)) return true;
  return /^(?:f|false|off|n|no|0)$/i.test(text) ? false : undefined;
}

/**
 * The page of candidates that a search finds, and their number. Without `allVersions`, only the
 * newest version of each concept is searched. Throws 400 for a page beyond the first 10,000 hits, a
 * query that the search engine refuses, or an unknown order.
 */
export function search(
  mock: MockContext,
  candidates: Deposition[],
  { q, sort, page, size, allVersions, facets }: Search,
  { state, facets: counted }: Index,
): { hits: Deposition[]; total: number; aggregations: Record<string, unknown> } {
  requireWithinWindow({ page, size });
  const fields = recordFields(mock.clock.now());
  const query = readQuery(q, fields);
  const found = (allVersions ? candidates : newestOnly(candidates))
    .map((deposition) => ({ deposition, document: searchDocument(mock, deposition, state(deposition)) }))
    .filter(({ document }) => matches(query, document, fields));
  const { left, aggregations } = narrow(counted, facets, found, fields.now);
  const ordered = sortHits(left, sort);
  const sorted =
    sort === 'bestmatch' ? bestFirst(ordered, query, ({ document }) => document, fields) : ordered;
  const hits = sorted.slice((page - 1) * size, page * size).map(({ deposition }) => deposition);
  return { hits, total: sorted.length, aggregations };
}

/**
 * Throws 400 for a page that begins beyond what can be paged through
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/pagination.py`).
 */
export function requireWithinWindow({ page, size }: Pick<Search, 'page' | 'size'>): void {
  if ((page - 1) * size >= WINDOW) throw new DomainError(400, 'Invalid querystring parameters.');
}

/** Throws 400 for a query that the search engine refuses. */
export function readQuery(q: string, fields: Fields = ANYWHERE): Query {
  try {
    const query = parseQuery(q);
    requireComparable(query, fields, fieldPath);
    return query;
  } catch (error) {
    // RangeError: nested too deep for the stack.
    if (error instanceof RefusedQueryError || error instanceof RangeError)
      throw new DomainError(400, 'Invalid query string syntax.');
    throw error;
  }
}

function newestOnly(depositions: Deposition[]): Deposition[] {
  const newest = new Map<number, Deposition>();
  for (const deposition of depositions) {
    const known = newest.get(deposition.conceptId);
    if (known === undefined || known.versionIndex < deposition.versionIndex) {
      newest.set(deposition.conceptId, deposition);
    }
  }
  return [...newest.values()];
}
