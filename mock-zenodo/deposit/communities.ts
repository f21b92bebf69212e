import { addsDirectly, communitiesOf, communityNamed } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import type { Deposition, RecordState } from '../store/model.js';

/**
 * Adds a record that is being published to the communities named in its metadata, where its owner may do so without review.
 * Any other slug is dropped without a word (zenodo/zenodo#2546).
 */
export function joinCommunities(mock: MockContext, deposition: Deposition, draft: RecordState): void {
  const concept = mock.store.concepts.get(deposition.conceptId);
  if (concept === undefined) return;
  const owner = mock.store.users.get(deposition.ownerId);
  for (const slug of draft.communities) {
    const community = communityNamed(mock, slug);
    if (community === undefined || community.deleted || !addsDirectly(community, owner)) continue;
    if (!concept.communityIds.includes(community.id)) concept.communityIds.push(community.id);
  }
}

/** Slugs a deposition shows: those waiting in its metadata and those its concept has joined. */
export function communitySlugs(mock: MockContext, deposition: Deposition, state: RecordState): string[] {
  const slugs = communitiesOf(mock, deposition).map(({ slug }) => slug);
  return [...new Set([...state.communities, ...slugs])];
}
