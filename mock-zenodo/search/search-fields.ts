import { RefusedQueryError } from './query-lexer.js';
import type { Query } from './query-parser.js';

/**
 * How the index keeps the values of a field: as words, as words without accents and punctuation,
 * whole, as times, or as numbers. `any` is for documents whose fields are not known.
 */
export type Kind = 'text' | 'folded' | 'keyword' | 'date' | 'number' | 'any';

/** The fields of an index. */
export interface Fields {
  /** Where a condition without a field is looked for. Null is everywhere. */
  defaults: readonly string[] | null;
  kindOf(path: string): Kind;
  /** The time that `now` stands for. */
  now: number;
}

/** Documents whose fields are not known. */
export const ANYWHERE: Fields = { defaults: null, kindOf: () => 'any', now: 0 };

/** The fields of records. */
export function recordFields(now: number): Fields {
  return { defaults: DEFAULTS, kindOf, now };
}

const people = (name: string) => [
  `metadata.${name}.affiliations.name`,
  `metadata.${name}.person_or_org.name`,
  `metadata.${name}.person_or_org.family_name`,
  `metadata.${name}.person_or_org.given_name`,
];

/**
 * `index.query.default_field` in
 * `inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/mappings/os-v2/rdmrecords/records/record-v7.0.0.json`.
 */
const DEFAULTS = [
  'id',
  'metadata.title',
  'metadata.title.original',
  ...people('contributors'),
  ...people('creators'),
  'metadata.description',
  'metadata.formats',
  'metadata.funding.award.identifiers.identifier',
  'metadata.funding.award.acronym.text',
  'metadata.funding.award.number',
  'metadata.funding.funder.name',
  'metadata.identifiers.identifier',
  'metadata.locations.features.place',
  'metadata.locations.features.description',
  'metadata.publication_date',
  'metadata.publisher',
  'metadata.subjects.subject',
  'metadata.version',
  'metadata.dates.description',
  'metadata.additional_descriptions.description',
  'metadata.references.reference',
  'metadata.additional_titles.title',
];

/** The types of that mapping, and of those of the custom fields. All others are kept whole. */
const FOLDED = new Set([
  'metadata.title',
  'metadata.additional_titles.title',
  'metadata.description',
  'metadata.creators.person_or_org.name',
  'metadata.creators.affiliations.name',
  'metadata.contributors.affiliations.name',
]);
const TEXTS = new Set([
  ...DEFAULTS.filter((path) => !/^id$|\.(?:formats|publication_date|version)$/.test(path)),
  'metadata.copyright',
  'access.embargo.reason',
  'pids.doi.identifier',
  'pids.oai.identifier',
  'parent.pids.doi.identifier',
  'custom_fields.journal:journal.title',
  'custom_fields.imprint:imprint.title',
  'custom_fields.meeting:meeting.title',
  'custom_fields.meeting:meeting.place',
]);
const DATES = new Set(['created', 'updated', 'access.embargo.until']);
const NUMBERS = new Set(['versions.index', 'files.count', 'files.totalbytes', 'files.entries.size']);

function kindOf(path: string): Kind {
  if (FOLDED.has(path)) return 'folded';
  // Titles in several languages: `award.title.en`.
  if (TEXTS.has(path) || /\.title\.\w+$/.test(path)) return path.endsWith('.keyword') ? 'keyword' : 'text';
  return DATES.has(path) ? 'date' : NUMBERS.has(path) ? 'number' : 'keyword';
}

/** Where a document has the value of a field that is kept in several ways. */
export function valuePath(path: string): string {
  return path.replace(/\.(?:keyword|original|text)$/, '');
}

/**
 * Throws RefusedQueryError for a value that the index cannot compare with a number or a time.
 * `pathOf` is where the index has a field.
 */
export function requireComparable(query: Query, fields: Fields, pathOf: (name: string) => string): void {
  if (query.kind === 'all') return;
  if (query.kind === 'bool') {
    const parts = [...query.must, ...query.should, ...query.not];
    for (const part of parts) requireComparable(part, fields, pathOf);
    return;
  }
  const kind = query.field === null ? 'any' : fields.kindOf(pathOf(query.field));
  for (const value of query.kind === 'range' ? [query.from, query.to] : [query.text]) {
    if (value === '*') continue;
    if (kind === 'date') timeOf(value, fields.now);
    if (kind === 'number' && !/^-?\d+(?:\.\d+)?$/.test(value)) throw new RefusedQueryError('no number');
  }
}

const DAY = /^\d{4}(?:-\d\d(?:-\d\d(?:T\S*)?)?)?$/;
const NOW = /^now((?:[+-]\d{1,9}[yMwdhHms])*)(?:\/([yMdhHm]))?$/;
const UNITS: Record<string, number> = { w: 604_800, d: 86_400, h: 3600, H: 3600, m: 60, s: 1 };
/** How much of a time remains after rounding to a unit. */
const HEADS: Record<string, number> = { y: 4, M: 7, d: 10, h: 13, H: 13, m: 16 };

/**
 * The time that a bound such as `now-7d/d` stands for, as far as it says. Throws RefusedQueryError
 * for anything else.
 */
export function timeOf(bound: string, now: number): string {
  if (DAY.test(bound)) return bound.replace(/Z$/, '');
  const math = NOW.exec(bound);
  const time = new Date(now);
  for (const [, sign, count = '', unit = ''] of (math?.[1] ?? '').matchAll(/([+-])(\d+)(\w)/g)) {
    const by = Number(`${sign}${count}`);
    if (unit === 'y') time.setUTCFullYear(time.getUTCFullYear() + by);
    else if (unit === 'M') time.setUTCMonth(time.getUTCMonth() + by);
    else time.setTime(time.getTime() + by * 1000 * (UNITS[unit] ?? 0));
  }
  if (math === null || Number.isNaN(time.getTime())) throw new RefusedQueryError('no time');
  return time.toISOString().slice(0, HEADS[math[2] ?? ''] ?? 19);
}
