import { matches } from './query-match.js';
import type { Query } from './query-parser.js';
import type { SearchDocument } from './search-document.js';
import { ANYWHERE, type Fields } from './search-fields.js';

/** Items that match a query, those that fulfil most of its conditions first. */
export function bestFirst<Item>(
  items: Item[],
  query: Query,
  documentOf: (item: Item) => SearchDocument,
  fields: Fields = ANYWHERE,
): Item[] {
  const scored = items.map((item) => ({ item, score: fulfilled(query, documentOf(item), fields) }));
  return scored.sort((a, b) => b.score - a.score).map(({ item }) => item);
}

/** How many conditions of a query a document fulfils. */
function fulfilled(query: Query, document: SearchDocument, fields: Fields): number {
  if (query.kind !== 'bool') return matches(query, document, fields) ? 1 : 0;
  const parts = [...query.must, ...query.should];
  return parts.reduce((sum, part) => sum + fulfilled(part, document, fields), 0);
}
