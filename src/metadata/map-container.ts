import { nameOtherRights } from './artifact-rights.js';
import { rightOfLevel } from './artifacts.js';
import { CONTAINER_FIELDS, type ContainerField, SINGLE_FIELDS } from './container.js';
import { convertLists } from './datacite.js';
import { mapPlaces } from './deposit-lists.js';
import { readDescription } from './descriptions.js';
import type { ContainerDocument } from './document.js';
import { Fields } from './fields.js';
import { mapFunding } from './funding.js';
import { mapDescriptions, mapText, mapTitles } from './further-texts.js';
import { webAddress } from './identifiers.js';
import { mapLanguages } from './languages.js';
import { datedEmbargoes, mapDates, mapEmbargoDate, mapPublicationDate } from './map-dates.js';
import { mapDescription } from './map-description.js';
import { mapResourceTypes } from './map-resource-type.js';
import { entriesOf, type Given, keyAt, Mapper, type Mapping } from './mapping.js';
import { joinKinds } from './overlay.js';
import { addContributors, mapPeople } from './people.js';
import { mapReferences } from './references.js';
import { mapPids, mapRelated } from './related.js';
import { commonType, readResourceTypes } from './resource-types.js';
import { isLink, mapRights } from './rights.js';
import { single } from './single-value.js';
import { mapDevelopmentStatus, mapProgrammingLanguages } from './software.js';
import { mapKeywords, mapSubjects } from './subjects.js';
import { keyOf, partsOf, squeeze, textOf } from './values.js';

/** What of the draft a null removes, and how a value is read, unless it is with others. */
type Rule = [keys: string[], read?: (given: Given, into: Mapper) => void];

const text = (key: string, least = 0): Rule => [[key], (given, into) => mapText(key, given, into, least)];

/** A list of texts. A single text is one of several that it lists, if each looks like `isOne`. */
const texts = (key: string, isOne: RegExp): Rule => [
  [key],
  (given, into) => {
    const entries = entriesOf(given).flatMap(({ value, path }) => {
      const one = textOf(value);
      if (one === null) return into.fault(path, 'must be a string') ?? [];
      // Without a blank behind it, a comma may be part of a number.
      const listed = Array.isArray(given.value) || /[()[\]]/.test(one) ? [] : partsOf(one, /[;\n]|,\s/);
      const parts = listed.every((part) => isOne.test(part)) && listed.length > 1 ? listed : [one];
      return parts.map((part) => ({ value: squeeze(part), path }));
    });
    into.append(key, entries, given.path);
  },
];

const titles = (type: string): Rule => [
  [`metadata.additional_titles#${type}`],
  (given, into) => mapTitles(given, type, into),
];

const related = (relation: string): Rule => [[], (given, into) => mapRelated(given, relation, into)];

/** People who are sent as contributors, in a role that was not named. */
const people = (role: string, name: string): Rule => [
  [],
  (given, into) => {
    addContributors(given, role, into);
    into.warn(given.path, `was sent as a contributor with the role ${name}.`);
  },
];

const RULES: Readonly<Record<ContainerField, Rule>> = {
  title: text('metadata.title', 3),
  titles: [['metadata.title', 'metadata.additional_titles'], (given, into) => mapTitles(given, null, into)],
  subtitle: titles('subtitle'),
  alternative_title: titles('alternative-title'),
  translated_title: titles('translated-title'),
  additional_titles: [['metadata.additional_titles'], (given, into) => mapTitles(given, null, into)],
  additional_descriptions: [['metadata.additional_descriptions'], mapDescriptions],
  description: [['metadata.description']],
  descriptions: [['metadata.description', 'metadata.additional_descriptions'], mapDescriptions],
  description_format: [[]],
  authors: [['metadata.creators']],
  contributors: [['metadata.creators', 'metadata.contributors']],
  owner: people('rightsholder', 'RightsHolder'),
  contact: people('contactperson', 'ContactPerson'),
  keywords: [['metadata.subjects#free']],
  subject: [[], mapSubjects],
  license: [['metadata.rights']],
  version: [['metadata.version'], mapVersion],
  language: [['metadata.languages'], mapLanguages],
  publication_date: [['metadata.publication_date'], mapPublicationDate],
  publisher: [['metadata.publisher'], mapPublisher],
  dates: [['metadata.dates'], mapDates],
  pid: [['metadata.identifiers']],
  alternate_identifiers: [['metadata.identifiers']],
  previous_version: related('isnewversionof'),
  links: [['metadata.related_identifiers'], (given, into) => mapRelated(given, 'references', into)],
  related_identifiers: [
    ['metadata.related_identifiers'],
    (given, into) => mapRelated(given, 'references', into),
  ],
  references: [['metadata.references'], mapReferences],
  repository: [['custom_fields.code:codeRepository'], mapRepository],
  programming_language: [['custom_fields.code:programmingLanguage'], mapProgrammingLanguages],
  development_status: [['custom_fields.code:developmentStatus'], mapDevelopmentStatus],
  editor: [['metadata.contributors#editor'], (given, into) => addContributors(given, 'editor', into)],
  part_of: related('ispartof'),
  derived_from: related('isderivedfrom'),
  funding: [['metadata.funding']],
  resource_type: [['metadata.resource_type']],
  access: [['access.right'], mapAccess],
  embargo_date: [['access.until'], mapEmbargoDate],
  locations: [['metadata.locations'], mapPlaces],
  sizes: texts('metadata.sizes', /^[\d~≈<>]/),
  formats: texts('metadata.formats', /^(?:[\w.+-]+\/[\w.+-]+|\.?\w{1,10})$/),
  container_concept: [[], mapConcept],
};

/** Fields whose text may look like anything. */
const PROSE = new Set<ContainerField>(['title', 'description', 'version', 'publisher', 'container_concept']);

/** Whether a text is a list or an object, as forms send them. */
function isJson(text: string): boolean {
  if (!/^\s*(?:\[.*\]|\{.*\})\s*$/s.test(text)) return false;
  // As other languages write lists: `['a', 'b']`, `[a, b]`.
  if (/^\s*\[[^[\]]*\]\s*$/.test(text) && (text.includes(',') || /^\s*\['/.test(text))) return true;
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

/** What else is known about the call. */
interface Surroundings {
  depositionId?: number | undefined;
  /** Whether another part of the call lists authors. */
  authorsElsewhere?: boolean;
}

/** Maps a document to a draft. Never throws: it collects faults. */
export function mapDocument(
  document: ContainerDocument,
  { depositionId, authorsElsewhere = false }: Surroundings = {},
): Mapping {
  const { fields, artifacts, notes, assumedType } = document;
  const into = new Mapper();
  convertLists(document);
  const isMeant = (field: ContainerField, { value, path }: Given) => {
    const isWrapped = !PROSE.has(field) && typeof value === 'string' && isJson(value);
    if (isWrapped) into.fault(path, 'is a list or an object in a string: send it itself');
    return value !== null && !isWrapped;
  };
  const given = (field: ContainerField) => (fields.get(field) ?? []).filter((one) => isMeant(field, one));
  for (const [field, [first]] of fields) {
    if (first?.value !== null) continue;
    for (const key of RULES[field][0]) into.set(key, { value: null, path: first.path });
  }
  for (const field of CONTAINER_FIELDS) {
    const all = field === 'embargo_date' ? datedEmbargoes(given(field), into) : given(field);
    const [, read] = RULES[field];
    if (read === undefined) continue;
    for (const one of SINGLE_FIELDS.has(field) ? single(all, read, into) : all) read(one, into);
  }
  mapDescription(given('description'), given('description_format'), into);
  if (given('authors').length + given('contributors').length > 0)
    mapPeople(given('authors'), given('contributors'), authorsElsewhere, into);
  mapKeywords(given('keywords'), into);
  mapRights(given('license'), into);
  nameOtherRights(artifacts, given('license'), into);
  single(given('license').filter(isSingular), (one, quiet) => mapRights([one], quiet), into);
  single(given('language').filter(isSingular), mapLanguages, into);
  mapFunding(given('funding'), into);
  for (const pid of [...given('pid'), ...given('alternate_identifiers')]) mapPids(pid, into, depositionId);
  for (const { links } of artifacts) for (const link of links) mapRelated(link, 'references', into);
  mapResourceTypes(given('resource_type'), into);
  const { types } = readResourceTypes(artifacts.flatMap(({ resourceTypes }) => resourceTypes));
  if (types.length > 0 && !Object.hasOwn(into.mapping.set, 'metadata.resource_type')) {
    const id = commonType(types);
    into.set('metadata.resource_type', { value: { id }, path: 'resource_type' });
    into.warn('resource_type', `${id} was derived from the resource types of the artifacts.`);
  }
  if (assumedType !== undefined)
    into.mapping.defaults['metadata.resource_type'] = { ...assumedType, sentence: null };
  joinKinds(into.mapping);
  for (const [path, sentence] of notes) into.warn(path, sentence);
  return into.mapping;
}

/**
 * Whether a name means a single thing, so that two names contradict each other: `license`, not
 * `licenses`.
 */
function isSingular({ path }: Given): boolean {
  return ['license', 'licence', 'lizenz', 'language', 'lang'].includes(keyOf(keyAt(path)));
}

function mapPublisher(given: Given, into: Mapper): void {
  const fields = new Fields(given, into);
  const name = fields.text('name', 'legalname', 'title');
  fields.skip('type');
  fields.nameRest();
  // A node of JSON-LD that is not described here.
  if (name === null && fields.rest().join() === '@id') return;
  mapText('metadata.publisher', { value: name, path: given.path }, into);
}

function mapConcept({ value, path }: Given, into: Mapper): void {
  const concept = textOf(value);
  if (concept === null) return void into.fault(path, 'must be a string');
  const description = readDescription(`Container concept: ${concept}`, 'text').html;
  into.add('metadata.additional_descriptions', { value: { description, type: { id: 'notes' } }, path });
}

function mapVersion({ value, path }: Given, into: Mapper): void {
  const version = textOf(value);
  if (version === null) return void into.fault(path, 'must be a string');
  if (version.length > 191) return void into.fault(path, 'must have at most 191 characters');
  if (typeof value === 'number')
    into.warn(path, `the number ${version} was sent as a string; send "${version}.0" if you mean that.`);
  into.set('metadata.version', { value: version, path });
}

function mapAccess({ value, path }: Given, into: Mapper): void {
  const right = rightOfLevel(textOf(value) ?? '');
  if (right === null) into.fault(path, 'must be Public, Restricted, Private or Embargoed');
  else into.set('access.right', { value: right, path });
}

function mapRepository(given: Given, into: Mapper): void {
  const fields = new Fields(given, into);
  const said = fields.text('url', '@id', 'link')?.replace(/^git\+/, '') ?? '';
  const address = webAddress(said)
    .replace(/^git@([^:/]+)[:/]|^(?:ssh:\/\/git@|git:\/\/)([^:/]+)\//, 'https://$1$2/')
    .replace(/^(github|gitlab):(?=[\w.-]+\/)/, 'https://$1.com/');
  // The port of another protocol is no part of a web address.
  if (address.startsWith('ssh://'))
    return void into.warn(given.path, 'is no address of a web page, so it was left out.');
  if (!isLink(address)) {
    mapRelated(given, 'issupplementto', into);
    return;
  }
  if (address !== said) into.warn(given.path, `“${said}” was read as ${address}.`);
  into.set('custom_fields.code:codeRepository', { value: address, path: given.path });
  fields.skip('type');
  fields.nameRest();
}
