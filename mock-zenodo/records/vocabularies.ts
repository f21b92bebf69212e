import { iso6393 } from 'iso-639-3';
import { DATE_TYPE_IDS } from '../metadata/vocabularies/date-types.js';
import { DESCRIPTION_TYPE_IDS } from '../metadata/vocabularies/description-types.js';
import { FUNDER_IDS, funderDoi, funderName } from '../metadata/vocabularies/funders.js';
import { LICENCE_IDS } from '../metadata/vocabularies/licence-ids.js';
import { RELATION_IDS } from '../metadata/vocabularies/relations.js';
import { isDepositable, RESOURCE_TYPE_IDS } from '../metadata/vocabularies/resource-types.js';
import { ROLE_IDS } from '../metadata/vocabularies/roles.js';
import {
  idInWords,
  languageTitle,
  licenceTitle,
  relationTitle,
  resourceTypeTitle,
  roleTitle,
} from './titles.js';

/** One entry of a vocabulary, as searches show it but for its links. */
export type Entry = { id: string; title: { en: string } } & Record<string, unknown>;

/** A vocabulary under its own path. */
export interface Vocabulary {
  /** The order of a search without a query. */
  sort: string;
  entries(): Entry[];
}

const TITLE_TYPE_IDS = ['alternative-title', 'other', 'subtitle', 'translated-title'];
const COMMUNITY_TYPE_IDS = ['organization', 'event', 'topic', 'project'];

/** When all entries came into being: with the platform itself. */
const BEGINNING = '2023-10-13T00:00:00.000000+00:00';

function listed(
  ids: Iterable<string>,
  titleOf: (id: string) => string,
  more: (id: string) => object = () => ({}),
): Entry[] {
  return [...ids].map(
    (id): Entry => ({
      id,
      created: BEGINNING,
      updated: BEGINNING,
      revision_id: 1,
      title: { en: titleOf(id) },
      ...more(id),
    }),
  );
}

function generic(
  type: string,
  ids: () => Iterable<string>,
  titleOf: (id: string) => string,
  more: (id: string) => object = () => ({}),
): [path: string, Vocabulary] {
  const entries = () => listed(ids(), titleOf, (id) => ({ ...more(id), type }));
  return [`vocabularies/${type}`, { sort: 'title', entries }];
}

const empty = (sort: string): Vocabulary => ({ sort, entries: () => [] });

/**
 * The vocabularies that clients look things up in, by their paths below `/api/`
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies`). Those of awards, affiliations and subjects are far
 * too large for a mock, and empty.
 */
export const VOCABULARIES = new Map<string, Vocabulary>([
  generic(
    'licenses',
    () => LICENCE_IDS,
    licenceTitle,
    (id) => ({
      props: { url: `https://spdx.org/licenses/${id}`, scheme: 'spdx', osi_approved: '' },
      tags: ['all'],
    }),
  ),
  generic('languages', () => iso6393.map(({ iso6393: id }) => id), languageTitle),
  generic(
    'resourcetypes',
    () => RESOURCE_TYPE_IDS,
    resourceTypeTitle,
    (id) => {
      const [type = id] = id.split('-');
      const props = { type, subtype: id === type ? '' : id };
      return { props, tags: isDepositable(id) ? ['depositable', 'linkable'] : ['linkable'] };
    },
  ),
  generic('relationtypes', () => RELATION_IDS, relationTitle),
  generic('contributorsroles', () => ROLE_IDS, roleTitle),
  generic('creatorsroles', () => ROLE_IDS, roleTitle),
  generic('datetypes', () => DATE_TYPE_IDS, idInWords),
  generic('descriptiontypes', () => DESCRIPTION_TYPE_IDS, idInWords),
  generic('titletypes', () => TITLE_TYPE_IDS, idInWords),
  generic('communitytypes', () => COMMUNITY_TYPE_IDS, idInWords),
  ['funders', { sort: 'name', entries: funders }],
  ['awards', empty('title')],
  ['affiliations', empty('name')],
  ['subjects', empty('subject')],
]);

function funders(): Entry[] {
  const nameOf = (id: string) => funderName(id)?.name ?? id;
  return listed(FUNDER_IDS, nameOf, (id) => ({
    name: nameOf(id),
    acronym: funderName(id)?.acronym,
    identifiers: [{ identifier: funderDoi(id), scheme: 'doi' }],
  }));
}
