import { isIsbn, isIssn } from './checksums.js';
import { isDay, isWritten, readDate } from './dates.js';
import { plainWords } from './descriptions.js';
import { identifierKey, identify, identifyAs, identifyPerson, OF_AWARDS, OF_PLACES } from './identifiers.js';
import { isLanguage } from './languages.js';
import { licenseId } from './license-ids.js';
import { type Content, CUSTOM_ITEMS, CustomFieldsSchema, type ListItem, MetadataSchema } from './record.js';
import { isLink } from './rights.js';
import { type RecordFaults, schemaFaults } from './schema-faults.js';
import { eachObject, idOf, isObject, textOf } from './values.js';

/**
 * Everything in metadata and custom fields that Zenodo would report, or fail on. Zenodo keeps an
 * invalid object in the draft, which then cannot be published. Ids of affiliations, funders, awards
 * and subjects are looked up elsewhere.
 */
export function recordFaults(metadata: Content, custom: Content = {}): RecordFaults {
  const found: RecordFaults = { faults: [], unknown: [] };
  schemaFaults(MetadataSchema, metadata, 'metadata', found);
  schemaFaults(CustomFieldsSchema, custom, 'custom_fields', found);
  const faulty = new Set(found.faults.map(({ field }) => field));
  const wrong = (field: string, message: string) => {
    if (!faulty.has(field)) found.faults.push({ field, message });
    faulty.add(field);
  };
  for (const list of ['creators', 'contributors']) {
    each(metadata[list], `metadata.${list}`, (person, at) => personFaults(person, at, wrong));
  }
  for (const list of ['identifiers', 'related_identifiers', 'references']) {
    each(metadata[list], `metadata.${list}`, (entry, at) => identifierFaults(entry, at, wrong));
  }
  twice(metadata['identifiers'], 'metadata.identifiers', wrong);
  dateFaults(metadata['publication_date'], 'metadata.publication_date', wrong);
  each(metadata['dates'], 'metadata.dates', ({ date }, at) => dateFaults(date, `${at}.date`, wrong));
  each(metadata['languages'], 'metadata.languages', (language, at) => languageFaults(language, at, wrong));
  for (const list of ['additional_titles', 'additional_descriptions']) {
    each(metadata[list], `metadata.${list}`, ({ lang }, at) => languageFaults(lang, `${at}.lang`, wrong));
  }
  each(metadata['rights'], 'metadata.rights', (right, at) => rightFaults(right, at, wrong));
  each(metadata['subjects'], 'metadata.subjects', ({ id, subject }, at) => {
    if (id === undefined && subject === undefined) wrong(at, 'needs an id or a subject');
  });
  each(metadata['funding'], 'metadata.funding', ({ funder, award }, at) => {
    if (isObject(funder) && funder['id'] === undefined && funder['name'] === undefined)
      wrong(`${at}.funder`, 'needs an id or a name');
    if (isObject(award) && ['id', 'number', 'title'].every((key) => award[key] === undefined))
      wrong(`${at}.award`, 'needs an id, a number or a title');
    const kinds = new Set<unknown>();
    each(Object(award)['identifiers'], `${at}.award.identifiers`, (one, path) => {
      identifierFaults(one, path, wrong, OF_AWARDS);
      const kind = one['scheme'] ?? identify(textOf(one['identifier']) ?? '', OF_AWARDS)?.scheme;
      if (kind !== undefined && kinds.has(kind)) wrong(path, `is a second ${String(kind).toUpperCase()}`);
      kinds.add(kind);
    });
  });
  const { locations } = metadata;
  each(isObject(locations) ? locations['features'] : [], 'metadata.locations.features', (feature, at) => {
    if (isObject(feature['geometry']) && !isGeometry(feature['geometry']))
      wrong(`${at}.geometry`, 'has no coordinates that match its type: a point is [longitude, latitude]');
    if (Object.keys(feature).length === 0)
      wrong(at, 'needs a geometry, a place, identifiers or a description');
    each(feature['identifiers'], `${at}.identifiers`, (one, path) =>
      identifierFaults(one, path, wrong, OF_PLACES),
    );
  });
  for (const name of ['description', 'copyright']) {
    if (typeof metadata[name] === 'string' && plainWords(metadata[name]) === '')
      wrong(`metadata.${name}`, 'has no text');
  }
  customFaults(custom, wrong);
  return found;
}

type Wrong = (field: string, message: string) => void;

function languageFaults(language: unknown, at: string, wrong: Wrong): void {
  const id = idOf(language);
  if (id !== undefined && !isLanguage(id)) wrong(`${at}.id`, 'is not an ISO 639-3 code');
}

function personFaults({ person_or_org: who, affiliations }: Content, at: string, wrong: Wrong): void {
  if (isObject(who)) {
    if (who['type'] === 'personal' && !who['family_name'])
      wrong(`${at}.person_or_org.family_name`, 'is missing');
    if (who['type'] === 'organizational' && !who['name']) wrong(`${at}.person_or_org.name`, 'is missing');
    const schemes = new Set<string>();
    each(who['identifiers'], `${at}.person_or_org.identifiers`, ({ identifier, scheme }, path) => {
      const found =
        typeof identifier === 'string'
          ? identifyPerson(identifier, typeof scheme === 'string' ? scheme : undefined)
          : null;
      if (found === null)
        wrong(
          `${path}.identifier`,
          typeof scheme === 'string'
            ? `is not a valid ${scheme.toUpperCase()}`
            : 'is not an ORCID iD, ISNI, GND or ROR id',
        );
      else if (schemes.has(found.scheme)) wrong(path, `is a second ${found.scheme.toUpperCase()}`);
      else schemes.add(found.scheme);
    });
  }
  const names = new Set<unknown>();
  each(affiliations, `${at}.affiliations`, ({ id, name }, path) => {
    const key = id ?? name;
    if (key === undefined) wrong(path, 'needs an id or a name');
    else if (names.has(key)) wrong(path, 'occurs twice');
    names.add(key);
  });
}

/** `few`: the kinds that are allowed there, if they are not those of a record. */
function identifierFaults({ identifier, scheme }: Content, at: string, wrong: Wrong, few?: string[]): void {
  if (typeof identifier !== 'string') return;
  if (typeof scheme !== 'string') {
    if (identify(identifier, few) === null)
      wrong(
        `${at}.identifier`,
        `Zenodo does not recognise its scheme; send the scheme, ${few?.join(' or ') ?? 'for example other'}`,
      );
    return;
  }
  const found = identifyAs(scheme, identifier, few);
  if (found === undefined)
    wrong(
      `${at}.scheme`,
      `is not a scheme that Zenodo accepts here; use ${few?.join(' or ') ?? 'other for all others'}`,
    );
  else if (found === null) wrong(`${at}.identifier`, `is not a valid ${scheme}`);
}

function twice(list: unknown, path: string, wrong: Wrong): void {
  const seen = new Set<string>();
  each(list, path, ({ identifier, scheme }, at) => {
    if (typeof identifier !== 'string') return;
    const key = identifierKey(identifier, scheme);
    if (seen.has(key)) wrong(at, 'occurs twice');
    seen.add(key);
  });
}

/** A time with seconds, which `dates` accepts and `publication_date` does not. */
const MOMENT =
  /^[^T]{10}T(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d|24:00:00)(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/;

const isMoment = (date: string) => MOMENT.test(date) && isDay(date.slice(0, 10));

function dateFaults(date: unknown, at: string, wrong: Wrong): void {
  if (typeof date !== 'string' || (isMoment(date) && at.startsWith('metadata.dates'))) return;
  const reading = readDate(date);
  if ('fault' in reading) wrong(at, reading.fault);
  else if (reading.date !== date) wrong(at, `must be written as ${reading.date}`);
}

function rightFaults({ id, title, description, link }: Content, at: string, wrong: Wrong): void {
  if (id === undefined && title === undefined) wrong(at, 'needs an id, or a title as {"en": …}');
  if (id !== undefined && [title, description, link].some((part) => part !== undefined))
    wrong(at, 'has an id, so it must not have a title, description or link');
  if (typeof id === 'string' && licenseId(id) !== id)
    wrong(`${at}.id`, `Zenodo has no licence with the id ${id}`);
  if (typeof link === 'string' && !isLink(link))
    wrong(`${at}.link`, 'must be the URL of a page, such as https://example.org/licence');
}

/** All levels of EDTF, of which only the signs are judged. */
const LIKE_EDTF = /^[\d\s.,/~?%XxuUyYEeSTZ:+[\]{}-]+$/;

const dated = (isRight: (date: string) => boolean, message: string) => (item: unknown) =>
  typeof item === 'string' && isRight(item) ? null : message;

/** What is wrong with an entry of a list of custom fields. Numbers may be written as texts. */
const ITEM_FAULTS: Readonly<Record<ListItem, (item: unknown) => string | null>> = {
  text: (item) => (typeof item === 'string' ? null : 'must be a string'),
  day: dated(isDay, 'must be a day: YYYY-MM-DD'),
  date: dated(isWritten, 'must be a date: YYYY-MM-DD, YYYY-MM or YYYY, or two of them with a slash'),
  number: (item) => (isNumber(item) ? null : 'must be a number'),
  integer: (item) => (isNumber(item) && Number.isInteger(Number(item)) ? null : 'must be an integer'),
};

function isNumber(item: unknown): boolean {
  const isText = typeof item === 'string' && item.trim() !== '';
  return (isText || typeof item === 'number') && Number.isFinite(Number(item));
}

function customFaults(custom: Content, wrong: Wrong): void {
  const meetings = 'custom_fields.meeting:meeting.identifiers';
  const { identifiers } = Object(custom['meeting:meeting']) as Content;
  each(identifiers, meetings, (one, at) => identifierFaults(one, at, wrong));
  twice(identifiers, meetings, wrong);
  const of = (field: string, key: string) => {
    const parts = custom[field];
    const value = isObject(parts) ? parts[key] : undefined;
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const [isbn, issn, url] = [
    of('imprint:imprint', 'isbn'),
    of('journal:journal', 'issn'),
    of('meeting:meeting', 'url'),
  ];
  if (isbn !== null && !isIsbn(isbn)) wrong('custom_fields.imprint:imprint.isbn', 'is not a valid ISBN');
  if (issn !== null && !isIssn(issn)) wrong('custom_fields.journal:journal.issn', 'is not a valid ISSN');
  if (url !== null && !isLink(url)) wrong('custom_fields.meeting:meeting.url', 'is not a valid URL');
  for (const key of ['date_submitted', 'date_defended']) {
    const date = of('thesis:thesis', key);
    if (date !== null && !LIKE_EDTF.test(date))
      wrong(`custom_fields.thesis:thesis.${key}`, 'must be a date, such as YYYY-MM-DD');
  }
  for (const [name, kind] of CUSTOM_ITEMS) {
    const list = custom[name];
    if (!Array.isArray(list)) continue;
    list.forEach((item: unknown, index) => {
      const message = ITEM_FAULTS[kind](item);
      if (message !== null) wrong(`custom_fields.${name}.${index}`, message);
    });
  }
  const repository = custom['code:codeRepository'];
  if (typeof repository === 'string' && !isLink(repository))
    wrong('custom_fields.code:codeRepository', 'is not a valid URL');
}

function isGeometry({ type, coordinates }: Content): boolean {
  const isPoint = (value: unknown) =>
    Array.isArray(value) &&
    value.length >= 2 &&
    value.length <= 3 &&
    value.every((part) => typeof part === 'number' && Number.isFinite(part));
  const isRing = (value: unknown) =>
    Array.isArray(value) &&
    value.length >= 4 &&
    value.every(isPoint) &&
    JSON.stringify(value[0]) === JSON.stringify(value.at(-1));
  if (!Array.isArray(coordinates)) return false;
  if (type === 'Point') return isPoint(coordinates);
  return type === 'MultiPoint' ? coordinates.every(isPoint) : coordinates.every(isRing);
}

function each(list: unknown, path: string, look: (entry: Content, at: string) => void): void {
  eachObject(list, (entry, index) => look(entry, `${path}.${index}`));
}
