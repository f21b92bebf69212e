const BAR = 28;

/** A size for people: 6.0 MB, 2.1 kB, 12 B. */
export function inUnits(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 100_000 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** Prints one line for a finished step. */
export function step(text: string): void {
  process.stdout.write(`  ✓ ${text}\n`);
}

/**
 * A progress bar that redraws itself in a terminal, at most ten times per second. If the output
 * goes to a file, only its end is written. `total` and the progress are in bytes.
 */
export function progressBar(total: number) {
  const live = process.stdout.isTTY === true;
  let drawn = 0;
  const line = (sent: number, taken: number | undefined) => {
    const filled = Math.round((BAR * Math.min(sent, total)) / Math.max(total, 1));
    const bar = '█'.repeat(filled) + '░'.repeat(BAR - filled);
    const atZenodo = taken === undefined ? '' : `, Zenodo took ${inUnits(taken)}`;
    return `    ${bar} ${inUnits(sent)} of ${inUnits(total)} sent${atZenodo}`;
  };
  return {
    show(sent: number, taken?: number): void {
      if (!live || Date.now() - drawn < 100) return;
      drawn = Date.now();
      process.stdout.write(`\r${line(sent, taken)}`);
    },
    end(sent: number, taken?: number): void {
      process.stdout.write(`${live ? '\r' : ''}${line(sent, taken)}\n`);
    },
  };
}

/** Rows under a heading. Each column is as wide as it needs to be. */
export function table(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '─'.repeat(width)).join('  '));
  return lines.map((line) => `  ${line}\n`).join('');
}
