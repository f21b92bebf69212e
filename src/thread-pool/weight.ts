/** What a number, a key's own entry or an empty text counts, in characters. */
const ENTRY = 8;

/**
 * Whether values hold at most `limit` characters, keys and entries included. Stops counting there,
 * and needs no stack.
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

/** Without making a list of them all first. */
function* entriesOf(value: object): Generator<[string, unknown]> {
  for (const key in value) yield [key, (value as Record<string, unknown>)[key]];
}
