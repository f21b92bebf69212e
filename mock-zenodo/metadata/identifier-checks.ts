import { type Check, type Fields, list, MISSING, object, type Report, text } from './checks.js';
import { detectScheme, PERSON_SCHEMES, RECORD_SCHEMES, type Scheme } from './identifiers.js';

/** An identifier among given schemes: the scheme is detected if left out, the value normalised (`inveniosoftware/marshmallow-utils:marshmallow_utils/schemas/identifier.py`). */
export function identifier(
  schemes: Record<string, Scheme>,
  extra: Record<string, Check> = {},
  required: string[] = [],
): Check {
  return object(
    { identifier: text(), scheme: text(), ...extra },
    {
      required,
      prepare: withScheme,
      rule: (value, path, report) => judge(schemes, value, path, report),
      finish: (value) => normalised(schemes, value),
    },
  );
}

/** Identifiers of a person or organisation, one per scheme. */
export const personIdentifiers: Check = unique(list(identifier(PERSON_SCHEMES)), 'scheme');

/** Identifiers of the record itself. */
export const recordIdentifiers: Check = list(identifier(RECORD_SCHEMES));

function withScheme(value: Fields): Fields {
  const { identifier: id, scheme } = value;
  if (typeof id !== 'string' || id === '' || scheme) return value;
  const detected = detectScheme(id);
  return detected === undefined ? value : { ...value, scheme: detected };
}

function judge(schemes: Record<string, Scheme>, value: Fields, path: string, report: Report): void {
  const id = typeof value['identifier'] === 'string' ? value['identifier'] : '';
  const name = typeof value['scheme'] === 'string' ? value['scheme'] : '';
  const scheme = Object.hasOwn(schemes, name) ? schemes[name] : undefined;
  if (name === '') {
    report(`${path}.scheme`, id === '' ? MISSING : 'No valid scheme recognized for identifier.');
  } else if (scheme === undefined) {
    report(`${path}.scheme`, 'Invalid scheme.');
  }
  if (id === '') report(`${path}.identifier`, MISSING);
  else if (scheme !== undefined && !scheme.test(id)) {
    report(`${path}.identifier`, `Invalid ${scheme.label} identifier.`);
  }
}

function normalised(schemes: Record<string, Scheme>, value: Fields): Fields {
  const { identifier: id, scheme } = value;
  if (typeof id !== 'string' || typeof scheme !== 'string') return value;
  return { ...value, identifier: schemes[scheme]?.normalise?.(id) ?? id };
}

function unique(check: Check, key: string): Check {
  return (value, path, report) => {
    const kept = check(value, path, report);
    if (!Array.isArray(kept)) return kept;
    if (new Set(kept.map((item: Fields) => item[key])).size === kept.length) return kept;
    report(path, 'Only one identifier per scheme is allowed.');
    return undefined;
  };
}
