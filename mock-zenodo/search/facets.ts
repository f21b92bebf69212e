import { capitalised, languageTitle, resourceTypeTitle } from '../records/titles.js';
import { type SearchDocument, textsAt } from './search-document.js';

/** A facet that can be filtered and counted: where the index has its values, and their labels. */
interface Facet {
  label: string;
  path: string;
  /** Values on a second level. Both levels are named, as in `publication::publication-article`. */
  inner?: string;
  title(key: string): string;
}

/** In `inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/facets.py`. */
const FACETS = {
  access_status: {
    label: 'Access status',
    path: 'access.status',
    title: (key) => capitalised(key),
  },
  is_published: {
    label: 'Status',
    path: 'is_published',
    title: (key) => (key === 'true' ? 'Published' : 'Unpublished'),
  },
  language: { label: 'Languages', path: 'metadata.languages.id', title: languageTitle },
  resource_type: {
    label: 'Resource types',
    path: 'metadata.resource_type.props.type',
    inner: 'metadata.resource_type.props.subtype',
    title: resourceTypeTitle,
  },
  subject: { label: 'Subjects', path: 'metadata.subjects.subject', title: (key) => key },
  file_type: { label: 'File type', path: 'files.types', title: (key) => key.toUpperCase() },
} satisfies Record<string, Facet>;

export type FacetName = keyof typeof FACETS;

/** What a search of published records counts (`zenodo/zenodo-rdm:invenio.cfg`). */
export const PUBLIC_FACETS: FacetName[] = ['access_status', 'resource_type', 'subject', 'file_type'];

/**
 * What a search of one's own drafts and records counts
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/config.py`).
 */
export const OWN_FACETS: FacetName[] = ['access_status', 'is_published', 'resource_type', 'file_type'];

/** Requested values by facet. Of several values, any may match. */
export type Selection = [name: FacetName, values: string[]][];

const MOST_BUCKETS = 10;

/** Reads the filters of a query string. Unknown ones are ignored. */
export function readFacets(query: Record<string, string | string[] | undefined>): Selection {
  return (Object.keys(FACETS) as FacetName[]).flatMap((name): Selection => {
    const values = [query[name] ?? []].flat();
    return values.length === 0 ? [] : [[name, values]];
  });
}

/** Whether a document passes all filters. */
export function passes(selection: Selection, document: SearchDocument): boolean {
  return selection.every(([name, values]) => {
    const { path, inner }: Facet = FACETS[name];
    if (inner === undefined) return textsAt(document, path).some((text) => values.includes(text));
    const wanted = new Map<string, string[]>();
    for (const value of values) {
      const [outer = '', ...below] = value.split('::');
      wanted.set(outer, [...(wanted.get(outer) ?? []), ...below.slice(-1)]);
    }
    return [...wanted].some(
      ([outer, below]) =>
        textsAt(document, path).includes(outer) &&
        (below.length === 0 || textsAt(document, inner).some((text) => below.includes(text))),
    );
  });
}

/**
 * How many documents have which values: at most ten, the most frequent first. Filters reduce the
 * hits, but not these counts
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/facets/facets.py`).
 */
export function aggregate(
  names: FacetName[],
  documents: SearchDocument[],
  selection: Selection,
): Record<string, unknown> {
  const selected = new Map(selection);
  return Object.fromEntries(
    names.map((name) => [
      name,
      { buckets: buckets(FACETS[name], documents, selected.get(name) ?? []), label: FACETS[name].label },
    ]),
  );
}

function buckets(
  { path, inner, title }: Omit<Facet, 'label'>,
  documents: SearchDocument[],
  selected: string[],
  above = '',
): Record<string, unknown>[] {
  const byKey = new Map<string, SearchDocument[]>();
  for (const document of documents) {
    for (const key of new Set(textsAt(document, path))) {
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, [document]);
      else known.push(document);
    }
  }
  return [...byKey]
    .sort(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
    .slice(0, MOST_BUCKETS)
    .map(([key, counted]) => ({
      key,
      doc_count: counted.length,
      label: title(key),
      is_selected: selected.includes(`${above}${key}`),
      ...(inner !== undefined && {
        inner: { buckets: buckets({ path: inner, title }, counted, selected, `${key}::`) },
      }),
    }));
}
