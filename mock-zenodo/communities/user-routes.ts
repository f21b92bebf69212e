import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { DomainError, permissionDenied } from '../errors.js';
import { requireUser } from '../oauth/identity.js';
import { originOf } from '../origin.js';
import { html } from '../pages/html.js';
import type { User } from '../store/model.js';
import { negotiateEither, sendHits, sendJson } from './answer.js';

/** The creation date of accounts that have none of their own. */
const BEGINNING = '2023-10-13T00:00:00.000000+00:00';

/**
 * The number of users that a search shows, whatever page and size it asks for
 * (`inveniosoftware/invenio-users-resources:invenio_users_resources/services/users/config.py`).
 */
const MOST = 10;

type ById = FastifyRequest<{ Params: { id: string } }>;

/**
 * Accounts as others see them. There are no groups, because Zenodo has disabled them
 * (`zenodo/zenodo-rdm:invenio.cfg`).
 */
export const userRoutes: FastifyPluginAsync = async (app) => {
  const { store } = app.mock;
  negotiateEither(app);
  const visible = () =>
    [...store.users.values()].filter((user) => user.active !== false && user.emailVerified);
  const find = (request: ById) => {
    const found = visible().find(({ id }) => String(id) === request.params.id);
    // Guests cannot find out which users exist.
    if (found === undefined || request.identity === null) throw new DomainError(404, 'User not found.');
    return found;
  };

  app.get('/api/users', async (request, reply) => {
    const { id } = requireUser(request);
    const words = suggested(request.query);
    const found = visible()
      .filter(({ username }) => username.toLowerCase().includes(words))
      .slice(0, MOST)
      .map((user) => ({ user, created: user.created ?? BEGINNING, updated: user.created ?? BEGINNING }));
    const show = ({ user }: { user: User }) => userJson(originOf(request), user, id);
    return sendHits(request, reply, found, show, { fixed: { page: 1, size: MOST } });
  });

  app.get('/api/users/:id', async (request: ById, reply) => {
    return sendJson(
      request,
      reply,
      200,
      userJson(originOf(request), find(request), request.identity?.user.id),
    );
  });

  app.get('/api/users/:id/avatar.svg', async (request: ById, reply) => {
    return reply.type('image/svg+xml').send(avatar(find(request)));
  });

  app.get('/api/groups', async (request, reply) => {
    requireUser(request);
    return sendHits<{ created: string; updated: string }>(request, reply, [], () => ({}));
  });

  for (const [method, path] of [
    ['POST', ''],
    ['GET', '/:id'],
    ['PUT', '/:id'],
    ['DELETE', '/:id'],
    ['GET', '/:id/avatar.svg'],
  ] as const) {
    app.route({
      method,
      url: `/api/groups${path}`,
      handler: async () => {
        throw permissionDenied();
      },
    });
  }
};

function suggested(query: unknown): string {
  const { suggest, q } = query as { suggest?: unknown; q?: unknown };
  return String(suggest ?? q ?? '').toLowerCase();
}

/**
 * The fields of an account that everyone with an account may see, and those that only its owner may
 * see (`inveniosoftware/invenio-users-resources:invenio_users_resources/services/schemas.py`).
 */
function userJson(origin: string, user: User, viewer: number | undefined): Record<string, unknown> {
  const { id, username, email, emailVerified, blocked, created = BEGINNING } = user;
  const self = id === viewer;
  const own = {
    created,
    updated: created,
    revision_id: 1,
    active: true,
    confirmed: emailVerified,
    blocked,
    verified: !blocked,
    email,
    domain: email.split('@').at(-1),
    preferences: {
      visibility: 'public',
      email_visibility: 'restricted',
      locale: 'en',
      timezone: 'Europe/Zurich',
    },
  };
  return {
    id: String(id),
    ...(self ? own : {}),
    is_current_user: self,
    identities: {},
    username,
    profile: { full_name: '', affiliations: '' },
    links: {
      self: `${origin}/api/users/${id}`,
      avatar: `${origin}/api/users/${id}/avatar.svg`,
      records_html: `${origin}/search?q=parent.access.owned_by.user:${id}`,
    },
  };
}

function avatar({ username }: User): string {
  const letter = username.slice(0, 1).toUpperCase();
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 256 256" width="256" height="256"><rect width="256" height="256" fill="#3c5a99"/><text x="128" y="168" fill="#fff" font-size="128" text-anchor="middle">${letter}</text></svg>`
    .markup;
}
