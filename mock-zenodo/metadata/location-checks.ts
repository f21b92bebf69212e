import { internalError } from '../errors.js';
import { type Check, type Fields, isObject, list, notNull, object, text } from './checks.js';
import { locationIdentifiers } from './identifier-checks.js';

const NOTHING = `At least one of ['geometry', 'place',${' '.repeat(17)}identifiers', 'description'] must be present.`;

/**
 * The geometries of GeoJSON that Zenodo accepts: how deeply the coordinates of each are nested, and
 * their conditions.
 */
const GEOMETRIES: Record<string, (coordinates: unknown) => unknown> = {
  Point: position,
  MultiPoint: (value) => allOf(value, position),
  Polygon: (value) => allOf(value, ring),
};

const DEPTHS: Record<string, number> = { Point: 1, MultiPoint: 2, Polygon: 3 };

/**
 * A geometry (`inveniosoftware/marshmallow-utils:marshmallow_utils/schemas/geojson.py`). Throws 500
 * for invalid coordinates: without them, the JSON schema of stored records rejects the rest, and
 * nothing catches that.
 */
const geometry: Check = notNull((value, path, report) => {
  if (!isObject(value)) {
    report(`${path}._schema`, `Invalid data type: ${String(value)}`);
    return undefined;
  }
  const { type, coordinates, ...others } = value;
  if (type === undefined || type === null) {
    report(`${path}.type`, 'Missing data for required field.');
    return undefined;
  }
  if (typeof type === 'object') throw internalError();
  if (!Object.hasOwn(GEOMETRIES, String(type))) {
    report(`${path}.type`, `Unsupported value: ${String(type)}`);
    return undefined;
  }
  const kind = String(type);
  const numbers = asNumbers(coordinates, DEPTHS[kind] ?? 1);
  if (numbers === undefined || !GEOMETRIES[kind]?.(numbers)) throw internalError();
  for (const name of Object.keys(others)) report(`${path}.${name}`, 'Unknown field.');
  return { coordinates: numbers, type: kind };
});

/** Where something happened. At least one of its fields is required. */
export const locations: Check = object({
  features: list(
    object(
      { geometry, place: text(), identifiers: locationIdentifiers, description: text() },
      {
        rule: (value, path, report) => {
          if (['geometry', 'place', 'identifiers', 'description'].some((name) => isThere(value, name)))
            return;
          report(`${path}.locations`, NOTHING);
        },
      },
    ),
  ),
});

function isThere(value: Fields, name: string): boolean {
  const field = value[name];
  return Array.isArray(field) ? field.length > 0 : Boolean(field);
}

/** Numbers, also those sent as texts, in lists nested `depth` deep. Undefined for anything else. */
function asNumbers(value: unknown, depth: number): unknown {
  if (depth > 0) {
    if (!Array.isArray(value)) return undefined;
    const items = value.map((item) => asNumbers(item, depth - 1));
    return items.includes(undefined) ? undefined : items;
  }
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function position(value: unknown): boolean {
  return Array.isArray(value) && (value.length === 2 || value.length === 3);
}

function ring(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 4 || !value.every(position)) return false;
  return JSON.stringify(value[0]) === JSON.stringify(value.at(-1));
}

function allOf(value: unknown, test: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(test);
}
