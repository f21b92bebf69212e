/**
 * A text without these characters at its start and end, like Python's `str.strip`. The time of a
 * regular expression that ends in `+$` grows with the square of the length.
 */
export function strip(text: string, characters: string): string {
  let [start, end] = [0, text.length];
  while (start < end && characters.includes(text.charAt(start))) start += 1;
  while (end > start && characters.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
