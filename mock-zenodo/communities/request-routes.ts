import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { findDeposition, requireOwner } from '../deposit/lookup.js';
import { jsonBody } from '../deposit/negotiation.js';
import { notFound, permissionDenied, routeNotFound, validationError } from '../errors.js';
import { isObject } from '../metadata/checks.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import { redirectPage } from '../records/redirects.js';
import { REQUEST_FACETS } from '../search/facets.js';
import { readBoolean } from '../search/search.js';
import type { UserRequest } from '../store/model.js';
import { negotiateEither, optionalBody, sendHits, sendJson } from './answer.js';
import { curates, findCommunity, isCurator } from './communities.js';
import { userRequestJson } from './user-request-json.js';
import { act, describe, mayReadUserRequest } from './user-requests.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

type ById = FastifyRequest<{ Params: { id: string } }>;
type ByAction = FastifyRequest<{ Params: { id: string; action: string } }>;

/**
 * Requests to communities, and their decisions
 * (`inveniosoftware/invenio-requests:invenio_requests/resources/requests/resource.py`).
 */
export const requestRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  negotiateEither(app);

  app.get('/api/requests', async (request, reply) => {
    const query = /\?.*$/s.exec(request.raw.url ?? '')?.[0] ?? '';
    return redirectPage(reply, 308, `${originOf(request)}/api/requests/${query}`);
  });

  app.get('/api/requests/', async (request, reply) => {
    const user = requireUser(request);
    const readable = all().filter((userRequest) => mayReadUserRequest(mock, userRequest, user));
    return sendUserRequests(request, reply, readable);
  });

  app.get('/api/user/requests', async (request, reply) => {
    const user = requireUser(request);
    const readable = all().filter((userRequest) => mayReadUserRequest(mock, userRequest, user));
    return sendUserRequests(request, reply, readable);
  });

  app.get('/api/communities/:id/requests', async (request: ById, reply) => {
    const user = request.identity?.user;
    const community = findCommunity(mock, request.params.id, user);
    if (!isCurator(community, user)) throw permissionDenied();
    const asked = all().filter(
      ({ communityId, status }) => communityId === community.id && status !== 'created',
    );
    return sendUserRequests(request, reply, asked);
  });

  app.get('/api/records/:id/requests', async (request: ById, reply) => {
    const deposition = findDeposition(mock, request.params.id);
    const user = request.identity?.user;
    if (!curates(mock, deposition, user)) requireOwner(deposition, user);
    const asked = all().filter(({ depositionId }) => depositionId === deposition.id);
    return sendUserRequests(
      request,
      reply,
      asked.filter((userRequest) => mayReadUserRequest(mock, userRequest, user)),
    );
  });

  app.get('/api/requests/:id', async (request: ById, reply) => {
    const userRequest = find(request);
    if (!mayReadUserRequest(mock, userRequest, request.identity?.user)) throw permissionDenied();
    return sendJson(
      request,
      reply.header('etag', `"${userRequest.revision}"`),
      200,
      userRequestJson(request, userRequest),
    );
  });

  app.put('/api/requests/:id', async (request: ById, reply) => {
    const body = jsonBody(request);
    const userRequest = find(request);
    const known = userRequestJson(request, userRequest);
    describe(mock, userRequest, isObject(body) ? body : {}, known, request.identity?.user);
    return sendJson(request, reply, 200, userRequestJson(request, userRequest));
  });

  app.post('/api/requests/:id/actions/:action', async (request: ByAction, reply) => {
    optionalBody(request);
    const userRequest = find(request);
    act(mock, userRequest, request.params.action, request.identity?.user);
    return sendJson(request, reply, 200, userRequestJson(request, userRequest));
  });

  const all = () => [...mock.store.requests.values()];

  /** Throws the router's 404 if the id is not a UUID, and 404 for an unknown one. */
  function find(request: ById): UserRequest {
    if (!UUID.test(request.params.id)) throw routeNotFound();
    const userRequest = mock.store.requests.get(request.params.id.toLowerCase());
    if (userRequest === undefined) throw notFound();
    return userRequest;
  }
};

/**
 * A page of requests, filtered by `receiver`, `topic`, `created_by` (`kind:id`), `is_open`, `type`
 * and `status`.
 */
function sendUserRequests(
  request: FastifyRequest,
  reply: Parameters<typeof sendHits>[1],
  userRequests: UserRequest[],
) {
  const parameters = request.query as Record<string, string | undefined>;
  const given = parameters['is_open'];
  const open = given === undefined ? undefined : readBoolean(given);
  if (given !== undefined && open === undefined) {
    throw validationError([{ field: 'is_open', messages: ['Not a valid boolean.'] }]);
  }
  const shown = userRequests.map((userRequest) => ({
    userRequest,
    json: userRequestJson(request, userRequest),
  }));
  const narrowed = shown.filter(({ json }) => {
    if (open !== undefined && json['is_open'] !== open) return false;
    return ['created_by', 'receiver', 'topic'].every((name) => {
      const [kind = '', id] = (parameters[name] ?? '').split(':');
      // A reference that cannot be parsed filters nothing.
      if (id === undefined || !['user', 'community', 'record'].includes(kind)) return true;
      return (json[name] as Record<string, string> | null)?.[kind] === id;
    });
  });
  return sendHits(
    request,
    reply,
    narrowed.map(({ userRequest }) => userRequest),
    (userRequest) => userRequestJson(request, userRequest),
    { facets: REQUEST_FACETS },
  );
}
