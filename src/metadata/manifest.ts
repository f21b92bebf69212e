import { FAILSAFE_SCHEMA, load, YAMLException } from 'js-yaml';
import { problem } from '../errors.js';
import { isObject } from './values.js';

/** Largest manifest read, in characters. */
export const MAX_MANIFEST = 10 * 1024 * 1024;

/** How often aliases may be resolved (a manifest needs none, a YAML bomb millions), and how deep it may be nested. */
const MAX_ALIASES = 100;
const MAX_DEPTH = 100;

/**
 * Reads a manifest.rdmc: YAML (of which JSON is a part) whose scalars stay texts, so that version 1.0 does not become 1. Throws
 * `invalid_manifest` that says where, for broken YAML, duplicate keys, bombs, wrong encodings and anything that is no mapping.
 */
export function parseManifest(text: string): Record<string, unknown> {
  if (text.length > MAX_MANIFEST) throw invalid('The manifest is larger than 10 MB.');
  if (text.includes('\u0000') || text.includes('\ufffd')) {
    throw invalid('The manifest is not encoded in UTF-8. Save it as UTF-8 and send it again.');
  }
  const value = parse(text.replace(/^\ufeff/, ''));
  if (!isObject(value)) throw invalid('The manifest is no mapping of keys to values.');
  return value;
}

function parse(text: string): unknown {
  try {
    return load(text, { schema: FAILSAFE_SCHEMA, maxAliases: MAX_ALIASES, maxDepth: MAX_DEPTH });
  } catch (cause) {
    if (!(cause instanceof YAMLException)) throw invalid('The manifest cannot be read.', cause);
    const reason = cause.reason.slice(0, 200);
    const line = cause.mark === null || cause.mark === undefined ? null : cause.mark.line + 1;
    if (line === null) throw invalid(`The manifest cannot be read: ${reason}.`, cause);
    throw problem(
      'invalid_manifest',
      `The manifest cannot be read at line ${line}, column ${(cause.mark?.column ?? 0) + 1}: ${reason}.`,
      { errors: [{ field: `line ${line}`, message: reason }] },
      cause,
    );
  }
}

function invalid(detail: string, cause?: unknown) {
  return problem('invalid_manifest', detail, { errors: [{ field: 'manifest', message: detail }] }, cause);
}
