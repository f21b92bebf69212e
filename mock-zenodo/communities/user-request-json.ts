import type { FastifyRequest } from 'fastify';
import { originOf } from '../origin.js';
import type { UserRequest } from '../store/model.js';
import { actionsFor } from './user-requests.js';

const OPEN = new Set(['submitted']);
const CLOSED = new Set(['accepted', 'declined', 'cancelled']);

/**
 * A request as its reader sees it: its links contain the actions that the reader may take
 * (`inveniosoftware/invenio-requests:invenio_requests/services/schemas.py`).
 */
export function userRequestJson(request: FastifyRequest, userRequest: UserRequest): Record<string, unknown> {
  const { id, created, updated, revision, creatorId, communityId, depositionId, payload } = userRequest;
  const origin = originOf(request);
  const api = `${origin}/api/requests/${id}`;
  const actions = actionsFor(request.server.mock, userRequest, request.identity?.user);
  return {
    id,
    created,
    updated,
    links: {
      self: api,
      self_html: `${origin}/requests/${id}`,
      timeline: `${api}/timeline`,
      comments: `${api}/comments`,
      actions: Object.fromEntries(actions.map((action) => [action, `${api}/actions/${action}`])),
    },
    revision_id: revision,
    type: userRequest.type,
    title: userRequest.title,
    ...(userRequest.description !== undefined && { description: userRequest.description }),
    number: String(userRequest.number),
    status: userRequest.status,
    ...openness(userRequest),
    expires_at: null,
    is_expired: false,
    created_by: { user: String(creatorId) },
    receiver: communityId === null ? null : { community: communityId },
    topic: { record: String(depositionId) },
    ...(payload !== null && { payload }),
  };
}

/** What a draft says about the request that its publication depends on. */
export function reviewJson(userRequest: UserRequest): Record<string, unknown> {
  return {
    id: userRequest.id,
    type: userRequest.type,
    title: userRequest.title,
    number: String(userRequest.number),
    status: userRequest.status,
    ...openness(userRequest),
    created_by: { user: String(userRequest.creatorId) },
    receiver: { community: userRequest.communityId },
    topic: { record: String(userRequest.depositionId) },
  };
}

function openness({ status }: UserRequest): { is_closed: boolean; is_open: boolean } {
  return { is_closed: CLOSED.has(status), is_open: OPEN.has(status) };
}
