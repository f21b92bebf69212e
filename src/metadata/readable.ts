import { problem } from '../errors.js';
import { isObject, short } from './values.js';

/**
 * Unusual line ends, and blanks that XML forbids. Zenodo writes the former as line ends
 * (rspeer/python-ftfy).
 */
const LINE_END = /\r\n|[\r\u0085\u2028\u2029]/g;
const FORBIDDEN_BLANK = /[\v\f]/g;

/**
 * What no record can hold: colours of terminals, characters that XML or any markup forbids, halves
 * of characters, and blanks without width
 * (`inveniosoftware/marshmallow-utils:marshmallow_utils/fields/sanitizedunicode.py`,
 * `rspeer/python-ftfy:ftfy/chardata.py`).
 */
const UNFIT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  /\x1b\[[\d;]*[a-z]|(?![\t\n])[\p{Cc}\p{Cs}\u200b\u206a-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff]/giu;

/**
 * Characters of the names that lead to a value. What is said about it begins with them, once for
 * each entry of a list.
 */
const MAX_PATH = 2000;

function tooLong(path: string) {
  return problem(
    'too_complex',
    `The names of fields that lead to a value may have ${MAX_PATH} characters together. Shorten those that begin with “${short(path)}”.`,
  );
}

/**
 * Makes every text in a value storable in a record, with letters composed (NFC) as Zenodo does.
 * Works in place. Returns the paths of texts that lost a character. Throws too_complex for names
 * that are too long.
 */
export function makeReadable(value: unknown, path: string, seen = new Set<unknown>()): string[] {
  // With YAML aliases one object can be in many places, or inside itself.
  if ((!isObject(value) && !Array.isArray(value)) || seen.has(value)) return [];
  seen.add(value);
  const holder = value as Record<string, unknown>;
  return Object.entries(holder).flatMap(([key, item]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (at.length > MAX_PATH) throw tooLong(at);
    if (typeof item !== 'string') return makeReadable(item, at, seen);
    const lines = item.replace(LINE_END, '\n').replace(FORBIDDEN_BLANK, ' ').normalize('NFC');
    const text = lines.replace(UNFIT, '');
    if (text !== item) holder[key] = text;
    return text === lines ? [] : [at];
  });
}
