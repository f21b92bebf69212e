/** What Python's `str.strip()` counts as white space. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Python counts four of them
const BLANK = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** A text without white space at its ends, as Python's `str.strip()` returns it. */
export function stripped(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.test(text.charAt(start))) start += 1;
  while (end > start && BLANK.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
