/** A day, month or year that exists, as Zenodo takes it (EDTF level 0), or null. Two of them with a slash make an interval. */
export function readDate(text: string): string | null {
  const trimmed = text.trim();
  const interval = /^(\S+)\s*\/\s*(\S+)$/.exec(trimmed);
  if (
    interval &&
    !/^\d{1,2}\/\d{1,2}\/\d{4}$/.test(trimmed) &&
    !/^\d{4}\/\d{1,2}(\/\d{1,2})?$/.test(trimmed)
  ) {
    const [start, end] = [readPoint(interval[1] ?? ''), readPoint(interval[2] ?? '')];
    return start !== null && end !== null && start <= end ? `${start}/${end}` : null;
  }
  return readPoint(trimmed);
}

/** One point in time: ISO 8601 with or without the hour, `31.12.2024`, or with slashes where day and month cannot be mistaken. */
function readPoint(text: string): string | null {
  const iso = /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:[T\s]\d{1,2}:\d{2}.*)?$/.exec(text);
  if (iso) return point(iso[1], iso[2], iso[3]);
  const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s.*)?$/.exec(text);
  if (german) return point(german[3], german[2], german[1]);
  const slashes = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  if (!slashes) return null;
  const [, a = '', b = '', year] = slashes;
  if (a === b || Number(a) > 12) return point(year, b, a);
  return Number(b) > 12 ? point(year, a, b) : null;
}

function point(year = '', month?: string, day?: string): string | null {
  if (month === undefined) return year;
  const text = `${year}-${month.padStart(2, '0')}`;
  if (Number(month) < 1 || Number(month) > 12) return null;
  if (day === undefined) return text;
  const full = `${text}-${day.padStart(2, '0')}`;
  const date = new Date(`${full}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== full ? null : full;
}
