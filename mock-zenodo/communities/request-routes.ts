import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { findDeposition, requireOwner } from '../deposit/lookup.js';
import { notFound, permissionDenied, routeNotFound } from '../errors.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import { redirectPage } from '../records/redirects.js';
import type { Inquiry } from '../store/model.js';
import { negotiateEither, optionalBody, sendHits, sendJson } from './answer.js';
import { curates, findCommunity, isCurator } from './communities.js';
import { act, mayReadInquiry } from './inquiries.js';
import { inquiryJson } from './inquiry-json.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

type ById = FastifyRequest<{ Params: { id: string } }>;
type ByAction = FastifyRequest<{ Params: { id: string; action: string } }>;

/** Requests: what was asked of communities, and how they decide (`inveniosoftware/invenio-requests:invenio_requests/resources/requests/resource.py`). */
export const requestRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  negotiateEither(app);

  app.get('/api/requests', async (request, reply) => {
    const query = /\?.*$/s.exec(request.raw.url ?? '')?.[0] ?? '';
    return redirectPage(reply, 308, `${originOf(request)}/api/requests/${query}`);
  });

  app.get('/api/requests/', async (request, reply) => {
    const user = requireUser(request);
    const readable = all().filter((inquiry) => mayReadInquiry(mock, inquiry, user));
    return sendInquiries(request, reply, readable);
  });

  app.get('/api/user/requests', async (request, reply) => {
    const user = requireUser(request);
    const readable = all().filter((inquiry) => mayReadInquiry(mock, inquiry, user));
    return sendInquiries(request, reply, readable);
  });

  app.get('/api/communities/:id/requests', async (request: ById, reply) => {
    const user = request.identity?.user;
    const community = findCommunity(mock, request.params.id, user);
    if (!isCurator(community, user)) throw permissionDenied();
    const asked = all().filter(
      ({ communityId, status }) => communityId === community.id && status !== 'created',
    );
    return sendInquiries(request, reply, asked);
  });

  app.get('/api/records/:id/requests', async (request: ById, reply) => {
    const deposition = findDeposition(mock, request.params.id);
    const user = request.identity?.user;
    if (!curates(mock, deposition, user)) requireOwner(deposition, user);
    const asked = all().filter(({ depositionId }) => depositionId === deposition.id);
    return sendInquiries(
      request,
      reply,
      asked.filter((inquiry) => mayReadInquiry(mock, inquiry, user)),
    );
  });

  app.get('/api/requests/:id', async (request: ById, reply) => {
    const inquiry = find(request);
    if (!mayReadInquiry(mock, inquiry, request.identity?.user)) throw permissionDenied();
    return sendJson(
      request,
      reply.header('etag', `"${inquiry.revision}"`),
      200,
      inquiryJson(request, inquiry),
    );
  });

  app.post('/api/requests/:id/actions/:action', async (request: ByAction, reply) => {
    optionalBody(request);
    const inquiry = find(request);
    act(mock, inquiry, request.params.action, request.identity?.user);
    return sendJson(request, reply, 200, inquiryJson(request, inquiry));
  });

  const all = () => [...mock.store.requests.values()];

  /** Throws the router's 404 for what is no UUID, 404 for an unknown one. */
  function find(request: ById): Inquiry {
    if (!UUID.test(request.params.id)) throw routeNotFound();
    const inquiry = mock.store.requests.get(request.params.id.toLowerCase());
    if (inquiry === undefined) throw notFound();
    return inquiry;
  }
};

/** A page of requests; `receiver`, `topic`, `created_by` (`kind:id`) and `is_open` narrow it. */
function sendInquiries(request: FastifyRequest, reply: Parameters<typeof sendHits>[1], inquiries: Inquiry[]) {
  const parameters = request.query as Record<string, string | undefined>;
  const shown = inquiries.map((inquiry) => ({ inquiry, json: inquiryJson(request, inquiry) }));
  const narrowed = shown.filter(({ json }) => {
    const open = parameters['is_open'];
    if (open !== undefined && json['is_open'] !== /^(?:true|1)$/i.test(open)) return false;
    return ['created_by', 'receiver', 'topic'].every((name) => {
      const [kind = '', id] = (parameters[name] ?? '').split(':');
      // A reference that cannot be read narrows nothing.
      if (id === undefined || !['user', 'community', 'record'].includes(kind)) return true;
      return (json[name] as Record<string, string> | null)?.[kind] === id;
    });
  });
  return sendHits(
    request,
    reply,
    narrowed.map(({ inquiry }) => inquiry),
    (inquiry) => inquiryJson(request, inquiry),
  );
}
