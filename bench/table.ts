import { type Figure, holds, type Line, type Target } from './row.js';

/**
 * A table in Markdown, which can also be read on a terminal. Each figure has its target, and a mark
 * if it misses it.
 */
export function tableOf(lines: readonly Line[]): string {
  const headings = [...new Set(lines.flatMap(({ figures }) => Object.keys(figures)))];
  const cells = [
    ['', ...headings],
    ...lines.map(({ what, figures }) => [what, ...headings.map((heading) => cellOf(figures[heading]))]),
  ];
  const widths = ['', ...headings].map((_, column) =>
    Math.max(3, ...cells.map((row) => (row[column] ?? '').length)),
  );
  const text = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...rest] = cells;
  return [text(first), text(widths.map((width) => '-'.repeat(width))), ...rest.map(text)].join('\n');
}

function cellOf(figure: Figure | string | undefined): string {
  if (figure === undefined) return '';
  if (typeof figure === 'string') return figure;
  const value = figure.value.toFixed(figure.digits ?? 2);
  if (figure.target === undefined) return value;
  return `${value} (${targetOf(figure.target)})${holds(figure) ? '' : ' **missed**'}`;
}

function targetOf({ atMost, atLeast }: Target): string {
  if (atMost !== undefined && atMost === atLeast) return `= ${atMost}`;
  return atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
}
