import { problem } from '../../errors.js';
import { isObject } from '../../metadata/values.js';
import { type Notice, notice } from '../../notice.js';
import { MAX } from '../../schemas/body-limits.js';
import type { UploadOptions } from '../model.js';
import { MAX_FILES } from '../plan/limits.js';
import { type Announced, tooManySizes } from './announced.js';

/** The fields of an upload form, as far as they have arrived. */
export interface Form {
  options: UploadOptions;
  /** Announcements by path as sent. */
  announced: Map<string, Announced>;
  notices: Notice[];
}

/** Maximum length of a list of files, and of any other field. */
export const MAX_LIST = MAX.list;
const MAX_FIELD = 64 * 1024;
/** Files in all lists of a form. Lists may name files that other forms bring. */
const MAX_ANNOUNCED = 200_000;
const LISTS: ReadonlySet<string> = new Set(['sizes', 'md5s']);

/**
 * Reads one field other than the token. Throws invalid_request with its name. Unknown fields become
 * notices.
 */
export function readField(form: Form, name: string, value: unknown, truncated: boolean): void {
  if (truncated) throw invalid(name, 'is longer than 1 MiB');
  if (!LISTS.has(name) && fieldText(value).length > MAX_FIELD) throw invalid(name, 'is longer than 64 KiB');
  switch (name) {
    case 'archive':
      if (value === 'never' || value === 'zip') form.options.archive = value;
      else if (value !== '') throw invalid(name, 'must be `zip` or `never`');
      return;
    case 'sync':
      form.options.sync = flag(name, value);
      return;
    case 'folders':
      if (value === 'merge' || value === 'replace') form.options.folders = value;
      else if (value !== '') throw invalid(name, 'must be `merge` or `replace`');
      return;
    case 'sizes': {
      const sizes = json(name, value);
      if (isObject(sizes) && Object.keys(sizes).length > MAX_FILES) throw tooManySizes();
      if (!holdsOnly(sizes, isSize))
        throw invalid(name, 'must be an object with file names as keys and sizes in bytes as values');
      for (const [path, size] of Object.entries(sizes)) announce(form, path, { size });
      return;
    }
    case 'md5s': {
      const sums = json(name, value);
      if (!holdsOnly(sums, isSum))
        throw invalid(name, 'must be an object with file names as keys and MD5 checksums in hex as values');
      for (const [path, md5] of Object.entries(sums)) announce(form, path, { md5: md5.toLowerCase() });
      return;
    }
    default:
      form.notices.push(
        notice('unknown_field', `The field "${name.slice(0, 100)}" is unknown and was ignored.`),
      );
  }
}

/**
 * A value as text. The parser has read parts with the content type JSON: what is then a list or an
 * object has no text, and may lack a method that makes one.
 */
export function fieldText(value: unknown): string {
  return typeof value === 'object' && value !== null ? '{}' : String(value);
}

/**
 * Whether a value is what AnnouncedSizes or AnnouncedSums says. Checking by these schemas is slow,
 * and leaves out names with line ends.
 */
function holdsOnly<T>(value: unknown, isOne: (one: unknown) => one is T): value is Record<string, T> {
  return isObject(value) && Object.values(value).every(isOne);
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isSum(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{32}$/i.test(value);
}

function announce(form: Form, path: string, more: Announced): void {
  if (form.announced.size >= MAX_ANNOUNCED && !form.announced.has(path)) {
    throw problem('too_many_files', `The lists of a form may name ${MAX_ANNOUNCED} files. Split the form.`);
  }
  form.announced.set(path, { ...form.announced.get(path), ...more });
}

function flag(name: string, value: unknown): boolean {
  const text = fieldText(value).toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(text)) return true;
  if (['false', '0', 'no', 'off', '', 'none', 'null'].includes(text)) return false;
  throw invalid(name, 'must be `true` or `false`');
}

function json(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw problem('invalid_request', `The field ${name} must be JSON.`, fault(name, 'must be JSON'), cause);
  }
}

function invalid(field: string, message: string) {
  return problem('invalid_request', `The field ${field.slice(0, 100)} ${message}.`, fault(field, message));
}

function fault(field: string, message: string) {
  return { errors: [{ field: field.slice(0, 100), message }] };
}
