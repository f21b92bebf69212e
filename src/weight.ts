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

/** Without creating a list of all entries. */
function* entriesOf(value: object): Generator<[string, unknown]> {
  for (const key in value) yield [key, (value as Record<string, unknown>)[key]];
}
