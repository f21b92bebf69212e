import type { MockContext } from '../context.js';
import { DomainError, notFound, validationError } from '../errors.js';
import { isObject } from '../metadata/checks.js';
import type { Community, Deposition, User, UserRequest } from '../store/model.js';
import { reviewOf } from './communities.js';
import { createUserRequest } from './user-requests.js';

/**
 * Makes the first publication of a draft depend on a community, and replaces a review that is not
 * open: `{"type": "community-submission", "receiver": {"community": "…"}}`. Throws 400 for an open
 * review, a published record or another type, 404 for an unknown community
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/review/service.py`).
 */
export function startReview(
  mock: MockContext,
  creator: User,
  deposition: Deposition,
  body: unknown,
): UserRequest {
  requireClosed(reviewOf(mock, deposition));
  if (deposition.record !== null || deposition.versionIndex > 1) {
    throw new DomainError(400, 'You cannot create a review for an already published record.');
  }
  const community = receiverIn(mock, body);
  dropReview(mock, deposition);
  const review = createUserRequest(mock, creator, deposition, 'community-submission', community);
  const concept = mock.store.concepts.get(deposition.conceptId);
  if (concept !== undefined) concept.reviewId = review.id;
  return review;
}

/**
 * Removes the review of a draft, and its request if it was never submitted. Throws 400 if the
 * review is open.
 */
export function dropReview(mock: MockContext, deposition: Deposition): void {
  const review = reviewOf(mock, deposition);
  requireClosed(review);
  if (review?.status === 'created') mock.store.requests.delete(review.id);
  const concept = mock.store.concepts.get(deposition.conceptId);
  if (concept !== undefined) concept.reviewId = null;
}

/**
 * The community that a review names. Throws 400 for another kind of review, 404 for an unknown
 * community.
 */
export function receiverIn(mock: MockContext, body: unknown): Community {
  const { type, receiver } = isObject(body) ? body : {};
  if (type !== 'community-submission') {
    throw validationError([{ field: 'type', messages: ['Invalid review type.'] }]);
  }
  const id = isObject(receiver) ? receiver['community'] : undefined;
  const community = typeof id === 'string' ? mock.store.communities.get(id) : undefined;
  if (community === undefined || community.deleted) throw notFound();
  return community;
}

function requireClosed(review: UserRequest | undefined): void {
  if (review?.status === 'submitted') throw new DomainError(400, 'An open review cannot be deleted.');
}
