import type { FieldFault } from '../errors.js';

/**
 * Patterns of paths in a draft, and the deposit API's names for them
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`).
 */
const NAMES: [RegExp, string][] = [
  [/^metadata\.resource_type(\..*)?$/, 'metadata.upload_type'],
  [/^metadata\.rights(\..*)?$/, 'metadata.license'],
  [/^metadata\.publisher$/, 'metadata.imprint_publisher'],
  [/^metadata\.subjects(\..*)?$/, 'metadata.keywords'],
  [/^metadata\.languages(\..*)?$/, 'metadata.language'],
  [/^metadata\.additional_descriptions(\..*)?$/, 'metadata.notes'],
  [/^metadata\.funding(\..*)?$/, 'metadata.grants'],
  [/^access\.embargo(\..*)?$/, 'metadata.embargo_date'],
  [/^access(\..*)?$/, 'metadata.access_right'],
  [/^pids\.doi(\..*)?$/, 'metadata.doi'],
  [/^files(\..*)?$/, 'files'],
];

/** A fault at a path in the draft, under the name that callers know. */
export function inCallersTerms({ field, message }: FieldFault): FieldFault {
  const person = /^metadata\.(creators|contributors)\.(\d+)(?:\.(.*))?$/.exec(field);
  if (person) return { field: `metadata.${person[1]}.${person[2]}${personField(person[3] ?? '')}`, message };
  const name = NAMES.find(([pattern]) => pattern.test(field))?.[1];
  return { field: name ?? field, message };
}

function personField(rest: string): string {
  if (/identifier/i.test(rest)) return '.orcid';
  if (/name/.test(rest)) return '.name';
  if (/affiliation/.test(rest)) return '.affiliation';
  if (/role/.test(rest)) return '.type';
  return '';
}
