/** How a date is written: `Jan 2, 2026` or `January 2, 2026`. */
type DateStyle = 'medium' | 'long';

/**
 * A date or an interval in English words, with the precision that it has. A text that is not a date
 * stays as it is.
 */
export function dateInWords(text: string, style: DateStyle): string {
  const [start = '', end] = text.trim().split('/');
  const from = new Date(start);
  const to = new Date(end ?? start);
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return text;
  const parts = Math.min(start.split('-').length, (end ?? start).split('-').length);
  const format = new Intl.DateTimeFormat('en', {
    timeZone: 'UTC',
    year: 'numeric',
    ...(parts > 1 && { month: style === 'long' ? 'long' : 'short' }),
    ...(parts > 2 && { day: 'numeric' }),
  });
  const shown = end === undefined ? format.format(from) : format.formatRange(from, to);
  return shown.replace(/[\u2009\u202f]/g, ' ');
}
