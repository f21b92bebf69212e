const WORD = String.raw`[\p{L}\p{N}_]`;
const LETTER = String.raw`[\p{L}\p{Nl}\p{No}_]`;
const BEFORE_DASH = String.raw`[\p{L}\p{N}_!"'&.,?]`;

/**
 * The pieces between which a line may break: spaces, words, parts of words with hyphens, and dashes
 * of several hyphens.
 */
const PIECES = new RegExp(
  ` +|(?<=${BEFORE_DASH})-{2,}(?=${WORD})|[^ ]+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})|(?= |$)|(?<=${BEFORE_DASH})(?=-{2,}${WORD}))`,
  'gu',
);

/**
 * A text in lines of at most `width` characters, broken as by Python's `textwrap.wrap`
 * (`python/cpython:Lib/textwrap.py`).
 */
export function wrapped(text: string, width: number): string[] {
  const pieces = (text.replace(/\s/g, ' ').match(PIECES) ?? []).map((piece) => [...piece]).reverse();
  const lines: string[] = [];
  while (pieces.length > 0) {
    if (lines.length > 0 && isBlank(pieces.at(-1))) pieces.pop();
    const line: string[][] = [];
    let room = width;
    for (let next = pieces.at(-1); next !== undefined && next.length <= room; next = pieces.at(-1)) {
      line.push(next);
      room -= next.length;
      pieces.pop();
    }
    const long = pieces.at(-1);
    if (long !== undefined && long.length > width) {
      const hyphen = room === 0 ? -1 : long.lastIndexOf('-', room - 1);
      const split = long.slice(0, Math.max(hyphen, 0)).some((sign) => sign !== '-') ? hyphen + 1 : room;
      line.push(long.splice(0, split));
    }
    if (isBlank(line.at(-1))) line.pop();
    if (line.length > 0) lines.push(line.flat().join(''));
  }
  return lines;
}

function isBlank(piece: string[] | undefined): boolean {
  return piece?.every((sign) => sign === ' ') ?? false;
}
