import { DomainError } from '../errors.js';
import type { RecordContent } from '../store/model.js';
import { isObject } from './checks.js';
import { isDateType } from './vocabularies/date-types.js';
import { isDescriptionType } from './vocabularies/description-types.js';
import { isFunder } from './vocabularies/funders.js';
import { isLanguage } from './vocabularies/languages.js';
import { LICENCE_IDS } from './vocabularies/licence-ids.js';
import { isRelation } from './vocabularies/relations.js';
import { isDepositable, isResourceType } from './vocabularies/resource-types.js';
import { isRole } from './vocabularies/roles.js';

/** Where content refers to vocabularies: a path (`[]` steps into a list) and the test of its ids, in the order in which they are looked up. */
const REFERENCES: [string, (id: string) => boolean][] = [
  ['languages.[].id', isLanguage],
  ['resource_type.id', isResourceType],
  ['rights.[].id', (id) => LICENCE_IDS.has(id)],
  ['related_identifiers.[].resource_type.id', isResourceType],
  ['additional_titles.[].lang.id', isLanguage],
  ['creators.[].role.id', isRole],
  ['contributors.[].role.id', isRole],
  ['additional_descriptions.[].type.id', isDescriptionType],
  ['additional_descriptions.[].lang.id', isLanguage],
  ['dates.[].type.id', isDateType],
  ['related_identifiers.[].relation_type.id', isRelation],
  ['funding.[].award.id', (id) => isFunder(id.split('::')[0] ?? '')],
  ['funding.[].funder.id', isFunder],
];

/**
 * Throws 400 for the first reference that leads nowhere: such content is not even kept as a draft
 * (`inveniosoftware/invenio-records:invenio_records/systemfields/relations/errors.py`).
 */
export function requireKnownReferences({ metadata }: RecordContent): void {
  for (const [path, exists] of REFERENCES) {
    for (const id of idsAt(metadata, path.split('.'))) {
      if (!exists(id)) throw new DomainError(400, `Invalid value ${id}.`);
    }
  }
  const type = idsAt(metadata, ['resource_type', 'id'])[0];
  if (type !== undefined && !isDepositable(type)) throw new DomainError(400, 'Not a valid value.');
}

function idsAt(value: unknown, [step, ...rest]: string[]): string[] {
  if (step === undefined) return typeof value === 'string' ? [value] : [];
  if (step === '[]') return Array.isArray(value) ? value.flatMap((item) => idsAt(item, rest)) : [];
  return isObject(value) && Object.hasOwn(value, step) ? idsAt(value[step], rest) : [];
}
