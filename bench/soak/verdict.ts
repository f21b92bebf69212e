import type { Line } from '../row.js';
import { median } from '../statistics.js';
import type { Reading, Rows } from './gauges.js';
import type { Tally } from './tally.js';

/**
 * How much memory may have risen at the end: garbage is collected late, and pools keep what they
 * opened.
 */
const MAY_RISE = { memory: 32, handles: 24 };

/** A shorter run, in seconds, consists only of warming up. */
const LONG_ENOUGH = 300;

/** The results of a soak. */
interface Outcome {
  tally: Tally;
  /** Measurements during the run, in order. */
  readings: readonly Reading[];
  /** Measurements after the service became idle. */
  last: Reading;
  rows: Rows;
  /** Lines of the service's log with level error or fatal. */
  errorLines: number;
}

/**
 * The table: measurements after warming up (a third of the time) compared with the end, and what
 * must be zero.
 */
export function linesOf({ tally, readings, last, rows, errorLines }: Outcome): Line[] {
  const judged = (readings.at(-1)?.at ?? 0) >= LONG_ENOUGH;
  const third = Math.ceil(readings.length / 3);
  const early = readings.slice(third, 2 * third);
  const late = readings.slice(2 * third);
  const rise = (what: 'memory' | 'handles') => {
    const of = (some: readonly Reading[]) => median(some.map((reading) => reading[what]));
    const most = { value: Math.max(last[what], ...readings.map((reading) => reading[what])), digits: 0 };
    const afterwards = { value: last[what], digits: 0 };
    if (!judged) return { most, afterwards };
    return {
      'second third': { value: of(early), digits: 0 },
      'last third': { value: of(late), digits: 0 },
      rise: { value: of(late) - of(early), digits: 1, target: { atMost: MAY_RISE[what] } },
      most,
      afterwards,
    };
  };
  const none = (value: number) => ({ 'in the end': { value, digits: 0, target: { atMost: 0 } } });
  return [
    { what: 'memory, MiB', figures: rise('memory') },
    { what: 'open handles', figures: rise('handles') },
    { what: 'bytes in staging', figures: none(last.stagingBytes) },
    { what: 'uploads unfinished', figures: none(rows.unfinished) },
    { what: 'untrue or undocumented answers', figures: none(tally.wrong.length) },
    { what: 'errors in the log', figures: none(errorLines) },
  ];
}
