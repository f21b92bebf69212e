import { CONTAINER_FIELDS, type ContainerField, SINGLE_FIELDS } from './container.js';
import type { ContainerDocument } from './document.js';
import { mapFunding } from './funding.js';
import { mapDescriptions, mapTitles } from './further-texts.js';
import { mapLanguages } from './languages.js';
import { mapDates, mapEmbargoDate, mapPublicationDate } from './map-dates.js';
import { mapDescription } from './map-description.js';
import {
  add,
  emptyMapping,
  entriesOf,
  Fields,
  fault,
  type Given,
  keyAt,
  type Mapping,
  notSent,
  set,
  warn,
} from './mapping.js';
import { joinKinds } from './overlay.js';
import { addContributors, mapPeople } from './people.js';
import { mapReferences } from './references.js';
import { mapPids, mapRelated } from './related.js';
import { isLink, mapRights } from './rights.js';
import { mapDevelopmentStatus, mapProgrammingLanguages } from './software.js';
import { mapKeywords, mapSubjects } from './subjects.js';
import { isBlank, isObject, keyOf, squeeze, textOf } from './values.js';
import { commonType, readResourceTypes } from './vocabularies.js';

/** Fields of the draft that a null in a field of ours removes. */
const REMOVED_BY: Partial<Record<ContainerField, string[]>> = {
  title: ['metadata.title'],
  subtitle: ['metadata.additional_titles#subtitle'],
  alternative_title: ['metadata.additional_titles#alternative-title'],
  translated_title: ['metadata.additional_titles#translated-title'],
  additional_titles: ['metadata.additional_titles'],
  additional_descriptions: ['metadata.additional_descriptions'],
  description: ['metadata.description'],
  authors: ['metadata.creators'],
  contributors: ['metadata.creators', 'metadata.contributors'],
  keywords: ['metadata.subjects#free'],
  license: ['metadata.rights'],
  version: ['metadata.version'],
  language: ['metadata.languages'],
  publication_date: ['metadata.publication_date'],
  publisher: ['metadata.publisher'],
  dates: ['metadata.dates'],
  pid: ['metadata.identifiers'],
  links: ['metadata.related_identifiers'],
  references: ['metadata.references'],
  repository: ['custom_fields.code:codeRepository'],
  programming_language: ['custom_fields.code:programmingLanguage'],
  development_status: ['custom_fields.code:developmentStatus'],
  editor: ['metadata.contributors#editor'],
  funding: ['metadata.funding'],
  resource_type: ['metadata.resource_type'],
  access: ['access.right'],
  embargo_date: ['access.until'],
};

type Rule = (given: Given, mapping: Mapping) => void;

const text =
  (key: string, test: (text: string) => string | null = () => null): Rule =>
  ({ value, path }, mapping) => {
    const found = textOf(value);
    const wrong = found === null ? 'must be a string' : test(found);
    if (wrong !== null) fault(mapping, path, wrong);
    else set(mapping, key, { value: found === null ? null : squeeze(found), path });
  };

/** A rule for each field that is read on its own. */
const RULES: Partial<Record<ContainerField, Rule>> = {
  title: text('metadata.title', (title) =>
    [...title].length < 3 ? 'must have at least 3 characters' : null,
  ),
  additional_titles: (given, mapping) => mapTitles(given, null, mapping),
  subtitle: (given, mapping) => mapTitles(given, 'subtitle', mapping),
  alternative_title: (given, mapping) => mapTitles(given, 'alternative-title', mapping),
  translated_title: (given, mapping) => mapTitles(given, 'translated-title', mapping),
  additional_descriptions: mapDescriptions,
  owner: (given, mapping) => {
    addContributors(given, 'rightsholder', mapping);
    warn(mapping, given.path, 'was sent as a contributor with the role RightsHolder.');
  },
  contact: (given, mapping) => {
    addContributors(given, 'contactperson', mapping);
    warn(mapping, given.path, 'was sent as a contributor with the role ContactPerson.');
  },
  subject: mapSubjects,
  version: mapVersion,
  language: mapLanguages,
  publication_date: mapPublicationDate,
  publisher: ({ value, path }, mapping) => {
    const fields = isObject(value) ? new Fields(value, path) : null;
    const name = fields === null ? value : fields.text('name', 'legalname', 'title');
    text('metadata.publisher')({ value: name, path }, mapping);
    fields?.skip('type');
    fields?.nameRest(mapping);
  },
  dates: mapDates,
  previous_version: (given, mapping) => mapRelated(given, 'isnewversionof', mapping),
  links: (given, mapping) => mapRelated(given, 'references', mapping),
  references: mapReferences,
  repository: mapRepository,
  programming_language: mapProgrammingLanguages,
  development_status: mapDevelopmentStatus,
  editor: (given, mapping) => addContributors(given, 'editor', mapping),
  part_of: (given, mapping) => mapRelated(given, 'ispartof', mapping),
  derived_from: (given, mapping) => mapRelated(given, 'isderivedfrom', mapping),
  resource_type: mapResourceType,
  access: mapAccess,
  embargo_date: mapEmbargoDate,
  container_concept: ({ value, path }, mapping) => {
    const concept = textOf(value);
    if (concept === null) return void fault(mapping, path, 'must be a string');
    const description = `Container concept: ${concept}`;
    add(mapping, 'metadata.additional_descriptions', { value: { description, type: { id: 'notes' } }, path });
  },
};

/** What of the call is known beside a document. */
interface Surroundings {
  depositionId?: number | undefined;
  /** Whether another part of the call lists authors. */
  authorsElsewhere?: boolean;
}

/** Maps a document to the draft it describes. Never throws: faults are gathered. */
export function mapDocument(
  { fields, artifacts, unknown, beaten, withoutLicense, assumedType }: ContainerDocument,
  { depositionId, authorsElsewhere = false }: Surroundings = {},
): Mapping {
  const mapping = emptyMapping();
  const given = (field: ContainerField) => (fields.get(field) ?? []).filter(({ value }) => value !== null);
  for (const [field, [first]] of fields) {
    if (first?.value !== null) continue;
    for (const key of REMOVED_BY[field] ?? []) set(mapping, key, { value: null, path: first.path });
  }
  for (const field of CONTAINER_FIELDS) {
    const all = given(field);
    const rule = RULES[field];
    if (rule === undefined) continue;
    for (const one of SINGLE_FIELDS.has(field) ? single(all, rule, mapping) : all) rule(one, mapping);
  }
  mapDescription(given('description'), given('description_format'), mapping);
  if (given('authors').length + given('contributors').length > 0)
    mapPeople(given('authors'), given('contributors'), authorsElsewhere, mapping);
  mapKeywords(given('keywords'), mapping);
  mapRights(given('license'), mapping);
  single(given('license').filter(isSingular), (one, into) => mapRights([one], into), mapping);
  single(given('language').filter(isSingular), mapLanguages, mapping);
  mapFunding(given('funding'), mapping);
  for (const pid of given('pid')) mapPids(pid, mapping, depositionId);
  for (const { links } of artifacts) for (const link of links) mapRelated(link, 'references', mapping);
  const { types } = readResourceTypes(artifacts.flatMap(({ resourceTypes }) => resourceTypes));
  if (types.length > 0 && !Object.hasOwn(mapping.set, 'metadata.resource_type')) {
    set(mapping, 'metadata.resource_type', { value: { id: commonType(types) }, path: 'resource_type' });
    warn(
      mapping,
      'resource_type',
      `${commonType(types)} was derived from the resource types of the artifacts.`,
    );
  }
  if (assumedType !== undefined)
    mapping.defaults['metadata.resource_type'] = { ...assumedType, sentence: null };
  joinKinds(mapping);
  for (const path of unknown) warn(mapping, path, 'is unknown, so it was not sent to Zenodo.');
  for (const [path, by] of beaten) warn(mapping, path, notSent(by));
  for (const path of withoutLicense) {
    warn(mapping, path, 'names no licence, so the draft keeps its licence. Send null to remove it.');
  }
  return mapping;
}

/** One value of several that say the same; a fault that names both if they do not. */
function single(all: Given[], rule: Rule, mapping: Mapping): Given[] {
  const [first, ...others] = all.map(lone);
  if (first === undefined) return [];
  const meaning = (one: Given) => {
    const into = emptyMapping();
    rule(one, into);
    return JSON.stringify(
      [...Object.values(into.set), ...Object.values(into.add).flat()].map((one) => one.value),
    );
  };
  for (const other of others) {
    if (meaning(other) !== meaning(first))
      fault(mapping, first.path, `contradicts ${other.path}: send only one of them`);
  }
  return [first];
}

/** The only entry of a list, as JSON-LD and forms have them, for the value itself. */
function lone(given: Given): Given {
  const [only, ...more] = entriesOf(given);
  return Array.isArray(given.value) && only !== undefined && more.length === 0 ? only : given;
}

/**
 * Whether a name stands for one thing, of which two names cannot say two: `license`, not
 * `licenses`.
 */
function isSingular({ path }: Given): boolean {
  return ['license', 'licence', 'lizenz', 'language', 'lang'].includes(keyOf(keyAt(path)));
}

function mapVersion({ value, path }: Given, mapping: Mapping): void {
  const version = textOf(value);
  if (version === null) return void fault(mapping, path, 'must be a string');
  if (version.length > 191) return void fault(mapping, path, 'must have at most 191 characters');
  if (typeof value === 'number') {
    warn(mapping, path, `the number ${version} was sent as a string; send "${version}.0" if you mean that.`);
  }
  set(mapping, 'metadata.version', { value: version, path });
}

function mapResourceType({ value, path }: Given, mapping: Mapping): void {
  const { types, unknown } = readResourceTypes(entriesOf({ value, path }).map((one) => typeWord(one.value)));
  for (const word of unknown) warn(mapping, path, `Zenodo has no resource type “${word}”.`);
  if (types.length === 0 && unknown.length === 0) return void fault(mapping, path, 'must be a string');
  if (types.length === 0) return;
  if (types.length > 1) {
    warn(mapping, path, `Zenodo accepts one type: ${types.join(' and ')} became ${commonType(types)}.`);
  }
  set(mapping, 'metadata.resource_type', { value: { id: commonType(types) }, path });
}

/** A type as a text, in two parts, or as an entry of a vocabulary. */
function typeWord(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { id, type, subtype, title } = value;
  return id ?? (isBlank(subtype) ? (type ?? title) : `${String(type)}-${String(subtype)}`);
}

/** `Public`, `Restricted`, `Private` and Zenodo's own words. */
function mapAccess({ value, path }: Given, mapping: Mapping): void {
  const level = (textOf(value) ?? '').toLowerCase();
  const word = /^(public|open|restricted|private|closed|confidential|internal|embargoed)( access)?$/.exec(
    level,
  )?.[1];
  if (word === undefined) return void fault(mapping, path, 'must be Public, Restricted or Private');
  const right =
    word === 'public' || word === 'open' ? 'open' : word === 'embargoed' ? 'embargoed' : 'restricted';
  set(mapping, 'access.right', { value: right, path });
}

function mapRepository(given: Given, mapping: Mapping): void {
  const address = textOf(given.value);
  if (address !== null && isLink(address)) {
    set(mapping, 'custom_fields.code:codeRepository', { value: address, path: given.path });
  } else mapRelated(given, 'issupplementto', mapping);
}
