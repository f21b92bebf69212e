import { internalError } from '../errors.js';
import { type Fields, isObject, type Report } from './checks.js';

/** Legacy creators as RDM creators. Throws 500 for entries that are no objects, as Zenodo's deserializer does. */
export function legacyCreators(value: unknown, report: Report): Fields[] {
  if (!Array.isArray(value)) {
    report('metadata.creators', value === null ? 'Field may not be null.' : 'Not a valid list.');
    return [];
  }
  return value.flatMap((item, index) => {
    if (item !== null) return [person(item)];
    report(`metadata.creators.${index}`, 'Field may not be null.');
    return [];
  });
}

/** Legacy thesis supervisors and contributors, in this order, as RDM contributors (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`). */
export function legacyContributors(metadata: Fields, report: Report): Fields[] {
  const supervisors = metadata['thesis_supervisors'] ?? [];
  if (!Array.isArray(supervisors)) throw internalError();
  return [
    ...supervisors.map((item) => ({ ...person(item), role: { id: 'supervisor' } })),
    ...contributors(metadata['contributors'], report),
  ];
}

function contributors(value: unknown, report: Report): Fields[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    report('metadata.contributors', value === null ? 'Field may not be null.' : 'Not a valid list.');
    return [];
  }
  return value.flatMap((item, index) => {
    if (isObject(item)) return [{ ...person(item), ...role(item['type']) }];
    report(
      `metadata.contributors.${index}`,
      item === null ? 'Field may not be null.' : 'Not a valid mapping type.',
    );
    return [];
  });
}

function role(type: unknown): Fields {
  if (!type) return {};
  if (typeof type !== 'string') throw internalError();
  return { role: { id: type.toLowerCase() } };
}

/** Whoever stands in the list becomes a person: legacy Zenodo knows no organisations. */
function person(item: unknown): Fields {
  if (!isObject(item)) throw internalError();
  const { name, orcid, gnd, affiliation } = item;
  const identifiers = [
    ...(orcid ? [{ scheme: 'orcid', identifier: orcid }] : []),
    ...(gnd ? [{ scheme: 'gnd', identifier: gnd }] : []),
  ];
  return {
    person_or_org: {
      type: 'personal',
      ...splitName(name),
      ...(identifiers.length > 0 && { identifiers }),
    },
    ...(affiliation ? { affiliations: [{ name: affiliation }] } : {}),
  };
}

/** Exactly one comma parts family and given name; anything else is all family name. */
function splitName(name: unknown): Fields {
  if (!name) return {};
  if (typeof name !== 'string') throw internalError();
  const parts = name.split(',');
  const [family = '', given = ''] = parts.length === 2 ? parts : [name];
  return { given_name: given.trim(), family_name: family.trim() };
}
