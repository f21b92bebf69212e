/** Column after which a line is broken, at the next space. */
const WIDTH = 80;

type Node = string | Node[] | { [key: string]: Node };

/** What YAML 1.1 would not read as a text (`pyyaml:lib/yaml/resolver.py`). */
const NO_TEXT = new RegExp(
  [
    '(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)',
    '[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?',
    '\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?',
    '[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*',
    '[-+]?\\.(?:inf|Inf|INF)',
    '\\.(?:nan|NaN|NAN)',
    '[-+]?0b[01_]+',
    '[-+]?0[0-7_]+',
    '[-+]?(?:0|[1-9][0-9_]*)',
    '[-+]?0x[0-9a-fA-F_]+',
    '[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+',
    '[0-9]{4}-[0-9]{2}-[0-9]{2}',
    '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?(?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?',
    '<<|=|~|null|Null|NULL|',
  ]
    .map((one) => `^(?:${one})$`)
    .join('|'),
);

/** Texts that need quotes (`pyyaml:lib/yaml/emitter.py`, analyze_scalar). */
const NOT_PLAIN = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \n]|$)|[ \n])|:(?:[ \n]|$)|[ \n]#|[ \n]$|\n/;

/** Texts that need double quotes: with a space beside a line break, or not ASCII. */
const SPECIAL = /[^\n\x20-\x7e]| \n|\n /;

const ESCAPES: Record<string, string> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\x85': 'N',
  '\xa0': '_',
  '\u2028': 'L',
  '\u2029': 'P',
};

/** Texts, lists and objects as Python's `yaml.dump` writes them, with sorted keys. */
export function pythonYaml(value: { [key: string]: Node }): string {
  return `${mapping(value, 0)}\n`;
}

function mapping(value: { [key: string]: Node }, indent: number): string {
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${key}:${below(item, indent, key.length + 1)}`)
    .join(`\n${' '.repeat(indent)}`);
}

function below(item: Node, indent: number, column: number): string {
  const line = `\n${' '.repeat(indent)}`;
  if (typeof item === 'string') return ` ${scalar(item, indent + 2, indent + column + 1)}`;
  if (!Array.isArray(item)) return `${line}  ${mapping(item, indent + 2)}`;
  if (item.length === 0) return ' []';
  return item.map((one) => `${line}- ${entry(one, indent + 2)}`).join('');
}

function entry(item: Node, indent: number): string {
  if (typeof item === 'string') return scalar(item, indent, indent);
  return Array.isArray(item) ? below(item, indent, 0).trimStart() : mapping(item, indent);
}

function scalar(text: string, indent: number, column: number): string {
  if (SPECIAL.test(text)) return doubleQuoted(text, indent, column);
  if (NOT_PLAIN.test(text) || NO_TEXT.test(text)) return singleQuoted(text, indent, column);
  return folded(text, indent, column);
}

/** Breaks long lines at single spaces. */
function folded(text: string, indent: number, start: number, quoted = false): string {
  let column = start;
  let written = '';
  for (const [part] of text.matchAll(/ +|\n+|[^ \n]+/g)) {
    const inside = written !== '' && written.length < text.length;
    const last = written.length + part.length === text.length;
    if (part.startsWith('\n')) {
      written += `\n${part}${' '.repeat(indent)}`;
      column = indent;
    } else if (part === ' ' && column > WIDTH && !(quoted && (!inside || last))) {
      written += `\n${' '.repeat(indent)}`;
      column = indent;
    } else {
      written += part;
      column += part.length;
    }
  }
  return written;
}

function singleQuoted(text: string, indent: number, column: number): string {
  return `'${folded(text.replaceAll("'", "''"), indent, column + 1, true)}'`;
}

/** Follows write_double_quoted, pointer by pointer. */
function doubleQuoted(text: string, indent: number, start: number): string {
  const characters = Array.from(text);
  let column = start + 1;
  let written = '"';
  let begin = 0;
  const put = (piece: string) => {
    written += piece;
    column += piece.length;
  };
  const flush = (end: number) => {
    if (begin < end) put(characters.slice(begin, end).join(''));
    begin = Math.max(begin, end);
  };
  for (let end = 0; end <= characters.length; end++) {
    const character = characters[end];
    if (character === undefined || !/^[\x20-\x7e]$/.test(character) || /["\\]/.test(character)) {
      flush(end);
      if (character !== undefined) {
        put(`\\${escaped(character)}`);
        begin = end + 1;
      }
    }
    const breakable = end > 0 && end < characters.length - 1 && (character === ' ' || begin >= end);
    if (!breakable || column + (end - begin) <= WIDTH) continue;
    flush(end);
    written += `\\\n${' '.repeat(indent)}`;
    column = indent;
    if (characters[begin] === ' ') put('\\');
  }
  return `${written}"`;
}

function escaped(character: string): string {
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `u${hex.padStart(4, '0')}` : `U${hex.padStart(8, '0')}`;
}
