/** A piece of a search text. */
export type Token =
  | { kind: '(' | ')' | 'and' | 'or' | 'not' | 'must' }
  | { kind: 'field'; text: string }
  | { kind: 'word' | 'phrase'; text: string }
  | { kind: 'range'; from: string; to: string; includeFrom: boolean; includeTo: boolean };

/** The text cannot be parsed as a query. */
export class QuerySyntaxError extends Error {}

const OPERATORS: Record<string, 'and' | 'or' | 'not'> = {
  AND: 'and',
  '&&': 'and',
  OR: 'or',
  '||': 'or',
  NOT: 'not',
};

const PATTERNS: [RegExp, (match: RegExpExecArray) => Token | Token[]][] = [
  [/[()]/y, ([text]) => ({ kind: text === '(' ? '(' : ')' })],
  [
    /"((?:[^"\\]|\\.)*)"(?:~\d*)?(?:\^[\d.]+)?/y,
    ([, text = '']) => ({ kind: 'phrase', text: unescaped(text) }),
  ],
  [/([[{])\s*(\S+)\s+TO\s+([^\s\]}]+)\s*([\]}])/y, range],
  [/(?:NOT\b|!)\s*/y, () => ({ kind: 'not' })],
  [/-(?=\S)/y, () => ({ kind: 'not' })],
  [/\+(?=\S)/y, () => ({ kind: 'must' })],
  [/((?:[\w.*-]|\\.)+):(?=\S)/y, ([, text = '']) => ({ kind: 'field', text: unescaped(text) })],
  [/(>=?|<=?)([^\s()]+)/y, bound],
  [/(?:[^\s()"\\[\]{}]|\\.)+/y, word],
];

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

function word([text]: RegExpExecArray): Token {
  const operator = Object.hasOwn(OPERATORS, text) ? OPERATORS[text] : undefined;
  if (operator !== undefined) return { kind: operator };
  if (text.endsWith(':')) throw new QuerySyntaxError('a field without a value');
  return { kind: 'word', text: unescaped(text.replace(/(?<=.)(?:\^[\d.]+|~\d*)$/, '')) };
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}
