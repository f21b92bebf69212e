import { distance } from 'fastest-levenshtein';
import type { Leaf, Query } from './query-parser.js';
import { fieldPath, type SearchDocument, textsAt } from './search-document.js';
import { ANYWHERE, type Fields, type Kind, timeOf, valuePath } from './search-fields.js';

/**
 * How many texts of a document are searched, and how much of each. Wildcards are only tried on
 * shorter texts with short patterns, and so is similarity.
 */
const LIMITS = { texts: 10_000, length: 100_000, term: 10_000, pattern: 1_000, similar: 100 };

/** Whether a document matches a query. */
export function matches(query: Query, document: SearchDocument, fields: Fields = ANYWHERE): boolean {
  const holds = (part: Query) => matches(part, document, fields);
  switch (query.kind) {
    case 'all':
      return true;
    case 'bool':
      if (query.not.some(holds)) return false;
      if (query.must.length > 0) return query.must.every(holds);
      return query.should.length === 0 || query.should.some(holds);
    default: {
      if (query.field === '_exists_' && query.kind !== 'range') {
        return textsAt(document, query.text).length > 0;
      }
      const paths: readonly (string | null)[] =
        query.field === null ? (fields.defaults ?? [null]) : [fieldPath(query.field)];
      return paths.some((path) => fitsAt(query, document, path, fields));
    }
  }
}

function fitsAt(query: Leaf, document: SearchDocument, path: string | null, fields: Fields): boolean {
  if (path === 'parent.communities.slugs' && query.kind !== 'range') {
    return textsAt(document, path).includes(query.text);
  }
  const kind = path === null ? 'any' : fields.kindOf(path);
  const current = currentName(query, path);
  if (kind === 'date' || kind === 'number') {
    const range = asRange(current, kind, fields.now);
    return textsAt(document, path).some((text) => within(range, text));
  }
  if (kind !== 'keyword') return fits(current, searched(document, path, kind), kind);
  return textsAt(document, valuePath(path ?? '')).some((text) => isValue(current, text));
}

/**
 * Since 2026, a thesis is a dissertation. Searches for the old name find dissertations
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/queryparser.py`).
 */
function currentName(query: Leaf, path: string | null): Leaf {
  const old = query.kind !== 'range' && query.text === 'publication-thesis';
  return old && path?.includes('resource_type.') ? { ...query, text: 'publication-dissertation' } : query;
}

function asRange(query: Leaf, kind: 'date' | 'number', now: number): Range {
  const bound = (text: string) => (kind === 'date' && text !== '*' ? timeOf(text, now) : text);
  if (query.kind === 'range') return { ...query, from: bound(query.from), to: bound(query.to) };
  const value = bound(query.text);
  return { kind: 'range', field: null, from: value, to: value, includeFrom: true, includeTo: true };
}

/** Whether a query fits a value that is kept whole. */
function isValue(query: Leaf, text: string): boolean {
  if (query.kind === 'range') return isBetween(query, text);
  return query.kind === 'word' && isPattern(query) ? resembles(query.text, query, text) : text === query.text;
}

type Word = Extract<Leaf, { kind: 'word' }>;

function isPattern({ text, edits }: Word): boolean {
  return edits > 0 || /[*?]/.test(text);
}

function resembles(pattern: string, { edits }: Word, text: string): boolean {
  if (edits === 0)
    return pattern.length <= LIMITS.pattern && text.length <= LIMITS.term && fitsWildcard(pattern, text);
  const short = pattern.length <= LIMITS.similar && Math.abs(pattern.length - text.length) <= edits;
  return short && distance(pattern, text) <= edits;
}

/** Whether a query fits texts of which the words are kept. */
function fits(query: Leaf, { texts, spaced, short }: Searched, kind: Kind): boolean {
  if (query.kind === 'range') return texts.some((text) => within(query, text));
  if (query.kind === 'word' && isPattern(query)) {
    const pattern = query.text.toLowerCase();
    short.value ??= [...new Set(texts.flatMap((text) => [text.toLowerCase(), ...words(text, kind)]))];
    return short.value.some((word) => resembles(pattern, query, word));
  }
  const known = NEEDLES.get(query) ?? {};
  known[kind] ??= needles(query, kind);
  NEEDLES.set(query, known);
  const has = (needle: string) => spaced.includes(needle);
  return query.kind === 'phrase' ? known[kind].every(has) : known[kind].some(has);
}

/**
 * What is looked for. Quotes hold words together. Where fields are not known, so does the lack of
 * blanks.
 */
function needles(query: Exclude<Leaf, { kind: 'range' }>, kind: Kind): string[] {
  const found = words(query.text, kind);
  const together = query.kind === 'phrase' ? !query.near : query.kind === 'word' && kind === 'any';
  return (together ? [found.join(' ')] : [...new Set(found)]).map((needle) => ` ${needle} `);
}

/** What a query looks for, by the kind of the field. */
const NEEDLES = new WeakMap<Leaf, Partial<Record<Kind, string[]>>>();

/** What is searched at a path of a document, or anywhere in it. */
interface Searched {
  texts: string[];
  /** The words of all texts, with spaces between and around them, and a mark between the texts. */
  spaced: string;
  /** The texts and words that are compared with wildcards, once a query has some. */
  short: { value?: string[] };
}

/** By document and path, because a query may have a thousand clauses. */
const SEARCHED = new WeakMap<SearchDocument, Map<string | null, Searched>>();

function searched(document: SearchDocument, path: string | null, kind: Kind): Searched {
  const known = SEARCHED.get(document) ?? new Map<string | null, Searched>();
  SEARCHED.set(document, known);
  const found = known.get(path) ?? prepared(textsAt(document, path === null ? null : valuePath(path)), kind);
  known.set(path, found);
  return found;
}

function prepared(all: string[], kind: Kind): Searched {
  const texts = all.slice(0, LIMITS.texts).map((text) => text.slice(0, LIMITS.length));
  const spaced = texts.map((text) => ` ${words(text, kind).join(' ')} `).join('\0');
  return { texts, spaced, short: {} };
}

/**
 * Words as the index keeps them: a point joins letters with letters, and digits with digits. A text
 * without any stands for itself.
 */
function words(text: string, kind: Kind): string[] {
  const plain = kind === 'folded' ? text.normalize('NFKD').replace(UNFOLDED, '') : text;
  return plain.toLowerCase().match(WORDS) ?? [text.toLowerCase()];
}

const UNFOLDED = /\p{M}|\p{S}|[!-/:-@[-`{-~]/gu;
const WORDS =
  /[\p{L}\p{M}\p{N}_]+(?:(?:(?<=\p{L})['.](?=\p{L})|(?<=\p{N})[.,](?=\p{N}))[\p{L}\p{M}\p{N}_]+)*/gu;

/**
 * Whether a whole text matches a pattern of `*` and `?`. The time is proportional to the product of
 * both lengths.
 */
function fitsWildcard(pattern: string, text: string): boolean {
  let [at, position, star, resume] = [0, 0, -1, 0];
  while (position < text.length) {
    const wanted = pattern.charAt(at);
    if (wanted === '*') {
      star = at;
      resume = position;
      at += 1;
    } else if (wanted === '?' || (wanted !== '' && wanted === text.charAt(position))) {
      at += 1;
      position += 1;
    } else if (star >= 0) {
      resume += 1;
      position = resume;
      at = star + 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}

type Range = Extract<Leaf, { kind: 'range' }>;

/** Whether a value that is kept whole is in a range, letter by letter. */
function isBetween({ from, to, includeFrom, includeTo }: Range, text: string): boolean {
  const above = from === '*' || (includeFrom ? text >= from : text > from);
  return above && (to === '*' || (includeTo ? text <= to : text < to));
}

function within(range: Range, text: string): boolean {
  const low = range.from === '*' ? 1 : compare(text, range.from);
  const high = range.to === '*' ? -1 : compare(text, range.to);
  return (range.includeFrom ? low >= 0 : low > 0) && (range.includeTo ? high <= 0 : high < 0);
}

/**
 * Compares numbers as numbers, and everything else as text, up to the length of the bound:
 * `2026-01` covers the whole month.
 */
function compare(text: string, bound: string): number {
  const numbers = [text, bound].map(Number);
  const [a = Number.NaN, b = Number.NaN] = numbers;
  if (!Number.isNaN(a) && !Number.isNaN(b)) return a - b;
  const head = text.slice(0, bound.length);
  return head === bound ? 0 : head < bound ? -1 : 1;
}
