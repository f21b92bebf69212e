import { iso6393 } from 'iso-639-3';
import { LICENCES } from '../metadata/vocabularies/licence-rows.js';
import { PROGRAMMING_LANGUAGES } from '../metadata/vocabularies/programming-languages.js';
import { relationName } from '../metadata/vocabularies/relations.js';
import { RESOURCE_TYPES } from '../metadata/vocabularies/resource-type-rows.js';
import { legacyRole, marcRole } from '../metadata/vocabularies/roles.js';
import { capitalised, filled } from './titles.js';

/**
 * What the vocabulary says about a licence besides its title
 * (`zenodo/zenodo-rdm:app_data/vocabularies/licenses.csv`).
 */
export function licenceDetails(id: string): object {
  const licence = LICENCES.get(id);
  if (licence === undefined) return {};
  const { description, icon, tags, url, scheme, osiApproved } = licence;
  return {
    ...(description !== '' && { description: { en: description } }),
    ...filled({ icon }),
    props: { url, scheme, osi_approved: osiApproved },
    tags,
  };
}

/** What the vocabulary says about a resource type besides its title. */
export function resourceTypeDetails(id: string): object {
  const known = RESOURCE_TYPES.get(id);
  if (known === undefined) return {};
  const { icon, csl, datacite, openaire, eurepo, schemaOrg, marc21, depositable } = known;
  const [type = id] = id.split('-');
  return {
    icon,
    props: {
      ...filled({ csl }),
      datacite_general: datacite.general,
      datacite_type: datacite.type,
      ...filled({ openaire_resourceType: openaire.resourceType, openaire_type: openaire.type, eurepo }),
      ...filled({ 'schema.org': schemaOrg }),
      subtype: id === type ? '' : id,
      type,
      ...(marc21.type !== '' && { marc21_type: marc21.type, marc21_subtype: marc21.subtype }),
    },
    tags: depositable ? ['depositable', 'linkable'] : ['linkable'],
  };
}

const LANGUAGES = new Map(iso6393.map((language) => [language.iso6393, language]));

/** What the vocabulary says about a language besides its title. */
export function languageDetails(id: string): object {
  const { iso6391 = '', scope, type } = LANGUAGES.get(id) ?? {};
  const special = scope === 'special';
  return {
    props: { alpha_2: iso6391 },
    tags: special ? ['special-scope', 'special-type'] : [scope, type],
  };
}

/** What the vocabulary says about a programming language besides its title. */
export function programmingLanguageDetails(id: string): object {
  return { props: { language_id: PROGRAMMING_LANGUAGES.get(id)?.linguistId, popular: 'False' } };
}

/** What the vocabulary says about a relation besides its title. */
export function relationDetails(id: string): object {
  return { props: { datacite: dataciteRelation(id) } };
}

/** What the vocabulary says about a role besides its title. */
export function roleDetails(id: string): object {
  return { props: { datacite: dataciteRole(id), marc: marcRole(id) } };
}

/** What the vocabulary says about a type of date, title or description besides its title. */
export function typeDetails(id: string): object {
  return { props: { datacite: dataciteWord(id) } };
}

/** DataCite's term for a relation, `IsCitedBy`. */
export function dataciteRelation(id: string): string {
  return capitalised(relationName(id));
}

/** DataCite's term for a role, `ContactPerson`. */
export function dataciteRole(id: string): string {
  return legacyRole(id) ?? capitalised(id);
}

/**
 * DataCite's term for a type of date, title or description, `TableOfContents`. It has none for
 * Zenodo's notes.
 */
export function dataciteWord(id: string): string {
  return id === 'notes' ? 'Other' : id.split('-').map(capitalised).join('');
}
