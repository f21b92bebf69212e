import type { MockContext } from '../context.js';
import type { Deposition, RecordState } from '../store/model.js';

/** The published versions of a concept, oldest first. */
export function publishedVersions(mock: MockContext, conceptId: number): Deposition[] {
  return mock.store.versionsOf(conceptId).filter((version) => version.record !== null);
}

/** Whether a deposition is the newest published version of its concept. */
function isLatest(mock: MockContext, deposition: Deposition): boolean {
  return publishedVersions(mock, deposition.conceptId).at(-1) === deposition;
}

/** The `versions` of RDM JSON: the position of a draft or record among all versions. */
export function versionOf(
  mock: MockContext,
  deposition: Deposition,
  state: RecordState,
): { is_latest: boolean; is_latest_draft: boolean; index: number } {
  const newest = mock.store.versionsOf(deposition.conceptId).at(-1);
  return {
    is_latest: state === deposition.record && isLatest(mock, deposition),
    is_latest_draft: newest === deposition,
    index: deposition.versionIndex,
  };
}
