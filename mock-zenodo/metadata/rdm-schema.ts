import { type Check, list, longerText, MISSING, object, text, verbatim } from './checks.js';
import { badDate, badDateTime } from './dates.js';
import { identifier, recordIdentifiers } from './identifier-checks.js';
import { RECORD_SCHEMES } from './identifiers/allowed.js';
import { locations } from './location-checks.js';
import { contributor, creator } from './person-checks.js';
import { funding, reference, rights, subjects } from './relation-checks.js';

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
  object(
    { date: verbatim(badDateTime), type: reference, description: text() },
    { required: ['date', 'type'] },
  ),
);

const relatedIdentifiers = list(
  identifier(RECORD_SCHEMES, {
    fields: { relation_type: reference, resource_type: reference },
    rule: (value, path, report) => {
      if (value['relation_type'] === undefined) report(`${path}.relation_type`, MISSING);
    },
  }),
);

const references = list(
  identifier(RECORD_SCHEMES, {
    fields: { reference: text() },
    required: ['reference'],
    optional: true,
  }),
);

const filled = (message: string) => text((value) => (value === '' ? message : undefined));

/**
 * The metadata of a record
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/metadata.py`).
 */
export const metadataSchema: Check = object(
  {
    resource_type: reference,
    creators: list(creator, { emptyMessage: MISSING }),
    title: longerText(3),
    additional_titles: titles,
    publisher: text(),
    publication_date: verbatim(badDate),
    subjects,
    contributors: list(contributor),
    dates,
    languages: list(reference),
    identifiers: recordIdentifiers,
    related_identifiers: relatedIdentifiers,
    sizes: list(filled('Size cannot be a blank string.')),
    formats: list(filled('Format cannot be a blank string.')),
    version: text((value) => ([...value].length > 191 ? 'Longer than maximum length 191.' : undefined)),
    rights,
    copyright: longerText(1, { html: true }),
    description: longerText(3, { html: true }),
    additional_descriptions: descriptions,
    locations,
    funding,
    references,
  },
  { required: ['resource_type', 'creators', 'title', 'publication_date'] },
);
