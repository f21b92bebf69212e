import { sanitiseText } from './text/fix-text.js';
import { sanitiseHtml } from './text/sanitise-html.js';

/** Takes note of a fault at a path. */
export type Report = (field: string, message: string) => void;

/**
 * Validates one value the way marshmallow does: reports faults and returns what is left of the
 * value, cleaned; undefined means that nothing is. What is left is what a draft keeps, so the same
 * checks serve a loose save and a strict publish.
 */
export type Check = (value: unknown, path: string, report: Report) => unknown;

/** A JSON object. */
export type Fields = Record<string, unknown>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text, stripped of what cannot be shown; `test` returns a message for what it does not like. */
export function text(
  test: (value: string) => string | undefined = () => undefined,
  clean = sanitiseText,
): Check {
  return notNull((value, path, report) => {
    if (typeof value !== 'string') return fault(report, path, 'Not a valid string.');
    const cleaned = clean(value);
    const message = test(cleaned);
    return message === undefined ? cleaned : fault(report, path, message);
  });
}

/** A text of at least `length` characters; `html` keeps tags that do no harm. */
export function longerText(length: number, { html = false } = {}): Check {
  return text(
    (value) => ([...value].length < length ? `Shorter than minimum length ${length}.` : undefined),
    html ? sanitiseHtml : sanitiseText,
  );
}

/** A text that is kept as it was sent. */
export function verbatim(test: (value: string) => string | undefined = () => undefined): Check {
  return text(test, (value) => value);
}

/** What a list has to satisfy beyond its items. */
interface ListRules {
  emptyMessage?: string;
  /** The message for items that are fine each but not together: none of them stays. */
  together?: (items: unknown[]) => string | undefined;
}

/** A list whose items are checked one by one; what is left of broken items stays. */
export function list(item: Check, { emptyMessage, together }: ListRules = {}): Check {
  return notNull((value, path, report) => {
    if (!Array.isArray(value)) return fault(report, path, 'Not a valid list.');
    if (value.length === 0 && emptyMessage !== undefined) return fault(report, path, emptyMessage);
    let faults = 0;
    const count: Report = (field, message) => {
      faults += 1;
      report(field, message);
    };
    const kept = value
      .map((one, index) => item(one, `${path}.${index}`, count))
      .filter((one) => one !== undefined);
    const message = faults === 0 ? together?.(kept) : undefined;
    return message === undefined ? kept : fault(report, path, message);
  });
}

/**
 * An object of the keys and values that are fine (`title.en`); a wrong key is reported as
 * `<key>.key`, a wrong value as `<key>.value`.
 */
export function dictionary(key: (name: string) => string | undefined, check: Check): Check {
  return notNull((value, path, report) => {
    if (!isObject(value)) return fault(report, path, 'Not a valid mapping type.');
    const kept: Fields = {};
    for (const [name, item] of Object.entries(value)) {
      const message = key(name);
      if (message !== undefined) report(`${path}.${name}.key`, message);
      const left = check(item, `${path}.${name}.value`, report);
      if (message === undefined && left !== undefined) define(kept, name, left);
    }
    return kept;
  });
}

/** Sets a key, also one that means something to JavaScript. */
export function define(holder: Fields, name: string, value: unknown): void {
  // Defining is slow, and makes all that is done with the object slow.
  if (!(name in Object.prototype)) holder[name] = value;
  else Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

/** What an object has to satisfy beyond its fields. */
export interface ObjectRules {
  /** Fields that have to be there, with another message than the usual one for some. */
  required?: string[];
  missing?: Record<string, string>;
  /** Unknown fields are skipped without a word. */
  open?: boolean;
  /** Runs once all fields are in order; what it reports leaves the object as it was sent. */
  rule?: (value: Fields, path: string, report: Report) => void;
  /** Completes an object without faults. */
  finish?: (value: Fields) => Fields;
  /** What to make of the object before its fields are looked at. */
  prepare?: (value: Fields) => Fields;
}

/** An object with known fields; the missing required ones and the unknown ones are faults. */
export function object(fields: Record<string, Check>, rules: ObjectRules = {}): Check {
  return notNull((value, path, report) => {
    if (!isObject(value)) return fault(report, `${path}._schema`, 'Invalid input type.');
    const input = rules.prepare?.(value) ?? value;
    let faults = 0;
    const count: Report = (field, message) => {
      faults += 1;
      report(field, message);
    };
    const result: Fields = {};
    for (const [name, check] of Object.entries(fields)) {
      if (!Object.hasOwn(input, name)) {
        if (rules.required?.includes(name)) count(`${path}.${name}`, rules.missing?.[name] ?? MISSING);
        continue;
      }
      const kept = check(input[name], `${path}.${name}`, count);
      if (kept !== undefined) result[name] = kept;
    }
    for (const name of Object.keys(input)) {
      if (!Object.hasOwn(fields, name) && !rules.open) count(`${path}.${name}`, 'Unknown field.');
    }
    if (faults === 0) rules.rule?.(result, path, count);
    if (faults === 0) return rules.finish?.(result) ?? result;
    return Object.keys(result).length === 0 ? undefined : result;
  });
}

/** marshmallow's message for what has to be there. */
export const MISSING = 'Missing data for required field.';

/** A check for anything but null. */
export function notNull(check: Check): Check {
  return (value, path, report) =>
    value === null ? fault(report, path, 'Field may not be null.') : check(value, path, report);
}

function fault(report: Report, path: string, message: string): undefined {
  report(path, message);
  return undefined;
}
