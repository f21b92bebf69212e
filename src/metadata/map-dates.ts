import { isDay, isInOrder, readDate } from './dates.js';
import { Fields, saysSomething } from './fields.js';
import { entriesOf, type Given, keyAt, type Mapper, notSent, type Setting } from './mapping.js';
import { isObject, keyOf, short, textOf, wordOf } from './values.js';
import { DATE_TYPES } from './vocabularies.js';

/** A date, with a warning if it is rewritten. Null, with a fault, if it is not one. */
function readGivenDate({ value, path }: Given, into: Mapper): string | null {
  const text = textOf(value);
  const reading = text === null ? { fault: 'must be a date as YYYY-MM-DD, YYYY-MM or YYYY' } : readDate(text);
  if ('fault' in reading) return into.fault(path, reading.fault);
  if (reading.date !== text) {
    const why = reading.cut ? ': Zenodo keeps no time of day' : '';
    into.warn(path, `“${short(text ?? '')}” was read as ${reading.date}${why}.`);
  }
  return reading.date;
}

/** One date, as Zenodo writes it; a fault if it is none. */
export function mapPublicationDate(given: Given, into: Mapper): void {
  const date = readGivenDate(given, into);
  if (date !== null) into.set('metadata.publication_date', { value: date, path: given.path });
}

/**
 * A date of the container, or a list of `{type, start, end}` or `{type, date}` → entries of
 * `dates`.
 */
export function readDates(given: Given, into: Mapper): Setting[] {
  return entriesOf(given).flatMap((one): Setting[] => {
    const { value, path } = one;
    if (isObject(value)) return fromObject(new Fields(one, into), into);
    const date = readGivenDate(one, into);
    if (date === null) return [];
    const name = keyAt(path);
    const known = typeOfName(keyOf(name));
    const described =
      known === 'other' && keyOf(name) !== 'dates' ? { description: name.replace(/_/g, ' ') } : {};
    return [{ value: { date, type: { id: known }, ...described }, path }];
  });
}

/** Dates of any type, in addition to those of other fields. */
export function mapDates(given: Given, into: Mapper): void {
  into.add('metadata.dates', ...readDates(given, into));
}

const YES = /^(?:true|yes|ja|on|1)$/i;
const NO = /^(?:false|no|nein|off|0|(?:no|kein) embargo|not embargoed|lifted|expired|ended|over|inactive)$/i;

/** A flag as text, which may be true or false instead. */
const flagText = (value: unknown) => (typeof value === 'boolean' ? String(value) : (textOf(value) ?? ''));

/** The access level that an embargo means: `embargoed until 2090-01-01`. Null for a “no”. */
export function embargoLevel(value: unknown): string | null {
  const fields = isObject(value) ? new Fields({ value, path: '' }) : null;
  const active = fields === null ? value : fields.take('active')?.value;
  if (!saysSomething(value) || NO.test(flagText(active))) return null;
  const reading = readDate(textOf(fields === null ? value : fields.take(...DAY)?.value) ?? '');
  return 'date' in reading && isDay(reading.date) ? `embargoed until ${reading.date}` : 'embargoed';
}

const DAY = ['until', 'date', 'end', 'enddate'];

/** Without what only says whether there is an embargo, if another value names the day. */
export function datedEmbargoes(all: Given[], into: Mapper): Given[] {
  const flagOf = (given: Given) =>
    flagText(isObject(given.value) ? new Fields(given).take('active')?.value : given.value);
  const isFlag = (given: Given) =>
    isObject(given.value)
      ? new Fields(given).take(...DAY) === null
      : YES.test(flagOf(given)) || NO.test(flagOf(given));
  const dated = all.find((one) => !isFlag(one));
  if (dated === undefined) return all;
  for (const one of all) if (isFlag(one) && NO.test(flagOf(one))) into.warn(one.path, notSent(dated.path));
  return all.filter((one) => !isFlag(one));
}

/** The day on which the files become public: a date, or `{active, until}`. */
export function mapEmbargoDate(given: Given, into: Mapper): void {
  const fields = new Fields(given, into);
  const active = isObject(given.value) ? fields.take('active')?.value : given.value;
  const until = fields.take(...DAY) ?? { value: null, path: given.path };
  fields.nameRest();
  if (NO.test(flagText(active))) {
    if (isObject(given.value) && textOf(until.value) !== null)
      into.warn(until.path, 'was not sent: the embargo is not active');
    return;
  }
  const date = readGivenDate(until, into);
  if (date?.length === 10) into.set('access.until', { value: date, path: given.path });
  else if (date !== null) into.fault(given.path, 'must be a day: YYYY-MM-DD');
}

function fromObject(item: Fields, into: Mapper): Setting[] {
  const whole = item.take('date', 'value');
  const from = item.take('start', 'from', 'begin', 'startdate');
  const to = item.take('end', 'to', 'until', 'enddate');
  const description = item.text('description', 'note', 'dateinformation');
  const given = item.take('type', 'datetype');
  const word = wordOf(given?.value) ?? (given === null ? 'other' : JSON.stringify(given.value));
  item.nameRest();
  if (whole !== null)
    for (const end of [from, to]) if (end !== null) into.warn(end.path, notSent(whole.path));
  const date = whole === null ? interval(from, to, item.path, into) : readGivenDate(whole, into);
  if (date === null) return [];
  const type = DATE_TYPES.includes(keyOf(word)) ? keyOf(word) : 'other';
  if (given !== null && type === 'other' && keyOf(word) !== 'other') {
    into.warn(given.path, `Zenodo has no date type “${word}”, so it was sent as other.`);
  }
  const value = { date, type: { id: type }, ...(description === null ? {} : { description }) };
  return [{ value, path: item.path, inner: { date: (whole ?? from ?? to)?.path ?? item.path } }];
}

/** Two ends as an interval. A single end, or two equal ones, as a date. */
function interval(from: Given | null, to: Given | null, path: string, into: Mapper): string | null {
  const ends = [from, to].flatMap((end) => (end === null ? [] : [{ end, date: readGivenDate(end, into) }]));
  if (ends.length === 0) into.fault(path, 'needs a date, or start or end');
  const [first, second] = ends;
  if (first === undefined || ends.some(({ date }) => date === null)) return null;
  const inner = ends.find(({ date }) => date?.includes('/'));
  if (inner !== undefined) return into.fault(inner.end.path, 'must be one date, not an interval');
  if (!second || first.date === second.date) return first.date;
  return isInOrder(first.date ?? '', second.date ?? '')
    ? `${first.date}/${second.date}`
    : into.fault(path, `ends (${second.date}) before it starts (${first.date})`);
}

/** The type of a date with a name of its own: `created_at`, `sealed_date`. */
function typeOfName(name: string): string {
  if (/creat/.test(name)) return 'created';
  if (/collect/.test(name)) return 'collected';
  if (/modif|updat/.test(name)) return 'updated';
  if (/issued/.test(name)) return 'issued';
  return 'other';
}
