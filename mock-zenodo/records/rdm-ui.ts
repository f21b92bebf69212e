import { type Fields, isObject } from '../metadata/checks.js';
import { sanitiseHtml, textOfHtml } from '../metadata/text/sanitise-html.js';
import { dateInWords } from './dates-in-words.js';
import { publishingInformation } from './publishing-information.js';

/** A record in RDM JSON, as far as `ui` is derived from it. */
interface Shown {
  created: string;
  updated: string;
  is_draft: boolean;
  metadata: Fields;
  custom_fields: Fields;
  access: Fields;
  versions: { index: number };
}

/**
 * The `ui` object of RDM JSON: the texts of pages, in English
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/resources/serializers/ui/schema.py`,
 * UIRecordSchema).
 */
export function rdmUi(record: Shown): Fields {
  const { metadata, custom_fields: custom, access } = record;
  const date = metadata['publication_date'];
  const description = metadata['description'];
  const information = publishingInformation(metadata, custom);
  return {
    ...(typeof date === 'string' && {
      publication_date_l10n_medium: dateInWords(date, 'medium'),
      publication_date_l10n_long: dateInWords(date, 'long'),
    }),
    created_date_l10n_long: dateInWords(record.created.slice(0, 10), 'long'),
    updated_date_l10n_long: dateInWords(record.updated.slice(0, 10), 'long'),
    ...at(metadata, 'resource_type', localised),
    ...each(metadata, 'additional_titles', typed),
    custom_fields: {
      ...custom,
      ...each(custom, 'code:programmingLanguage', localised),
      ...at(custom, 'code:developmentStatus', localised),
    },
    ...(Object.keys(information).length > 0 && { publishing_information: information }),
    ...(isObject(custom['meeting:meeting']) && { conference: custom['meeting:meeting'] }),
    access_status: accessStatus(access),
    ...people(metadata, 'creators'),
    ...people(metadata, 'contributors'),
    ...each(metadata, 'languages', localised),
    ...(typeof description === 'string' && { description_stripped: textOfHtml(description) }),
    version: metadata['version'] || `v${record.versions.index}`,
    ...each(metadata, 'related_identifiers', typed),
    ...each(metadata, 'additional_descriptions', (one) => ({
      ...typed(one),
      ...(typeof one['description'] === 'string' && { description: sanitiseHtml(one['description']) }),
    })),
    ...each(metadata, 'dates', (one) => ({
      ...typed(one),
      ...(typeof one['description'] === 'string' && { description: textOfHtml(one['description']) }),
    })),
    ...each(metadata, 'rights', localised),
    is_draft: record.is_draft,
    ...each(metadata, 'funding', (one) => ({
      ...at(one, 'award', localised),
      ...at(one, 'funder', localised),
    })),
    ...(metadata['locations'] !== undefined && { locations: metadata['locations'] }),
  };
}

/**
 * An entry of a vocabulary with its English title, which is missing if the reference was not
 * resolved.
 */
function localised({ id, title, description, ...more }: Fields): Fields {
  return {
    ...(id !== undefined && { id }),
    ...(title !== undefined && { title_l10n: inEnglish(title) }),
    ...(description !== undefined && { description_l10n: inEnglish(description) }),
    ...more,
  };
}

/** Something with types and languages, each in English. */
function typed(item: Fields): Fields {
  const names = ['type', 'lang', 'relation_type', 'resource_type'];
  return { ...item, ...Object.assign({}, ...names.map((name) => at(item, name, localised))) };
}

function inEnglish(texts: unknown): unknown {
  return isObject(texts) ? (texts['en'] ?? Object.values(texts)[0]) : texts;
}

/** People with the numbers of their affiliations, which are listed once. */
function people(metadata: Fields, key: string): Fields {
  const list = metadata[key];
  if (!Array.isArray(list)) return {};
  const numbers = new Map<unknown, number>();
  const affiliations: unknown[][] = [];
  const numbered = (affiliation: Fields) => {
    const { name, id } = affiliation;
    const number = numbers.get(name) ?? affiliations.length + 1;
    if (!numbers.has(name)) affiliations.push([number, name ?? null, id ?? null]);
    numbers.set(name, number);
    return [number, name ?? null];
  };
  const shown = list.filter(isObject).map((person) => ({
    ...person,
    ...(Array.isArray(person['affiliations']) && {
      affiliations: person['affiliations'].filter(isObject).map(numbered),
    }),
    ...at(person, 'role', (role) => ({
      ...role,
      ...(role['title'] !== undefined && { title: inEnglish(role['title']) }),
    })),
  }));
  return { [key]: { [key]: shown, affiliations } };
}

function accessStatus({ status, embargo }: Fields): Fields {
  const until = isObject(embargo) && typeof embargo['until'] === 'string' ? embargo['until'] : '';
  const [title, description, icon, message] = {
    open: ['Open', 'The record and files are publicly accessible.', 'unlock', ''],
    embargoed: [
      'Embargoed',
      `The files will be made publicly available on ${dateInWords(until, 'long')}.`,
      'outline clock',
      'warning',
    ],
    'metadata-only': ['Metadata-only', 'No files are available for this record.', 'tag', ''],
  }[String(status)] ?? [
    'Restricted',
    'The record is publicly accessible, but files are restricted to users with access.',
    'ban',
    'negative',
  ];
  return {
    id: status,
    title_l10n: title,
    description_l10n: description,
    icon,
    embargo_date_l10n: until === '' ? null : dateInWords(until, 'long'),
    message_class: message,
  };
}

function at(holder: Fields, key: string, change: (value: Fields) => Fields): Fields {
  const value = holder[key];
  return isObject(value) ? { [key]: change(value) } : {};
}

function each(holder: Fields, key: string, change: (item: Fields) => Fields): Fields {
  const list = holder[key];
  return Array.isArray(list) ? { [key]: list.filter(isObject).map(change) } : {};
}
