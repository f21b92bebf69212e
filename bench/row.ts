import type { Stage } from './stage.js';

/** The target of a figure. Missing it does not end the run. */
export interface Target {
  atMost?: number;
  atLeast?: number;
}

/** One number of a table, with `digits` decimals. Its unit is in the heading of the column. */
export interface Figure {
  value: number;
  digits?: number;
  target?: Target;
}

/**
 * One line of a table: what was measured, and its figures by heading. A text explains what cannot
 * be measured here.
 */
export interface Line {
  what: string;
  figures: Record<string, Figure | string>;
}

/** How much is measured. */
export interface Extent {
  quick: boolean;
  /** Each figure is the median of this number of runs. */
  repeats: number;
}

/** A table of the bench. Each has a file in rows/. */
export interface Row {
  name: string;
  title: string;
  /** Whether a quick run of all rows leaves it out. */
  long?: boolean;
  /** Whether it runs only if it is named. */
  apart?: boolean;
  run(stage: Stage, extent: Extent): Promise<Line[]>;
}

/** True unless there is a target and it is missed. */
export function holds({ value, target }: Figure): boolean {
  return value <= (target?.atMost ?? value) && value >= (target?.atLeast ?? value) && !Number.isNaN(value);
}
