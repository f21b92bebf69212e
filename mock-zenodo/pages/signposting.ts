import type { FileEntry } from '../store/model.js';
import type { Citation } from './citation.js';

/** Maximum number of files in the header of a record's page. */
const MAX_ITEMS = 100;

/**
 * The `Link` header of a record's page, in which machines find DOI, authors, files and the record's
 * JSON (`inveniosoftware/invenio-app-rdm:invenio_app_rdm/records_ui/views/decorators.py`).
 */
export function landingLinks(origin: string, { id, doi, authors }: Citation, files: FileEntry[]): string {
  const page = `${origin}/records/${id}`;
  return [
    link('cite-as', doi === undefined ? page : `https://doi.org/${doi}`),
    link('type', 'https://schema.org/AboutPage'),
    ...authors
      .slice(0, 10)
      .flatMap(({ orcid }) => (orcid === undefined ? [] : [link('author', `https://orcid.org/${orcid}`)])),
    ...files
      .slice(0, MAX_ITEMS)
      .map(({ key, mimetype }) => link('item', `${page}/files/${pathOfKey(key)}`, mimetype)),
    linkset(origin, id),
  ].join(' , ');
}

/** The `Link` header of a downloaded file, which leads to its record. */
export function contentLinks(origin: string, id: number): string {
  return [link('collection', `${origin}/records/${id}`, 'text/html'), linkset(origin, id)].join(' , ');
}

/** A file's key in a path. Slashes stay. */
export function pathOfKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

function linkset(origin: string, id: number): string {
  return link('linkset', `${origin}/api/records/${id}`, 'application/linkset+json');
}

function link(relation: string, target: string, type?: string): string {
  return `<${target}> ; rel="${relation}"${type === undefined ? '' : ` ; type="${type}"`}`;
}
