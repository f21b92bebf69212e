import { type DescriptionFormat, plainWords, readDescription } from './descriptions.js';
import type { Given, Mapper } from './mapping.js';
import { entryIn, keyOf, listOf, textOf } from './values.js';

const FORMATS: Readonly<Record<string, DescriptionFormat>> = {
  html: 'html',
  texthtml: 'html',
  markdown: 'markdown',
  textmarkdown: 'markdown',
  md: 'markdown',
  text: 'text',
  plain: 'text',
  textplain: 'text',
  auto: 'auto',
};

/** Maps descriptions, abstracts and summaries to `description`, without repeating the same text. */
export function mapDescription(all: Given[], formats: Given[], into: Mapper): void {
  const word = textOf(formats[0]?.value);
  const format = word === null ? 'auto' : entryIn(FORMATS, keyOf(word));
  if (format === undefined)
    return void into.fault(formats[0]?.path ?? 'description_format', 'must be html, markdown or text');
  const parts = new Map<string, string>();
  for (const one of all) {
    const html = toHtml(one, format, into);
    if (html !== null && !parts.has(plainWords(html))) parts.set(plainWords(html), html);
  }
  const [first] = all;
  if (first === undefined || parts.size === 0) return;
  into.set('metadata.description', { value: [...parts.values()].join('\n'), path: first.path });
}

/**
 * A description as HTML, with a warning for what is lost. Null, with a fault or warning, if nothing
 * is left.
 */
export function toHtml({ value, path }: Given, format: DescriptionFormat, into: Mapper): string | null {
  const parts = listOf(value).map(textOf);
  const text = parts.filter((part) => part !== null).join('\n\n');
  if (text === '' || parts.includes(null)) return into.fault(path, 'must be a string');
  const { html, missed } = readDescription(text, format);
  if (missed.length > 0) into.warn(path, `Zenodo does not keep ${missed.join(', ')}, so it was left out.`);
  return html === '' ? into.warn(path, 'has no text that Zenodo keeps, so it was left out.') : html;
}
