import type { Rule } from './rule.js';

const START = '<!-- fidelity table: written by `npm run fidelity-table` -->';
const END = '<!-- end of fidelity table -->';

/** The readme with the table of all rules between its markers. Throws when a marker is missing. */
export function withFidelityTable(readme: string, rules: Rule[]): string {
  const [before, rest] = readme.split(START);
  const [, after] = (rest ?? '').split(END);
  if (before === undefined || after === undefined) throw new Error(`The readme needs ${START} and ${END}.`);
  return `${before}${START}\n\n${table(rules)}\n\n${END}${after}`;
}

function table(rules: Rule[]): string {
  const rows = rules.map(({ id, says, source }) => `| ${cell(says)} | ${cell(source)} | \`${id}\` |`);
  return ['| rule | source | test |', '| --- | --- | --- |', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
