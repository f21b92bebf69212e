import { addsDirectly, communitiesOf, communityNamed } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import { LEGACY_COMMUNITIES, legacyCommunities } from '../metadata/custom-fields-schema.js';
import type { Deposition, RecordState } from '../store/model.js';

/**
 * When a record is published through the deposit API, adds it to the communities in its metadata
 * that its owner may add records to without a review, and removes these names from the metadata.
 * Any other slug is silently dropped (zenodo/zenodo#2546). The records API does neither
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

/**
 * The slugs that a deposition shows: those in its metadata, and those that its concept has joined.
 */
export function communitySlugs(mock: MockContext, deposition: Deposition, state: RecordState): string[] {
  const slugs = communitiesOf(mock, deposition).map(({ slug }) => slug);
  return [...new Set([...legacyCommunities(state.custom_fields), ...slugs])];
}
