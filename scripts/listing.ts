import { type Cursor, readCursor } from '../src/operator/search.js';
import type { Page } from '../src/operator/uploads.js';

/** What a line of a list shows where a person reads it. */
export type Columns<Row> = Record<string, (row: Row) => string | number | null | undefined>;

/** Two spaces between columns; the last may be as long as the screen has room. */
const GAP = '  ';

/** Whether a person reads: else, and with `--json`, every row is one line of JSON. */
export function isForPeople(json: boolean | undefined): boolean {
  return process.stdout.isTTY === true && json !== true;
}

/** Prints rows: a table for people, one object a line for programs. */
export function printRows<Row>(rows: readonly Row[], columns: Columns<Row>, people: boolean): void {
  if (people) {
    if (rows.length > 0) process.stdout.write(tableOf(rows, columns, process.stdout.columns || 120));
    return;
  }
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
}

/** Rows asked for at once. */
const CHUNK = 500;

/**
 * Prints what `pageOf` finds, page after page, until `limit` rows; says on the error output how
 * many `thing`s they were, and whether there are more.
 */
export async function printPages<Row>(
  thing: string,
  limit: number,
  pageOf: (page: { size: number; after: Cursor | null }) => Promise<Page<Row>>,
  columns: Columns<Row>,
  people: boolean,
): Promise<void> {
  let after: Cursor | null = null;
  let count = 0;
  do {
    const { rows, next }: Page<Row> = await pageOf({ size: Math.min(CHUNK, limit - count), after });
    printRows(rows, columns, people);
    count += rows.length;
    after = readCursor(next ?? undefined);
  } while (after !== null && count < limit);
  console.error(
    `${count} ${thing}${count === 1 ? '' : 's'}${after === null ? '' : '; there are more: --limit'}`,
  );
}

/** A table of text, no line longer than `width`. */
export function tableOf<Row>(rows: readonly Row[], columns: Columns<Row>, width: number): string {
  const heads = Object.keys(columns);
  const cells = rows.map((row) => Object.values(columns).map((cell) => plain(cell(row))));
  const widths = heads.map((head, at) =>
    Math.max(head.length, ...cells.map((line) => line[at]?.length ?? 0)),
  );
  const lines = [heads, ...cells].map((line) =>
    line
      .map((text, at) => (at === line.length - 1 ? text : text.padEnd(widths[at] ?? 0)))
      .join(GAP)
      .slice(0, width)
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** Names come from strangers: no control character of theirs reaches a terminal. */
function plain(value: string | number | null | undefined): string {
  return String(value ?? '-').replace(/[\p{Cc}\p{Cf}]/gu, '?');
}

/** A moment for people, in UTC. */
export function moment(at: Date | null): string | null {
  return at === null ? null : at.toISOString().slice(0, 19).replace('T', ' ');
}
