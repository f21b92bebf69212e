import type { PageTexts } from '../texts/en.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes for people, in powers of ten like Zenodo's. */
export function formatSize(bytes: number, language: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value)}\u00a0${UNITS[unit]}`;
}

/** A duration for people. */
export function formatTime(seconds: number, t: PageTexts): string {
  if (seconds < 60) return t.seconds(Math.max(1, Math.ceil(seconds)));
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? t.minutes(minutes) : t.hours(Math.floor(minutes / 60), minutes % 60);
}

/** Names that are said at once. */
const MOST_NAMES = 20;

/** The first names of a list, and how many more there are. */
export function someOf(names: readonly string[], t: Pick<PageTexts, 'andMore'>): string {
  const shown = names.slice(0, MOST_NAMES).map(apart).join(', ');
  return names.length <= MOST_NAMES ? shown : t.andMore(shown, names.length - MOST_NAMES);
}

/** Letters that are written from right to left, and signs that turn the direction. */
const TURNING = /[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc]/;

/** A name inside a sentence: one that is written from right to left leaves the rest as it is. */
function apart(name: string): string {
  return TURNING.test(name) ? `\u2068${name}\u2069` : name;
}
