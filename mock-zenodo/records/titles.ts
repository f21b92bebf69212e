import { iso6393 } from 'iso-639-3';
import { legacyRelation } from '../metadata/vocabularies/relations.js';
import { legacyRole } from '../metadata/vocabularies/roles.js';

/** English titles that are not just the id in words (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/resource_types.yaml`). */
const RESOURCE_TYPES: Record<string, string> = {
  'publication-annotationcollection': 'Annotation collection',
  'publication-article': 'Journal article',
  'publication-conferencepaper': 'Conference paper',
  'publication-conferenceproceeding': 'Conference proceeding',
  'publication-datamanagementplan': 'Data management plan',
  'publication-datapaper': 'Data paper',
  'publication-deliverable': 'Project deliverable',
  'publication-milestone': 'Project milestone',
  'publication-peerreview': 'Peer review',
  'publication-section': 'Book chapter',
  'publication-softwaredocumentation': 'Software documentation',
  'publication-studyregistration': 'Study registration',
  'publication-taxonomictreatment': 'Taxonomic treatment',
  'publication-technicalnote': 'Technical note',
  'publication-workingpaper': 'Working paper',
  'software-computationalnotebook': 'Computational notebook',
  physicalobject: 'Physical object',
  video: 'Video/Audio',
};

const LICENCES: Record<string, string> = {
  'apache-2.0': 'Apache License 2.0',
  'bsd-2-clause': 'BSD 2-Clause "Simplified" License',
  'bsd-3-clause': 'BSD 3-Clause "New" or "Revised" License',
  'cc-by-4.0': 'Creative Commons Attribution 4.0 International',
  'cc-by-nc-4.0': 'Creative Commons Attribution Non Commercial 4.0 International',
  'cc-by-nc-nd-4.0': 'Creative Commons Attribution Non Commercial No Derivatives 4.0 International',
  'cc-by-nc-sa-4.0': 'Creative Commons Attribution Non Commercial Share Alike 4.0 International',
  'cc-by-nd-4.0': 'Creative Commons Attribution No Derivatives 4.0 International',
  'cc-by-sa-4.0': 'Creative Commons Attribution Share Alike 4.0 International',
  'cc0-1.0': 'Creative Commons Zero v1.0 Universal',
  'gpl-3.0-only': 'GNU General Public License v3.0 only',
  'gpl-3.0-or-later': 'GNU General Public License v3.0 or later',
  mit: 'MIT License',
};

const LANGUAGES = new Map(iso6393.map((language) => [language.iso6393, language.name]));

/** The English title of a resource type. */
export function resourceTypeTitle(id: string): string {
  return RESOURCE_TYPES[id] ?? capitalised(id.split('-').at(-1) ?? id);
}

/** The English title of a licence; the id in capitals where the mock knows no better. */
export function licenceTitle(id: string): string {
  return LICENCES[id] ?? id.toUpperCase();
}

/** The English name of a language by its ISO 639-3 id. */
export function languageTitle(id: string): string {
  return LANGUAGES.get(id) ?? id;
}

/** The English title of a relation type: `Is cited by`. */
export function relationTitle(id: string): string {
  return inWords(legacyRelation(id) ?? id);
}

/** The English title of a contributor's role: `Contact person`. */
export function roleTitle(id: string): string {
  return inWords(legacyRole(id) ?? id);
}

/** An id with blanks for its hyphens and a capital first letter: `Table of contents`. */
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
