import { type SearchDocument, textsAt } from './search-document.js';

/** A time of publication, or what is searched: days that can be compared as texts. */
interface Span {
  start: string | null;
  end: string | null;
  /** Whether the days at the ends belong to it. */
  includeStart: boolean;
  includeEnd: boolean;
}

const DAY = /^\d{4}(?:-\d\d(?:-\d\d)?)?$/;

/**
 * Whether a record was published in any of some spans: `2020`, `2019..2020-05`, `..2020` or
 * `(2019..2020]`. Other texts are ignored
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/facets/facets.py`).
 */
export function isPublishedIn(document: SearchDocument, values: string[]): boolean {
  const spans = values.flatMap((value) => spanOf(value) ?? []);
  return spans.length === 0 || published(document).some((one) => spans.some((span) => overlaps(one, span)));
}

/**
 * The years of publication from the first to the last, each with its number of records. They begin
 * with 2000 and end with the present one, unless others are selected
 * (`zenodo/zenodo-rdm:invenio.cfg`).
 */
export function years(
  documents: SearchDocument[],
  selected: string[],
  now: number,
): Record<string, unknown>[] {
  const spans = selected.flatMap((value) => spanOf(value) ?? []);
  const older = spans.find(({ start }) => start !== null && yearOf(start) < FIRST_YEAR);
  const bounds = older ?? { start: String(FIRST_YEAR), end: new Date(now).toISOString() };
  const [least, most] = [yearOf(bounds.start), yearOf(bounds.end ?? '9999')];
  const counts = new Map<number, number>();
  for (const { start, end } of documents.flatMap(published)) {
    const last = Math.min(yearOf(end ?? start), most);
    for (let year = Math.max(yearOf(start ?? end), least); year <= last; year += 1) {
      counts.set(year, (counts.get(year) ?? 0) + 1);
    }
  }
  const [first, last] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  const buckets: Record<string, unknown>[] = [];
  for (let year = first; year <= last; year += 1) {
    const key = String(year).padStart(4, '0');
    const is_selected = spans.some((span) => hasYear(span, year));
    buckets.push({ key, doc_count: counts.get(year) ?? 0, label: key, is_selected });
  }
  return buckets;
}

const FIRST_YEAR = 2000;

function published(document: SearchDocument): Span[] {
  return textsAt(document, 'metadata.publication_date').flatMap(
    (text) => spanOf(text.replace('/', '..')) ?? [],
  );
}

/** Null for a text that names no days. */
function spanOf(text: string): Span | null {
  const [, open, from = '', to = from, close] =
    /^([([])?([^.]*?)(?:\.\.([^\])]*))?([\])])?$/.exec(text.trim()) ?? [];
  const [start, end] = [from, to].map((day) => (DAY.test(day.trim()) ? day.trim() : null));
  if (start === undefined || end === undefined || (start === null && end === null)) return null;
  return {
    start: start && `${start}${'-01-01'.slice(start.length - 4)}`,
    end: end && `${end}${'-12-31'.slice(end.length - 4)}`,
    includeStart: open !== '(',
    includeEnd: close !== ')',
  };
}

function overlaps(one: Span, { start, end, includeStart, includeEnd }: Span): boolean {
  const [first, last] = [one.start ?? '', one.end ?? '9999-12-31'];
  const begins = start === null || (includeStart ? last >= start : last > start);
  return begins && (end === null || (includeEnd ? first <= end : first < end));
}

function hasYear({ start, end, includeStart, includeEnd }: Span, year: number): boolean {
  const begins = start === null || (includeStart ? year >= yearOf(start) : year > yearOf(start));
  return begins && (end === null || (includeEnd ? year <= yearOf(end) : year < yearOf(end)));
}

function yearOf(day: string | null): number {
  return Number(day?.slice(0, 4) ?? Number.NaN);
}
