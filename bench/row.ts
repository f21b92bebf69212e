import type { Stage } from './stage.js';

/** What a figure should be; missing it does not end the run. */
export interface Target {
  atMost?: number;
  atLeast?: number;
}

/** One number of a table: `digits` after the point, its unit in the column's heading. */
export interface Figure {
  value: number;
  digits?: number;
  target?: Target;
}

/**
 * One line of a table: what was measured, and its figures by heading. A text stands for what cannot
 * be measured here.
 */
export interface Line {
  what: string;
  figures: Record<string, Figure | string>;
}

/** How much is measured. */
export interface Extent {
  quick: boolean;
  /** Each figure is the median of so many runs. */
  repeats: number;
}

/** A table of the bench: one file in rows/. */
export interface Row {
  name: string;
  title: string;
  /** Left out of a quick run of all rows. */
  long?: boolean;
  run(stage: Stage, extent: Extent): Promise<Line[]>;
}

/** True unless there is a target and it is missed. */
export function holds({ value, target }: Figure): boolean {
  return value <= (target?.atMost ?? value) && value >= (target?.atLeast ?? value) && !Number.isNaN(value);
}
