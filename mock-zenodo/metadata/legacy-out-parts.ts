import { internalError } from '../errors.js';
import { type Fields, isObject } from './checks.js';
import { funderDoi } from './vocabularies/funders.js';
import { ALTERNATE, legacyRelation } from './vocabularies/relations.js';

/** The objects of a list inside another object. Drafts may contain incomplete data. */
export function objectsAt(holder: unknown, name: string): Fields[] {
  const list = isObject(holder) ? holder[name] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/**
 * A creator as legacy clients see it: the first affiliation or null, and identifiers without their
 * schemes. An invalid person has no name. Throws 500 for identifiers without a scheme.
 */
export function personOut(item: Fields): Fields {
  const person = isObject(item['person_or_org']) ? item['person_or_org'] : {};
  const result: Fields = {
    ...(person['name'] !== undefined && { name: person['name'] }),
    affiliation: objectsAt(item, 'affiliations')[0]?.['name'] ?? null,
  };
  for (const { scheme, identifier } of objectsAt(person, 'identifiers')) {
    if (scheme === undefined || identifier === undefined) throw internalError();
    if (scheme === 'orcid' || scheme === 'gnd') {
      result[scheme] = String(identifier).replaceAll(`${scheme}:`, '');
    }
  }
  return result;
}

/** Free-text subjects. */
export function keywordsOut(metadata: Fields): unknown[] {
  return objectsAt(metadata, 'subjects').flatMap(({ id, subject }) => (!id && subject ? [subject] : []));
}

/**
 * Related identifiers, then the record's own. Relations without a legacy name are left out. Throws
 * 500 if one of its own has no scheme.
 */
export function identifiersOut(metadata: Fields): Fields[] {
  const related = objectsAt(metadata, 'related_identifiers').map((item) => {
    const relation = legacyRelation(idOf(item['relation_type']));
    const type = idOf(item['resource_type']);
    return {
      identifier: item['identifier'],
      ...(relation !== undefined && { relation }),
      ...(type !== undefined && { resource_type: type }),
      scheme: item['scheme'],
    };
  });
  const own = objectsAt(metadata, 'identifiers').map(({ identifier, scheme }) => {
    if (scheme === undefined || identifier === undefined) throw internalError();
    return { identifier, relation: ALTERNATE, scheme };
  });
  return [...related, ...own];
}

/**
 * A feature on the map: the first two coordinates, whatever they are. Throws 500 if there is only
 * one, as in a polygon.
 */
export function locationOut(feature: Fields): Fields {
  const { place, description, geometry } = feature;
  const point = isObject(geometry) && Array.isArray(geometry['coordinates']) ? geometry['coordinates'] : [];
  if (point.length === 1) throw internalError();
  return {
    ...(place ? { place } : {}),
    ...(description ? { description } : {}),
    ...(point.length >= 2 && { lon: point[0], lat: point[1] }),
  };
}

/** A date: intervals with both ends, but only type and description of a single date. */
export function dateOut(item: Fields): Fields {
  const parts = typeof item['date'] === 'string' ? item['date'].split('/') : [];
  const type = idOf(item['type']);
  return {
    ...(type !== undefined && { type }),
    ...(item['description'] !== undefined && { description: item['description'] }),
    ...(parts.length === 2 && { start: parts[0], end: parts[1] }),
  };
}

/**
 * Awards with a number whose funder has an id, in the long form. Those of FP7 are a plain number.
 */
export function grantsOut(metadata: Fields): Fields[] {
  return objectsAt(metadata, 'funding').flatMap(({ award, funder }) => {
    if (!isObject(award) || !award['number'] || !isObject(funder) || !funder['id']) return [];
    const number = String(award['number']);
    return [{ id: award['program'] === 'FP7' ? number : `${funderDoi(String(funder['id']))}::${number}` }];
  });
}

/** The texts of references. Throws 500 for a reference without one. */
export function referencesOut(metadata: Fields): unknown[] {
  return objectsAt(metadata, 'references').map(({ reference }) => {
    if (reference === undefined) throw internalError();
    return reference;
  });
}

/**
 * The first of the notes and the last of the methods. Throws 500 for a description without a type.
 */
export function descriptionsOut(metadata: Fields): { notes: unknown; method: unknown } {
  let notes: unknown;
  let method: unknown;
  for (const item of objectsAt(metadata, 'additional_descriptions')) {
    const type = idOf(item['type']);
    if (type === undefined) throw internalError();
    if (type === 'notes') notes ||= item['description'];
    if (type === 'methods') method = item['description'];
  }
  return { notes: notes || undefined, method: method || undefined };
}

function idOf(reference: unknown): string | undefined {
  return isObject(reference) && typeof reference['id'] === 'string' ? reference['id'] : undefined;
}
