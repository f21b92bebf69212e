import { communitiesOf, reviewOf, reviewStatus } from '../communities/communities.js';
import { communityJson } from '../communities/community-json.js';
import { reviewJson } from '../communities/user-request-json.js';
import type { MockContext } from '../context.js';
import { type FieldError, internalError } from '../errors.js';
import { canBeShown } from '../metadata/dates.js';
import type { Deposition, RecordState } from '../store/model.js';
import { filesSummary } from './file-entries.js';
import { rdmMetadata } from './rdm-metadata.js';
import { rdmUi } from './rdm-ui.js';
import { recordLinks } from './record-links.js';
import { shownToReaders } from './shown.js';
import { usage } from './usage.js';
import { versionOf } from './versions.js';

/**
 * A draft or record as `application/vnd.inveniordm.v1+json`. `readable` says whether the reader may
 * see its files. With `errors`, it is the response to a save, in which references only have their
 * ids. Throws 500 for a publication date that was accepted but cannot be put into words.
 */
export function rdmRecord(
  origin: string,
  mock: MockContext,
  deposition: Deposition,
  state: RecordState,
  readable: boolean,
  errors?: FieldError[],
): Record<string, unknown> {
  const date = state.metadata['publication_date'];
  if (typeof date === 'string' && !canBeShown(date)) throw internalError();
  const body = rdmBody(origin, mock, deposition, state, readable, errors);
  return { ...body, ui: rdmUi(body) };
}

/**
 * A draft or record in RDM form without the texts for its page. Every export is derived from it.
 */
export function rdmBody(
  origin: string,
  mock: MockContext,
  deposition: Deposition,
  state: RecordState,
  readable: boolean,
  errors?: FieldError[],
) {
  const shown = errors === undefined ? shownToReaders(mock, deposition, state) : state;
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
    ...(draft && { expires_at: expiry(state.created) }),
    pids: {
      ...state.pids,
      ...(!draft && { oai: { identifier: `oai:zenodo.org:${deposition.id}`, provider: 'oai' } }),
    },
    metadata: rdmMetadata(shown.metadata),
    custom_fields: shown.custom_fields,
    access: access(shown),
    files,
    media_files: { enabled: false, order: [], count: 0, total_bytes: 0, entries: {} },
    status: statusOf(mock, deposition),
    ...(!draft && { deletion_status: { is_deleted: false, status: 'P' }, stats: usage(), swh: {} }),
    ...(errors !== undefined && errors.length > 0 && { errors }),
  };
}

/**
 * The `expires_at` of a draft: the time of its creation, as Python prints it. Drafts do not expire.
 */
function expiry(created: string): string {
  return created.replace('T', ' ').replace(/\+00:00$/, '');
}

/**
 * The status of a draft. For a first version, this includes the state of the review that its
 * publication depends on.
 */
function statusOf(mock: MockContext, deposition: Deposition): string {
  if (deposition.record !== null) return 'published';
  if (deposition.versionIndex > 1) return 'new_version_draft';
  return DRAFT_STATUS[reviewStatus(mock, deposition)];
}

/**
 * `inveniosoftware/invenio-rdm-records:invenio_rdm_records/records/systemfields/draft_status.py`. A
 * request that is accepted or cancelled is not a draft's review any more.
 */
const DRAFT_STATUS: Record<ReturnType<typeof reviewStatus>, string> = {
  none: 'draft',
  created: 'draft_with_review',
  submitted: 'in_review',
  declined: 'declined',
  accepted: 'published',
  cancelled: 'draft',
};

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

function access(state: RecordState): Record<string, unknown> {
  const { record, files, embargo } = state.access;
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
