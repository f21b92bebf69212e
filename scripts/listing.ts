import type { ListPage } from '../src/operator/uploads.js';
import { moment, plural } from '../src/operator/words.js';

/** What a person sees in a cell of a list. */
type Columns<Row> = Record<string, (row: Row) => string | number | null | undefined>;

/** Between columns. */
const GAP = '  ';

/** A last column is not wrapped if it has fewer characters than this. */
const NARROW = 24;

/**
 * Whether a person reads the output. Otherwise, and with `--json`, every row is one line of JSON.
 */
export function isForPeople(json: boolean | undefined): boolean {
  return process.stdout.isTTY === true && json !== true;
}

/** Prints rows: a table for people, or one object per line for programs. */
export function printRows<Row>(rows: readonly Row[], columns: Columns<Row>, people: boolean): void {
  if (people) {
    if (rows.length > 0) process.stdout.write(tableOf(rows, columns, screenWidth()));
    return;
  }
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
}

/** Number of rows that are queried at once. */
const CHUNK = 500;

/** What a list is of, how many rows it may have, and whether a person reads it. */
interface Listing {
  thing: string;
  limit: number;
  people: boolean;
}

/**
 * Prints what `pageOf` finds, page by page, up to `limit` rows. Prints on standard error how many
 * `thing`s there were, and whether there are more.
 */
export async function printPages<Row>(
  { thing, limit, people }: Listing,
  pageOf: (page: { size: number; after: string | undefined }) => Promise<ListPage<Row>>,
  columns: Columns<Row>,
): Promise<void> {
  let after: string | undefined;
  let count = 0;
  do {
    const { rows, next }: ListPage<Row> = await pageOf({ size: Math.min(CHUNK, limit - count), after });
    printRows(rows, columns, people);
    count += rows.length;
    after = next ?? undefined;
  } while (after !== undefined && count < limit);
  console.error(`${plural(count, thing)}${after === undefined ? '' : '; there are more, see --limit'}`);
}

/** A table in plain text. The last column is wrapped to `width` if there is enough room for it. */
export function tableOf<Row>(rows: readonly Row[], columns: Columns<Row>, width: number): string {
  const heads = Object.keys(columns);
  const cells = rows.map((row) => Object.values(columns).map((cell) => plain(cell(row))));
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const lines = [heads, ...cells].map((line) => {
    const first = line.slice(0, -1).map((text, at) => text.padEnd(widths[at] ?? 0) + GAP);
    return hanging(first.join(''), line.at(-1) ?? '', width);
  });
  return `${lines.join('\n')}\n`;
}

/** `text` after `head`, in lines no longer than `width`. All lines are aligned with the first. */
export function hanging(head: string, text: string, width: number): string {
  const room = width - head.length;
  if (room < NARROW) return `${head}${text}`.trimEnd();
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else line += line === '' ? word : ` ${word}`;
  }
  return `${head}${[...lines, line].join(`\n${' '.repeat(head.length)}`)}`.trimEnd();
}

/** Width of the terminal in columns. */
export function screenWidth(): number {
  return process.stdout.columns || 120;
}

/** Names come from strangers, so none of their control characters may reach a terminal. */
export function plain(value: string | number | null | undefined): string {
  return String(value ?? '-').replace(/[\p{Cc}\p{Cf}]/gu, '?');
}

/** A moment for people, in UTC. */
export function momentOf(at: Date | null): string | null {
  return at === null ? null : moment(at);
}
