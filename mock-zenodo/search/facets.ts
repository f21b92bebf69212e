import { capitalised, resourceTypeTitle } from '../records/titles.js';
import { isPublishedIn, years } from './date-facet.js';
import { type SearchDocument, textsAt } from './search-document.js';

/** What can be filtered and counted: where the index has its values, and their labels. */
interface Facet {
  label: string;
  path: string;
  /** Values on a second level. Both levels are named, as in `publication::publication-article`. */
  inner?: string;
  title(key: string): string;
  /** Whether values are days. Filters by days reduce the counts too. */
  isDate?: true;
}

/** The facets of a search by name. */
export type Facets = Readonly<Record<string, Facet>>;

/**
 * What searches of records count, the public one and that of one's own
 * (`zenodo/zenodo-rdm:invenio.cfg`).
 */
export const RECORD_FACETS: Facets = {
  publication_date: {
    label: 'Publication date',
    path: 'metadata.publication_date',
    title: (key) => key,
    isDate: true,
  },
  access_status: { label: 'Access status', path: 'access.status', title: (key) => capitalised(key) },
  resource_type: {
    label: 'Resource types',
    path: 'metadata.resource_type.props.type',
    inner: 'metadata.resource_type.props.subtype',
    title: resourceTypeTitle,
  },
  subject: { label: 'Subjects', path: 'metadata.subjects.subject', title: (key) => key },
  file_type: { label: 'File type', path: 'files.types', title: (key) => key.toUpperCase() },
};

const REQUEST_TYPES: Record<string, string> = {
  'community-inclusion': 'Community inclusion',
  'community-submission': 'Draft review',
  'record-deletion': 'Record deletion',
};

/** `inveniosoftware/invenio-requests:invenio_requests/services/requests/facets.py`. */
export const REQUEST_FACETS: Facets = {
  type: { label: 'Type', path: 'type', title: (key) => REQUEST_TYPES[key] ?? key },
  status: { label: 'Status', path: 'status', title: (key) => capitalised(key) },
};

/**
 * What searches of communities count (`zenodo/zenodo-rdm:invenio.cfg`). Names are those of funders
 * and organisations.
 */
export function communityFacets(
  name: (vocabulary: 'funders' | 'affiliations', id: string) => string,
): Facets {
  return {
    type: { label: 'Type', path: 'metadata.type.id', title: (key) => capitalised(key) },
    funder: {
      label: 'Funders',
      path: 'metadata.funding.funder.id',
      title: (key) => name('funders', key),
    },
    organization: {
      label: 'Organizations',
      path: 'metadata.organizations.id',
      title: (key) => name('affiliations', key),
    },
  };
}

/**
 * What searches of awards count. Names are those of funders
 * (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/awards/config.py`).
 */
export function awardFacets(name: (id: string) => string): Facets {
  return { funders: { label: 'Funders', path: 'funder.id', title: name } };
}

/** Requested values by facet. Of several values, any may match. */
export type Selection = ReadonlyMap<string, string[]>;

const MOST_BUCKETS = 10;

/** Reads the filters of a query string. Unknown ones are ignored. */
export function readFacets(facets: Facets, query: unknown): Selection {
  const parameters = query as Record<string, string | string[] | undefined>;
  return new Map(
    Object.keys(facets).flatMap((name): [string, string[]][] =>
      parameters[name] === undefined ? [] : [[name, [parameters[name]].flat()]],
    ),
  );
}

/**
 * The items that pass the filters, and how many have which values: of terms at most ten, the most
 * frequent first. Filters by terms reduce the hits, but not these counts
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/params/facets.py`).
 */
export function narrow<Item extends { document: SearchDocument }>(
  facets: Facets,
  selection: Selection,
  items: Item[],
  now: number,
): { left: Item[]; aggregations: Record<string, unknown> } {
  const chosen = Object.entries(facets).map(([name, facet]) => ({
    name,
    facet,
    values: selection.get(name),
  }));
  const dated = chosen.filter(({ facet }) => facet.isDate);
  const counted = items.filter(({ document }) =>
    dated.every(({ values }) => values === undefined || isPublishedIn(document, values)),
  );
  const left = counted.filter(({ document }) =>
    chosen.every(
      ({ facet, values }) => facet.isDate || values === undefined || passes(facet, document, values),
    ),
  );
  const documents = counted.map(({ document }) => document);
  const aggregations = chosen.map(({ name, facet, values = [] }) => {
    const found = facet.isDate ? years(documents, values, now) : buckets(facet, documents, values);
    return [name, { buckets: found, label: facet.label }];
  });
  return { left, aggregations: Object.fromEntries(aggregations) };
}

function passes({ path, inner }: Facet, document: SearchDocument, values: string[]): boolean {
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
