import { iso6393 } from 'iso-639-3';
import { DATE_TYPE_IDS } from '../metadata/vocabularies/date-types.js';
import { DESCRIPTION_TYPE_IDS } from '../metadata/vocabularies/description-types.js';
import { DEVELOPMENT_STATES } from '../metadata/vocabularies/development-states.js';
import { LICENCE_IDS } from '../metadata/vocabularies/licence-ids.js';
import { PROGRAMMING_LANGUAGES } from '../metadata/vocabularies/programming-languages.js';
import { RELATION_IDS } from '../metadata/vocabularies/relations.js';
import { RESOURCE_TYPE_IDS } from '../metadata/vocabularies/resource-types.js';
import { ROLE_IDS } from '../metadata/vocabularies/roles.js';
import { TITLE_TYPE_IDS } from '../metadata/vocabularies/title-types.js';
import { affiliations, awards, findAward, funders, subjects } from './contributed-vocabularies.js';
import {
  idInWords,
  languageTitle,
  licenceTitle,
  programmingLanguageTitle,
  relationTitle,
  resourceTypeTitle,
  roleTitle,
} from './titles.js';
import {
  languageDetails,
  licenceDetails,
  programmingLanguageDetails,
  relationDetails,
  resourceTypeDetails,
  roleDetails,
  typeDetails,
} from './vocabulary-details.js';

/** One entry of a vocabulary in searches, without its links. */
export type Entry = { id: string; title: { en: string } } & Record<string, unknown>;

/** A vocabulary with its own path. */
interface Vocabulary {
  /** The order of a search without a query. */
  sort: string;
  entries(): Entry[];
  /** An entry by its id, if there are more than searches find. */
  find?: (id: string) => Entry | undefined;
}

const COMMUNITY_TYPE_IDS = ['organization', 'event', 'topic', 'project'];

/**
 * Why records are removed, and whether users may name the reason themselves
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/removal_reasons.yaml`).
 */
const REMOVAL_REASONS = new Map([
  ['duplicate', { title: 'Duplicate of another record', forUsers: true }],
  ['retracted', { title: 'Retraction/Withdrawal of a record', forUsers: true }],
  ['replaced', { title: 'Substitution', forUsers: false }],
  ['spam', { title: 'Spam', forUsers: false }],
  ['test-record', { title: 'Test upload of a record', forUsers: true }],
  ['copyright', { title: 'Copyright infringement', forUsers: true }],
  ['personal-data', { title: 'Personal data issue', forUsers: true }],
  ['take-down-request', { title: 'Take-down request', forUsers: false }],
  ['disputed-authorship', { title: 'Disputed authorship', forUsers: false }],
  ['misconduct', { title: 'Misconduct', forUsers: false }],
  ['fraud', { title: 'Fraud', forUsers: false }],
  ['out-of-scope', { title: 'Content out of scope for repository', forUsers: false }],
]);

/** When all entries were created: with the platform itself. */
const BEGINNING = '2023-10-13T00:00:00.000000+00:00';

function entry({ id, title, ...more }: Entry): Entry {
  return { id, created: BEGINNING, updated: BEGINNING, revision_id: 1, title, ...more };
}

function generic(
  type: string,
  ids: () => Iterable<string>,
  titleOf: (id: string) => string,
  more: (id: string) => object = () => ({}),
): [path: string, Vocabulary] {
  const entries = () => [...ids()].map((id) => entry({ id, title: { en: titleOf(id) }, ...more(id), type }));
  return [`vocabularies/${type}`, { sort: 'title', entries }];
}

/**
 * The vocabularies that clients search, by their paths below `/api/`
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies`,
 * `zenodo/zenodo-rdm:app_data/vocabularies`). The mock has a few awards, affiliations and subjects:
 * the complete lists are far too large for it.
 */
export const VOCABULARIES = new Map<string, Vocabulary>([
  generic('licenses', () => LICENCE_IDS, licenceTitle, licenceDetails),
  generic('languages', () => iso6393.map(({ iso6393: id }) => id), languageTitle, languageDetails),
  generic('resourcetypes', () => RESOURCE_TYPE_IDS, resourceTypeTitle, resourceTypeDetails),
  generic('relationtypes', () => RELATION_IDS, relationTitle, relationDetails),
  generic('contributorsroles', () => ROLE_IDS, roleTitle, roleDetails),
  generic('creatorsroles', () => ROLE_IDS, roleTitle, roleDetails),
  generic('datetypes', () => DATE_TYPE_IDS, idInWords, typeDetails),
  generic('descriptiontypes', () => DESCRIPTION_TYPE_IDS, idInWords, typeDetails),
  generic('titletypes', () => TITLE_TYPE_IDS, idInWords, typeDetails),
  generic(
    'removalreasons',
    () => REMOVAL_REASONS.keys(),
    (id) => REMOVAL_REASONS.get(id)?.title ?? id,
    (id) => (REMOVAL_REASONS.get(id)?.forUsers ? { tags: ['deletion-request'] } : {}),
  ),
  generic('communitytypes', () => COMMUNITY_TYPE_IDS, idInWords),
  generic(
    'code:programmingLanguages',
    () => PROGRAMMING_LANGUAGES.keys(),
    programmingLanguageTitle,
    programmingLanguageDetails,
  ),
  generic(
    'code:developmentStatus',
    () => DEVELOPMENT_STATES.keys(),
    idInWords,
    (id) => ({ description: { en: DEVELOPMENT_STATES.get(id) } }),
  ),
  ['funders', { sort: 'name', entries: () => funders().map(entry) }],
  [
    'awards',
    {
      sort: 'title',
      entries: () => awards().map(entry),
      find: (id) => [findAward(id)].flatMap((award) => (award === undefined ? [] : [entry(award)]))[0],
    },
  ],
  ['affiliations', { sort: 'name', entries: () => affiliations().map(entry) }],
  ['names', { sort: 'name', entries: () => [] }],
  ['subjects', { sort: 'subject', entries: () => subjects().map(entry) }],
]);

/**
 * The vocabularies themselves, by name, with the prefix of their identifiers. Subjects have no row
 * of their own
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies.yaml`; which
 * ones are custom: `inveniosoftware/invenio-vocabularies:invenio_vocabularies/config.py`).
 */
export const VOCABULARY_TYPES: readonly { id: string; pidType: string; custom: boolean }[] = [
  { id: 'affiliations', pidType: 'aff', custom: true },
  { id: 'awards', pidType: 'awa', custom: true },
  { id: 'code:developmentStatus', pidType: 'ds', custom: false },
  { id: 'code:programmingLanguages', pidType: 'pl', custom: false },
  { id: 'communitytypes', pidType: 'comtyp', custom: false },
  { id: 'contributorsroles', pidType: 'cor', custom: false },
  { id: 'creatorsroles', pidType: 'crr', custom: false },
  { id: 'datetypes', pidType: 'dat', custom: false },
  { id: 'descriptiontypes', pidType: 'dty', custom: false },
  { id: 'funders', pidType: 'fun', custom: true },
  { id: 'languages', pidType: 'lng', custom: false },
  { id: 'licenses', pidType: 'lic', custom: false },
  { id: 'names', pidType: 'names', custom: true },
  { id: 'relationtypes', pidType: 'rlt', custom: false },
  { id: 'removalreasons', pidType: 'rem', custom: false },
  { id: 'resourcetypes', pidType: 'rsrct', custom: false },
  { id: 'titletypes', pidType: 'ttyp', custom: false },
];
