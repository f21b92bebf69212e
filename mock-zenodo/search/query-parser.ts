import { lex, QuerySyntaxError, RefusedQueryError, type Token } from './query-lexer.js';

/** A condition on a document. Without a `field`, it applies to the default fields. */
export type Query = { kind: 'all' } | { kind: 'bool'; must: Query[]; should: Query[]; not: Query[] } | Leaf;

/** A condition on one field, or on the default fields. */
export type Leaf = { field: string | null } & (
  | { kind: 'word'; text: string; edits: number }
  | { kind: 'phrase'; text: string; near: boolean }
  /** A word of a text that is no query. */
  | { kind: 'text'; text: string }
  | { kind: 'range'; from: string; to: string; includeFrom: boolean; includeTo: boolean }
);

/**
 * Parses Lucene's query syntax as far as Zenodo's users need it: words, phrases, fields, ranges,
 * wildcards, AND, OR, NOT, `+`, `-` and parentheses. Of adjacent parts, one must match. A text that
 * is no query is searched for its words
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/services/records/queryparser/query.py`).
 * Throws RefusedQueryError.
 */
export function parseQuery(text: string): Query {
  try {
    return parsed(text);
  } catch (error) {
    if (!(error instanceof QuerySyntaxError)) throw error;
    const words = [...new Set(text.trim().split(/\s+/))].slice(0, MAX_CLAUSES);
    const should = words.map((word): Query => ({ kind: 'text', field: null, text: word }));
    return { kind: 'bool', must: [], should, not: [] };
  }
}

function parsed(text: string): Query {
  const tokens = lex(text);
  if (tokens.length === 0) return { kind: 'all' };
  const reader = { tokens, position: 0, depth: 0, clauses: 0, slashes: 0 };
  const query = clauses(reader, null);
  if (reader.position < tokens.length) throw new QuerySyntaxError('unbalanced parenthesis');
  if (reader.slashes % 2 === 1) throw new RefusedQueryError('a regular expression without end');
  return query;
}

interface Reader {
  tokens: Token[];
  position: number;
  /** How many parentheses and fields are open. */
  depth: number;
  /** How many words, phrases and ranges have been read. */
  clauses: number;
  /** How many slashes have been read. Two enclose a regular expression. */
  slashes: number;
}

/** Deeper queries are refused, because each level takes space on the stack. */
const MAX_DEPTH = 500;
/** More are refused, as by OpenSearch (`indices.query.bool.max_clause_count`). */
const MAX_CLAUSES = 1024;

function peek(reader: Reader): Token['kind'] | undefined {
  return reader.tokens[reader.position]?.kind;
}

function take(reader: Reader, kind: Token['kind']): boolean {
  if (peek(reader) !== kind) return false;
  reader.position += 1;
  return true;
}

/**
 * Clauses as Lucene's classic parser combines them: AND requires what is on its sides, OR nothing
 * (`apache/lucene:lucene/queryparser/src/java/org/apache/lucene/queryparser/classic/QueryParserBase.java`).
 */
function clauses(reader: Reader, field: string | null): Query {
  const bool: Extract<Query, { kind: 'bool' }> = { kind: 'bool', must: [], should: [], not: [] };
  let before: Query[] | null = null;
  for (;;) {
    const both: boolean = before !== null && take(reader, 'and');
    const joined = both || (before !== null && take(reader, 'or'));
    const next = peek(reader);
    if (before !== null && !joined && (next === undefined || next === ')')) return single(bool);
    if (both && before === bool.should) bool.must.push(...bool.should.splice(-1));
    const negative = take(reader, 'not') || take(reader, '!');
    const required: boolean = !negative && (take(reader, 'must') || both);
    before = negative ? bool.not : required ? bool.must : bool.should;
    before.push(clause(reader, field, next === '!'));
  }
}

function clause(reader: Reader, field: string | null, refused: boolean): Query {
  reader.depth += 1;
  if (reader.depth > MAX_DEPTH) throw new RefusedQueryError('nested too deep');
  const query = part(reader, field, refused);
  reader.depth -= 1;
  return query;
}

/** `refused` is for a missing part that only the engine misses. */
function part(reader: Reader, field: string | null, refused: boolean): Query {
  const token = reader.tokens[reader.position];
  reader.position += 1;
  switch (token?.kind) {
    case 'field': {
      const next = peek(reader);
      // Zenodo's parser takes these, unlike the engine's.
      if (next === 'field' || next === 'not' || next === 'must') throw new RefusedQueryError('no value');
      return clause(reader, token.text, false);
    }
    case 'word': {
      const { slashes, ...word } = token;
      count(reader);
      if (isMappedDoi(field, word.text)) return { kind: 'phrase', field, text: word.text, near: false };
      reader.slashes += slashes;
      const everything = word.text === '*' && (field === null || field === '*');
      return everything ? { kind: 'all' } : { ...word, field };
    }
    case 'phrase':
    case 'range':
      count(reader);
      return { ...token, field };
    case '(': {
      const inner = clauses(reader, field);
      if (!take(reader, ')')) throw new QuerySyntaxError('unbalanced parenthesis');
      return inner;
    }
    case 'not':
    case '!':
    case 'must':
      throw new RefusedQueryError('two signs');
    default:
      throw new (refused ? RefusedQueryError : QuerySyntaxError)('something is missing');
  }
}

function count(reader: Reader): void {
  reader.clauses += 1;
  if (reader.clauses > MAX_CLAUSES) throw new RefusedQueryError('too many clauses');
}

function single(bool: Extract<Query, { kind: 'bool' }>): Query {
  const [only] = [...bool.must, ...bool.should];
  const alone = bool.not.length === 0 && bool.must.length + bool.should.length === 1;
  return alone && only !== undefined ? only : bool;
}

/** Whether Zenodo puts a DOI in quotes (`zenodo/zenodo-rdm:site/zenodo_rdm/queryparser.py`). */
function isMappedDoi(field: string | null, text: string): boolean {
  return ['doi', 'conceptdoi', 'grants.funder.doi'].includes(field ?? '') && text.startsWith('10.');
}
