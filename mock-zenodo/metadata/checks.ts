import { sanitiseText } from './text/fix-text.js';
import { sanitiseHtml } from './text/sanitise-html.js';

/** Notes a fault at a path. */
export type Report = (field: string, message: string) => void;

/**
 * Validates one value as marshmallow does: reports faults and returns what remains of the value,
 * cleaned; undefined if nothing remains. A draft keeps what remains, so the same checks serve a
 * loose save and a strict publication.
 */
export type Check = (value: unknown, path: string, report: Report) => unknown;

/** A JSON object. */
export type Fields = Record<string, unknown>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text without characters that cannot be shown. `test` returns a message for an invalid text. */
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

/** A text of at least `length` characters. `html` keeps harmless tags. */
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

/** Conditions on a list beyond those on its items. */
interface ListRules {
  emptyMessage?: string;
  /** The message if the items are valid but do not fit together. Then none of them stays. */
  together?: (items: unknown[]) => string | undefined;
}

/** A list whose items are validated one by one. What remains of invalid items stays. */
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
 * An object of the valid keys and values (`title.en`). A wrong key is reported as `<key>.key`, a
 * wrong value as `<key>.value`.
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

/** Sets a key, even one with a special meaning in JavaScript. */
export function define(holder: Fields, name: string, value: unknown): void {
  // `defineProperty` is slow, and makes the object slow.
  if (!(name in Object.prototype)) holder[name] = value;
  else Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Conditions on an object beyond those on its fields. */
export interface ObjectRules {
  /** Required fields, some with a message of their own. */
  required?: string[];
  missing?: Record<string, string>;
  /** Unknown fields are silently skipped. */
  open?: boolean;
  /** Runs once all fields are valid. If it reports a fault, the object stays as it was sent. */
  rule?: (value: Fields, path: string, report: Report) => void;
  /** Completes an object without faults. */
  finish?: (value: Fields) => Fields;
  /** Transforms the object before its fields are validated. */
  prepare?: (value: Fields) => Fields;
}

/** An object with known fields. Missing required fields and unknown fields are faults. */
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

/** marshmallow's message for a required field. */
export const MISSING = 'Missing data for required field.';

/** A check that rejects null. */
export function notNull(check: Check): Check {
  return (value, path, report) =>
    value === null ? fault(report, path, 'Field may not be null.') : check(value, path, report);
}

function fault(report: Report, path: string, message: string): undefined {
  report(path, message);
  return undefined;
}
