import { internalError } from '../errors.js';
import { type Fields, isObject, MISSING, type Report } from './checks.js';
import { detectScheme, RECORD_SCHEMES } from './identifiers/allowed.js';
import { normalised } from './identifiers/schemes.js';
import { sanitiseText } from './text/fix-text.js';
import { ALTERNATE, relationId } from './vocabularies/relations.js';

const RELATED = 'metadata.related_identifiers';
const ALTERNATES = 'metadata.alternate_identifiers';

/**
 * Legacy related identifiers as RDM ones. Those that name the record itself are stored separately,
 * and replace `alternate_identifiers`. Reports entries of the wrong type and identifiers of an
 * unknown kind. Like Zenodo, throws 500 for entries without identifier or relation
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`).
 */
export function legacyIdentifiers(metadata: Fields, report: Report): Fields {
  const sent = metadata['related_identifiers'] ?? [];
  if (Object.hasOwn(metadata, 'related_identifiers') && !Array.isArray(metadata['related_identifiers'])) {
    report(RELATED, 'related_identifiers must be a list');
    return {};
  }
  const items = Array.isArray(sent) ? wellShaped(sent, report) : undefined;
  if (items === undefined) return {};
  const own = items.filter(({ relation }) => relation === ALTERNATE);
  const others = items.filter(({ relation }) => relation !== ALTERNATE);
  const related = others.map((item) => relatedOf(item, report));
  const alternate = (own.length > 0 ? own : alternatesOf(metadata, report)).map(({ identifier }) =>
    withScheme(identifier, ALTERNATES, report),
  );
  return {
    ...(related.length > 0 && { related_identifiers: related.filter((item) => item !== undefined) }),
    ...(alternate.length > 0 && { identifiers: alternate.filter((item) => item !== undefined) }),
  };
}

/** What was sent as `alternate_identifiers`, which is not documented. */
function alternatesOf(metadata: Fields, report: Report): Fields[] {
  if (!Object.hasOwn(metadata, 'alternate_identifiers')) return [];
  const value = metadata['alternate_identifiers'];
  if (value === null) {
    report(ALTERNATES, 'Field may not be null.');
    return [];
  }
  if (!Array.isArray(value) || !value.every(isObject)) throw internalError();
  return value;
}

function relatedOf(item: Fields, report: Report): Fields | undefined {
  const { identifier, relation, resource_type: type } = item;
  if (typeof relation !== 'string') throw internalError();
  const known = withScheme(identifier, RELATED, report);
  const kind = type ? { resource_type: { id: type } } : {};
  return known && { ...known, relation_type: { id: relationId(relation) }, ...kind };
}

function wellShaped(value: unknown[], report: Report): Fields[] | undefined {
  for (const [index, item] of value.entries()) {
    if (!isObject(item)) {
      report(`${RELATED}.${index}`, 'Each related identifier must be an object');
      return undefined;
    }
    if (
      Object.hasOwn(item, 'relation') &&
      item['relation'] !== null &&
      typeof item['relation'] !== 'string'
    ) {
      report(`${RELATED}.${index}.relation`, 'relation must be a string');
      return undefined;
    }
  }
  return value.filter(isObject);
}

/**
 * The kind is detected before the value is trimmed. The value is tested and normalised after that.
 */
function withScheme(identifier: unknown, path: string, report: Report): Fields | undefined {
  if (identifier === null) {
    report(`${path}.identifier`, 'Field may not be null.');
    return undefined;
  }
  if (typeof identifier !== 'string') throw internalError();
  if (identifier === '') {
    report(`${path}.scheme`, MISSING);
    report(`${path}.identifier`, MISSING);
    return undefined;
  }
  const scheme = detectScheme(identifier, RECORD_SCHEMES);
  if (scheme === undefined) {
    report(`${path}.scheme`, 'No valid scheme recognized for identifier.');
    return undefined;
  }
  const cleaned = sanitiseText(identifier);
  if (RECORD_SCHEMES[scheme]?.test(cleaned)) return { identifier: normalised(scheme, cleaned), scheme };
  report(`${path}.identifier`, `Invalid ${RECORD_SCHEMES[scheme]?.label} identifier.`);
  return undefined;
}
