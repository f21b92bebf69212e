import { sanitiseHtml, sanitiseText } from './sanitise.js';

/** Takes note of a fault at a path. */
export type Report = (field: string, message: string) => void;

/**
 * Validates one value the way marshmallow does: reports faults and returns what is left of the value, cleaned; undefined
 * means that nothing is. What is left is what a draft keeps, so the same checks serve a loose save and a strict publish.
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

/** Anything but null. */
export const opaque: Check = notNull((value) => value);

/** A list whose items are checked one by one; what is left of broken items stays. */
export function list(item: Check, { emptyMessage }: { emptyMessage?: string } = {}): Check {
  return notNull((value, path, report) => {
    if (!Array.isArray(value)) return fault(report, path, 'Not a valid list.');
    if (value.length === 0 && emptyMessage !== undefined) return fault(report, path, emptyMessage);
    return value
      .map((one, index) => item(one, `${path}.${index}`, report))
      .filter((one) => one !== undefined);
  });
}

/** What an object has to satisfy beyond its fields. */
interface ObjectRules {
  required?: string[];
  /** Runs once all fields are in order. */
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
        if (rules.required?.includes(name)) count(`${path}.${name}`, MISSING);
        continue;
      }
      const kept = check(input[name], `${path}.${name}`, count);
      if (kept !== undefined) result[name] = kept;
    }
    for (const name of Object.keys(input)) {
      if (!Object.hasOwn(fields, name)) count(`${path}.${name}`, 'Unknown field.');
    }
    if (faults === 0) rules.rule?.(result, path, count);
    if (faults === 0) return rules.finish?.(result) ?? result;
    return Object.keys(result).length === 0 ? undefined : result;
  });
}

/** marshmallow's message for what has to be there. */
export const MISSING = 'Missing data for required field.';

function notNull(check: Check): Check {
  return (value, path, report) =>
    value === null ? fault(report, path, 'Field may not be null.') : check(value, path, report);
}

function fault(report: Report, path: string, message: string): undefined {
  report(path, message);
  return undefined;
}
