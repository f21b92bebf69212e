import type { Fields } from '../../metadata/checks.js';
import { objectsAt } from '../../metadata/legacy-out-parts.js';
import { RESOURCE_TYPES } from '../../metadata/vocabularies/resource-type-rows.js';
import { landingUrl } from './landing-url.js';
import { objectAt, present, textAt, unlessEmpty } from './reading.js';

/** Related works with an address, for some relations. */
export function relatedWorks(metadata: Fields, relations: string[]): Fields[] | undefined {
  return unlessEmpty(
    objectsAt(metadata, 'related_identifiers')
      .filter((one) => relations.includes(textAt(one, 'relation_type', 'id') ?? ''))
      .flatMap((one) => {
        const address = landingUrl(String(one['identifier']), String(one['scheme']));
        return address === '' ? [] : [{ '@type': classOf(one), '@id': address }];
      }),
  );
}

/** What the record cites. */
export function citations(metadata: Fields): Fields[] | undefined {
  return relatedWorks(metadata, ['cites', 'references']);
}

/** The works that are identical to the record. */
export function identical(metadata: Fields): Fields[] | undefined {
  return relatedWorks(metadata, ['isidenticalto']);
}

/** Funders and awards. The address of an award is given with its scheme, as upstream does. */
export function funding(metadata: Fields): Fields[] | undefined {
  return unlessEmpty(
    objectsAt(metadata, 'funding').map((one) => {
      const [funder, award] = [objectAt(one, 'funder'), objectAt(one, 'award')];
      const [title, number] = [textAt(award, 'title', 'en'), textAt(award, 'number')];
      return present({
        funder: present({
          '@type': 'Organization',
          '@id': textAt(funder, 'id'),
          name: textAt(funder, 'name'),
        }),
        name: title !== undefined && number !== undefined ? `${title} (${number})` : (title ?? number),
        identifier: textAt(award, 'id'),
        url: objectsAt(award, 'identifiers').find(({ scheme }) => scheme === 'url'),
      });
    }),
  );
}

/** The class of a related work, without the address of schema.org. */
function classOf(one: Fields): string {
  const schemaOrg = RESOURCE_TYPES.get(textAt(one, 'resource_type', 'id') ?? '')?.schemaOrg ?? '';
  return schemaOrg.split('/').at(-1) || 'CreativeWork';
}
