// Words for numbers and moments, on pages and in commands.

/** Roughly how long before or after `now` a time is, in words. */
export function ago(at: Date, now: number): string {
  const seconds = Math.round((now - at.getTime()) / 1000);
  const span = inWords(Math.abs(seconds));
  if (Math.abs(seconds) < 5) return 'just now';
  return seconds > 0 ? `${span} ago` : `in ${span}`;
}

/** A duration in seconds, in its largest unit. */
export function inWords(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** Bytes for people, in powers of ten like Zenodo's. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** Bytes a second to Zenodo; null while they are not known. */
export function speed(rate: number | null): string {
  if (rate === null) return 'speed not known yet';
  return rate === 0 ? 'stands still' : `${bytes(rate)}/s`;
}

const NUMBER = new Intl.NumberFormat('en-GB');

/** A number with commas between thousands. */
export function number(count: number): string {
  return NUMBER.format(count);
}

/** A number with its noun. */
export function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A moment for people, to the second, in UTC. */
export function moment(at: Date): string {
  return at.toISOString().slice(0, 19).replace('T', ' ');
}
