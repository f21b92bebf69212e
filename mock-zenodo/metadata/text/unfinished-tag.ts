/**
 * Stand for `&` and for a `<` that begins no tag while HTML is parsed: noncharacters, which no text
 * that was cleaned holds.
 */
export const MARKED_AMPERSAND = '\uffff';
export const MARKED_LESS = '\ufffe';

/**
 * A text whose last tag has no end, `if a<b then`: it is text and its `<` is marked, unless it
 * breaks off inside quotes, where it goes (`mozilla/bleach:bleach/html5lib_shim.py`).
 */
export function markUnfinishedTag(text: string): string {
  let at = 0;
  for (;;) {
    const start = text.indexOf('<', at);
    if (start < 0) return text;
    if (!/^<\/?[a-z]/i.test(text.slice(start, start + 3))) {
      at = start + 1;
      continue;
    }
    const { end, quoted } = endOfTag(text, start + 1);
    if (end >= 0) {
      at = end + 1;
      continue;
    }
    const rest = quoted ? '' : `${MARKED_LESS}${text.slice(start + 1).replaceAll('<', MARKED_LESS)}`;
    return text.slice(0, start) + rest;
  }
}

/**
 * Where the `>` of a tag is, outside its quotes; -1 and whether it is quoted where the text ends
 * first.
 */
function endOfTag(text: string, from: number): { end: number; quoted: boolean } {
  const delimiter = /[>=]/g;
  let at = from;
  for (;;) {
    delimiter.lastIndex = at;
    const found = delimiter.exec(text);
    if (found === null) return { end: -1, quoted: false };
    if (found[0] === '>') return { end: found.index, quoted: false };
    at = found.index + 1;
    while (/\s/.test(text.charAt(at))) at += 1;
    const quote = text.charAt(at);
    if (quote !== '"' && quote !== "'") continue;
    at = text.indexOf(quote, at + 1) + 1;
    if (at === 0) return { end: -1, quoted: true };
  }
}
