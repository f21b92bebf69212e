import { iso6393 } from 'iso-639-3';
import { LICENCES } from '../metadata/vocabularies/licence-rows.js';
import { PROGRAMMING_LANGUAGES } from '../metadata/vocabularies/programming-languages.js';
import { relationName } from '../metadata/vocabularies/relations.js';
import { RESOURCE_TYPES } from '../metadata/vocabularies/resource-type-rows.js';
import { legacyRole } from '../metadata/vocabularies/roles.js';

const LANGUAGES = new Map(iso6393.map((language) => [language.iso6393, language.name]));

/** The English title of a resource type. */
export function resourceTypeTitle(id: string): string {
  return RESOURCE_TYPES.get(id)?.title ?? id;
}

/** The English title of a licence. */
export function licenceTitle(id: string): string {
  return LICENCES.get(id)?.title ?? id;
}

/** The English name of a language by its ISO 639-3 id. */
export function languageTitle(id: string): string {
  return LANGUAGES.get(id) ?? id;
}

/** The title of a programming language. */
export function programmingLanguageTitle(id: string): string {
  return PROGRAMMING_LANGUAGES.get(id)?.title ?? id;
}

/** The English title of a relation type: `Is cited by`. */
export function relationTitle(id: string): string {
  return inWords(relationName(id));
}

/** The English title of a contributor's role: `Contact person`. */
export function roleTitle(id: string): string {
  return inWords(legacyRole(id) ?? id);
}

/** An id with spaces for its hyphens and a capital first letter: `Table of contents`. */
export function idInWords(id: string): string {
  return capitalised(id.replaceAll('-', ' '));
}

/** An id with a capital first letter. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function inWords(camelCase: string): string {
  return capitalised(camelCase.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim());
}

/** The fields of an object that are not empty. */
export function filled(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
}
