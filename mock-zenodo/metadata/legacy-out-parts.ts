import { type Fields, isObject } from './checks.js';
import { PERSON_SCHEMES } from './identifiers.js';
import { funderDoi, isFp7 } from './vocabularies/funders.js';
import { ALTERNATE, legacyRelation } from './vocabularies/relations.js';

/** The objects of a list inside another object; drafts may hold half of anything. */
export function objectsAt(holder: unknown, name: string): Fields[] {
  const list = isObject(holder) ? holder[name] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** A creator as legacy clients see it: the first affiliation or null, identifiers bare, broken ones left out. */
export function personOut(item: Fields): Fields {
  const person = isObject(item['person_or_org']) ? item['person_or_org'] : {};
  const result: Fields = {
    ...nameOut(person),
    affiliation: objectsAt(item, 'affiliations')[0]?.['name'] ?? null,
  };
  for (const { scheme, identifier } of objectsAt(person, 'identifiers')) {
    if ((scheme !== 'orcid' && scheme !== 'gnd') || typeof identifier !== 'string') continue;
    if (PERSON_SCHEMES[scheme]?.test(identifier)) result[scheme] = identifier.replace(`${scheme}:`, '');
  }
  return result;
}

/** The name, also of persons whose identifiers are at fault, whom Zenodo leaves unnamed inside. */
function nameOut({ name, family_name: family, given_name: given }: Fields): Fields {
  const parts = [family, given].filter((part) => typeof part === 'string' && part !== '');
  const whole = name ?? parts.join(', ');
  return whole === '' ? {} : { name: whole };
}

/** Free-text subjects. */
export function keywordsOut(metadata: Fields): unknown[] {
  return objectsAt(metadata, 'subjects').flatMap(({ id, subject }) => (!id && subject ? [subject] : []));
}

/** Related identifiers, then the record's own; relations without a legacy name go without. */
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
  const own = objectsAt(metadata, 'identifiers').map(({ identifier, scheme }) => ({
    identifier,
    relation: ALTERNATE,
    scheme,
  }));
  return [...related, ...own];
}

/** A feature on the map. */
export function locationOut(feature: Fields): Fields {
  const { place, description, geometry } = feature;
  const point = isObject(geometry) && Array.isArray(geometry['coordinates']) ? geometry['coordinates'] : [];
  return {
    ...(place ? { place } : {}),
    ...(description ? { description } : {}),
    ...(point.length >= 2 && { lon: point[0], lat: point[1] }),
  };
}

/** A date: intervals with both ends, while of a single date only type and description come back. */
export function dateOut(item: Fields): Fields {
  const parts = typeof item['date'] === 'string' ? item['date'].split('/') : [];
  const type = idOf(item['type']);
  return {
    ...(type !== undefined && { type }),
    ...(item['description'] !== undefined && { description: item['description'] }),
    ...(parts.length === 2 && { start: parts[0], end: parts[1] }),
  };
}

/** Grants: the long form, but a plain number for FP7. */
export function grantsOut(metadata: Fields): Fields[] {
  return objectsAt(metadata, 'funding').flatMap(({ award }) => {
    const [funder = '', ...rest] = (idOf(award) ?? '').split('::');
    const number = rest.join('::');
    if (number === '') return [];
    return [{ id: isFp7(funder, number) ? number : `${funderDoi(funder)}::${number}` }];
  });
}

function idOf(reference: unknown): string | undefined {
  return isObject(reference) && typeof reference['id'] === 'string' ? reference['id'] : undefined;
}
