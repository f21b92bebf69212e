import type { NamedFault } from '../faults/named.js';
import type { Rule } from './rule.js';

const RULES = markers('fidelity table');
const FAULTS = markers('named faults');

/** The readme with the tables of all rules and named faults between their markers. Throws when a marker is missing. */
export function withTables(readme: string, rules: Rule[], faults: NamedFault[]): string {
  const ruleRows = rules.map(({ id, says, source }) => [says, source, `\`${id}\``]);
  const faultRows = faults.map(({ name, says, source }) => [`\`${name}\``, says, source]);
  const withRules = between(readme, RULES, table(['rule', 'source', 'test'], ruleRows));
  return between(withRules, FAULTS, table(['fault', 'what happens', 'reported in'], faultRows));
}

function markers(name: string): { start: string; end: string } {
  return {
    start: `<!-- ${name}: written by \`npm run fidelity-table\` -->`,
    end: `<!-- end of ${name} -->`,
  };
}

function between(readme: string, { start, end }: { start: string; end: string }, text: string): string {
  const [before, rest] = readme.split(start);
  const [, after] = (rest ?? '').split(end);
  if (before === undefined || after === undefined) throw new Error(`The readme needs ${start} and ${end}.`);
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
