/** Words that mean nothing in hand-made YAML and in forms. */
const EMPTY = new Set(['', 'null', 'none', '~', 'n/a', 'n.a.', 'undefined', '-', '–', '—', '--', '---']);

/**
 * Whether a value says nothing: absent, null, blank, or one of the words that mean it in hand-made
 * YAML.
 */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'string' && EMPTY.has(value.trim().toLowerCase());
}

/** A text or number as trimmed text; null for anything else and for what says nothing. */
export function textOf(value: unknown): string | null {
  if (isBlank(value)) return null;
  return trimmed(value);
}

/** The same for names, where the case counts: `Null` is a family name. */
export function nameOf(value: unknown): string | null {
  const text = trimmed(value);
  return text === null || EMPTY.has(text) ? null : text;
}

/** The same as isBlank where a name is meant. */
export function isNoName(value: unknown): boolean {
  return isBlank(value) && nameOf(value) === null;
}

/** A list as it is without blanks, a lone value as a list of one, nothing as an empty list. */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.filter((item) => !isBlank(item));
  return isBlank(value) ? [] : [value];
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A key without case, blanks and punctuation: `RDMC Title`, `rdmc_title` and `rdmcTitle` are one.
 */
export function keyOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Text with single blanks. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The beginning of a text, for a sentence. */
export function short(text: string, length = 80): string {
  const line = squeeze(text);
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

function trimmed(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' ? null : text;
}
