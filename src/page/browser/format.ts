import type { PageTexts } from '../texts/en.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes as people say them, in powers of ten as Zenodo counts. */
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

/** Seconds as people say them. */
export function formatTime(seconds: number, t: PageTexts): string {
  if (seconds < 60) return t.seconds(Math.max(1, Math.ceil(seconds)));
  const minutes = Math.ceil(seconds / 60);
  return minutes < 60 ? t.minutes(minutes) : t.hours(Math.floor(minutes / 60), minutes % 60);
}
