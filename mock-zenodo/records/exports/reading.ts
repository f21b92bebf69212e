import { type Fields, isObject } from '../../metadata/checks.js';

/** The object at a path of keys. Empty if there is none. */
export function objectAt(holder: Fields, ...path: string[]): Fields {
  const value = valueAt(holder, path);
  return isObject(value) ? value : {};
}

/** The text at a path of keys. Undefined if there is none, or if it is empty. */
export function textAt(holder: Fields, ...path: string[]): string | undefined {
  const value = valueAt(holder, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The texts of a list. */
export function textsAt(holder: Fields, key: string): string[] {
  const list = holder[key];
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}

/** The fields that have a value, in their order. A serializer would call the others missing. */
export function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** A list, unless it is empty. */
export function unlessEmpty<Item>(list: Item[]): Item[] | undefined {
  return list.length > 0 ? list : undefined;
}

function valueAt(holder: Fields, path: string[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), holder);
}
