import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { landingUrl } from './landing-url.js';
import { objectAt, present, textAt, unlessEmpty } from './reading.js';

/** The people of a list in schema.org. */
export function persons(metadata: Fields, key: 'creators' | 'contributors'): Fields[] | undefined {
  return unlessEmpty(objectsAt(metadata, key).map(person));
}

/** Only the first of several identifiers is kept. */
function person(entry: Fields): Fields {
  const who = objectAt(entry, 'person_or_org');
  const [identifier] = objectsAt(who, 'identifiers');
  return present({
    name: textAt(who, 'name'),
    givenName: textAt(who, 'given_name'),
    familyName: textAt(who, 'family_name'),
    affiliation: unlessEmpty(objectsAt(entry, 'affiliations').map(affiliation)),
    '@id': (identifier && addressOf(identifier)) || undefined,
    '@type': who['type'] === 'organizational' ? 'Organization' : 'Person',
  });
}

function affiliation(one: Fields): Fields {
  const [identifier] = one['id'] === undefined ? [] : objectsAt(one, 'identifiers');
  return present({
    '@type': 'Organization',
    name: textAt(one, 'name'),
    '@id': identifier && addressOf(identifier),
  });
}

function addressOf({ identifier, scheme }: Fields): string {
  return scheme === 'isni'
    ? `http://isni.org/isni/${identifier}`
    : landingUrl(String(identifier), String(scheme));
}
