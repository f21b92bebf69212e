import type { MockContext } from '../context.js';
import { DomainError, permissionDenied, pidDoesNotExist } from '../errors.js';
import type { Community, Deposition, Role, User, UserRequest, UserRequestStatus } from '../store/model.js';

/** The properties of a new community that the mock does not choose itself. */
type CommunityInput = Pick<Community, 'slug' | 'metadata'> & {
  access?: Partial<Community['access']>;
  memberIds?: number[];
  roles?: Record<number, Role>;
  id?: string | undefined;
};

/** Creates a community of a user. The caller has checked that the slug is free. */
export function createCommunity(mock: MockContext, owner: User, input: CommunityInput): Community {
  const now = mock.clock.timestamp();
  const community: Community = {
    id: input.id ?? mock.ids.uuid(),
    slug: input.slug,
    metadata: input.metadata,
    ownerId: owner.id,
    memberIds: input.memberIds ?? [],
    roles: input.roles ?? {},
    access: {
      visibility: 'public',
      members_visibility: 'public',
      member_policy: 'open',
      record_submission_policy: 'open',
      review_policy: 'closed',
      ...input.access,
    },
    created: now,
    updated: now,
    revision: 1,
    deleted: false,
  };
  mock.store.communities.set(community.id, community);
  return community;
}

/** The community with an id or slug, even if it is deleted. */
export function communityNamed(mock: MockContext, name: string): Community | undefined {
  const { communities } = mock.store;
  const slug = name.toLowerCase();
  return communities.get(name) ?? [...communities.values()].find((community) => community.slug === slug);
}

/**
 * The community with the id or slug of a URL. Throws 404, 410 if it is deleted, and 403 if it is
 * restricted and the user does not belong to it
 * (`inveniosoftware/invenio-communities:invenio_communities/communities/resources/config.py`).
 */
export function findCommunity(mock: MockContext, name: string, user: User | undefined): Community {
  const community = communityNamed(mock, name);
  if (community === undefined) throw pidDoesNotExist();
  if (community.deleted) throw new DomainError(410, 'The record has been deleted.');
  if (!mayReadCommunity(community, user)) throw permissionDenied();
  return community;
}

/** Whether the user may see the community. */
export function mayReadCommunity(community: Community, user: User | undefined): boolean {
  return community.access.visibility === 'public' || roleIn(community, user) !== null;
}

/** The user's role in the community. Null if they do not belong to it. */
export function roleIn(community: Community | undefined, user: User | undefined): Role | null {
  if (community === undefined || user === undefined) return null;
  if (community.ownerId === user.id) return 'owner';
  return community.memberIds.includes(user.id) ? (community.roles?.[user.id] ?? 'curator') : null;
}

/** Whether the user decides on requests to the community: all members except readers do. */
export function isCurator(community: Community | undefined, user: User | undefined): boolean {
  const role = roleIn(community, user);
  return role !== null && role !== 'reader';
}

/**
 * Whether the user's records join the community without a review
 * (`inveniosoftware/invenio-communities:invenio_communities/permissions.py`).
 */
export function addsDirectly(community: Community, user: User | undefined): boolean {
  return community.access.review_policy !== 'closed' && isCurator(community, user);
}

/** Whether a community accepts the user's records at all, with or without a review. */
export function takesFrom(community: Community, user: User | undefined): boolean {
  const { record_submission_policy: policy, visibility } = community.access;
  return (policy === 'open' && visibility === 'public') || isCurator(community, user);
}

/** The message for a public record that wants to join a restricted community. */
export const INCONSISTENT_ACCESS = 'A public record cannot be included in a restricted community.';

/** The communities that contain a record. */
export function communitiesOf(mock: MockContext, { conceptId }: Deposition): Community[] {
  const ids = mock.store.concepts.get(conceptId)?.communityIds ?? [];
  return ids.flatMap((id) => mock.store.communities.get(id) ?? []);
}

/**
 * Whether the user curates a record through a community that contains it, or that is asked to
 * publish it.
 */
export function curates(mock: MockContext, deposition: Deposition, user: User | undefined): boolean {
  if (communitiesOf(mock, deposition).some((community) => isCurator(community, user))) return true;
  const review = reviewOf(mock, deposition);
  if (review?.status !== 'submitted') return false;
  return isCurator(mock.store.communities.get(review.communityId ?? ''), user);
}

/** The request that the first publication of a draft depends on. */
export function reviewOf(mock: MockContext, { conceptId }: Deposition): UserRequest | undefined {
  return mock.store.requests.get(mock.store.concepts.get(conceptId)?.reviewId ?? '');
}

/**
 * The state of that request; `none` without one. Until it is closed, the draft cannot be published.
 * While it is open, the draft cannot be deleted
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/components/review.py`).
 */
export function reviewStatus(mock: MockContext, deposition: Deposition): UserRequestStatus | 'none' {
  return reviewOf(mock, deposition)?.status ?? 'none';
}
