import { type FieldFault, problem } from '../../errors.js';
import { type Notice, notice } from '../../notice.js';

/**
 * Zenodo's maximum length of a name, in characters (zenodo/zenodo-rdm: "Filename is too long.").
 */
const MAX_NAME = 255;

/** Maximum length of a part's path, in characters. */
const MAX_PATH = 1024;

/**
 * C0 and C1 controls, line separators, and marks that change the text direction: all are invisible
 * in a name.
 */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd\ud800-\udfff]/u;

const ALL_UNSEEN = new RegExp(UNSEEN, 'gu');

/** A percent-encoded byte. */
const ENCODED = /%[0-9a-f]{2}/i;

/**
 * The path of a multipart part. Browsers and `requests` percent-encode exactly quotes and line
 * breaks in a part's file name (WHATWG HTML, multipart/form-data encoding), so exactly those are
 * decoded. `field`: the part's own name. Throws invalid_file_name if there is none.
 */
export function partPath(filename: string | undefined, field: string): string {
  if (filename === undefined || filename === '') {
    const detail = `The part ${quoted(field)} has a file without a name. Send it again with a file name.`;
    throw problem('invalid_file_name', detail, {
      errors: [{ field: quoted(field), message: 'has no file name' }],
    });
  }
  return filename.replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');
}

/**
 * A notice if paths are percent-encoded, as by aiohttp's default. They are kept as sent, because a
 * percent sign is legal in a name.
 */
export function encodedNameNotices(paths: readonly string[]): Notice[] {
  const [first, ...more] = paths.filter((path) => ENCODED.test(path));
  if (first === undefined) return [];
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  const detail = `The file name ${quoted(first)}${others} arrived with percent signs and was kept unchanged. If your HTTP library encodes file names, turn that off (aiohttp: FormData(quote_fields=False)).`;
  return [notice('encoded_file_name', detail, first, more.length)];
}

/** A fault of one file. The field is its path; for forms the part's name replaces it. */
export function fileFault(path: string, message: string): FieldFault {
  return { field: 'name', file: path, message };
}

/**
 * Throws invalid_file_name unless `path` is a relative path of plain segments that no system
 * misreads.
 */
export function checkPath(path: string): void {
  const refuse = (reason: string) =>
    problem('invalid_file_name', `The file name ${quoted(path)} ${reason}. Rename it and send it again.`, {
      errors: [fileFault(path, reason)],
    });
  // First, so that the other checks are cheap.
  if (isLonger(path, MAX_PATH)) throw refuse(`is a path of more than ${MAX_PATH} characters`);
  if (UNSEEN.test(path)) throw refuse('contains characters that are invisible or not UTF-8');
  if (path.includes('\\')) throw refuse('holds a backslash');
  if (path.startsWith('/')) throw refuse('is absolute');
  if (/^[a-z]:\//i.test(path)) throw refuse('starts with a drive letter');
  for (const segment of path.split('/')) {
    if (segment.trim() === '') throw refuse('has an empty part');
    if (segment === '.' || segment === '..') throw refuse(`has the part "${segment}"`);
    if (isLonger(segment, MAX_NAME)) throw refuse(`is longer than ${MAX_NAME} characters`);
  }
}

/**
 * Like `checkPath`, for a name that becomes one path segment at Zenodo, which accepts no slash
 * (zenodo/zenodo#2479).
 */
export function checkName(name: string): void {
  checkPath(name);
  if (!name.includes('/')) return;
  throw problem('invalid_file_name', `Zenodo does not accept a slash in a file name: ${quoted(name)}.`, {
    errors: [fileFault(name, 'holds a slash')],
  });
}

/**
 * Names with the same key are the same on some system: NFC, then an approximation of full case
 * folding.
 */
export function nameKey(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** Throws duplicate_file_name if two names have the same key. */
export function checkDistinct(names: readonly string[]): void {
  const check = distinctNames();
  for (const name of names) check(name);
}

/** Checks names one by one. Throws duplicate_file_name for one with the key of an earlier one. */
export function distinctNames(): (name: string) => void {
  const seen = new Map<string, string>();
  return (name) => {
    const twin = seen.get(nameKey(name));
    if (twin !== undefined) throw duplicate(name, twin);
    seen.set(nameKey(name), name);
  };
}

/** The problem for a name that is already taken, perhaps in another spelling. */
export function duplicate(name: string, twin: string) {
  const spelled = twin === name ? '' : ` (the other is spelled ${quoted(twin)})`;
  return problem(
    'duplicate_file_name',
    `Two files are named ${quoted(name)}${spelled}. Rename one of them and send all files again.`,
    { errors: [fileFault(name, 'occurs twice')] },
  );
}

/** Whether a text contains invisible characters, or some that change the text direction. */
export function hasUnseen(text: string): boolean {
  return UNSEEN.test(text);
}

/** A name made safe for a sentence: at most 100 characters, all visible. */
export function quoted(name: string): string {
  // Cut first, so that the rest is cheap.
  const seen = name.slice(0, 400).replace(ALL_UNSEEN, '?');
  return isLonger(seen, 100) ? `${[...seen].slice(0, 97).join('')}…` : seen;
}

/** Whether a text has more than `most` characters. Few texts need counting. */
function isLonger(text: string, most: number): boolean {
  return text.length > most && (text.length > 2 * most || [...text].length > most);
}
