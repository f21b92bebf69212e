import { internalError } from '../errors.js';
import { type Fields, isObject, type Report } from './checks.js';
import { EC_DOI, funderId } from './vocabularies/funders.js';
import { languageOfTwoLetters } from './vocabularies/languages.js';

/**
 * Legacy grants as RDM funding. A number alone belongs to the European Commission. Throws 500 for
 * entries without `id`.
 */
export function legacyFunding(value: unknown): Fields[] {
  return items(value).map((grant) => {
    if (!isObject(grant) || typeof grant['id'] !== 'string') throw internalError();
    const [first = '', ...rest] = grant['id'].split('::');
    const [doi, number] = rest.length === 0 ? [EC_DOI, first] : [first, rest.join('::')];
    const funder = funderId(doi);
    return { funder: { id: funder }, award: { id: `${funder}::${number}` } };
  });
}

/**
 * Legacy locations as RDM features. With a latitude or longitude of 0, the point is lost. Without
 * `place`, the result is a 500.
 */
export function legacyLocations(value: unknown): Fields {
  const features = items(value).map((location) => {
    if (!isObject(location) || !Object.hasOwn(location, 'place')) throw internalError();
    const { lat, lon, place, description } = location;
    return {
      place,
      ...(lat && lon ? { geometry: { type: 'Point', coordinates: [lon, lat] } } : {}),
      ...(description ? { description } : {}),
    };
  });
  return { features };
}

/**
 * Legacy dates as RDM ones. Equal ends become a single date. Reports a date without start and end.
 * Throws 500 for one without a type.
 */
export function legacyDates(value: unknown, report: Report): Fields[] {
  const dates: Fields[] = [];
  for (const item of items(value)) {
    if (!isObject(item)) throw internalError();
    const { start, end, type, description } = item;
    if (!start && !end) {
      report('metadata.dates', 'Invalid date provided.');
      return [];
    }
    if (typeof type !== 'string') throw internalError();
    const date = start && end && start !== end ? `${start}/${end}` : String(start || end);
    dates.push({ date, type: { id: type.toLowerCase() }, ...(description ? { description } : {}) });
  }
  return dates;
}

/** Legacy references as RDM ones. */
export function legacyReferences(value: unknown): Fields[] {
  return items(value).map((reference) => ({ reference }));
}

/** Legacy keywords as RDM subjects. A text counts as a list of its characters. */
export function legacyKeywords(value: unknown): Fields[] {
  return value ? items(value).map((subject) => ({ subject })) : [];
}

/**
 * The legacy language as RDM languages. Two letters of ISO 639-1 become three of ISO 639-3; three
 * letters stay.
 */
export function legacyLanguages(value: unknown, report: Report): Fields[] {
  if (typeof value !== 'string') throw internalError();
  if (value.length === 3) return [{ id: value }];
  if (value.length === 2) return [{ id: languageOfTwoLetters(value) }];
  report('metadata.language', 'Language must be either ISO-639-1 or 639-2 compatible.');
  return [];
}

/**
 * What a loop in Python iterates over: the items of a list, or the characters of a text. For
 * anything else Python raises an exception, so the result is a 500.
 */
function items(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  throw internalError();
}
