import { Marked } from 'marked';
import { withTagsOnly } from './html-tags.js';

/** Syntax that only Markdown has: a heading, a fence, a row of dashes below a table's head. */
export function isMarkdown(text: string): boolean {
  const lines = text.split('\n');
  return lines.some(
    (line, index) =>
      (/^#{1,6} \S/.test(line) && lines[index + 1]?.trim() === '' && !(lines[index - 1] ?? '').trim()) ||
      /^(?:```|~~~)\w*$/.test(line) ||
      (index > 0 &&
        (lines[index - 1] ?? '').includes('|') &&
        /^[ :|-]+$/.test(line) &&
        line.includes('---') &&
        line.includes('|')),
  );
}

const markdown = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => withTagsOnly(text),
    // Zenodo drops `start`, so a list that does not begin with 1 would be renumbered.
    list({ ordered, start, items }) {
      const tag = ordered ? 'ol' : 'ul';
      const body = items.map((item) => this.listitem(item)).join('');
      if (!ordered || start === 1) return `<${tag}>\n${body}</${tag}>\n`;
      return items
        .map(
          (item, index) =>
            `<p>${Number(start) + index}. ${this.parser.parse(item.tokens).replace(/^<p>|<\/p>\s*$/g, '')}</p>\n`,
        )
        .join('');
    },
  },
  tokenizer: {
    // `\(x_1\)` is a formula, and `__init__.py` a name.
    escape(src) {
      return /^\\[()[\]]/.test(src) ? { type: 'escape', raw: src.slice(0, 2), text: src.slice(0, 2) } : false;
    },
    // `H~2~O` is a formula; a text that is struck out has two signs on each side.
    del(src) {
      return src.startsWith('~~') ? false : undefined;
    },
    emStrong(src, _mask, before) {
      const run = /^(?:_+|\*+)/.exec(src)?.[0];
      if (run === undefined) return false;
      const isWord = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
      const close = src.indexOf(run, run.length);
      const literal =
        isWord(before?.at(-1)) || (close > 0 && /^[._\p{L}\p{N}]/u.test(src.slice(close + run.length)));
      return literal ? ({ type: 'text', raw: run, text: run } as never) : false;
    },
  },
});

/** Markdown as HTML. Characters without a meaning in Markdown are kept. */
export function fromMarkdown(text: string): string {
  return markdown.parse(text, { async: false }) as string;
}
