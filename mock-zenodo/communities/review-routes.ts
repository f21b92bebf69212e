import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { findDraft } from '../deposit/lookup.js';
import { jsonBody } from '../deposit/negotiation.js';
import { DomainError, notFound, permissionDenied, validationError } from '../errors.js';
import { isObject } from '../metadata/checks.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import type { UserRequest } from '../store/model.js';
import { negotiateEither, optionalBody, sendJson } from './answer.js';
import { addsDirectly, INCONSISTENT_ACCESS, reviewOf, takesFrom } from './communities.js';
import { dropReview, startReview } from './reviews.js';
import { userRequestJson } from './user-request-json.js';
import { act, carryOut } from './user-requests.js';

const REVIEW = '/api/records/:id/draft/review';

type ById = FastifyRequest<{ Params: { id: string } }>;

/**
 * First publication through a community
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/review/service.py`).
 */
export const reviewRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  negotiateEither(app);
  const find = (request: ById) => findDraft(mock, request.params.id, request.identity?.user);

  app.get(REVIEW, async (request: ById, reply) => {
    const review = reviewOf(mock, find(request).deposition);
    if (review === undefined) throw noReview();
    return send(request, reply, 200, review);
  });

  app.put(REVIEW, async (request: ById, reply) => {
    const body = jsonBody(request);
    const { deposition } = find(request);
    return send(request, reply, 200, startReview(mock, requireUser(request), deposition, body));
  });

  app.delete(REVIEW, async (request: ById, reply) => {
    const { deposition } = find(request);
    const review = reviewOf(mock, deposition);
    if (review === undefined) throw noReview();
    if (deposition.record !== null) {
      const message = 'You cannot delete a review for a draft that has already been published.';
      throw new DomainError(400, message);
    }
    dropReview(mock, deposition);
    return reply.code(204).send();
  });

  app.post('/api/records/:id/draft/actions/submit-review', async (request: ById, reply) => {
    const body = optionalBody(request);
    const required = isObject(body) ? (body['require_review'] ?? false) : false;
    if (typeof required !== 'boolean') {
      throw validationError([{ field: 'require_review', messages: ['Must be a boolean, true or false'] }]);
    }
    const { deposition } = find(request);
    const review = reviewOf(mock, deposition);
    if (review === undefined) throw noReview();
    const community = mock.store.communities.get(review.communityId ?? '');
    if (community === undefined || community.deleted) throw notFound();
    if (!takesFrom(community, request.identity?.user)) throw permissionDenied();
    const restricted = deposition.draft?.access.record === 'restricted';
    if (community.access.visibility === 'restricted' && !restricted)
      throw new DomainError(400, INCONSISTENT_ACCESS);
    act(mock, review, 'submit', request.identity?.user);
    const direct = !required && addsDirectly(community, request.identity?.user);
    if (direct) carryOut(mock, review, 'accept');
    const page = direct ? `records/${deposition.id}` : `me/requests/${review.id}`;
    return send(request, reply, 202, review, { next_html: `${originOf(request)}/${page}` });
  });
};

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  review: UserRequest,
  links: Record<string, string> = {},
): FastifyReply {
  const body = userRequestJson(request, review);
  return sendJson(request, reply, status, { ...body, links: { ...(body['links'] as object), ...links } });
}

function noReview(): DomainError {
  return new DomainError(404, 'Review for draft not found');
}
