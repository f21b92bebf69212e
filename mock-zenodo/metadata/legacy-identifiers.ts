import { internalError } from '../errors.js';
import { type Fields, isObject, MISSING, type Report } from './checks.js';
import { detectScheme, RECORD_SCHEMES } from './identifiers.js';
import { ALTERNATE, relationId } from './vocabularies/relations.js';

const PATH = 'metadata.related_identifiers';

/**
 * Legacy related identifiers as RDM ones; those that name the record itself are kept apart. Reports entries of the wrong shape
 * and identifiers of an unknown kind, and throws 500 for entries without identifier or relation, as Zenodo does.
 */
export function legacyIdentifiers(value: unknown, report: Report): Fields {
  if (value === undefined) return {};
  if (!Array.isArray(value)) {
    report(PATH, 'related_identifiers must be a list');
    return {};
  }
  const items = wellShaped(value, report);
  if (items === undefined) return {};
  const related: Fields[] = [];
  const alternate: Fields[] = [];
  for (const { identifier, relation, resource_type: type } of items) {
    if (identifier === undefined || identifier === null || typeof relation !== 'string')
      throw internalError();
    const known = withScheme(identifier, report);
    if (known === undefined) return {};
    if (relation === ALTERNATE) alternate.push(known);
    else {
      const kind = type ? { resource_type: { id: type } } : {};
      related.push({ ...known, relation_type: { id: relationId(relation) }, ...kind });
    }
  }
  return {
    related_identifiers: related,
    ...(alternate.length > 0 && { identifiers: alternate }),
  };
}

function wellShaped(value: unknown[], report: Report): Fields[] | undefined {
  for (const [index, item] of value.entries()) {
    if (!isObject(item)) {
      report(`${PATH}.${index}`, 'Each related identifier must be an object');
      return undefined;
    }
    if (Object.hasOwn(item, 'relation') && typeof item['relation'] !== 'string') {
      report(`${PATH}.${index}.relation`, 'relation must be a string');
      return undefined;
    }
  }
  return value.filter(isObject);
}

function withScheme(identifier: unknown, report: Report): Fields | undefined {
  if (typeof identifier !== 'string') throw internalError();
  if (identifier === '') {
    report(`${PATH}.scheme`, MISSING);
    report(`${PATH}.identifier`, MISSING);
    return undefined;
  }
  const scheme = detectScheme(identifier);
  if (scheme === undefined) {
    report(`${PATH}.scheme`, 'No valid scheme recognized for identifier.');
    return undefined;
  }
  return { identifier: RECORD_SCHEMES[scheme]?.normalise?.(identifier) ?? identifier, scheme };
}
