import { isDeepStrictEqual } from 'node:util';
import type { Container, Spelled } from './container.js';
import { readDate } from './dates.js';
import type { ContainerField } from './field-names.js';
import { plainWords, readText, toHtml } from './html.js';
import { mapKeywords, readKeywords } from './keywords.js';
import { mapLanguage } from './languages.js';
import { mapLicenses } from './licenses.js';
import { mapDates, mapEmbargoDate } from './map-dates.js';
import { mapLinks, mapPids, mapPreviousVersion } from './map-identifiers.js';
import { addTo, emptyMapping, type Given, type Mapping, overlay } from './mapping.js';
import { readPeople } from './people.js';
import { type ListedElsewhere, mapPeople } from './people-lists.js';
import { commonType, readResourceTypes } from './resource-types.js';
import { isObject, pick, textOf } from './scalars.js';

/** What a rule makes of a field: `givens` are all its spellings that say something, at least one. */
type Rule = (givens: Spelled[], mapping: Mapping, elsewhere: ListedElsewhere) => void;
type RuleOfOne = (given: Given, mapping: Mapping) => void;

/** One rule a field, in the order in which they apply. */
const RULES: Record<ContainerField, Rule> = {
  title: once(mapTitle),
  description: mapDescriptions,
  contributors: mapPeople,
  owner: each(mapOwner),
  keywords: mapKeywords,
  subject: each(mapSubject),
  license: mapLicenses,
  version: once(mapVersion),
  language: once(mapLanguage, isSameLanguage),
  publication_date: once(mapPublicationDate),
  dates: each(mapDates),
  pid: each(mapPids),
  previous_version: each(mapPreviousVersion),
  links: each(mapLinks),
  resource_type: mapResourceTypes,
  access: once(mapAccess),
  embargo_date: once(mapEmbargoDate),
  container_concept: once(mapConcept),
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

/** Maps what a container says about itself to Zenodo's legacy metadata. `elsewhere`: people that other parts of the call name. Never throws: faults are gathered. */
export function mapContainer(container: Container, elsewhere: ListedElsewhere): Mapping {
  const mapping = emptyMapping();
  for (const field of Object.keys(RULES) as ContainerField[]) {
    const givens = container.fields.get(field) ?? [];
    const filled = givens.filter(({ value }) => value !== null);
    if (filled.length > 0) RULES[field](filled, mapping, elsewhere);
    for (const { path } of filled.length > 0 ? [] : givens) {
      for (const name of REMOVED_BY[field] ?? []) set(mapping, name, null, path);
    }
  }
  for (const path of container.unknown) mapping.warnings.push(`${path}: not known, so not sent to Zenodo.`);
  for (const { path, by } of container.overridden) {
    mapping.warnings.push(`${path}: not sent, because ${by} says something else and counts.`);
  }
  return mapping;
}

/** For what can be said several times. */
function each(rule: RuleOfOne): Rule {
  return (givens, mapping) => {
    for (const given of givens) rule(given, mapping);
  };
}

/** For what can be said once: spellings that mean different things contradict one another. */
function once(rule: RuleOfOne, isSame: (one: Mapping, other: Mapping) => boolean = isSameValue): Rule {
  return (givens, mapping) => {
    const read = givens.map((given) => {
      const alone = emptyMapping();
      rule(given, alone);
      return { path: given.path, alone };
    });
    const [first, ...others] = read;
    if (first === undefined) return;
    Object.assign(mapping, overlay(mapping, first.alone));
    for (const { path, alone } of others) {
      mapping.faults.push(...alone.faults);
      const readable = alone.faults.length === 0 && first.alone.faults.length === 0;
      if (readable && !isSame(alone, first.alone)) {
        fault(mapping, first.path, `contradicts ${path}: send one of them`);
      }
    }
  };
}

function mapTitle({ value, path }: Given, mapping: Mapping) {
  const title = textOf(value);
  if (title === null) return fault(mapping, path, 'must be a text');
  if ([...title].length < 3) return fault(mapping, path, 'must have at least 3 characters');
  set(mapping, 'title', title.replace(/\s+/g, ' '), path);
}

function isSameValue(one: Mapping, other: Mapping): boolean {
  return isDeepStrictEqual(one.set, other.set) && isDeepStrictEqual(one.notes, other.notes);
}

/** `en` and `eng` are one. */
function isSameLanguage(one: Mapping, other: Mapping): boolean {
  const canonical = ({ set }: Mapping) => Intl.getCanonicalLocales(String(set['language'] ?? 'und'))[0];
  return canonical(one) === canonical(other);
}

/** A description, and what was given as abstract or summary beside it, below one another. */
function mapDescriptions(givens: Given[], mapping: Mapping) {
  const texts = givens.flatMap(({ value, path }) => {
    const html = readDescription(value, path, mapping);
    return html === null ? [] : [{ html, path, words: plainWords(html) }];
  });
  const distinct = texts.filter(
    ({ words }, index) => !texts.slice(0, index).some((text) => text.words === words),
  );
  const [first, ...others] = distinct;
  if (first === undefined) return;
  for (const { path } of others) mapping.warnings.push(`${path}: joined to the text of ${first.path}.`);
  set(mapping, 'description', distinct.map(({ html }) => html).join('\n'), first.path);
}

function readDescription(value: unknown, path: string, mapping: Mapping): string | null {
  const text = Array.isArray(value) ? value.map(textOf).join('\n\n') : textOf(value);
  if (text === null) {
    fault(mapping, path, 'must be a text');
    return null;
  }
  const { html, foreign, plain } = readText(text);
  if (plain) mapping.warnings.push(`${path}: too dense to be read as Markdown; it was sent as plain text.`);
  if (foreign.length > 0) {
    mapping.warnings.push(`${path}: Zenodo keeps no ${foreign.join(', ')}; it was left out.`);
  }
  if (html !== '') return html;
  mapping.warnings.push(`${path}: holds no text that Zenodo keeps; it was left out.`);
  return null;
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

function mapResourceTypes(givens: Given[], mapping: Mapping) {
  const read = givens.map(({ value, path }) => ({ path, ...readResourceTypes(value) }));
  for (const { path, types, unknown } of read) {
    for (const word of unknown) mapping.warnings.push(`${path}: Zenodo has no resource type “${word}”.`);
    if (types.length === 0 && unknown.length === 0) fault(mapping, path, 'must be a text');
  }
  const known = read.find(({ types }) => types.length > 0);
  if (known === undefined) return;
  const types = [...new Set(read.flatMap((one) => one.types))];
  if (types.length > 1) {
    mapping.warnings.push(
      `${known.path}: Zenodo takes one type: ${types.join(' and ')} became ${commonType(types)}.`,
    );
  }
  set(mapping, 'upload_type', commonType(types), known.path);
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
