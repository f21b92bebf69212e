import { define, type Fields } from './checks.js';

/**
 * A copy without nulls and empty values, at any depth. Later items of a list move up
 * (`inveniosoftware/invenio-records:invenio_records/dictutils.py`, clear_none). Empty texts stay.
 */
export function cleared(fields: Fields): Fields {
  const result = clear(fields);
  return typeof result === 'object' && result !== null && !Array.isArray(result) ? { ...result } : {};
}

function clear(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.map(clear).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof value !== 'object') return value;
  const result: Fields = {};
  for (const [name, item] of Object.entries(value)) {
    const left = clear(item);
    if (left !== undefined) define(result, name, left);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}
