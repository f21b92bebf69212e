import type { MockContext } from '../context.js';
import type { Deposition, RecordState } from '../store/model.js';

/**
 * The members that a deposition and a record in Zenodo's own JSON begin with, in the order of
 * `zenodo/zenodo-rdm:site/zenodo_rdm/legacy/serializers/schemas/common.py`.
 */
export function legacyHead(mock: MockContext, deposition: Deposition, state: RecordState) {
  const doi = state.pids['doi']?.identifier;
  const conceptDoi = mock.store.concepts.get(deposition.conceptId)?.conceptDoi;
  return {
    created: state.created,
    modified: state.updated,
    id: deposition.id,
    conceptrecid: String(deposition.conceptId),
    ...(doi && { doi }),
    ...(conceptDoi && { conceptdoi: conceptDoi }),
    ...(doi && { doi_url: `https://doi.org/${doi}` }),
  };
}
