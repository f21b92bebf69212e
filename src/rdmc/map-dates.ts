import { readDate } from './dates.js';
import { addTo, entriesOf, type Given, type Mapping } from './mapping.js';
import { isObject, keyOf, pick, textOf } from './scalars.js';

/** Date types of Zenodo's (`zenodo/zenodo-rdm:app_data/vocabularies/date_types.yaml`). */
const TYPES = [
  'accepted',
  'available',
  'collected',
  'copyrighted',
  'coverage',
  'created',
  'issued',
  'other',
  'submitted',
  'updated',
  'valid',
  'withdrawn',
];

/** A date of the container, or a list of `{type, start, end}` or `{type, date}` → entries of `dates`. */
export function mapDates({ value, path }: Given, mapping: Mapping): void {
  const field = path.split('.').at(-1) ?? path;
  for (const { value: item, path: at } of entriesOf(value, path)) {
    const entry = isObject(item) ? fromObject(item) : fromText(textOf(item) ?? '', field);
    if (entry === null) {
      mapping.faults.push({
        field: at,
        message: 'must be a date, or {type, start, end} with dates as YYYY-MM-DD',
      });
    } else addTo(mapping, 'dates', entry, at);
  }
}

/** The day on which the files are to be opened → `embargo_date`. */
export function mapEmbargoDate({ value, path }: Given, mapping: Mapping): void {
  const date = readDate(textOf(value) ?? '');
  if (date?.length !== 10)
    return void mapping.faults.push({ field: path, message: 'must be a day: YYYY-MM-DD' });
  mapping.set['embargo_date'] = date;
  mapping.origins.set('embargo_date', path);
}

function fromObject(item: Record<string, unknown>): Record<string, string> | null {
  const read = (...keys: string[]): string | null | undefined => {
    const text = textOf(pick(item, ...keys)?.value);
    return text === null ? undefined : readDate(text);
  };
  const date = read('date', 'value');
  const start = date?.split('/')[0] ?? read('start', 'from', 'begin');
  const end = date?.split('/')[1] ?? (date === undefined ? read('end', 'to', 'until') : undefined);
  if (start === null || end === null || date === null || (start === undefined && end === undefined))
    return null;
  if (start?.includes('/') || end?.includes('/')) return null;
  const type = keyOf(textOf(pick(item, 'type', 'datetype')?.value) ?? 'other');
  const description = textOf(pick(item, 'description', 'note')?.value);
  return {
    type: TYPES.includes(type) ? type : 'other',
    ...(start === undefined ? {} : { start }),
    // Zenodo's single date is one whose ends are equal.
    ...(end === undefined ? {} : { end }),
    ...(description === null ? {} : { description }),
  };
}

/** A date under a name of its own: `created_at`, `sealed_date`. */
function fromText(text: string, field: string): Record<string, string> | null {
  const date = readDate(text);
  if (date === null) return null;
  const [start = date, end] = date.split('/');
  const name = keyOf(field);
  const type = /creat/.test(name) ? 'created' : /collect/.test(name) ? 'collected' : 'other';
  return {
    type,
    start,
    ...(end === undefined ? {} : { end }),
    ...(type === 'other' && name !== 'dates' ? { description: field.replace(/_/g, ' ') } : {}),
  };
}
