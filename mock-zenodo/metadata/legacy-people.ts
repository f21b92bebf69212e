import { internalError } from '../errors.js';
import { type Fields, isObject, type Report } from './checks.js';
import { normaliseOrcid } from './identifiers/checksums.js';
import { KINDS } from './identifiers/schemes.js';
import { stripped } from './text/strip.js';

/**
 * Legacy creators as RDM creators. Like Zenodo's deserializer, throws 500 for entries that are not
 * objects.
 */
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

/**
 * Legacy thesis supervisors and contributors, in this order, as RDM contributors
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/deserializers/metadata.py`).
 */
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

/** Everyone in the list becomes a person: legacy Zenodo has no organisations. */
function person(item: unknown): Fields {
  if (!isObject(item)) throw internalError();
  const { name, orcid, gnd, affiliation } = item;
  const identifiers = [
    ...(orcid ? [{ scheme: 'orcid', identifier: cutOrcid(orcid) }] : []),
    ...(gnd ? [{ scheme: 'gnd', identifier: requiredGnd(gnd) }] : []),
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

/** An ORCID, valid or not, in groups of four. Throws 500 for anything but a text. */
function cutOrcid(orcid: unknown): string {
  if (typeof orcid !== 'string') throw internalError();
  return normaliseOrcid(orcid);
}

/** A GND in its normal form. Throws 500 for an invalid one, because normalisation fails on it. */
function requiredGnd(gnd: unknown): string {
  if (typeof gnd !== 'string' || !KINDS.gnd.test(gnd)) throw internalError();
  return KINDS.gnd.normalise(gnd);
}

/**
 * Exactly one comma separates family and given name. Otherwise the whole name is the family name.
 */
function splitName(name: unknown): Fields {
  if (!name) return {};
  if (typeof name !== 'string') throw internalError();
  const [family = '', given, ...more] = name.split(',');
  if (given === undefined || more.length > 0) return { family_name: name };
  return { given_name: stripped(given), family_name: stripped(family) };
}
