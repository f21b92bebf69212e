import { readFile, writeFile } from 'node:fs/promises';
import { ROOT } from './stage.js';

const DOCUMENT = `${ROOT}docs/performance.md`;
const BEGIN = '<!-- results: written by `npm run bench -- --document` -->\n';
const END = '<!-- /results -->';

/** The part of the document about one row. */
export interface Section {
  name: string;
  /** Begins with a heading that ends with the name in brackets. */
  text: string;
}

/**
 * Puts the results into docs/performance.md, in the order of `names`. Rows that did not run keep
 * their old results.
 */
export async function writeDocument(sections: readonly Section[], names: readonly string[]): Promise<void> {
  const text = await readFile(DOCUMENT, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const [results, after] = rest?.split(END) ?? [];
  if (before === undefined || results === undefined || after === undefined) {
    throw new Error(`${DOCUMENT} has no part for results`);
  }
  const known = new Map(results.split(/^(?=### )/m).map((part) => [nameOf(part), part.trim()]));
  for (const section of sections) known.set(section.name, section.text);
  const parts = names.flatMap((name) => known.get(name) ?? []);
  await writeFile(DOCUMENT, `${before}${BEGIN}\n${parts.join('\n\n')}\n\n${END}${after}`);
}

function nameOf(part: string): string | undefined {
  return /^### .*\(`([\w-]+)`\)/.exec(part)?.[1];
}
