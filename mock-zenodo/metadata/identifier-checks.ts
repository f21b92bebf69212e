import { internalError } from '../errors.js';
import {
  type Check,
  type Fields,
  isObject,
  list,
  MISSING,
  notNull,
  type ObjectRules,
  object,
  type Report,
  text,
} from './checks.js';
import {
  AWARD_SCHEMES,
  detectScheme,
  LOCATION_SCHEMES,
  PERSON_SCHEMES,
  RECORD_SCHEMES,
  type Scheme,
  SUBJECT_SCHEMES,
} from './identifiers/allowed.js';
import { normalised } from './identifiers/schemes.js';

/** What an identifier may have in addition to its value and scheme. */
interface Extras {
  fields?: Record<string, Check>;
  required?: string[];
  /** Whether it may be missing. */
  optional?: boolean;
  rule?: ObjectRules['rule'];
}

/**
 * An identifier of one of the given schemes. The scheme is detected if it is missing, and the value
 * is normalised. An identifier of an unknown kind is reported and kept
 * (`inveniosoftware/marshmallow-utils:marshmallow_utils/schemas/identifier.py`). Throws 500 for
 * what is not an object, and for an identifier without a scheme that is not a text, because
 * detection fails on it.
 */
export function identifier(schemes: Record<string, Scheme>, extras: Extras = {}): Check {
  const check = object(
    { identifier: text(), scheme: text(), ...extras.fields },
    {
      required: extras.required ?? [],
      prepare: (value) => withScheme(schemes, value),
      rule(value, path, report) {
        judge(schemes, value, extras.optional === true, path, report);
        extras.rule?.(value, path, report);
      },
      finish: withNormalForm,
    },
  );
  return notNull((value, path, report) => {
    if (!isObject(value)) throw internalError();
    return check(value, path, report);
  });
}

/** Identifiers of a person or organisation, one per scheme. */
export const personIdentifiers: Check = onePerScheme(PERSON_SCHEMES);

/** Identifiers of the record itself, or of a meeting. A repeated one is invalid. */
export const recordIdentifiers: Check = list(identifier(RECORD_SCHEMES), {
  together: (items) =>
    areUnique(items, ({ scheme, identifier: id }) => `${scheme} ${id}`)
      ? undefined
      : 'Duplicated identifier entry is not allowed.',
});

/** Identifiers of a place on the map. */
export const locationIdentifiers: Check = list(identifier(LOCATION_SCHEMES));

/** Identifiers of an award that is in no vocabulary. */
export const awardIdentifiers: Check = onePerScheme(AWARD_SCHEMES, true);

/** Identifiers of a subject. */
export const subjectIdentifiers: Check = onePerScheme(SUBJECT_SCHEMES, true);

function onePerScheme(schemes: Record<string, Scheme>, optional = false): Check {
  return list(identifier(schemes, { optional }), {
    together: (items) =>
      areUnique(items, ({ scheme }) => String(scheme))
        ? undefined
        : 'Only one identifier per scheme is allowed.',
  });
}

function areUnique(items: unknown[], key: (item: Fields) => string): boolean {
  return new Set(items.filter(isObject).map(key)).size === items.length;
}

function withScheme(schemes: Record<string, Scheme>, value: Fields): Fields {
  const { identifier: id, scheme } = value;
  if (!id || scheme) return value;
  if (typeof id !== 'string') throw internalError();
  const detected = detectScheme(id, schemes);
  return detected === undefined ? value : { ...value, scheme: detected };
}

function judge(
  schemes: Record<string, Scheme>,
  { identifier: id, scheme: name }: Fields,
  optional: boolean,
  path: string,
  report: Report,
): void {
  if (optional && !id && !name) return;
  const scheme = typeof name === 'string' && Object.hasOwn(schemes, name) ? schemes[name] : undefined;
  if (!name) report(`${path}.scheme`, id ? 'No valid scheme recognized for identifier.' : MISSING);
  else if (scheme === undefined) report(`${path}.scheme`, 'Invalid scheme.');
  if (!id) report(`${path}.identifier`, MISSING);
  else if (scheme !== undefined && typeof id === 'string' && !scheme.test(id)) {
    report(`${path}.identifier`, `Invalid ${scheme.label} identifier.`);
  }
}

function withNormalForm(value: Fields): Fields {
  const { identifier: id, scheme } = value;
  if (typeof id !== 'string' || typeof scheme !== 'string') return value;
  return { ...value, identifier: normalised(scheme, id) };
}
