import { type Check, isObject, list, longerText, MISSING, object, opaque, text } from './checks.js';
import { isEdtf } from './dates.js';
import { identifier, recordIdentifiers } from './identifier-checks.js';
import { RECORD_SCHEMES } from './identifiers.js';
import { contributor, creator, reference } from './person-checks.js';

const edtf = text((value) => (isEdtf(value) ? undefined : 'Please provide a valid date or interval.'));

const titles = list(
  object({ title: longerText(3), type: reference, lang: reference }, { required: ['title', 'type'] }),
);

const descriptions = list(
  object(
    { description: longerText(3, { html: true }), type: reference, lang: reference },
    { required: ['description', 'type'] },
  ),
);

const dates = list(
  object({ date: edtf, type: reference, description: text() }, { required: ['date', 'type'] }),
);

const rights = list(
  object({ id: text(), title: opaque, description: opaque, link: text(), icon: text(), props: opaque }),
);

const subjects = list(
  object(
    { id: text(), subject: text(), scheme: () => undefined, title: () => undefined },
    {
      rule: (value, path, report) => {
        if (!value['id'] && !value['subject']) {
          report(`${path}.subjects`, 'An existing id or a free text subject must be present.');
        }
      },
    },
  ),
);

const coordinates: Check = (value, path, report) => {
  const fits =
    isObject(value) &&
    typeof value['type'] === 'string' &&
    (value['type'] !== 'Point' || isPoint(value['coordinates']));
  if (fits) return value;
  report(path, 'Invalid geometry.');
  return undefined;
};

const locations = object({
  features: list(
    object(
      { geometry: coordinates, place: text(), description: text(), identifiers: opaque },
      {
        rule: (value, path, report) => {
          if (Object.keys(value).length > 0) return;
          report(
            `${path}.locations`,
            "At least one of ['geometry', 'place', 'identifiers', 'description'] should be present.",
          );
        },
      },
    ),
  ),
});

const funding = list(
  object({
    funder: object({
      id: text(),
      name: text(),
      title: opaque,
      country: opaque,
      identifiers: opaque,
      props: opaque,
    }),
    award: object({
      id: text(),
      title: opaque,
      number: text(),
      identifiers: opaque,
      acronym: opaque,
      program: opaque,
      funder: opaque,
      subjects: opaque,
      organizations: opaque,
    }),
  }),
);

/** The metadata of a record (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py`). */
export const metadataSchema: Check = object(
  {
    resource_type: reference,
    creators: list(creator, { emptyMessage: MISSING }),
    title: longerText(3),
    additional_titles: titles,
    publisher: text(),
    publication_date: edtf,
    subjects,
    contributors: list(contributor),
    dates,
    languages: list(reference),
    identifiers: recordIdentifiers,
    related_identifiers: list(
      identifier(RECORD_SCHEMES, { relation_type: reference, resource_type: reference }, ['relation_type']),
    ),
    sizes: list(longerText(1)),
    formats: list(longerText(1)),
    version: text(),
    rights,
    copyright: text(),
    description: longerText(3, { html: true }),
    additional_descriptions: descriptions,
    locations,
    funding,
    references: list(
      object({ reference: text(), identifier: text(), scheme: text() }, { required: ['reference'] }),
    ),
  },
  { required: ['resource_type', 'creators', 'title', 'publication_date'] },
);

function isPoint(value: unknown): boolean {
  return Array.isArray(value) && value.length >= 2 && value.every((part) => typeof part === 'number');
}
