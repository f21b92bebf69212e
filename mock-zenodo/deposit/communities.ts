import { addsDirectly, communitiesOf, communityNamed } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import { LEGACY_COMMUNITIES, legacyCommunities } from '../metadata/custom-fields-schema.js';
import type { Deposition, RecordState } from '../store/model.js';

/**
 * Adds a record that is being published through the deposit API to the communities named in its
 * metadata, where its owner may do so without review, and takes the names out of it. Any other slug
 * is dropped without a word (zenodo/zenodo#2546). The records API does neither
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/services.py`).
 */
export function joinCommunities(mock: MockContext, deposition: Deposition, draft: RecordState): void {
  const concept = mock.store.concepts.get(deposition.conceptId);
  if (concept === undefined) return;
  const owner = mock.store.users.get(deposition.ownerId);
  const { [LEGACY_COMMUNITIES]: _, ...others } = draft.custom_fields;
  const slugs = legacyCommunities(draft.custom_fields);
  draft.custom_fields = others;
  for (const slug of slugs) {
    const community = communityNamed(mock, slug);
    if (community === undefined || community.deleted || !addsDirectly(community, owner)) continue;
    if (!concept.communityIds.includes(community.id)) concept.communityIds.push(community.id);
  }
}

/** Slugs a deposition shows: those waiting in its metadata and those its concept has joined. */
export function communitySlugs(mock: MockContext, deposition: Deposition, state: RecordState): string[] {
  const slugs = communitiesOf(mock, deposition).map(({ slug }) => slug);
  return [...new Set([...legacyCommunities(state.custom_fields), ...slugs])];
}
