import { isInOrder, readDate } from './dates.js';
import {
  add,
  entriesOf,
  Fields,
  fault,
  type Given,
  keyAt,
  type Mapping,
  type Setting,
  set,
  warn,
} from './mapping.js';
import { isObject, keyOf, short, textOf } from './values.js';
import { DATE_TYPES } from './vocabularies.js';

/** A date, and a warning if it was written otherwise. Null, and a fault, if it is none. */
function readGivenDate({ value, path }: Given, mapping: Mapping): string | null {
  const text = textOf(value);
  const reading = text === null ? { fault: 'must be a date as YYYY-MM-DD, YYYY-MM or YYYY' } : readDate(text);
  if ('fault' in reading) {
    fault(mapping, path, reading.fault);
    return null;
  }
  if (reading.date !== text) {
    const why = reading.cut ? ': Zenodo keeps no time of day' : '';
    warn(mapping, path, `“${short(text ?? '')}” was read as ${reading.date}${why}.`);
  }
  return reading.date;
}

export function mapPublicationDate(given: Given, mapping: Mapping): void {
  const date = readGivenDate(given, mapping);
  if (date !== null) set(mapping, 'metadata.publication_date', { value: date, path: given.path });
}

/**
 * A date of the container, or a list of `{type, start, end}` or `{type, date}` → entries of
 * `dates`. `type` is what a date of this name is.
 */
export function readDates(given: Given, mapping: Mapping, type?: string): Setting[] {
  return entriesOf(given).flatMap((one): Setting[] => {
    const { value, path } = one;
    if (isObject(value)) return fromObject(new Fields(value, path), mapping);
    const date = readGivenDate(one, mapping);
    if (date === null) return [];
    const name = keyAt(path);
    const known = type ?? typeOfName(keyOf(name));
    const described =
      known === 'other' && keyOf(name) !== 'dates' ? { description: name.replace(/_/g, ' ') } : {};
    return [{ value: { date, type: { id: known }, ...described }, path }];
  });
}

export function mapDates(given: Given, mapping: Mapping): void {
  add(mapping, 'metadata.dates', ...readDates(given, mapping));
}

/** The day on which the files are to be opened. */
export function mapEmbargoDate(given: Given, mapping: Mapping): void {
  const date = readGivenDate(given, mapping);
  if (date?.length === 10) set(mapping, 'access.until', { value: date, path: given.path });
  else if (date !== null) fault(mapping, given.path, 'must be a day: YYYY-MM-DD');
}

function fromObject(item: Fields, mapping: Mapping): Setting[] {
  const whole = item.take('date', 'value');
  const from = item.take('start', 'from', 'begin', 'startdate');
  const to = item.take('end', 'to', 'until', 'enddate');
  const description = item.text('description', 'note');
  const given = item.take('type', 'datetype');
  const word =
    textOf(
      isObject(given?.value)
        ? (given.value['id'] ?? given.value['name'] ?? given.value['title'])
        : given?.value,
    ) ?? (given === null ? 'other' : JSON.stringify(given.value));
  item.nameRest(mapping);
  const date = whole === null ? interval(from, to, item.path, mapping) : readGivenDate(whole, mapping);
  if (date === null) return [];
  const type = DATE_TYPES.includes(keyOf(word)) ? keyOf(word) : 'other';
  if (given !== null && type === 'other' && keyOf(word) !== 'other') {
    warn(mapping, given.path, `Zenodo has no date type “${word}”, so it was sent as other.`);
  }
  const value = { date, type: { id: type }, ...(description === null ? {} : { description }) };
  return [{ value, path: item.path, inner: { date: (whole ?? from ?? to)?.path ?? item.path } }];
}

/** Two ends as one interval; one end, or two that are the same, as one date. */
function interval(from: Given | null, to: Given | null, path: string, mapping: Mapping): string | null {
  const ends = [from, to].flatMap((end) =>
    end === null ? [] : [{ end, date: readGivenDate(end, mapping) }],
  );
  if (ends.length === 0) fault(mapping, path, 'needs a date, or start or end');
  const [first, second] = ends;
  if (first === undefined || ends.some(({ date }) => date === null)) return null;
  const inner = ends.find(({ date }) => date?.includes('/'));
  if (inner !== undefined) {
    fault(mapping, inner.end.path, 'must be one date, not an interval');
    return null;
  }
  if (!second || first.date === second.date) return first.date;
  if (!isInOrder(first.date ?? '', second.date ?? '')) {
    fault(mapping, path, `ends (${second.date}) before it starts (${first.date})`);
    return null;
  }
  return `${first.date}/${second.date}`;
}

/** A date under a name of its own: `created_at`, `sealed_date`. */
function typeOfName(name: string): string {
  if (/creat/.test(name)) return 'created';
  if (/collect/.test(name)) return 'collected';
  if (/modif|updat/.test(name)) return 'updated';
  if (/issued/.test(name)) return 'issued';
  return 'other';
}
