import { type SearchDocument, textsAt } from './search-document.js';

/** Filters by name, and where the index has what they compare (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/facets.py`). */
const PATHS: Record<string, string[]> = {
  access_status: ['access.status'],
  file_type: ['files.types'],
  is_published: ['is_published'],
  language: ['metadata.languages.id'],
  resource_type: ['metadata.resource_type.id', 'metadata.resource_type.props.type'],
  subject: ['metadata.subjects.subject'],
};

/** Filters of a query string: all named ones must fit, of repeated ones any. */
export type Facets = [paths: string[], values: string[]][];

/** Reads the filters of a query string; unknown ones are ignored. A nested value names its parents too: `publication::publication-article`. */
export function readFacets(query: Record<string, string | string[] | undefined>): Facets {
  return Object.entries(PATHS).flatMap(([name, paths]): Facets => {
    const values = [query[name] ?? []].flat().map((value) => value.split('::').at(-1) ?? value);
    return values.length === 0 ? [] : [[paths, values]];
  });
}

/** Whether a document passes all filters. */
export function passes(facets: Facets, document: SearchDocument): boolean {
  return facets.every(([paths, values]) =>
    paths.some((path) => textsAt(document, path).some((text) => values.includes(text))),
  );
}
