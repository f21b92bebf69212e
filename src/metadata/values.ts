/** Words that mean nothing in hand-written YAML and in forms. */
const EMPTY = new Set(['', 'null', 'none', '~', 'n/a', 'n.a.', 'undefined', '-', '–', '—', '--', '---']);

/** Whether a value is empty: absent, null, blank, or a word for nothing in hand-written YAML. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === 'string' && EMPTY.has(value.trim().toLowerCase());
}

/** A text or number as trimmed text; null for other and for empty values. */
export function textOf(value: unknown): string | null {
  if (isBlank(value)) return null;
  return trimmed(value);
}

/** The same for names, where the case counts: `Null` is a family name. */
export function nameOf(value: unknown): string | null {
  const text = trimmed(value);
  return text === null || EMPTY.has(text) ? null : text;
}

/** Like isBlank, for names. */
export function isNoName(value: unknown): boolean {
  return isBlank(value) && nameOf(value) === null;
}

/** A text, or the one of an entry of a vocabulary: `{id}`, `{name}`, `{title: {en}}`. */
export function wordOf(value: unknown): string | null {
  if (!isObject(value)) return textOf(value);
  const { id, name, title } = value;
  return textOf(id ?? name ?? (isObject(title) ? title['en'] : title));
}

/** A list without empty entries; a single value as a list of one; nothing as an empty list. */
export function listOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.filter((item) => !isBlank(item));
  return isBlank(value) ? [] : [value];
}

/** Whether a value takes away what is there: null, or a list without entries. */
export function removes(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** Looks at the objects in a list, and where each stands in it. */
export function eachObject(
  list: unknown,
  look: (entry: Record<string, unknown>, index: number) => void,
): void {
  if (!Array.isArray(list)) return;
  list.forEach((entry: unknown, index) => {
    if (isObject(entry)) look(entry, index);
  });
}

/** The id of an entry of a vocabulary. */
export function idOf(value: unknown): string | undefined {
  return isObject(value) && typeof value['id'] === 'string' ? value['id'] : undefined;
}

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A key without case, blanks and punctuation: `RDMC Title`, `rdmc_title` and `rdmcTitle` are the
 * same.
 */
export function keyOf(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Whose terms a name may have in front; they mean the same without. */
const PREFIX =
  /^(?:(?:schema|sdo|codemeta|dc|dct|dcterms)[:.]|https?:\/\/schema\.org\/|https?:\/\/codemeta\.github\.io\/terms\/)(?=\w)/i;

/** `schema:Dataset` and `http://schema.org/Dataset` are `Dataset`. */
export function withoutPrefix(name: string): string {
  return name.replace(PREFIX, '');
}

/** Entities of HTML that are common in names and titles: `&uuml;`. */
const ENTITY =
  /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z]{1,2}(?:uml|acute|grave|circ|tilde|cedil|ring|slash|lig|caron)|amp|lt|gt|quot|apos|nbsp|[nm]dash|[lr][sda]quo|hellip|eth|thorn|deg|micro|copy|reg);/gi;

/** Stands for the semicolon of an entity, which separates nothing. */
const GUARD = '\u{f8fe}';

/** A text in which semicolons separate, and `restored`, which turns its parts back. */
export function guarded(text: string): string {
  return text.includes('&') ? text.replace(ENTITY, (entity) => entity.slice(0, -1) + GUARD) : text;
}

/** A part of a guarded text, with the semicolons of its entities. */
export function restored(part: string): string {
  return part.replaceAll(GUARD, ';');
}

/** A name without semicolons at its end, where others may have stood: `Lovelace, Ada;`. */
export function withoutSeparators(name: string): string {
  const text = guarded(name);
  let end = text.length;
  while (' ;；|'.includes(text.charAt(end - 1)) && end > 0) end -= 1;
  return end === 0 ? name : restored(text.slice(0, end));
}

/** What stands between separators in a text, and says something. */
export function partsOf(text: string, separator: RegExp): string[] {
  return guarded(text)
    .split(separator)
    .map((part) => restored(part).trim())
    .filter((part) => !isBlank(part));
}

/** Parts of which some may be missing, as one text. */
export function joined(parts: (string | null | undefined)[], separator: string): string {
  return parts.filter((part) => part !== null && part !== undefined && part !== '').join(separator);
}

/** An object without members that are null or undefined. */
export function filled<T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const kept = Object.entries(members).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** What a table has under a name that somebody sent, which may be `constructor`. */
export function entryIn<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** The words of a table, and pairs of them: `a=b c=d`. */
export function wordsIn(table: string): string[] {
  return table.trim().split(/\s+/);
}

/** The pairs of a table such as `a=1 b=2`; the first `=` of each parts name and value. */
export function pairsIn(table: string): ReadonlyMap<string, string> {
  return new Map(wordsIn(table).map((pair) => [pair.replace(/=.*$/, ''), pair.replace(/^[^=]*=/, '')]));
}

/** Text with single blanks. */
export function squeeze(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** The beginning of a text, for a sentence. Ends with a whole character. */
export function short(text: string, length = 80): string {
  const line = squeeze(text);
  if (line.length <= length) return line;
  return `${line.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function trimmed(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return text === '' ? null : text;
}
