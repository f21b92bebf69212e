import type { FastifyRequest } from 'fastify';
import { originOf } from '../origin.js';
import type { Inquiry } from '../store/model.js';
import { actionsFor } from './inquiries.js';

const OPEN = new Set(['submitted']);
const CLOSED = new Set(['accepted', 'declined', 'cancelled']);

/** A request as the one who asks sees it: the actions among its links are those open to them (`inveniosoftware/invenio-requests:invenio_requests/services/schemas.py`). */
export function inquiryJson(request: FastifyRequest, inquiry: Inquiry): Record<string, unknown> {
  const { id, created, updated, revision, creatorId, communityId, depositionId, payload } = inquiry;
  const origin = originOf(request);
  const api = `${origin}/api/requests/${id}`;
  const actions = actionsFor(request.server.mock, inquiry, request.identity?.user);
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
    type: inquiry.type,
    title: inquiry.title,
    number: String(inquiry.number),
    status: inquiry.status,
    ...openness(inquiry),
    expires_at: null,
    is_expired: false,
    created_by: { user: String(creatorId) },
    receiver: communityId === null ? null : { community: communityId },
    topic: { record: String(depositionId) },
    ...(payload !== null && { payload }),
  };
}

/** What a draft says of the request that its publication depends on. */
export function reviewJson(inquiry: Inquiry): Record<string, unknown> {
  return {
    id: inquiry.id,
    type: inquiry.type,
    title: inquiry.title,
    number: String(inquiry.number),
    status: inquiry.status,
    ...openness(inquiry),
    created_by: { user: String(inquiry.creatorId) },
    receiver: { community: inquiry.communityId },
    topic: { record: String(inquiry.depositionId) },
  };
}

function openness({ status }: Inquiry): { is_closed: boolean; is_open: boolean } {
  return { is_closed: CLOSED.has(status), is_open: OPEN.has(status) };
}
