/** Whether a value says nothing: absent, null, blank, or one of the words that mean it in hand-made YAML. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'string' && /^(?:null|none|~|n\/a|n\.a\.|undefined|[-–—]+)?$/i.test(value.trim());
}

/** A text or number as trimmed text; null for anything else and for what says nothing. */
export function textOf(value: unknown): string | null {
  if (isBlank(value)) return null;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' ? clean(value) : null;
}

/** A list as it is, a lone value as a list of one, nothing as an empty list. */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.filter((item) => !isBlank(item));
  return isBlank(value) ? [] : [value];
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A key without case, blanks and punctuation: `RDMC Title`, `rdmc_title` and `rdmcTitle` are one. */
export function keyOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** The first value of an object whose key is one of `keys` (as keyOf gives them), and the key as it was written. */
export function pick(
  object: Record<string, unknown>,
  ...keys: string[]
): { value: unknown; key: string } | null {
  for (const wanted of keys) {
    for (const [key, value] of Object.entries(object)) {
      if (keyOf(key) === wanted && !isBlank(value)) return { value, key };
    }
  }
  return null;
}

/** Without surrounding blanks, zero-width spaces and characters that XML, and so Zenodo, cannot carry. */
function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\u200b\ufeff\ufffe\uffff]/gu, (char) => ('\t\n\r'.includes(char) ? char : ''))
    .trim();
}
