import { reviewOf } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import type { Deposition, RecordState } from '../store/model.js';

/**
 * The link set of the records API for a draft or a record, in Zenodo's order
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/config.py`).
 */
export function recordLinks(
  origin: string,
  mock: MockContext,
  deposition: Deposition,
  state: RecordState,
): Record<string, string> {
  const { id, conceptId } = deposition;
  const draft = state === deposition.draft;
  const record = `${origin}/api/records/${id}`;
  const self = draft ? `${record}/draft` : record;
  const doi = state.pids['doi']?.identifier;
  const conceptDoi = mock.store.concepts.get(conceptId)?.conceptDoi;
  const iiif = `${origin}/api/iiif/${draft ? 'draft' : 'record'}:${id}`;
  return {
    self,
    self_html: draft ? `${origin}/uploads/${id}` : `${origin}/records/${id}`,
    preview_html: `${origin}/records/${id}?preview=1`,
    ...(doi && { doi: `https://doi.org/${doi}` }),
    ...(doi && !draft && { self_doi: `https://doi.org/${doi}`, self_doi_html: `${origin}/doi/${doi}` }),
    reserve_doi: `${record}/draft/pids/doi`,
    ...(!draft && {
      parent: `${origin}/api/records/${conceptId}`,
      parent_html: `${origin}/records/${conceptId}`,
    }),
    ...(conceptDoi &&
      !draft && {
        parent_doi: `https://doi.org/${conceptDoi}`,
        parent_doi_html: `${origin}/doi/${conceptDoi}`,
      }),
    self_iiif_manifest: `${iiif}/manifest`,
    self_iiif_sequence: `${iiif}/sequence/default`,
    files: `${self}/files`,
    media_files: `${self}/media-files`,
    archive: `${self}/files-archive`,
    archive_media: `${self}/media-files-archive`,
    ...(!draft && { latest: `${record}/versions/latest`, latest_html: `${origin}/records/${id}/latest` }),
    versions: `${record}/versions`,
    ...(draft
      ? {
          record,
          record_html: `${origin}/records/${id}`,
          publish: `${record}/draft/actions/publish`,
          review: `${record}/draft/review`,
          ...(reviewOf(mock, deposition) !== undefined && {
            'submit-review': `${record}/draft/actions/submit-review`,
          }),
        }
      : { draft: `${record}/draft` }),
    access_links: `${record}/access/links`,
    access_grants: `${record}/access/grants`,
    access_users: `${record}/access/users`,
    access_request: `${record}/access/request`,
    access: `${record}/access`,
    communities: `${record}/communities`,
    'communities-suggestions': `${record}/communities-suggestions`,
    ...(!draft && {
      request_deletion: `${record}/request-deletion`,
      file_modification: `${record}/file-modification`,
    }),
    requests: `${record}/requests`,
  };
}
