/** A piece of a search text. */
export type Token =
  | { kind: '(' | ')' | 'and' | 'or' | 'not' | '!' | 'must' }
  | { kind: 'field'; text: string }
  | Word
  | { kind: 'phrase'; text: string; near: boolean }
  | { kind: 'range'; from: string; to: string; includeFrom: boolean; includeTo: boolean };

/** A word, perhaps with wildcards. */
interface Word {
  kind: 'word';
  text: string;
  /** How many letters may differ. */
  edits: number;
  /** How many slashes it has that are not escaped. The engine reads regular expressions there. */
  slashes: number;
}

/**
 * The text is not in Lucene's syntax as Zenodo's own parser reads it
 * (`jurismarches/luqum:luqum/parser.py`). Its words are searched instead.
 */
export class QuerySyntaxError extends Error {}

/** Zenodo's parser accepts the query, and its search engine refuses it: 400. */
export class RefusedQueryError extends Error {}

const OPERATORS: Record<string, 'and' | 'or' | 'not' | '!'> = {
  AND: 'and',
  '&&': 'and',
  OR: 'or',
  '||': 'or',
  NOT: 'not',
  '!': '!',
};

const TERM = String.raw`(?:[^\s:^~(){}[\]/"'+\-\\<>]|\\.)(?:[^\s:^~(){}[\]\\]|\\.|(?<=T\d\d):\d\d(?::\d\d)?)*`;

const PATTERNS: [RegExp, (match: RegExpExecArray) => Token | Token[]][] = [
  [/[()]/y, ([text]) => ({ kind: text === '(' ? '(' : ')' })],
  [
    /"((?:[^"\\]|\\.)*)"(~[\d.]*)?/y,
    ([, text = '', near]) => ({ kind: 'phrase', text: unescaped(text), near: near !== undefined }),
  ],
  [/([[{])\s*(\S+)\s+TO\s+([^\s\]}]+)\s*([\]}])/y, range],
  [/\/((?:[^/\\]|\\.)*)\//y, ([, text = '']) => ({ ...PLAIN, text: asWildcard(text) })],
  [/(>=?|<=?)\s*([^\s()]+)/y, bound],
  [/-/y, () => ({ kind: 'not' })],
  [/\+/y, () => ({ kind: 'must' })],
  // A weight changes the ranking alone.
  [/\^[\d.]*/y, () => []],
  // The whole term or nothing: `T12:30` is a time.
  [
    new RegExp(String.raw`(?=(${TERM}))\1\s*:`, 'y'),
    ([, text = '']) => ({ kind: 'field', text: unescaped(text) }),
  ],
  [new RegExp(`(${TERM})(~[\\d.]*)?`, 'y'), ([, text = '', fuzzy]) => word(text, fuzzy)],
];

const PLAIN = { kind: 'word', edits: 0, slashes: 0 } as const;

/**
 * Splits a search text in Lucene's syntax into tokens. Throws QuerySyntaxError for anything else.
 */
export function lex(query: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < query.length) {
    const blank = /\s+/y;
    blank.lastIndex = position;
    if (blank.test(query)) {
      position = blank.lastIndex;
      continue;
    }
    let found: RegExpExecArray | null = null;
    for (const [pattern, make] of PATTERNS) {
      pattern.lastIndex = position;
      found = pattern.exec(query);
      if (found === null) continue;
      tokens.push(...[make(found)].flat());
      break;
    }
    if (found === null) throw new QuerySyntaxError(`unexpected ${query.charAt(position)}`);
    position += found[0].length;
  }
  return tokens;
}

function range([, open, from = '*', to = '*', close]: RegExpExecArray): Token {
  const bare = (text: string) => text.replace(/^"|"$/g, '');
  return {
    kind: 'range',
    from: bare(from),
    to: bare(to),
    includeFrom: open === '[',
    includeTo: close === ']',
  };
}

function bound([, sign = '', value = '']: RegExpExecArray): Token {
  const inclusive = sign.endsWith('=');
  return sign.startsWith('>')
    ? { kind: 'range', from: value, to: '*', includeFrom: inclusive, includeTo: true }
    : { kind: 'range', from: '*', to: value, includeFrom: true, includeTo: inclusive };
}

/** The engine reads `!` at the ends of a word as NOT, unlike Zenodo's parser. */
function word(text: string, fuzzy: string | undefined): Token[] {
  const operator = Object.hasOwn(OPERATORS, text) ? OPERATORS[text] : undefined;
  if (operator !== undefined) return [{ kind: operator }];
  let [start, end] = [0, text.length];
  while (text.charAt(start) === '!') start += 1;
  while (end > start && text.charAt(end - 1) === '!' && text.charAt(end - 2) !== '\\') end -= 1;
  const bare = text.slice(start, end);
  const slashes = bare.replace(/\\./g, '').split('/').length - 1;
  const edits = fuzzy === undefined ? 0 : Math.min(Number(fuzzy.slice(1) || 2), 2);
  return [
    ...(start > 0 ? [{ kind: '!' } as const] : []),
    ...(bare === '' ? [] : [{ kind: 'word', text: unescaped(bare), edits, slashes } as const]),
    ...(end < text.length ? [{ kind: '!' } as const] : []),
  ];
}

/** A regular expression of letters, `.` and `.*` as a pattern with `?` and `*`. */
function asWildcard(expression: string): string {
  return unescaped(expression.replace(/(?<!\\)\.(\*?)/g, (_, star) => star || '?'));
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
