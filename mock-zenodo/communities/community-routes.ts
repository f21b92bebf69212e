import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { jsonBody } from '../deposit/negotiation.js';
import { permissionDenied, validationError } from '../errors.js';
import { requireUser } from '../oauth/identity.js';
import type { Community } from '../store/model.js';
import { negotiateEither, sendJson } from './answer.js';
import { communityNamed, createCommunity, findCommunity, mayReadCommunity, roleIn } from './communities.js';
import { communityBody } from './community-body.js';
import { sendCommunities } from './community-hits.js';
import { shownCommunity } from './community-json.js';

/**
 * The pages of communities have no upper bound
 * (`inveniosoftware/invenio-communities:invenio_communities/communities/resources/args.py`).
 */

const TAKEN = 'A community with this identifier already exists.';

type ById = FastifyRequest<{ Params: { id: string } }>;

/**
 * Communities themselves
 * (`inveniosoftware/invenio-communities:invenio_communities/communities/resources/resource.py`).
 */
export const communityRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  negotiateEither(app);

  const find = (request: ById) => findCommunity(mock, request.params.id, request.identity?.user);
  const owned = (request: ById) => {
    const community = find(request);
    if (roleIn(community, request.identity?.user) !== 'owner') throw permissionDenied();
    return community;
  };
  const send = (request: FastifyRequest, reply: FastifyReply, status: number, community: Community) =>
    sendJson(
      request,
      reply.header('etag', `"${community.revision}"`),
      status,
      shownCommunity(request, community),
    );
  const all = () => [...mock.store.communities.values()].filter(({ deleted }) => !deleted);

  app.get('/api/communities', async (request, reply) => {
    const user = request.identity?.user;
    const readable = all().filter((community) => mayReadCommunity(community, user));
    return sendCommunities(request, reply, readable);
  });

  app.get('/api/user/communities', async (request, reply) => {
    const user = requireUser(request);
    const own = all().filter((community) => roleIn(community, user) !== null);
    return sendCommunities(request, reply, own);
  });

  // Users may not make restricted communities (`zenodo/zenodo-rdm:invenio.cfg`,
  // COMMUNITIES_ALLOW_RESTRICTED). Seeds can.
  app.post('/api/communities', async (request, reply) => {
    const body = jsonBody(request);
    const user = requireUser(request);
    const input = communityBody(body);
    requireFree(input.slug);
    if (input.access.visibility === 'restricted') throw permissionDenied();
    return send(request, reply, 201, createCommunity(mock, user, input));
  });

  app.get('/api/communities/:id', async (request: ById, reply) => send(request, reply, 200, find(request)));

  app.put('/api/communities/:id', async (request: ById, reply) => {
    const body = jsonBody(request);
    const community = owned(request);
    const { slug, metadata, access } = communityBody(body);
    if (slug !== community.slug) {
      const message = 'The slug cannot be modified. Use the rename endpoint instead.';
      throw validationError([{ field: 'slug', messages: [message] }]);
    }
    const { visibility = community.access.visibility } = access;
    if (visibility !== community.access.visibility) throw permissionDenied();
    Object.assign(community, { metadata, access: { ...community.access, ...access } });
    touch(community);
    return send(request, reply, 200, community);
  });

  // Only the system renames communities (`zenodo/zenodo-rdm:site/zenodo_rdm/permissions.py`).
  app.post('/api/communities/:id/rename', async (request: ById) => {
    jsonBody(request);
    find(request);
    throw permissionDenied();
  });

  app.delete('/api/communities/:id', async (request: ById, reply) => {
    const community = owned(request);
    community.deleted = true;
    for (const concept of mock.store.concepts.values()) {
      concept.communityIds = concept.communityIds.filter((id) => id !== community.id);
    }
    return reply.code(204).send();
  });

  /** Throws 400 if the slug is in use, even by a deleted community. */
  function requireFree(slug: string): void {
    if (communityNamed(mock, slug) === undefined) return;
    throw validationError([{ field: 'slug', messages: [TAKEN] }]);
  }

  function touch(community: Community): void {
    community.updated = mock.clock.timestamp();
    community.revision += 1;
  }
};
