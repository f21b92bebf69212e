import type { Query } from './query-parser.js';
import { fieldPath, type SearchDocument, textsAt } from './search-document.js';

/**
 * How many texts of a document are searched, and how much of each. Wildcards are only tried on
 * shorter texts with short patterns.
 */
const LIMITS = { texts: 10_000, length: 100_000, term: 10_000, pattern: 1_000 };

/** Whether a document matches a query. */
export function matches(query: Query, document: SearchDocument): boolean {
  switch (query.kind) {
    case 'all':
      return true;
    case 'and':
      return query.parts.every((part) => matches(part, document));
    case 'or':
      return query.parts.some((part) => matches(part, document));
    case 'not':
      return !matches(query.part, document);
    default: {
      if (query.field === '_exists_' && query.kind !== 'range') {
        return textsAt(document, fieldPath(query.text)).length > 0;
      }
      const path = query.field === null ? null : fieldPath(query.field);
      if (path === 'parent.communities.slugs' && query.kind !== 'range') {
        return textsAt(document, path).includes(query.text);
      }
      return fits(renamed(query, path), searched(document, path));
    }
  }
}

type Leaf = Extract<Query, { kind: 'word' | 'phrase' | 'range' }>;

/**
 * Since 2026, a thesis is a dissertation. Searches for the old name find dissertations
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/queryparser.py`).
 */
function renamed(query: Leaf, path: string | null): Leaf {
  const old = query.kind !== 'range' && query.text === 'publication-thesis';
  return old && path?.includes('resource_type.') ? { ...query, text: 'publication-dissertation' } : query;
}

function fits(query: Leaf, { texts, spaced, short }: Searched): boolean {
  if (query.kind === 'range') return texts.some((text) => within(query, text));
  if (query.kind === 'word' && /[*?]/.test(query.text)) {
    const pattern = query.text.toLowerCase();
    if (pattern.length > LIMITS.pattern) return false;
    short.value ??= [...new Set(texts.flatMap((text) => [text.toLowerCase(), ...words(text)]))].filter(
      ({ length }) => length <= LIMITS.term,
    );
    return short.value.some((word) => fitsWildcard(pattern, word));
  }
  const wanted = NEEDLES.get(query) ?? ` ${words(query.text).join(' ')} `;
  NEEDLES.set(query, wanted);
  return spaced.includes(wanted);
}

/** The words of words and phrases, with spaces between and around them. */
const NEEDLES = new WeakMap<Leaf, string>();

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

function searched(document: SearchDocument, path: string | null): Searched {
  const known = SEARCHED.get(document) ?? new Map<string | null, Searched>();
  SEARCHED.set(document, known);
  const found = known.get(path) ?? prepared(textsAt(document, path));
  known.set(path, found);
  return found;
}

function prepared(all: string[]): Searched {
  const texts = all.slice(0, LIMITS.texts).map((text) => text.slice(0, LIMITS.length));
  const spaced = texts.map((text) => ` ${words(text).join(' ')} `).join('\0');
  return { texts, spaced, short: {} };
}

/** Words as the index keeps them. A text without any stands for itself. */
function words(text: string): string[] {
  const found = text.toLowerCase().match(/[\p{L}\p{N}_]+(?:[.'][\p{L}\p{N}_]+)*/gu);
  return found ?? [text.toLowerCase()];
}

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

function within(range: Extract<Query, { kind: 'range' }>, text: string): boolean {
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
