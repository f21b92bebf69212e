import { UploadState } from '../database/generated/client.js';

/**
 * States to search for: those of an upload, `open` for all unfinished ones, and `refused` for those
 * refused before they became an upload.
 */
export const SEARCHED_STATES = ['open', ...Object.values(UploadState), 'refused'] as const;
type SearchedState = (typeof SEARCHED_STATES)[number];

/** Maximum length of a search text. File names have up to 255 characters. */
const MAX_TEXT = 255;

/** Search conditions, combined with and. */
export interface Search {
  /**
   * A container, deposition, Zenodo user id, request id, the first eight or more characters of an
   * upload id, or the beginning of a file's name or of the path that it was sent under.
   */
  text?: string;
  container?: string;
  deposition?: string;
  user?: string;
  request?: string;
  file?: string;
  state?: SearchedState;
  since?: Date;
  until?: Date;
}

/** A search, or a sentence that says why it is invalid. */
export type Parsed<T> = { value: T; fault: null } | { value: null; fault: string };

const TEXTS = ['text', 'container', 'deposition', 'user', 'request', 'file'] as const;
const SPANS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** The longest time span, in milliseconds: a hundred years. */
const LONGEST = 100 * 365 * 86_400_000;

/** Reads an operator's input, literally. The caller refuses unknown names. */
export function readSearch(typed: Record<string, string | undefined>, now: number): Parsed<Search> {
  const search: Search = {};
  for (const name of TEXTS) {
    const value = typed[name]?.trim();
    if (!value) continue;
    if (value.length > MAX_TEXT) return wrong(`Search for at most ${MAX_TEXT} characters.`);
    if (value.includes('\0')) return wrong('No name contains the character U+0000. Remove it.');
    search[name] = value;
  }
  const state = typed['state']?.trim();
  if (state) {
    const known = SEARCHED_STATES.find((name) => name === state);
    if (known === undefined)
      return wrong(`Unknown state ${shown(state)}. Use one of ${SEARCHED_STATES.join(', ')}.`);
    search.state = known;
  }
  for (const name of ['since', 'until'] as const) {
    const value = typed[name]?.trim();
    if (!value) continue;
    const time = readTime(value, now);
    if (time === null)
      return wrong(`${shown(value)} is not a time. Use 2h, 3d, 2030-01-31 or 2030-01-31T10:00.`);
    search[name] = time;
  }
  return { value: search, fault: null };
}

/** The state that was asked for; undefined if none was. */
export function readName<Name extends string>(
  names: readonly Name[],
  typed: string | undefined,
): Parsed<Name | undefined> {
  const name = names.find((one) => one === typed);
  if (name !== undefined || !typed) return { value: name, fault: null };
  return wrong(`Unknown state ${shown(typed)}. Use one of ${names.join(', ')}.`);
}

/** A time as 30m, 2h, 3d, 1w ago, or in ISO 8601 (UTC by default). Null if it is neither. */
export function readTime(text: string, now: number): Date | null {
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(now - Math.min(LONGEST, Number(count) * (SPANS[unit] ?? 0)));
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text)) return null;
  // 31 February would be read as a day in March.
  const day = new Date(text.slice(0, 10));
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(text.slice(0, 10))) return null;
  const time = new Date(/T[^Z+-]*$/.test(text) ? `${text}Z` : text);
  return isStorable(time) ? time : null;
}

/** Whether the database takes a moment: JavaScript writes other years in a way of its own. */
function isStorable(time: Date): boolean {
  const year = time.getUTCFullYear();
  return year > 0 && year < 10_000;
}

/** Whether a text can be the id of a deposition. */
export function isDepositionId(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

/** Whether a text is a whole UUID. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

const LOWEST = '00000000-0000-0000-0000-000000000000';

/**
 * The first and last id with this beginning, which needs at least `least` characters. Null if no id
 * has it.
 */
export function idsFrom(text: string, least = 8): { first: string; last: string } | null {
  const begun = text.toLowerCase();
  const first = begun + LOWEST.slice(begun.length);
  if (begun.length < least || !isUuid(first)) return null;
  return { first, last: begun + LOWEST.slice(begun.length).replaceAll('0', 'f') };
}

/** Where a page of a list continues: after this time and id. */
export interface Cursor {
  at: Date;
  id: string;
}

/**
 * Cursors as text: milliseconds and id. An invalid one is ignored, so that the list begins at the
 * start.
 */
export function readCursor(text: string | undefined): Cursor | null {
  const [, at, id] = /^(\d{1,15})~([0-9a-f-]{36})$/.exec(text ?? '') ?? [];
  const time = new Date(Number(at));
  return id !== undefined && isUuid(id) && isStorable(time) ? { at: time, id } : null;
}

/** A place in a list, as `readCursor` reads it. */
export function writeCursor({ at, id }: Cursor): string {
  return `${at.getTime()}~${id}`;
}

function wrong(fault: string): Parsed<never> {
  return { value: null, fault };
}

/** An input, short enough for a sentence. */
function shown(text: string): string {
  return `“${text.length > 40 ? `${text.slice(0, 40)}…` : text}”`;
}
