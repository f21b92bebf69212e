import { FAILSAFE_SCHEMA, load, mergeTag, YAMLException } from 'js-yaml';
import { problem } from '../errors.js';
import { isObject } from './values.js';

/** Largest manifest read, in characters. */
export const MAX_MANIFEST = 10 * 1024 * 1024;

/**
 * How often aliases may be resolved (a manifest needs none, a YAML bomb millions), and how deep it
 * may be nested.
 */
const MAX_ALIASES = 100;
const MAX_DEPTH = 100;

/** Texts stay texts; `<<` joins a mapping, as every reader of YAML 1.1 does it. */
const SCHEMA = FAILSAFE_SCHEMA.withTags(mergeTag);

const OPTIONS = { schema: SCHEMA, maxAliases: MAX_ALIASES, maxDepth: MAX_DEPTH };

/**
 * How many stretches of lines are indented before a manifest is called broken, and how far each is.
 */
const MAX_INDENTED = 200;
const MAX_INDENT = 200;

/** What the parser says → what its writer can do about it. */
const ADVICE: Readonly<Record<string, string>> = {
  'bad indentation of a mapping entry':
    'bad indentation, or a value with a colon or another special character that must be in quotation marks',
  'duplicated mapping key': 'duplicated mapping key: keep only one of its values',
};

/**
 * Reads a manifest.rdmc: YAML (of which JSON is a part) whose scalars stay texts, so that version
 * 1.0 does not become 1. Throws `invalid_manifest` that says where, for broken YAML, duplicate
 * keys, bombs, wrong encodings and anything that is no mapping.
 */
export function parseManifest(text: string): Record<string, unknown> {
  return readManifest(text).value;
}

/**
 * The same with the text as strict YAML: only the indentation of lines inside quotation marks and
 * brackets may differ.
 */
export function readManifest(text: string): { value: Record<string, unknown>; strict: string } {
  if (text.length > MAX_MANIFEST) throw invalid('The manifest is larger than 10 MB.');
  if (text.includes('\u0000') || text.includes('\ufffd')) {
    throw invalid('The manifest is not encoded in UTF-8. Save it as UTF-8 and send it again.');
  }
  const { value, strict } = parse(text.replace(/^\ufeff/, ''));
  if (!isObject(value)) throw invalid('The manifest is not a mapping of keys to values.');
  return { value, strict };
}

function parse(text: string): { value: unknown; strict: string } {
  let strict = text;
  for (let indented = 0; ; indented += 1) {
    try {
      const value: unknown = load(strict, OPTIONS);
      return { value, strict };
    } catch (cause) {
      const better = indented < MAX_INDENTED ? indentedAt(strict, cause) : null;
      if (better === null) throw unreadable(cause);
      strict = better;
    }
  }
}

/** Whether a line may end what stands open before it, by what the parser calls that. */
const CLOSED_BY: readonly [RegExp, (line: string) => boolean][] = [
  [/double quoted/, (line) => line.replace(/\\./g, '').includes('"')],
  [/single quoted/, (line) => line.replaceAll("''", '').includes("'")],
  [/flow collection/, (line) => /["'\]}]/.test(line)],
];

/**
 * PyYAML reads a text in quotation marks, or a list in brackets, whose further lines are not
 * indented, and so do the files that people have. YAML 1.2 forbids it. The parser says at which
 * line it saw that; this line and those behind it are indented, up to the first that may close the
 * quotation marks or the bracket. Blanks there mean nothing. Null if it was another fault.
 */
function indentedAt(text: string, cause: unknown): string | null {
  if (!(cause instanceof YAMLException) || cause.reason !== 'deficient indentation') return null;
  const first = cause.mark?.line ?? 0;
  const lines = text.split('\n');
  const before = lines.slice(0, first).join('\n');
  const open = openAtEnd(before);
  const closes = CLOSED_BY.find(([what]) => what.test(open))?.[1];
  if (first === 0 || closes === undefined) return null;
  let last = first;
  while (last < lines.length - 1 && !closes(lines[last] ?? '')) last += 1;
  const opening = before.split('\n').findLast((line) => line.trim() !== '') ?? '';
  const blanks = ' '.repeat(Math.min(opening.length, MAX_INDENT));
  for (let line = first; line <= last; line += 1) lines[line] = `${blanks}${lines[line]}`;
  return lines.join('\n');
}

/**
 * What the parser misses at the end of a text: the end of a text in quotation marks, or of a list
 * in brackets.
 */
function openAtEnd(text: string): string {
  try {
    load(text.trimEnd(), OPTIONS);
    return '';
  } catch (cause) {
    return cause instanceof YAMLException ? cause.reason : '';
  }
}

function unreadable(cause: unknown) {
  if (!(cause instanceof YAMLException)) return invalid('The manifest cannot be read.', cause);
  const reason = ADVICE[cause.reason] ?? cause.reason.slice(0, 200);
  const line = cause.mark?.line;
  if (line === undefined) return invalid(`The manifest cannot be read: ${reason}.`, cause);
  return problem(
    'invalid_manifest',
    `The manifest cannot be read at line ${line + 1}, column ${(cause.mark?.column ?? 0) + 1}: ${reason}.`,
    { errors: [{ field: `line ${line + 1}`, message: reason }] },
    cause,
  );
}

function invalid(detail: string, cause?: unknown) {
  return problem('invalid_manifest', detail, { errors: [{ field: 'manifest', message: detail }] }, cause);
}
