import { type Check, dictionary, type Fields, isObject, list, object, type Report, text } from './checks.js';
import { awardIdentifiers, subjectIdentifiers } from './identifier-checks.js';
import { isWebAddress } from './web-address.js';

/**
 * A reference into a vocabulary. Whether it exists is checked elsewhere. Its title, as in
 * responses, is skipped.
 */
export const reference: Check = object({ id: text() }, { required: ['id'], prepare: withoutTitle });

/**
 * Zenodo's interface has one language (`zenodo/zenodo-rdm:invenio.cfg`, I18N_LANGUAGES is empty).
 */
const LOCALE = 'en';

const url = text((value) => (isWebAddress(value) ? undefined : 'Not a valid URL.'));

/** A free text in exactly one language of the interface. Its values are not validated. */
const localised: Check = (value, path, report) => {
  const kept = anyObject(value, path, report);
  const names = Object.keys(kept ?? {});
  if (names.length <= 1 && names.every((name) => name === LOCALE)) return kept;
  report(path, names.length > 1 ? 'Only one value is accepted.' : 'Not a valid locale.');
  return undefined;
};

/** Rights: only an id, or a custom title with description and link. */
export const rights: Check = list(
  object(
    {
      id: text(),
      title: localised,
      description: localised,
      props: object({ url, scheme: text() }),
      link: url,
    },
    {
      rule: (value, path, report) => {
        if (!value['id'] && !isFilled(value['title'])) {
          report(`${path}.rights`, 'An existing id or a free text title must be present');
        } else if (value['id'] && Object.keys(value).length > 1) {
          report(
            `${path}.rights`,
            'Only an existing id or free text title/description/link is accepted, but not both cases at the same time',
          );
        }
      },
    },
  ),
);

/** Subjects: an id, or a keyword; all other keys are skipped. */
export const subjects: Check = list(
  object(
    { id: text(), subject: text(), identifiers: subjectIdentifiers },
    {
      open: true,
      rule: (value, path, report) => {
        if (value['id'] || value['subject']) return;
        report(`${path}.subjects`, 'An existing id or a free text subject must be present.');
      },
    },
  ),
);

const languageKey = (name: string) =>
  /^[a-z]{2}$/.test(name) ? undefined : 'String does not match expected pattern.';

/**
 * Funding: the funder, and the award
 * (`inveniosoftware/invenio-vocabularies:invenio_vocabularies/contrib/{funders,awards}/schema.py`).
 */
export const funding: Check = list(
  object(
    {
      funder: object(
        {
          id: text(),
          name: text((value) => (value === '' ? 'Name cannot be blank.' : undefined)),
        },
        {
          rule: (value, path, report) => {
            if (value['id'] || value['name']) return;
            report(`${path}.funder`, 'An existing id or a free text name must be present.');
          },
        },
      ),
      award: object(
        {
          id: text(),
          number: text(),
          title: dictionary(languageKey, text()),
          identifiers: awardIdentifiers,
          acronym: text(),
          program: text(),
        },
        {
          rule: (value, path, report) => {
            if (value['id'] || value['number'] || isFilled(value['title'])) return;
            report(`${path}.award`, 'An existing id or either number or title must be present.');
          },
        },
      ),
    },
    { required: ['funder'] },
  ),
);

function anyObject(value: unknown, path: string, report: Report): Fields | undefined {
  if (isObject(value)) return value;
  report(path, value === null ? 'Field may not be null.' : 'Not a valid mapping type.');
  return undefined;
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function withoutTitle({ title: _title, ...value }: Fields): Fields {
  return value;
}
