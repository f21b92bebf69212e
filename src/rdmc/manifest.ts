import { LineCounter, parseDocument } from 'yaml';
import { problem } from '../errors.js';
import { isObject } from './scalars.js';

/** Largest manifest read, in characters. */
export const MAX_MANIFEST = 10 * 1024 * 1024;

/** How often aliases may be resolved: a manifest needs none, a YAML bomb millions. */
const MAX_ALIASES = 100;

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
  const lines = new LineCounter();
  let document: ReturnType<typeof parseDocument>;
  try {
    document = parseDocument(text, {
      schema: 'failsafe',
      uniqueKeys: true,
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'silent',
    });
  } catch (cause) {
    throw invalid('The manifest is nested too deeply.', cause);
  }
  const [fault] = document.errors;
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw problem(
      'invalid_manifest',
      `The manifest cannot be read at line ${line}, column ${col}: ${fault.message.slice(0, 200)}`,
      { errors: [{ field: `line ${line}`, message: fault.message.slice(0, 200) }] },
    );
  }
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (cause) {
    throw invalid('The manifest uses aliases without end, or is nested too deeply.', cause);
  }
}

function invalid(detail: string, cause?: unknown) {
  return problem('invalid_manifest', detail, { errors: [{ field: 'manifest', message: detail }] }, cause);
}
