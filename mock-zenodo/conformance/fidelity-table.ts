import type { NamedFault } from '../faults/named.js';
import type { Rule } from './rule.js';

const RULES = markers('fidelity table');
const FAULTS = markers('named faults');

/** The document with the table of all rules between its markers. Throws if a marker is missing. */
export function withRules(document: string, rules: Rule[]): string {
  const rows = rules.map(({ id, says, source }) => [says, source, `\`${id}\``]);
  return between(document, RULES, table(['rule', 'source', 'test'], rows));
}

/**
 * The document with the table of all named faults between its markers. Throws if a marker is
 * missing.
 */
export function withFaults(document: string, faults: NamedFault[]): string {
  const rows = faults.map(({ name, says, source }) => [`\`${name}\``, says, source]);
  return between(document, FAULTS, table(['fault', 'what happens', 'reported in'], rows));
}

function markers(name: string): { start: string; end: string } {
  return {
    start: `<!-- ${name}: written by \`npm run fidelity-table\` -->`,
    end: `<!-- end of ${name} -->`,
  };
}

function between(document: string, { start, end }: { start: string; end: string }, text: string): string {
  const [before, rest] = document.split(start);
  const [, after] = (rest ?? '').split(end);
  if (before === undefined || after === undefined) throw new Error(`The document needs ${start} and ${end}.`);
  return `${before}${start}\n\n${text}\n\n${end}${after}`;
}

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n');
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
