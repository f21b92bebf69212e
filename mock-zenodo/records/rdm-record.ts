import { communitiesOf, reviewOf } from '../communities/communities.js';
import { communityJson } from '../communities/community-json.js';
import { reviewJson } from '../communities/inquiry-json.js';
import type { MockContext } from '../context.js';
import { accessAt } from '../metadata/access-schema.js';
import type { Deposition, RecordState } from '../store/model.js';
import { filesSummary } from './file-entries.js';
import { rdmMetadata } from './rdm-metadata.js';
import { recordLinks } from './record-links.js';
import { usage } from './usage.js';
import { versionOf } from './versions.js';

/** A draft or record as `application/vnd.inveniordm.v1+json`; `readable` tells whether the reader may see its files. */
export function rdmRecord(
  origin: string,
  mock: MockContext,
  deposition: Deposition,
  state: RecordState,
  readable: boolean,
): Record<string, unknown> {
  const draft = state === deposition.draft;
  const published = deposition.record !== null;
  const files = filesSummary(origin, deposition, state, readable);
  return {
    id: String(deposition.id),
    created: state.created,
    updated: state.updated,
    links: recordLinks(origin, mock, deposition, state),
    revision_id: state.revision,
    parent: parent(origin, mock, deposition, draft),
    versions: versionOf(mock, deposition, state),
    is_published: published,
    is_draft: draft,
    pids: {
      ...state.pids,
      ...(!draft && { oai: { identifier: `oai:zenodo.org:${deposition.id}`, provider: 'oai' } }),
    },
    metadata: rdmMetadata(state.metadata),
    custom_fields: customFieldsOf(deposition, state),
    access: access(mock, state),
    files,
    media_files: { enabled: false, order: [], count: 0, total_bytes: 0, entries: {} },
    status: published ? 'published' : deposition.versionIndex > 1 ? 'new_version_draft' : 'draft',
    ...(!draft && { deletion_status: { is_deleted: false, status: 'P' }, stats: usage(), swh: {} }),
    ...(draft && state.errors.length > 0 && { errors: state.errors }),
  };
}

/** Slugs that wait for the publication are a custom field of the draft (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/common.py`). */
function customFieldsOf({ draft }: Deposition, state: RecordState): Record<string, unknown> {
  const waiting = state === draft && state.communities.length > 0;
  return { ...state.custom_fields, ...(waiting && { 'legacy:communities': state.communities }) };
}

function parent(
  origin: string,
  mock: MockContext,
  deposition: Deposition,
  draft: boolean,
): Record<string, unknown> {
  const concept = mock.store.concepts.get(deposition.conceptId);
  const communities = communitiesOf(mock, deposition);
  const review = draft ? reviewOf(mock, deposition) : undefined;
  const doi = concept?.conceptDoi;
  return {
    id: String(deposition.conceptId),
    access: {
      owned_by: { user: String(deposition.ownerId) },
      settings: {
        allow_user_requests: false,
        allow_guest_requests: false,
        accept_conditions_text: null,
        secret_link_expiration: 0,
      },
    },
    ...(review !== undefined && { review: reviewJson(review) }),
    communities:
      communities.length === 0
        ? {}
        : {
            ids: communities.map(({ id }) => id),
            default: communities[0]?.id,
            entries: communities.map((community) => communityJson(origin, community)),
          },
    pids: doi ? { doi: { identifier: doi, provider: 'datacite', client: 'datacite' } } : {},
  };
}

function access(mock: MockContext, state: RecordState): Record<string, unknown> {
  const { record, files, embargo } = accessAt(state.access, mock.clock.now());
  const open = record === 'public' && files === 'public';
  return {
    record,
    files,
    embargo: {
      active: embargo.active,
      ...(embargo.until !== undefined && { until: embargo.until }),
      reason: embargo.reason ?? null,
    },
    status: embargo.active
      ? 'embargoed'
      : !open
        ? 'restricted'
        : state.filesEnabled
          ? 'open'
          : 'metadata-only',
  };
}
