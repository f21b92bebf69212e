import type { MockContext } from '../../context.js';
import type { Deposition, RecordState } from '../../store/model.js';

type Json = Record<string, unknown>;

/** A person or organisation who made a record. */
export interface Author {
  /** `Family, Given`, or the name of an organisation. */
  name: string;
  family: string;
  given: string | undefined;
  organization: boolean;
  orcid: string | undefined;
  affiliations: string[];
}

/** What every export needs of a record, read out of its loosely typed metadata once. */
export interface Citation {
  id: number;
  type: string;
  title: string;
  authors: Author[];
  /** EDTF level 0, as stored. */
  date: string;
  publisher: string;
  doi: string | undefined;
  conceptDoi: string | undefined;
  version: string | undefined;
  language: string | undefined;
  /** HTML. */
  description: string | undefined;
  keywords: string[];
  licences: string[];
  custom: Json;
}

/** Reads what citations are made of. */
export function citationOf(mock: MockContext, deposition: Deposition, state: RecordState): Citation {
  const { metadata } = state;
  return {
    id: deposition.id,
    type: text(objectAt(metadata, 'resource_type')['id']) ?? 'other',
    title: text(metadata['title']) ?? '',
    authors: objects(metadata['creators']).map(author),
    date: text(metadata['publication_date']) ?? '',
    publisher: text(metadata['publisher']) ?? 'Zenodo',
    doi: state.pids['doi']?.identifier,
    conceptDoi: mock.store.concepts.get(deposition.conceptId)?.conceptDoi ?? undefined,
    version: text(metadata['version']),
    language: text(objects(metadata['languages'])[0]?.['id']),
    description: text(metadata['description']),
    keywords: objects(metadata['subjects']).flatMap(({ subject }) => text(subject) ?? []),
    licences: objects(metadata['rights']).flatMap(({ id }) => text(id) ?? []),
    custom: state.custom_fields,
  };
}

/** The text at a path of two keys in the custom fields, such as a journal's title. */
export function customText({ custom }: Citation, field: string, key: string): string | undefined {
  return text(objectAt(custom, field)[key]);
}

function author(creator: Json): Author {
  const who = objectAt(creator, 'person_or_org');
  const organization = who['type'] === 'organizational';
  const family = text(organization ? who['name'] : who['family_name']) ?? '';
  const given = text(who['given_name']);
  const orcid = objects(who['identifiers']).find(({ scheme }) => scheme === 'orcid');
  return {
    name: given === undefined ? family : `${family}, ${given}`,
    family,
    given,
    organization,
    orcid: text(orcid?.['identifier']),
    affiliations: objects(creator['affiliations']).flatMap(({ name }) => text(name) ?? []),
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function objects(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function objectAt(holder: Json, key: string): Json {
  const value = holder[key];
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
