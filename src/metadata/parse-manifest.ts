import { defineScalarTag, FAILSAFE_SCHEMA, load, mergeTag, YAMLException } from 'js-yaml';
import { problem } from '../errors.js';
import { isLight } from '../weight.js';
import { isObject } from './values.js';

/** Maximum length of a manifest in characters. */
export const MAX_MANIFEST = 10 * 1024 * 1024;

/**
 * How often aliases may be resolved, and how deep nesting may be. A manifest needs no aliases; a
 * YAML bomb needs millions.
 */
const MAX_ALIASES = 100;
const MAX_DEPTH = 100;

/**
 * How much heavier than its text a manifest may be, by `isLight`. Without aliases, no list is more
 * than 12 times as heavy.
 */
const EXPANSION = 16;

/** Scalars stay texts, also with a tag. `<<` merges mappings, as YAML 1.1 defines. */
const SCHEMA = FAILSAFE_SCHEMA.withTags(
  mergeTag,
  ...['int', 'float', 'bool', 'null', 'timestamp'].map((name) =>
    defineScalarTag(`tag:yaml.org,2002:${name}`, { resolve: (text) => text, identify: () => false }),
  ),
);

const OPTIONS = { schema: SCHEMA, maxAliases: MAX_ALIASES, maxDepth: MAX_DEPTH };

/**
 * How many blocks of lines are indented before a manifest counts as broken, and how large each may
 * be.
 */
const MAX_INDENTED = 200;
const MAX_INDENT = 200;

/** What the author can do about an error of the parser. */
const ADVICE: Readonly<Record<string, string>> = {
  'bad indentation of a mapping entry':
    'bad indentation, or a value with a colon or another special character that must be in quotation marks',
  'duplicated mapping key': 'duplicated mapping key: keep only one of its values',
};

/**
 * Parses a manifest.rdmc: YAML (or JSON) whose scalars stay texts, so that version 1.0 does not
 * become 1. Throws `invalid_manifest` with the position for broken YAML, duplicate keys, bombs,
 * wrong encodings, and anything that is not a mapping.
 */
export function parseManifest(text: string): Record<string, unknown> {
  return readManifest(text).value;
}

/**
 * The same, with the text as strict YAML. Only the indentation of lines inside quotation marks and
 * brackets may differ.
 */
export function readManifest(text: string): { value: Record<string, unknown>; strict: string } {
  if (text.length > MAX_MANIFEST) throw invalid('The manifest is larger than 10 MB.');
  if (text.includes('\u0000') || text.includes('\ufffd')) {
    throw invalid('The manifest is not encoded in UTF-8. Save it as UTF-8 and send it again.');
  }
  const { value, strict } = parse(text.replace(/^\ufeff/, ''));
  if (!isObject(value)) throw invalid('The manifest is not a mapping of keys to values.');
  // A few aliases of aliases make a value with billions of entries, which share their memory until
  // they are read one by one.
  if (!isLight([value], EXPANSION * (text.length + 1)))
    throw invalid('The manifest repeats more with aliases than it contains. Write it without aliases.');
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

/** Whether a line may close what is open before it, by the parser's error. */
const CLOSED_BY: readonly [RegExp, (line: string) => boolean][] = [
  [/double quoted/, (line) => line.replace(/\\./g, '').includes('"')],
  [/single quoted/, (line) => line.replaceAll("''", '').includes("'")],
  [/flow collection/, (line) => /["'\]}]/.test(line)],
];

/**
 * PyYAML accepts quoted texts and bracketed lists whose continuation lines are not indented, and
 * such files exist. YAML 1.2 forbids them. The parser reports the line; this line and the following
 * ones are indented, up to the first that may close the quotation marks or the bracket. The added
 * blanks have no meaning. Null for other errors.
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
 * What is still open at the end of a text according to the parser: quotation marks or a bracket.
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
