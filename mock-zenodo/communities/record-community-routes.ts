import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { findDeposition, findRecord, requireOwner } from '../deposit/lookup.js';
import { jsonBody } from '../deposit/negotiation.js';
import { DomainError, permissionDenied, validationError } from '../errors.js';
import { requireReadable } from '../files/access.js';
import { isObject, MISSING } from '../metadata/checks.js';
import { requireUser } from '../oauth/identity.js';
import type { Community, Deposition, User, UserRequest } from '../store/model.js';
import { negotiateEither, sendJson } from './answer.js';
import {
  addsDirectly,
  communitiesOf,
  communityNamed,
  curates,
  INCONSISTENT_ACCESS,
  isCurator,
  mayReadCommunity,
  takesFrom,
} from './communities.js';
import { sendCommunities } from './community-hits.js';
import { userRequestJson } from './user-request-json.js';
import { carryOut, createUserRequest } from './user-requests.js';

const COMMUNITIES = '/api/records/:id/communities';
const AT_ONCE = 10;

type ById = FastifyRequest<{ Params: { id: string } }>;

interface Wanted {
  id: string;
  requireReview: boolean;
}

/**
 * The communities of a published record
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/communities/service.py`).
 */
export const recordCommunityRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  negotiateEither(app);

  app.get(COMMUNITIES, async (request: ById, reply) => {
    const deposition = findDeposition(mock, request.params.id);
    const user = request.identity?.user;
    if (deposition.record !== null) requireReadable(mock, deposition, deposition.record, user);
    else requireOwner(deposition, user);
    const readable = communitiesOf(mock, deposition).filter((community) => mayReadCommunity(community, user));
    return sendCommunities(request, reply, readable);
  });

  app.get('/api/records/:id/communities-suggestions', async (request: ById, reply) => {
    const { deposition } = findRecord(mock, request.params.id);
    const user = requireManager(request, deposition);
    const taken = new Set(communitiesOf(mock, deposition));
    const member = /^(?:true|1)$/i.test(
      String((request.query as Record<string, unknown>)['membership'] ?? ''),
    );
    const suggested = [...mock.store.communities.values()].filter(
      (community) =>
        !community.deleted &&
        !taken.has(community) &&
        openRequest(mock, deposition, community) === undefined &&
        mayReadCommunity(community, user) &&
        (!member || isCurator(community, user)),
    );
    return sendCommunities(request, reply, suggested);
  });

  app.post(COMMUNITIES, async (request: ById, reply) => {
    const wanted = communitiesIn(jsonBody(request));
    const { deposition } = findRecord(mock, request.params.id);
    const user = requireManager(request, deposition);
    const processed: Record<string, unknown>[] = [];
    const errors: Record<string, unknown>[] = [];
    for (const { id, requireReview } of wanted) {
      const community = communityNamed(mock, id);
      const problem = refusal(mock, deposition, community, user);
      if (problem !== undefined || community === undefined) {
        errors.push({ community_id: id, message: problem });
        continue;
      }
      const userRequest = createUserRequest(mock, user, deposition, 'community-inclusion', community);
      carryOut(mock, userRequest, 'submit');
      if (!requireReview && addsDirectly(community, user)) carryOut(mock, userRequest, 'accept');
      processed.push({
        community_id: id,
        request_id: userRequest.id,
        request: userRequestJson(request, userRequest),
      });
    }
    const body = { ...(processed.length > 0 && { processed }), ...(errors.length > 0 && { errors }) };
    return sendJson(request, reply, processed.length > 0 ? 200 : 400, body);
  });

  app.delete(COMMUNITIES, async (request: ById, reply) => {
    const body = jsonBody(request);
    const { deposition } = findRecord(mock, request.params.id);
    const concept = mock.store.concepts.get(deposition.conceptId);
    const user = request.identity?.user;
    const errors: Record<string, unknown>[] = [];
    const wanted = communitiesIn(body);
    for (const { id } of wanted) {
      const community = communitiesOf(mock, deposition).find((one) => one.id === id);
      if (community === undefined || concept === undefined) {
        errors.push({ community: id, message: missing(deposition, id) });
      } else if (deposition.ownerId !== user?.id && !isCurator(community, user)) {
        errors.push({ community: id, message: permissionDenied().message });
      } else {
        concept.communityIds = concept.communityIds.filter((one) => one !== id);
      }
    }
    const status = errors.length < wanted.length ? 200 : 400;
    return sendJson(request, reply, status, errors.length > 0 ? { errors } : {});
  });

  app.put(COMMUNITIES, async (request: ById, reply) => {
    const body = jsonBody(request);
    const { deposition } = findRecord(mock, request.params.id);
    requireManager(request, deposition);
    const concept = mock.store.concepts.get(deposition.conceptId);
    const id = isObject(body) ? body['default'] : undefined;
    if (concept === undefined || (id && !concept.communityIds.includes(String(id)))) {
      const message = 'Cannot set community as the default. The record has not been added to the community.';
      throw new DomainError(400, message);
    }
    const others = concept.communityIds.filter((one) => one !== id);
    if (id) concept.communityIds = [String(id), ...others];
    const ids = concept.communityIds;
    return sendJson(request, reply, 200, { communities: { ids, ...(id ? { default: id } : {}) } });
  });

  /** Throws 403 unless the user owns or curates the record. */
  function requireManager(request: FastifyRequest, deposition: Deposition): User {
    const user = requireUser(request);
    if (!curates(mock, deposition, user)) requireOwner(deposition, user);
    return user;
  }
};

/** Why a record cannot join a community, or undefined. */
function refusal(
  mock: MockContext,
  deposition: Deposition,
  community: Community | undefined,
  user: User,
): string | undefined {
  if (community === undefined || community.deleted) return 'Community not found.';
  if (!takesFrom(community, user)) {
    return 'Submission to this community is only allowed to community members.';
  }
  if (communitiesOf(mock, deposition).includes(community)) {
    return 'The record is already included in this community.';
  }
  if (openRequest(mock, deposition, community) !== undefined) {
    return 'There is already an open inclusion request for this community.';
  }
  const restricted = deposition.record?.access.record === 'restricted';
  if (community.access.visibility === 'restricted' && !restricted) return INCONSISTENT_ACCESS;
  return undefined;
}

function openRequest(mock: MockContext, { id }: Deposition, community: Community): UserRequest | undefined {
  return [...mock.store.requests.values()].find(
    ({ type, status, depositionId, communityId }) =>
      type === 'community-inclusion' &&
      status === 'submitted' &&
      depositionId === id &&
      communityId === community.id,
  );
}

/**
 * Zenodo returns the id of the record's row in its database, which the mock does not have. The id
 * of its bucket has the same form.
 */
function missing({ record }: Deposition, community: string): string {
  return `The record ${record?.bucketId} in not included in the community ${community}.`;
}

/**
 * `{"communities": [{"id": …}]}`, with at most ten, and none twice. Throws 400 for anything else
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/record_communities.py`).
 */
function communitiesIn(body: unknown): Wanted[] {
  const refuse = (field: string, message: string) => validationError([{ field, messages: [message] }]);
  const list = isObject(body) ? body['communities'] : undefined;
  if (list === undefined) throw refuse('communities', MISSING);
  if (!Array.isArray(list)) throw refuse('communities', 'Not a valid list.');
  if (list.length === 0) throw refuse('communities', 'Shorter than minimum length 1.');
  const wanted = list.map((item: unknown, index): Wanted => {
    const { id, require_review: review } = isObject(item) ? item : {};
    if (id === undefined) throw refuse(`communities.${index}.id`, MISSING);
    if (typeof id !== 'string') throw refuse(`communities.${index}.id`, 'Not a valid string.');
    return { id, requireReview: review === true };
  });
  if (wanted.length > AT_ONCE)
    throw refuse('communities', `Too many communities passed, ${AT_ONCE} max allowed.`);
  const twice = wanted.find(({ id }, index) => wanted.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw refuse('communities', `Duplicated communities {'${twice.id}'}.`);
  return wanted;
}
