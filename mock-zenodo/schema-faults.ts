import { closest, distance } from 'fastest-levenshtein';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';

/** In how many letters a name may differ from the one that was probably meant. */
const TYPING_ERRORS = 2;

const MISSING = ' is missing';
const MEANS = '; ';

/**
 * What is wrong with a value, one sentence each, with its place. For alternatives, only the one
 * that was probably meant counts.
 */
export function faultsIn(schema: TSchema, value: unknown, place: string): string[] {
  const right: boolean = Value.Check(schema, value);
  if (right) return [];
  const alternatives = listOf(schema, 'anyOf');
  if (alternatives.length > 0) return faultsInMeant(alternatives, value, place);
  if (isObject(value) && isObject(field(schema, 'properties'))) return faultsInObject(schema, value, place);
  const items = field(schema, 'items');
  if (Array.isArray(value) && isSchema(items)) {
    const inside = value.flatMap((item: unknown, index) =>
      faultsIn(items, item, below(place, String(index))),
    );
    if (inside.length > 0) return inside;
  }
  const allowed = listOf(schema, 'enum');
  if (allowed.length > 0) return [`${place} must be one of ${allowed.join(', ')}`.trim()];
  return [...Value.Errors(schema, value)].map(({ instancePath, message }) =>
    `${below(place, instancePath.slice(1).replaceAll('/', '.'))} ${message}`.trim(),
  );
}

/**
 * A caller who sends an object means the alternative that is an object. Among several, the one that
 * fits best.
 */
function faultsInMeant(alternatives: TSchema[], value: unknown, place: string): string[] {
  const meant = alternatives
    .filter((schema) => kindOf(schema) === kindOfValue(value))
    .map((schema) => faultsIn(schema, value, place))
    .sort((a, b) => a.length - b.length);
  const [first] = meant;
  if (first !== undefined) return ofAlike(meant.filter(({ length }) => length === first.length));
  const kinds = alternatives.map((schema) => String(field(schema, 'const') ?? kindOf(schema)));
  return [`${place} must be ${[...new Set(kinds)].join(' or ')}`.trim()];
}

/**
 * Among alternatives that fit equally well: the one whose name was mistyped, or else each name that
 * is missing from one of them.
 */
function ofAlike(alike: string[][]): string[] {
  const mistyped = alike.find((faults) => faults.some((fault) => fault.includes(MEANS)));
  const [first = []] = alike;
  if (mistyped !== undefined || alike.length === 1) return mistyped ?? first;
  const missing = alike.flatMap((faults) => faults.filter((fault) => fault.endsWith(MISSING)));
  const names = new Set(missing.map((fault) => fault.slice(0, -MISSING.length)));
  const others = first.filter((fault) => !fault.endsWith(MISSING));
  return names.size > 1 ? [`${[...names].join(' or ')}${MISSING}`, ...others] : first;
}

function faultsInObject(schema: TSchema, value: Record<string, unknown>, place: string): string[] {
  const properties = field(schema, 'properties') as Record<string, TSchema>;
  const known = Object.keys(properties);
  const missing = listOf<string>(schema, 'required')
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => `${below(place, name)}${MISSING}`);
  const given = Object.entries(value).flatMap(([name, item]) => {
    const described = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (described !== undefined) return faultsIn(described, item, below(place, name));
    return field(schema, 'additionalProperties') === false
      ? [`${below(place, name)} is not a field${meaning(name, known)}`]
      : [];
  });
  return [...missing, ...given];
}

function meaning(name: string, known: string[]): string {
  if (known.length === 0) return '';
  const near = closest(name, known);
  return distance(name, near) <= TYPING_ERRORS ? `${MEANS}${near} is` : '';
}

function kindOf(schema: TSchema): string {
  const type = field(schema, 'type');
  return type === 'integer' ? 'number' : String(type ?? typeof field(schema, 'const'));
}

function kindOfValue(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function below(place: string, name: string): string {
  return [place, name].filter((part) => part !== '').join('.');
}

function field(schema: TSchema, name: string): unknown {
  return (schema as Record<string, unknown>)[name];
}

function listOf<T = TSchema>(schema: TSchema, name: string): T[] {
  const value = field(schema, name);
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSchema(value: unknown): value is TSchema {
  return isObject(value);
}
