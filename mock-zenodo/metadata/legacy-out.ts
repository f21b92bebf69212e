import type { RecordContent } from '../store/model.js';
import { type Fields, isObject } from './checks.js';
import { BLOCK_FIELDS, openCustomFields } from './legacy-custom-fields.js';
import {
  dateOut,
  descriptionsOut,
  grantsOut,
  identifiersOut,
  keywordsOut,
  locationOut,
  objectsAt,
  personOut,
  referencesOut,
} from './legacy-out-parts.js';
import { legacyLicence } from './vocabularies/licences.js';
import { legacyRole } from './vocabularies/roles.js';

/**
 * The legacy `metadata` of a draft or record, without `prereserve_doi`. Keys are in the order of
 * `zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/{common,legacyjson}.py`. Grants and
 * affiliations with ids are only shown if the metadata were dereferenced. Throws 500 for what only
 * the records API can express, such as polygons.
 */
export function rdmToLegacy(content: RecordContent, communities: string[]): Fields {
  const { metadata, custom_fields: custom, access } = content;
  const contributors = objectsAt(metadata, 'contributors').map((item) => {
    const { name, affiliation, ...rest } = personOut(item);
    return { ...present('name', name), affiliation, type: legacyRole(idAt(item, 'role')), ...rest };
  });
  const licence = objectsAt(metadata, 'rights')[0];
  const references = referencesOut(metadata);
  const { notes, method } = descriptionsOut(metadata);
  const open = openCustomFields(custom);
  return {
    ...present('title', metadata['title']),
    ...present('doi', content.pids['doi']?.identifier),
    ...present('publication_date', metadata['publication_date']),
    ...present('description', metadata['description']),
    access_right: access.files === 'public' ? 'open' : access.embargo.active ? 'embargoed' : 'restricted',
    ...present('embargo_date', access.embargo.until),
    ...filled('creators', objectsAt(metadata, 'creators').map(personOut)),
    ...filled('contributors', contributors),
    ...filled('keywords', keywordsOut(metadata)),
    ...present('subjects', custom['legacy:subjects']),
    ...filled('related_identifiers', identifiersOut(metadata)),
    ...filled('locations', objectsAt(metadata['locations'], 'features').map(locationOut)),
    ...filled('dates', objectsAt(metadata, 'dates').map(dateOut)),
    ...present('version', metadata['version']),
    ...filled('references', references),
    ...present('language', objectsAt(metadata, 'languages')[0]?.['id']),
    ...filled('grants', grantsOut(metadata)),
    ...(licence?.['id'] !== undefined && { license: legacyLicence(String(licence['id'])) }),
    ...blocksOut(custom, ['journal:journal', 'meeting:meeting']),
    ...present('imprint_publisher', metadata['publisher']),
    ...blocksOut(custom, ['imprint:imprint', 'thesis:thesis']),
    ...filled(
      'communities',
      communities.map((identifier) => ({ identifier })),
    ),
    ...(Object.keys(open).length > 0 && { custom: open }),
    ...present('notes', notes),
    ...present('method', method),
    ...uploadType(idAt(metadata, 'resource_type')),
  };
}

function present(name: string, value: unknown): Fields {
  return value === undefined ? {} : { [name]: value };
}

function filled(name: string, list: unknown[]): Fields {
  return list.length === 0 ? {} : { [name]: list };
}

function idAt(holder: Fields, name: string): string | undefined {
  const reference = holder[name];
  return isObject(reference) && typeof reference['id'] === 'string' ? reference['id'] : undefined;
}

function blocksOut(custom: Fields, blocks: string[]): Fields {
  const entries = BLOCK_FIELDS.filter(([block]) => blocks.includes(block)).map(([block, field, legacy]) => {
    const values = custom[block];
    return [legacy, isObject(values) ? values[field] : undefined] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function uploadType(id: string | undefined): Fields {
  if (id === undefined) return {};
  const [type = id, ...rest] = id.split('-');
  return { upload_type: type, ...(rest.length > 0 && { [`${type}_type`]: rest.at(-1) }) };
}
