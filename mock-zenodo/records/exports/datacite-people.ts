import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { dataciteRole } from '../vocabulary-details.js';
import { objectAt, present, textAt, unlessEmpty } from './reading.js';

/**
 * DataCite's names of schemes. Others keep their own (RDM_RECORDS_PERSONORG_SCHEMES in
 * `zenodo/zenodo-rdm:invenio.cfg`).
 */
const SCHEMES: Record<string, string> = { orcid: 'ORCID', isni: 'ISNI', gnd: 'GND', ror: 'ROR', edmo: 'URL' };

/** The schemes of an organisation's identifiers, in the order of preference. */
const PREFERRED = ['ror', 'isni', 'gnd'];

/** The creators of a record. */
export function creators(metadata: Fields): Fields[] | undefined {
  return unlessEmpty(objectsAt(metadata, 'creators').map(person));
}

/** The contributors, with their role. */
export function contributors(metadata: Fields): Fields[] | undefined {
  return unlessEmpty(
    objectsAt(metadata, 'contributors').map((one) => {
      const role = textAt(one, 'role', 'id');
      return { ...person(one), ...(role !== undefined && { contributorType: dataciteRole(role) }) };
    }),
  );
}

function person(entry: Fields): Fields {
  const who = objectAt(entry, 'person_or_org');
  const organisation = who['type'] === 'organizational';
  return present({
    name: textAt(who, 'name'),
    nameType: organisation ? 'Organizational' : 'Personal',
    givenName: textAt(who, 'given_name'),
    familyName: textAt(who, 'family_name'),
    nameIdentifiers: objectsAt(who, 'identifiers').map(({ identifier, scheme }) => ({
      nameIdentifier: identifier,
      nameIdentifierScheme: SCHEMES[String(scheme)] ?? scheme,
    })),
    affiliation: unlessEmpty(objectsAt(entry, 'affiliations').map(affiliation)),
  });
}

function affiliation(one: Fields): Fields {
  const identifiers = one['id'] === undefined ? [] : objectsAt(one, 'identifiers');
  const preferred = preferredOf(PREFERRED, identifiers);
  const chosen = preferred ?? identifiers[0];
  if (chosen === undefined) return { name: one['name'] };
  const scheme = preferred === undefined ? 'OTHER' : String(chosen['scheme']).toUpperCase();
  return {
    name: one['name'],
    affiliationIdentifier: `${scheme === 'ROR' ? 'https://ror.org/' : ''}${chosen['identifier']}`,
    affiliationIdentifierScheme: scheme,
  };
}

/** The identifier with the preferred scheme, and the last one if a scheme occurs twice. */
export function preferredOf(schemes: string[], identifiers: Fields[]): Fields | undefined {
  for (const scheme of schemes) {
    const found = identifiers.findLast((one) => one['scheme'] === scheme);
    if (found !== undefined) return found;
  }
  return undefined;
}
