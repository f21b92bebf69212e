import { DomainError } from '../errors.js';
import type { RecordContent } from '../store/model.js';
import type { Store } from '../store/store.js';
import { type Fields, isObject } from './checks.js';
import { isDateType } from './vocabularies/date-types.js';
import { isDescriptionType } from './vocabularies/description-types.js';
import { DEVELOPMENT_STATES } from './vocabularies/development-states.js';
import { isLanguage } from './vocabularies/languages.js';
import { LICENCE_IDS } from './vocabularies/licence-ids.js';
import { PROGRAMMING_LANGUAGES } from './vocabularies/programming-languages.js';
import { isRelation } from './vocabularies/relations.js';
import { isDepositable, isResourceType } from './vocabularies/resource-types.js';
import { isRole } from './vocabularies/roles.js';
import { isTitleType } from './vocabularies/title-types.js';
import { entryOf } from './vocabulary-entries.js';

/**
 * Where content refers to a vocabulary: its lists and the objects in their items, from the outside
 * in, and the test of the ids.
 */
interface Relation {
  path: string[];
  exists: (id: string, store: Store) => boolean;
}

const relation = (path: string, exists: Relation['exists']): Relation => ({ path: path.split('.'), exists });

const isEntryOf =
  (vocabulary: Parameters<typeof entryOf>[1]): Relation['exists'] =>
  (id, store) =>
    entryOf(store, vocabulary, id) !== undefined;

/**
 * In the order in which Zenodo looks them up
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/api.py`).
 */
const RELATIONS: Relation[] = [
  relation('creators.affiliations', isEntryOf('affiliations')),
  relation('contributors.affiliations', isEntryOf('affiliations')),
  relation('funding.funder', isEntryOf('funders')),
  relation('funding.award', isEntryOf('awards')),
  relation('languages', isLanguage),
  relation('resource_type', isResourceType),
  relation('subjects', isEntryOf('subjects')),
  relation('rights', (id) => LICENCE_IDS.has(id)),
  relation('related_identifiers.resource_type', isResourceType),
  relation('additional_titles.type', isTitleType),
  relation('additional_titles.lang', isLanguage),
  relation('creators.role', isRole),
  relation('contributors.role', isRole),
  relation('additional_descriptions.type', isDescriptionType),
  relation('additional_descriptions.lang', isLanguage),
  relation('dates.type', isDateType),
  relation('related_identifiers.relation_type', isRelation),
];

const CUSTOM_RELATIONS: Relation[] = [
  relation('code:programmingLanguage', (id) => PROGRAMMING_LANGUAGES.has(id)),
  relation('code:developmentStatus', (id) => DEVELOPMENT_STATES.has(id)),
];

/**
 * Throws 400 for a reference that does not exist: such content is not even kept as a draft. In each
 * field, references are checked until the first one without an id. Those after it are accepted
 * unchecked (`inveniosoftware/invenio-records:invenio_records/systemfields/relations/results.py`).
 */
export function requireKnownReferences(
  store: Store,
  { metadata, custom_fields: custom }: RecordContent,
): void {
  for (const [holder, relations] of [
    [metadata, RELATIONS],
    [custom, CUSTOM_RELATIONS],
  ] as const) {
    for (const { path, exists } of relations) {
      for (const { id } of referencesAt(holder, path)) {
        if (id === undefined) break;
        if (typeof id !== 'string' || !exists(id, store)) throw new DomainError(400, `Invalid value ${id}.`);
        if (path[0] === 'resource_type' && !isDepositable(id))
          throw new DomainError(400, 'Not a valid value.');
      }
    }
  }
}

/**
 * Whether all references exist, so that the content can be shown. References that were accepted
 * unchecked may not.
 */
export function areAllKnown(store: Store, { metadata }: RecordContent): boolean {
  return RELATIONS.every(({ path, exists }) =>
    referencesAt(metadata, path).every(({ id }) => typeof id !== 'string' || exists(id, store)),
  );
}

/** Removes everything but the id from each reference that has one. */
export function reduceReferences({ metadata, custom_fields: custom }: RecordContent): void {
  for (const { path } of RELATIONS) referencesAt(metadata, path).forEach(reduce);
  for (const { path } of CUSTOM_RELATIONS) referencesAt(custom, path).forEach(reduce);
}

function reduce(reference: Fields): void {
  if (!Object.hasOwn(reference, 'id')) return;
  for (const name of Object.keys(reference)) if (name !== 'id') delete reference[name];
}

function referencesAt(holder: unknown, path: readonly string[]): Fields[] {
  const found: Fields[] = [];
  collect(holder, path, 0, found);
  return found;
}

/** Collects what is at the end of a path, from its step `step` on. */
function collect(holder: unknown, path: readonly string[], step: number, found: Fields[]): void {
  if (Array.isArray(holder)) {
    for (const item of holder) collect(item, path, step, found);
    return;
  }
  if (!isObject(holder)) return;
  const name = path[step];
  if (name === undefined) found.push(holder);
  else if (Object.hasOwn(holder, name)) collect(holder[name], path, step + 1, found);
}
