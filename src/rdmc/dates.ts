/** What stands between the ends of an interval, if it is no slash. */
const BETWEEN = /\s+(?:[-–—]|to|bis|until)\s+|\s*[–—]\s*|(?<=^\d{4})-(?=\d{4}$)/i;

/** No date is longer, in characters; the patterns below would take long for what is. */
const LONGEST = 100;

/** A day, month or year that exists, as Zenodo takes it (EDTF level 0), or null. Two of them with a slash make an interval. */
export function readDate(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST) return null;
  const alone = readPoint(trimmed);
  if (alone !== null) return alone;
  const ends = trimmed.split(BETWEEN.test(trimmed) ? BETWEEN : '/');
  if (ends.length !== 2) return null;
  const [start, end] = ends.map((part) => readPoint(part.trim()));
  if (!start || !end) return null;
  return start <= end ? `${start}/${end}` : null;
}

/** One point in time: ISO 8601 with or without the hour, `31.12.2024`, `17 May 2024`, or with slashes where day and month cannot be mistaken. */
function readPoint(text: string): string | null {
  const iso =
    /^(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?(?:(?:T|\s+)\d{1,2}:\d{2}\S*(?:\s*(?:Z|UTC|[+-]\d{2}:?\d{2}))?|Z)?$/.exec(
      text,
    );
  if (iso) return point(iso[1], iso[2], iso[3]);
  const german = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:,?\s+\d{1,2}:\d{2}\S*)?$/.exec(text);
  if (german) return point(german[3], german[2], german[1]);
  const slashes = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text);
  if (slashes) {
    const [, a = '', b = '', year] = slashes;
    if (a === b || Number(a) > 12) return point(year, b, a);
    return Number(b) > 12 ? point(year, a, b) : null;
  }
  return readWords(text);
}

/** `May 2024`, `17 May 2024`, `May 17, 2024`, `17. Mai 2024`. */
function readWords(text: string): string | null {
  const [, before, name = '', after, year] =
    /^(?:(\d{1,2})(?:\.|st|nd|rd|th)?\s+)?(\p{L}{3,9})\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})$/iu.exec(
      text,
    ) ?? [];
  const month = MONTHS.findIndex((spellings) =>
    spellings.some(
      (spelling) =>
        spelling === name.toLowerCase() || (name.length === 3 && spelling.startsWith(name.toLowerCase())),
    ),
  );
  if (month === -1 || (before !== undefined && after !== undefined)) return null;
  return point(year, String(month + 1), before ?? after);
}

const MONTHS = (
  'january/januar/jänner february/februar march/märz/mrz april may/mai june/juni july/juli august september/sept october/oktober ' +
  'november december/dezember'
)
  .split(' ')
  .map((month) => month.split('/'));

function point(year = '', month?: string, day?: string): string | null {
  if (month === undefined) return year;
  const text = `${year}-${month.padStart(2, '0')}`;
  if (Number(month) < 1 || Number(month) > 12) return null;
  if (day === undefined) return text;
  const full = `${text}-${day.padStart(2, '0')}`;
  const date = new Date(`${full}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== full ? null : full;
}
