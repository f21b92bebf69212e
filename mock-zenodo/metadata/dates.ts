import { internalError } from '../errors.js';
import { stripped } from './text/strip.js';

const WRONG = 'Please provide a valid date or interval.';

/**
 * Dates with unknown digits, and years before 1. They are accepted, although nothing can show them.
 */
const ODD =
  /^(?:\d{3}X|\d{2}XX|\d{4}-XX(?:-XX)?|\d{4}-\d{2}-XX|-\d{4}(?:-\d{2}(?:-\d{2})?)?|0000(?:-\d{2}(?:-\d{2})?)?)$/;

/**
 * Seasons and open ends in EDTF's newer spelling. The validator compares infinity with a date, and
 * fails.
 */
const BREAKING = /^\d{4}-2[1-4]$/;

const TIME =
  /^(\d{4}-\d{2}-\d{2})T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d|24:00:00)(?:Z|[+-]\d{2}(?::?\d{2})?)?$/;

/** EDTF of levels 1 and 2 that custom fields also accept: uncertainty, and one of a set. */
const DOUBTFUL = /^(?:\d{4}(?:-\d{2}(?:-\d{2})?)?[?~%]|\[[\d, .-]{4,200}\]|\{[\d, .-]{4,200}\})$/;

/**
 * What is wrong with a date or a chronological interval of two, or undefined. Reads EDTF as
 * `ixc/python-edtf` 5 does
 * (`inveniosoftware/marshmallow-utils:marshmallow_utils/fields/edtfdatestring.py`). Throws 500 for
 * seasons and for open ends written `..`.
 */
export function badDate(text: string): string | undefined {
  const value = stripped(text);
  const ends = value.split('/');
  if (BREAKING.test(value) || (ends.length === 2 && ends.includes('..'))) throw internalError();
  if (ODD.test(value)) return undefined;
  const [start = '', end] = ends;
  if (ends.length > 2 || (start === '' && !end)) return WRONG;
  if (end === undefined) return isDate(start) ? undefined : WRONG;
  if (start === '' || end === '') return isDate(start || end) ? undefined : WRONG;
  const fits = isDate(start) && isDate(end) && bound(start, '00') <= bound(end, '99');
  return fits ? undefined : WRONG;
}

/** As `badDate`, but a day may have a time with seconds. */
export function badDateTime(text: string): string | undefined {
  const day = TIME.exec(stripped(text))?.[1];
  return day !== undefined && isDate(day) ? undefined : badDate(text);
}

/** As `badDate`, for fields that accept all levels of EDTF. */
export function badLooseDate(text: string): string | undefined {
  return DOUBTFUL.test(stripped(text)) ? undefined : badDate(text);
}

/**
 * Whether an accepted date can be shown in words: neither open nor with unknown digits, and after
 * the year 0.
 */
export function canBeShown(text: string): boolean {
  return stripped(text).split('/').every(isDate);
}

/** Whether a text is a full calendar date, `2024-05-06`. */
export function isFullDate(text: string): boolean {
  return text.length === 10 && isDate(text);
}

/** The day of a time (milliseconds), in UTC. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function isDate(text: string): boolean {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text);
  if (match === null) return false;
  const [, year, month = '01', day = '01'] = match;
  if (year === '0000') return false;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
}

/** A date with its missing parts filled in, so that texts compare as times do. */
function bound(date: string, filler: string): string {
  const [year, month = filler, day = filler] = date.split('-');
  return `${year}-${month}-${day}`;
}
