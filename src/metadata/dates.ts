/** Separators between the ends of an interval, besides a slash. */
const BETWEEN = [' - ', ' – ', ' — ', ' to ', ' bis ', ' until ', '–', '—'];

/**
 * A date as Zenodo accepts it (EDTF level 0), and whether a time was cut off; or why it is not one.
 */
type DateReading = { date: string; cut: boolean } | { fault: string };

const WRONG = 'must be a date: YYYY-MM-DD, YYYY-MM or YYYY, or two of them separated by a slash';

/** An existing day, month or year, or an interval of two in their order. */
export function readDate(text: string): DateReading {
  const trimmed = text.trim();
  const alone = readPoint(trimmed);
  if (alone !== null) return { date: alone.date, cut: alone.cut };
  const ends = endsOf(trimmed);
  if (ends === null) return { fault: WRONG };
  if (ends.some((end) => end === '' || end === '..')) {
    return { fault: 'is an open interval, which Zenodo does not accept: send both ends' };
  }
  const [start, end] = ends.map((part) => readPoint(part));
  if (!start || !end) return { fault: WRONG };
  if (!isInOrder(start.date, end.date)) return { fault: 'ends before it starts' };
  return { date: `${start.date}/${end.date}`, cut: start.cut || end.cut };
}

/** Whether a date is written as Zenodo accepts it. */
export function isWritten(date: string): boolean {
  const reading = readDate(date);
  return 'date' in reading && reading.date === date;
}

/** Whether a date is one day, as embargoes need it. */
export function isDay(date: string): boolean {
  return date.length === 10 && isWritten(date);
}

/** Whether a date is not later than another, as far as their precision allows to say. */
export function isInOrder(start: string, end: string): boolean {
  const length = Math.min(start.length, end.length);
  return start.slice(0, length) <= end.slice(0, length);
}

function endsOf(text: string): [string, string] | null {
  const years = /^(\d{4})-(\d{4})$/.exec(text);
  if (years) return [years[1] ?? '', years[2] ?? ''];
  const separator = BETWEEN.find((word) => text.toLowerCase().includes(word)) ?? '/';
  const at = text.toLowerCase().indexOf(separator);
  const rest = at < 0 ? '' : text.slice(at + separator.length);
  if (at < 0 || rest.toLowerCase().includes(separator)) return null;
  return [text.slice(0, at).trim(), rest.trim()];
}

interface Point {
  date: string;
  cut: boolean;
}

/**
 * One date: ISO 8601 with or without a time, `31.12.2024`, `17 May 2024`, or with slashes if day
 * and month cannot be confused.
 */
function readPoint(text: string): Point | null {
  if (text.length > 60) return null;
  const iso = /^(\d{4})(?:([-/])(\d{1,2})(?:\2(\d{1,2}))?)?(.*)$/.exec(text);
  if (iso) {
    const [, year, , month, day, rest = ''] = iso;
    const time = /^(?:(?:T|\s+)\d{1,2}:\d{2}[\d:.,]*)?\s?(?:Z|UTC)?(?:[+-]\d{2}:?\d{2})?$/i.test(rest);
    return time ? point(year, month, day, rest !== '') : null;
  }
  const german = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(,?\s\d{1,2}:\d{2}[\d:]*)?$/.exec(text);
  if (german) return point(german[3], german[2], german[1], german[4] !== undefined);
  const slashes = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  if (slashes) {
    const [, a = '', b = '', year] = slashes;
    if (a === b || Number(a) > 12) return point(year, b, a);
    return Number(b) > 12 ? point(year, a, b) : null;
  }
  return readWords(text);
}

/** `May 2024`, `17 May 2024`, `May 17, 2024`, `17. Mai 2024`. */
function readWords(text: string): Point | null {
  const [, before, name = '', after, year] =
    /^(?:(\d{1,2})(?:\.|st|nd|rd|th)?\s)?(\p{L}{3,9})\.?\s(?:(\d{1,2})(?:st|nd|rd|th)?,?\s)?(\d{4})$/iu.exec(
      text.replace(/\s+/g, ' '),
    ) ?? [];
  const lower = name.toLowerCase();
  const month = MONTHS.findIndex((spellings) =>
    spellings.some((spelling) => spelling === lower || (lower.length === 3 && spelling.startsWith(lower))),
  );
  if (month === -1 || (before !== undefined && after !== undefined)) return null;
  return point(year, String(month + 1), before ?? after);
}

const MONTHS = (
  'january/januar/jänner february/februar march/märz/mrz april may/mai june/juni july/juli august september/sept october/oktober ' +
  'november december/dezember'
)
  .split(' ')
  .map((month) => month.split('/'));

function point(year = '', month?: string, day?: string, cut = false): Point | null {
  // Zenodo cannot display the year 0 (`inveniosoftware/babel-edtf`).
  if (year === '0000') return null;
  if (month === undefined) return { date: year, cut };
  const text = `${year}-${month.padStart(2, '0')}`;
  if (Number(month) < 1 || Number(month) > 12) return null;
  if (day === undefined) return { date: text, cut };
  const full = `${text}-${day.padStart(2, '0')}`;
  const date = new Date(`${full}T00:00:00Z`);
  const exists = !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === full;
  return exists ? { date: full, cut } : null;
}
