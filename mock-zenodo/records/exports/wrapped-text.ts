/**
 * A text in lines of at most `width` characters, broken as by Python's `textwrap.wrap`: at spaces,
 * after hyphens between letters, and inside longer words.
 */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let glue = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    for (const piece of word.split(/(?<=[\p{L}]-)(?=\p{L})/u)) {
      let rest = [...piece];
      if ([...line].length + glue.length + rest.length > width && line !== '') {
        if (rest.length > width) {
          const room = width - [...line].length - glue.length;
          if (room > 0) {
            line += glue + rest.slice(0, room).join('');
            rest = rest.slice(room);
          }
        }
        lines.push(line);
        line = '';
        glue = '';
      }
      let start = 0;
      for (; rest.length - start > width; start += width) {
        lines.push(rest.slice(start, start + width).join(''));
      }
      line += glue + rest.slice(start).join('');
      glue = '';
    }
    glue = ' ';
  }
  return line === '' ? lines : [...lines, line];
}
