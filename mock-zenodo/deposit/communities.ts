import type { MockContext } from '../context.js';
import type { Deposition, RecordState } from '../store/model.js';

/**
 * Adds a record that is being published to the communities named in its metadata, where its owner may do so without review.
 * Any other slug is dropped without a word (zenodo/zenodo#2546).
 */
export function joinCommunities(mock: MockContext, deposition: Deposition, draft: RecordState): void {
  const concept = mock.store.concepts.get(deposition.conceptId);
  if (concept === undefined) return;
  for (const slug of draft.communities) {
    const community = [...mock.store.communities.values()].find((one) => one.slug === slug);
    if (community === undefined || concept.communityIds.includes(community.id)) continue;
    const member =
      community.ownerId === deposition.ownerId || community.memberIds.includes(deposition.ownerId);
    if (community.reviewPolicy === 'open' && member) concept.communityIds.push(community.id);
  }
}

/** Slugs a deposition shows: those waiting in its metadata and those its concept has joined. */
export function communitySlugs(mock: MockContext, deposition: Deposition, state: RecordState): string[] {
  const joined = mock.store.concepts.get(deposition.conceptId)?.communityIds ?? [];
  const slugs = joined.flatMap((id) => mock.store.communities.get(id)?.slug ?? []);
  return [...new Set([...state.communities, ...slugs])];
}
