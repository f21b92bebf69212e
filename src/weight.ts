/** Characters that a number, a key's entry or an empty text counts. */
const ENTRY = 8;

/**
 * Whether values contain at most `limit` characters, including keys and entries. It stops counting
 * there, and does not recurse.
 */
export function isLight(values: readonly unknown[], limit: number): boolean {
  let weight = 0;
  const open: unknown[] = [...values];
  while (open.length > 0) {
    const value = open.pop();
    weight += ENTRY;
    if (typeof value === 'string') weight += value.length;
    else if (value instanceof Map || value instanceof Set) {
      weight += value.size * ENTRY;
      if (weight <= limit) for (const part of value) open.push(part);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, part] of entriesOf(value)) {
        weight += key.length;
        if (weight + open.length * ENTRY > limit) return false;
        open.push(part);
      }
    }
    if (weight > limit) return false;
  }
  return true;
}

/**
 * Whether the names of all fields of a JSON value have at most `limit` characters together. What is
 * no JSON value, such as a stream, has none.
 */
export function namesWithin(value: unknown, limit: number): boolean {
  let sum = 0;
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (Array.isArray(next)) for (const part of next) open.push(part);
    else if (isPlain(next)) {
      for (const [name, part] of entriesOf(next)) {
        sum += name.length;
        if (sum > limit) return false;
        open.push(part);
      }
    }
  }
  return true;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Without creating a list of all entries. */
function* entriesOf(value: object): Generator<[string, unknown]> {
  for (const key in value) yield [key, (value as Record<string, unknown>)[key]];
}
