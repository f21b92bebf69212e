import { type DescriptionFormat, plainWords, readDescription } from './descriptions.js';
import { add, fault, type Given, type Mapping, set, warn } from './mapping.js';
import { keyOf, textOf } from './values.js';

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

/** Descriptions → `description`; an abstract or summary beside it becomes an additional one. */
export function mapDescription(all: Given[], formats: Given[], mapping: Mapping): void {
  const word = textOf(formats[0]?.value);
  const format = word === null ? 'auto' : FORMATS[keyOf(word)];
  if (format === undefined) {
    fault(mapping, formats[0]?.path ?? 'description_format', 'must be html, markdown or text');
    return;
  }
  const [main, ...others] = [...all].sort((a, b) => rank(a) - rank(b));
  if (main === undefined) return;
  const html = toHtml(main, format, mapping);
  if (html !== null) set(mapping, 'metadata.description', { value: html, path: main.path });
  for (const other of others) {
    const more = toHtml(other, format, mapping);
    if (more === null || (html !== null && plainWords(more) === plainWords(html))) continue;
    const type = { id: rank(other) === 1 ? 'abstract' : 'other' };
    add(mapping, 'metadata.additional_descriptions', {
      value: { description: more, type },
      path: other.path,
    });
  }
}

/** A description as HTML, with a warning for what cannot be kept; null, with a fault or warning, if nothing is left. */
export function toHtml({ value, path }: Given, format: DescriptionFormat, mapping: Mapping): string | null {
  const text = Array.isArray(value) ? value.map(textOf).join('\n\n') : textOf(value);
  if (text === null) {
    fault(mapping, path, 'must be a text');
    return null;
  }
  const { html, missed } = readDescription(text, format);
  if (missed.length > 0) warn(mapping, path, `Zenodo keeps no ${missed.join(', ')}; it was left out.`);
  if (html !== '') return html;
  warn(mapping, path, 'holds no text that Zenodo keeps; it was left out.');
  return null;
}

function rank({ path }: Given): number {
  const key = keyOf(path.split('.').at(-1) ?? '');
  return key.includes('description') ? 0 : key === 'abstract' ? 1 : 2;
}
