import { type Fields, isObject } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { objectAt, textAt } from './reading.js';

/**
 * Records in RDM form as `application/vnd.inveniordm.v1.full+csv`: a column for each value, named
 * by its path (`inveniosoftware/flask-resources:flask_resources/serializers/csv.py`).
 */
export function csv(records: readonly Fields[]): string {
  const rows = records.map((record) => new Map(flattened(record, '')));
  const header = [...new Set(rows.flatMap((row) => [...row.keys()]))].sort();
  return table(
    header,
    rows.map((row) => header.map((column) => row.get(column))),
  );
}

/** The columns of the short form. */
const SIMPLE: Record<string, (record: Fields) => unknown> = {
  id: (record) => record['id'],
  created: (record) => record['created'],
  'pids.doi.identifier': (record) => textAt(record, 'pids', 'doi', 'identifier'),
  'metadata.title': (record) => textAt(record, 'metadata', 'title'),
  'metadata.description': (record) => textAt(record, 'metadata', 'description'),
  'metadata.resource_type.title.en': (record) => textAt(record, 'metadata', 'resource_type', 'title', 'en'),
  'metadata.publication_date': (record) => textAt(record, 'metadata', 'publication_date'),
  'metadata.creators.person_or_org.type': (record) => ofCreators(record, 'type'),
  'metadata.creators.person_or_org.name': (record) => ofCreators(record, 'name'),
  // Zenodo's serializer keeps only the last one.
  'metadata.rights.id': (record) =>
    objectsAt(objectAt(record, 'metadata'), 'rights').findLast(({ id }) => id !== undefined)?.['id'],
};

/**
 * Records in RDM form as `application/vnd.inveniordm.v1.simple+csv`: ten columns, in which several
 * values are lines
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/config.py`).
 */
export function simpleCsv(records: readonly Fields[]): string {
  return table(
    Object.keys(SIMPLE),
    records.map((record) => Object.values(SIMPLE).map((read) => read(record))),
  );
}

function ofCreators(record: Fields, key: string): string {
  const creators = objectsAt(objectAt(record, 'metadata'), 'creators');
  return creators.map((creator) => textAt(creator, 'person_or_org', key) ?? '').join('\n');
}

function flattened(value: unknown, path: string): [path: string, value: unknown][] {
  if (!Array.isArray(value) && !isObject(value)) return [[path, value]];
  const prefix = path === '' ? '' : `${path}.`;
  return Object.entries(value).flatMap(([key, item]) => flattened(item, `${prefix}${key}`));
}

/** A table as Python's `csv` writes it. */
function table(header: readonly string[], rows: readonly unknown[][]): string {
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
