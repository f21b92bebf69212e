/** Whether a text is a date (`2024`, `2024-05`, `2024-05-06`) or a chronological interval `A/B` of two: EDTF level 0. */
export function isEdtf(text: string): boolean {
  const parts = text.split('/');
  if (parts.length > 2 || !parts.every(isDate)) return false;
  const [start, end] = parts;
  return start === undefined || end === undefined || bound(start, '00') <= bound(end, '99');
}

/** Whether a text is a full calendar date, `2024-05-06`. */
export function isFullDate(text: string): boolean {
  return text.length === 10 && isDate(text);
}

/** The day of a time (milliseconds), in UTC. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function isDate(text: string): boolean {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text);
  if (match === null) return false;
  const [, year, month = '01', day = '01'] = match;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${year}-${month}-${day}`);
}

/** A date with its missing parts filled in, so that texts compare as times do. */
function bound(date: string, filler: string): string {
  const [year, month = filler, day = filler] = date.split('-');
  return `${year}-${month}-${day}`;
}
