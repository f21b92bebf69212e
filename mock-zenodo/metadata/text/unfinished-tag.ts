/**
 * Placeholders for `&` and for a `<` that begins no tag while HTML is parsed: noncharacters, which
 * a cleaned text never contains.
 */
export const MARKED_AMPERSAND = '\uffff';
export const MARKED_LESS = '\ufffe';

/**
 * Handles a text whose last tag has no end, such as `if a<b then`. It counts as text, and its `<`
 * is marked. If it ends inside quotes, it is removed (`mozilla/bleach:bleach/html5lib_shim.py`).
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
 * Position of the `>` of a tag, outside its quotes. If the text ends before it, -1 and whether that
 * is inside quotes.
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
