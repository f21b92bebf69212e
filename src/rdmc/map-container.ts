import type { Container } from './container.js';
import { readDate } from './dates.js';
import type { ContainerField } from './field-names.js';
import { foreignTags, toHtml } from './html.js';
import { mapKeywords, readKeywords } from './keywords.js';
import { mapLanguage } from './languages.js';
import { mapLicenses } from './licenses.js';
import { mapDates, mapEmbargoDate } from './map-dates.js';
import { mapLinks, mapPids, mapPreviousVersion } from './map-identifiers.js';
import { addTo, emptyMapping, type Given, type Mapping } from './mapping.js';
import { mapPeople, readPeople } from './people.js';
import { commonType, readResourceTypes } from './resource-types.js';
import { isObject, pick, textOf } from './scalars.js';

type Rule = (given: Given, mapping: Mapping) => void;

/** One rule a field, in the order in which they apply. */
const RULES: Record<ContainerField, Rule> = {
  title: mapTitle,
  description: mapDescription,
  contributors: mapPeople,
  owner: mapOwner,
  keywords: mapKeywords,
  subject: mapSubject,
  license: mapLicenses,
  version: mapVersion,
  language: mapLanguage,
  publication_date: mapPublicationDate,
  dates: mapDates,
  pid: mapPids,
  previous_version: mapPreviousVersion,
  links: mapLinks,
  resource_type: mapResourceType,
  access: mapAccess,
  embargo_date: mapEmbargoDate,
  container_concept: mapConcept,
};

/** Zenodo's fields that a null in a field of ours removes. */
const REMOVED_BY: Partial<Record<ContainerField, string[]>> = {
  title: ['title'],
  description: ['description'],
  contributors: ['creators', 'contributors'],
  keywords: ['keywords'],
  license: ['license'],
  version: ['version'],
  language: ['language'],
  publication_date: ['publication_date'],
  dates: ['dates'],
  links: ['related_identifiers'],
  resource_type: ['upload_type'],
  access: ['access_right'],
  embargo_date: ['embargo_date'],
};

/** Maps what a container says about itself to Zenodo's legacy metadata. Never throws: faults are gathered. */
export function mapContainer(container: Container): Mapping {
  const mapping = emptyMapping();
  for (const field of Object.keys(RULES) as ContainerField[]) {
    const given = container.fields.get(field);
    if (given === undefined) continue;
    const empty = given.value === null || (Array.isArray(given.value) && given.value.length === 0);
    if (!empty) RULES[field](given, mapping);
    for (const name of empty ? (REMOVED_BY[field] ?? []) : []) {
      mapping.set[name] = null;
      mapping.origins.set(name, given.path);
    }
  }
  for (const path of container.unknown) mapping.warnings.push(`${path}: not known, so not sent to Zenodo.`);
  return mapping;
}

function mapTitle({ value, path }: Given, mapping: Mapping) {
  const title = textOf(value);
  if (title === null) return fault(mapping, path, 'must be a text');
  if ([...title].length < 3) return fault(mapping, path, 'must have at least 3 characters');
  set(mapping, 'title', title.replace(/\s+/g, ' '), path);
}

function mapDescription({ value, path }: Given, mapping: Mapping) {
  const text = Array.isArray(value) ? value.map(textOf).join('\n\n') : textOf(value);
  if (text === null) return fault(mapping, path, 'must be a text');
  const html = toHtml(text);
  const foreign = foreignTags(text);
  if (foreign.length > 0) {
    mapping.warnings.push(`${path}: Zenodo keeps no ${foreign.join(', ')}; it was left out.`);
  }
  if (html === '')
    return void mapping.warnings.push(`${path}: holds no text that Zenodo keeps; it was left out.`);
  set(mapping, 'description', html, path);
}

/** The owner of a container is whom to ask for rights. */
function mapOwner(given: Given, mapping: Mapping): void {
  for (const { person, path } of readPeople(given.value, given.path, mapping)) {
    addTo(mapping, 'contributors', { ...person, type: 'RightsHolder' }, path);
  }
  mapping.warnings.push(`${given.path}: sent as contributor of the type RightsHolder.`);
}

/** A subject with an identifier is one at Zenodo; a mere word would be lost there and becomes a keyword. */
function mapSubject({ value, path }: Given, mapping: Mapping): void {
  const subjects = Array.isArray(value) ? value : [value];
  subjects.forEach((subject, index) => {
    const at = Array.isArray(value) ? `${path}.${index}` : path;
    const identifier = isObject(subject)
      ? textOf(pick(subject, 'identifier', 'id', 'uri', 'url')?.value)
      : null;
    const term = isObject(subject)
      ? textOf(pick(subject, 'term', 'subject', 'name', 'title', 'label')?.value)
      : null;
    if (identifier !== null && term !== null) {
      addTo(mapping, 'subjects', { term, identifier }, at);
      return;
    }
    for (const word of readKeywords(term ?? subject, at, mapping)) addTo(mapping, 'keywords', word, at);
  });
}

function mapVersion({ value, path }: Given, mapping: Mapping) {
  const version = textOf(value);
  if (version === null) return fault(mapping, path, 'must be a text');
  if (typeof value === 'number') {
    mapping.warnings.push(
      `${path}: the number ${version} was sent as text; send "${version}.0" if you mean that.`,
    );
  }
  set(mapping, 'version', version, path);
}

function mapPublicationDate({ value, path }: Given, mapping: Mapping) {
  const date = readDate(textOf(value) ?? '');
  if (date === null) return fault(mapping, path, 'must be a date: YYYY-MM-DD, YYYY-MM or YYYY');
  if (date !== textOf(value)) mapping.warnings.push(`${path}: “${textOf(value)}” was read as ${date}.`);
  set(mapping, 'publication_date', date, path);
}

function mapResourceType({ value, path }: Given, mapping: Mapping) {
  const { types, unknown } = readResourceTypes(value);
  for (const word of unknown) mapping.warnings.push(`${path}: Zenodo has no resource type “${word}”.`);
  if (types.length === 0 && unknown.length === 0) return fault(mapping, path, 'must be a text');
  if (types.length === 0) return;
  if (types.length > 1) {
    mapping.warnings.push(
      `${path}: Zenodo takes one type: ${types.join(' and ')} became ${commonType(types)}.`,
    );
  }
  set(mapping, 'upload_type', commonType(types), path);
}

/** `Public`, `Restricted`, `Private` and Zenodo's own words. */
function mapAccess({ value, path }: Given, mapping: Mapping) {
  const level = (textOf(value) ?? '').toLowerCase();
  if (/^(public|open)( access)?$/.test(level)) return set(mapping, 'access_right', 'open', path);
  if (/^(restricted|private|closed|confidential|internal)( access)?$/.test(level)) {
    return set(mapping, 'access_right', 'restricted', path);
  }
  if (level === 'embargoed') return set(mapping, 'access_right', 'embargoed', path);
  fault(mapping, path, 'must be Public, Restricted or Private');
}

function mapConcept({ value, path }: Given, mapping: Mapping) {
  const concept = textOf(value);
  if (concept === null) return fault(mapping, path, 'must be a text');
  mapping.notes.push(toHtml(`Container concept: ${concept}`));
}

function set(mapping: Mapping, field: string, value: unknown, path: string): void {
  mapping.set[field] = value;
  mapping.origins.set(field, path);
}

function fault(mapping: Mapping, field: string, message: string): void {
  mapping.faults.push({ field, message });
}
