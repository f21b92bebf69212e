import { extname } from 'node:path';
import type { MockContext } from '../context.js';
import { accessAt } from '../metadata/access-schema.js';
import { isObject } from '../metadata/checks.js';
import { dereferenced } from '../records/dereferenced.js';
import { versionOf } from '../records/versions.js';
import type { Deposition, RecordState } from '../store/model.js';

/** A deposition in the index. */
export type SearchDocument = Record<string, unknown>;

/**
 * Old field names, and where the index has them
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/queryparser.py`).
 */
const OLD_NAMES: Record<string, string> = {
  'resource_type.subtype': 'metadata.resource_type.props.subtype',
  'resource_type.type': 'metadata.resource_type.props.type',
  type: 'metadata.resource_type.props.type',
  access_right: 'access.status',
  'alternate.identifier': 'metadata.identifiers.identifier',
  'alternate.scheme': 'metadata.identifiers.scheme',
  communities: 'parent.communities.slugs',
  conceptdoi: 'parent.pids.doi.identifier',
  conceptrecid: 'parent.id',
  'creators.affiliation': 'metadata.creators.affiliations.name',
  'creators.name': 'metadata.creators.person_or_org.name',
  'creators.orcid': 'metadata.creators.person_or_org.identifiers.identifier',
  'creators.gnd': 'metadata.creators.person_or_org.identifiers.identifier',
  'contributors.affiliation': 'metadata.contributors.affiliations.name',
  'contributors.name': 'metadata.contributors.person_or_org.name',
  'contributors.orcid': 'metadata.contributors.person_or_org.identifiers.identifier',
  'contributors.gnd': 'metadata.contributors.person_or_org.identifiers.identifier',
  'contributors.type': 'metadata.contributors.role.id',
  description: 'metadata.description',
  doi: 'pids.doi.identifier',
  embargodate: 'access.embargo.until',
  'grants.code': 'metadata.funding.award.number',
  'grants.acronym': 'metadata.funding.award.acronym',
  'grants.program': 'metadata.funding.award.program',
  'grants.title': 'metadata.funding.award.title.en',
  'grants.funder.doi': 'metadata.funding.funder.identifiers.identifier',
  'grants.funder.name': 'metadata.funding.funder.name',
  owners: 'parent.access.owned_by.user',
  user: 'parent.access.owned_by.user',
  keywords: 'metadata.subjects.subject',
  language: 'metadata.languages.id',
  'license.identifier': 'metadata.rights.id',
  'license.url': 'metadata.rights.props.url',
  publicationdate: 'metadata.publication_date',
  publication_date: 'metadata.publication_date',
  recid: 'id',
  'related.identifier': 'metadata.related_identifiers.identifier',
  'related.scheme': 'metadata.related_identifiers.scheme',
  'related.relation': 'metadata.related_identifiers.relation_type.id',
  title: 'metadata.title',
  version: 'versions.index',
  'journal.title': 'custom_fields.journal:journal.title',
  'journal.pages': 'custom_fields.journal:journal.pages',
  'journal.volume': 'custom_fields.journal:journal.volume',
  'journal.issn': 'custom_fields.journal:journal.issn',
  'meeting.title': 'custom_fields.meeting:meeting.title',
  'meeting.acronym': 'custom_fields.meeting:meeting.acronym',
  'meeting.dates': 'custom_fields.meeting:meeting.dates',
  'meeting.place': 'custom_fields.meeting:meeting.place',
  'meeting.url': 'custom_fields.meeting:meeting.url',
  'meeting.session': 'custom_fields.meeting:meeting.session',
  'meeting.session_part': 'custom_fields.meeting:meeting.session_part',
  'part_of.title': 'custom_fields.imprint:imprint.title',
  'part_of.pages': 'custom_fields.imprint:imprint.pages',
  'imprint.isbn': 'custom_fields.imprint:imprint.isbn',
  'imprint.place': 'custom_fields.imprint:imprint.place',
  'imprint.publisher': 'custom_fields.imprint:imprint.publisher',
  notes: 'metadata.additional_descriptions.description',
  'thesis.university': 'custom_fields.thesis:thesis.university',
  filecount: 'files.count',
  filename: 'files.entries.key',
  filesize: 'files.totalbytes',
  size: 'files.totalbytes',
  filetype: 'files.types',
  '_files.checksum': 'files.entries.checksum',
  '_files.size': 'files.entries.size',
};

/** The path of a field in the index, from an old name or from its own. */
export function fieldPath(name: string): string {
  return (Object.hasOwn(OLD_NAMES, name) && OLD_NAMES[name]) || name;
}

/** The document of a deposition in one of its states. */
export function searchDocument(
  mock: MockContext,
  deposition: Deposition,
  state: RecordState,
): SearchDocument {
  const { store, clock } = mock;
  const access = accessAt(state.access, clock.now());
  const metadata = dereferenced(store, state.metadata);
  const { resource_type: type, funding } = metadata;
  const typeId = isObject(type) && typeof type['id'] === 'string' ? type['id'] : '';
  const status = access.files === 'public' ? 'open' : access.embargo.active ? 'embargoed' : 'restricted';
  return {
    id: String(deposition.id),
    created: state.created,
    updated: state.updated,
    is_published: deposition.record !== null,
    is_draft: deposition.draft !== null,
    versions: versionOf(mock, deposition, state),
    parent: {
      id: String(deposition.conceptId),
      pids: { doi: { identifier: store.concepts.get(deposition.conceptId)?.conceptDoi ?? [] } },
      access: { owned_by: { user: deposition.ownerId } },
      communities: joinedCommunities(mock, deposition),
    },
    pids: {
      ...state.pids,
      ...(state === deposition.record && { oai: { identifier: `oai:zenodo.org:${deposition.id}` } }),
    },
    access: { ...access, status },
    metadata: {
      ...metadata,
      ...(typeId !== '' && { resource_type: { id: typeId, props: typeProps(typeId) } }),
      ...(Array.isArray(funding) && { funding: funding.map(numberedAward) }),
    },
    custom_fields: state.custom_fields,
    files: {
      count: state.files.length,
      types: state.files.map(({ key }) => extname(key).slice(1).toLowerCase()),
      totalbytes: state.files.reduce((sum, file) => sum + file.size, 0),
      entries: state.files.map(({ key, size, md5 }) => ({ key, size, checksum: `md5:${md5}` })),
    },
  };
}

/** Communities as in the index, and by slug, which Zenodo resolves before it searches. */
function joinedCommunities({ store }: MockContext, { conceptId }: Deposition) {
  const ids = store.concepts.get(conceptId)?.communityIds ?? [];
  const entries = ids.flatMap((id) => {
    const slug = store.communities.get(id)?.slug;
    return slug === undefined ? [] : [{ id, slug }];
  });
  return { ids, default: ids[0], entries, slugs: entries.map(({ slug }) => slug) };
}

/** A resource type as the index has it. */
export function typeProps(id: string): { type: string; subtype: string } {
  return { type: id.split('-')[0] ?? id, subtype: id.includes('-') ? id : '' };
}

/** Funding with the number of the award, which is the last part of its id. */
function numberedAward(funding: unknown): unknown {
  const award = isObject(funding) ? funding['award'] : undefined;
  if (!isObject(funding) || !isObject(award) || typeof award['id'] !== 'string') return funding;
  return { ...funding, award: { number: award['id'].split('::').at(-1), ...award } };
}

/** All texts at a path of a document, or anywhere in it, including those in lists. */
export function textsAt(document: unknown, path: string | null): string[] {
  if (Array.isArray(document)) return document.flatMap((item) => textsAt(item, path));
  if (path === null || path === '') {
    return isObject(document)
      ? Object.values(document).flatMap((item) => textsAt(item, null))
      : scalar(document);
  }
  if (!isObject(document)) return [];
  const [step = '', ...rest] = path.split('.');
  return Object.hasOwn(document, step) ? textsAt(document[step], rest.join('.')) : [];
}

function scalar(value: unknown): string[] {
  if (value === null || value === undefined || value === '') return [];
  return [String(value)];
}
