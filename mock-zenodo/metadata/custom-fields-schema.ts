import { type Check, type Fields, list, object, text, verbatim } from './checks.js';
import { TEXT_LIST_FIELDS } from './custom-fields.js';
import { badDate, badLooseDate, isFullDate } from './dates.js';
import { recordIdentifiers } from './identifier-checks.js';
import { isIsbn, isIssn } from './identifiers/checksums.js';
import { reference } from './relation-checks.js';
import { isWebAddress } from './web-address.js';

const plain = text();

const testedBy = (test: (value: string) => boolean, message: string) =>
  text((value) => (test(value) ? undefined : message));

const days = list(verbatim((value) => (isFullDate(value) ? undefined : 'Not a valid date.')));

const number =
  (message: string, test: (value: number) => boolean): Check =>
  (value, path, report) => {
    const found = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof found === 'number' && test(found)) return found;
    report(path, value === null ? 'Field may not be null.' : message);
    return undefined;
  };

const numbers = list(number('Not a valid number.', Number.isFinite));
const integers = list(number('Not a valid integer.', Number.isInteger));

/**
 * Custom fields with a structure of their own
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/contrib`,
 * `zenodo/zenodo-rdm:site/zenodo_rdm/custom_fields`).
 */
const FIELDS: Record<string, Check> = {
  ...Object.fromEntries(TEXT_LIST_FIELDS.map((name) => [name, list(plain)])),
  'dwc:dateIdentified': days,
  'dwc:eventDate': days,
  'dwc:decimalLatitude': numbers,
  'dwc:decimalLongitude': numbers,
  'dwc:organismQuantity': numbers,
  'gbif:ampliconSize': integers,
  'ac:digitizationDate': list(verbatim(badDate)),
  'obo:RO_0002453': list(object({ subject: list(plain), object: list(plain) })),
  'code:codeRepository': testedBy(isWebAddress, 'Not a valid URL.'),
  'code:programmingLanguage': list(reference),
  'code:developmentStatus': reference,
  'journal:journal': object({
    title: plain,
    issue: plain,
    volume: plain,
    pages: plain,
    issn: testedBy(isIssn, 'Please provide a valid ISSN.'),
  }),
  'meeting:meeting': object({
    acronym: plain,
    dates: plain,
    place: plain,
    session_part: plain,
    session: plain,
    title: plain,
    url: testedBy(isWebAddress, 'You must provide a valid URL.'),
    identifiers: recordIdentifiers,
  }),
  'imprint:imprint': object({
    title: plain,
    isbn: testedBy(isIsbn, 'Please provide a valid ISBN.'),
    pages: plain,
    place: plain,
    edition: plain,
  }),
  'thesis:thesis': object({
    university: plain,
    department: plain,
    type: plain,
    date_submitted: verbatim(badLooseDate),
    date_defended: verbatim(badLooseDate),
  }),
  'legacy:communities': list(plain),
  'legacy:subjects': list(object({ term: plain, identifier: plain, scheme: plain })),
};

/** The custom fields of a record. Zenodo's own are validated; others are unknown. */
export const customFieldsSchema: Check = object(FIELDS);

/** The name of the custom field that holds the slugs of the deposit API's `communities`. */
export const LEGACY_COMMUNITIES = 'legacy:communities';

/** The slugs that a draft of the deposit API names as its communities. */
export function legacyCommunities(customFields: Fields): string[] {
  const slugs = customFields[LEGACY_COMMUNITIES];
  return Array.isArray(slugs) ? slugs.filter((slug) => typeof slug === 'string') : [];
}
