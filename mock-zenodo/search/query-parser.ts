import { lex, QuerySyntaxError, type Token } from './query-lexer.js';

/** A condition on a document. Without a `field`, it applies to all fields. */
export type Query =
  | { kind: 'all' }
  | { kind: 'and' | 'or'; parts: Query[] }
  | { kind: 'not'; part: Query }
  | { kind: 'word' | 'phrase'; field: string | null; text: string }
  | {
      kind: 'range';
      field: string | null;
      from: string;
      to: string;
      includeFrom: boolean;
      includeTo: boolean;
    };

/**
 * Parses Lucene's query syntax as far as Zenodo's users need it: words, phrases, fields, ranges,
 * wildcards, AND, OR, NOT, `+`, `-` and parentheses. Adjacent parts must all match. Throws
 * QuerySyntaxError.
 */
export function parseQuery(text: string): Query {
  const tokens = lex(text);
  if (tokens.length === 0) return { kind: 'all' };
  const reader = { tokens, position: 0, depth: 0, clauses: 0 };
  const query = disjunction(reader, null);
  if (reader.position < tokens.length) throw new QuerySyntaxError('unbalanced parenthesis');
  return query;
}

interface Reader {
  tokens: Token[];
  position: number;
  /** How many parentheses, negations and fields are open. */
  depth: number;
  /** How many words, phrases and ranges have been read. */
  clauses: number;
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

function disjunction(reader: Reader, field: string | null): Query {
  const parts = [conjunction(reader, field)];
  while (take(reader, 'or')) parts.push(conjunction(reader, field));
  return single('or', parts);
}

function conjunction(reader: Reader, field: string | null): Query {
  const parts = [clause(reader, field)];
  for (;;) {
    const joined = take(reader, 'and');
    const kind = peek(reader);
    if (!joined && (kind === undefined || kind === ')' || kind === 'or')) return single('and', parts);
    parts.push(clause(reader, field));
  }
}

function clause(reader: Reader, field: string | null): Query {
  reader.depth += 1;
  if (reader.depth > MAX_DEPTH) throw new QuerySyntaxError('nested too deep');
  const query = part(reader, field);
  reader.depth -= 1;
  return query;
}

function part(reader: Reader, field: string | null): Query {
  if (take(reader, 'not')) return { kind: 'not', part: clause(reader, field) };
  if (take(reader, 'must')) return clause(reader, field);
  const token = reader.tokens[reader.position];
  reader.position += 1;
  if (token?.kind === 'word' || token?.kind === 'phrase' || token?.kind === 'range') {
    reader.clauses += 1;
    if (reader.clauses > MAX_CLAUSES) throw new QuerySyntaxError('too many clauses');
  }
  switch (token?.kind) {
    case 'field':
      return clause(reader, token.text);
    case 'word':
    case 'phrase':
      return token.text === '*' && field === null ? { kind: 'all' } : { ...token, field };
    case 'range':
      return { ...token, field };
    case '(': {
      const inner = disjunction(reader, field);
      if (!take(reader, ')')) throw new QuerySyntaxError('unbalanced parenthesis');
      return inner;
    }
    default:
      throw new QuerySyntaxError('something is missing');
  }
}

function single(kind: 'and' | 'or', parts: Query[]): Query {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : { kind, parts };
}
