import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { jsonBody } from '../deposit/negotiation.js';
import { permissionDenied, validationError } from '../errors.js';
import { isObject } from '../metadata/checks.js';
import { originOf } from '../origin.js';
import type { Community, Role } from '../store/model.js';
import { negotiateEither, sendHits } from './answer.js';
import { findCommunity, roleIn } from './communities.js';

type ById = FastifyRequest<{ Params: { id: string } }>;

interface Member {
  userId: number;
  role: Role;
  created: string;
  updated: string;
}

/**
 * The members of a community
 * (`inveniosoftware/invenio-communities:invenio_communities/members/resources/resource.py`). The
 * mock has one owner and seeded members per community, but no invitations.
 */
export const memberRoutes: FastifyPluginAsync = async (app) => {
  const { mock } = app;
  negotiateEither(app);
  const find = (request: ById) => findCommunity(mock, request.params.id, request.identity?.user);

  app.get('/api/communities/:id/members', async (request: ById, reply) => {
    const community = find(request);
    const user = request.identity?.user;
    const role = roleIn(community, user);
    if (role === null) throw permissionDenied();
    const owner = role === 'owner';
    return sendHits(request, reply, membersOf(community), (member) => {
      const self = member.userId === user?.id;
      return {
        ...publicMember(originOf(request), mock, community, member),
        role: member.role,
        visible: true,
        is_current_user: self,
        permissions: {
          can_leave: self,
          can_delete: owner && !self,
          can_update_role: owner && !self,
          can_update_visible: owner || self,
        },
        created: member.created,
        updated: member.updated,
        revision_id: 1,
      };
    });
  });

  app.get('/api/communities/:id/members/public', async (request: ById, reply) => {
    const community = find(request);
    return sendHits(request, reply, membersOf(community), (member) =>
      publicMember(originOf(request), mock, community, member),
    );
  });

  // Users are invited, never added. Groups are disabled (`zenodo/zenodo-rdm:invenio.cfg`).
  app.post('/api/communities/:id/members', async (request: ById) => {
    const body = jsonBody(request);
    find(request);
    userIds(body);
    roleNamed(body);
    throw permissionDenied();
  });

  app.put('/api/communities/:id/members', async (request: ById, reply) => {
    const body = jsonBody(request);
    const community = find(request);
    const user = request.identity?.user;
    const own = roleIn(community, user);
    if (own === null) throw permissionDenied();
    const members = userIds(body);
    const role = isObject(body) && body['role'] !== undefined ? roleNamed(body) : undefined;
    if (role === undefined && !(isObject(body) && typeof body['visible'] === 'boolean')) {
      const message = "Missing fields 'role' and/or 'visible' and/or 'group_notification_enabled'.";
      throw validationError([{ field: '_schema', messages: [message] }]);
    }
    const managing = own === 'owner' || (own === 'manager' && role !== 'owner');
    if (!managing && members.some((id) => id !== user?.id)) throw permissionDenied();
    if (members.some((id) => id !== community.ownerId && !community.memberIds.includes(id)))
      throw invalidMember();
    if (role !== undefined) {
      if (!managing) throw permissionDenied();
      if (members.includes(community.ownerId) && role !== 'owner') throw ownerless();
      for (const id of members) community.roles = { ...community.roles, [id]: role };
    }
    return reply.code(204).send();
  });

  app.delete('/api/communities/:id/members', async (request: ById, reply) => {
    const members = userIds(jsonBody(request));
    const community = find(request);
    const user = request.identity?.user;
    const others = members.some((id) => id !== user?.id);
    const own = roleIn(community, user);
    if (own === null || (others && own !== 'owner' && own !== 'manager')) throw permissionDenied();
    if (members.includes(community.ownerId)) {
      throw ownerless();
    }
    community.memberIds = community.memberIds.filter((id) => !members.includes(id));
    return reply.code(204).send();
  });
};

function membersOf({ ownerId, memberIds, roles, created, updated }: Community): Member[] {
  const member = (userId: number, role: Role) => ({ userId, role, created, updated });
  return [member(ownerId, 'owner'), ...memberIds.map((id) => member(id, roles?.[id] ?? 'curator'))];
}

function publicMember(
  origin: string,
  mock: MockContext,
  community: Community,
  { userId }: Member,
): Record<string, unknown> {
  return {
    id: `${community.id.slice(0, -8)}${String(userId).padStart(8, '0')}`,
    member: {
      type: 'user',
      id: String(userId),
      name: mock.store.users.get(userId)?.username ?? 'Untitled',
      description: '',
      avatar: `${origin}/api/users/${userId}/avatar.svg`,
    },
  };
}

function ownerless(): Error {
  const message = 'A community must have at least one owner.';
  return validationError([{ field: '_schema', messages: [message] }]);
}

function invalidMember(): Error {
  return validationError([{ field: 'members', messages: ['Invalid member.'] }]);
}

const ROLES: readonly Role[] = ['owner', 'manager', 'curator', 'reader'];

/** The role in a body. Throws 400 if there is none, or if communities do not have it. */
function roleNamed(body: unknown): Role {
  const wanted = isObject(body) ? body['role'] : undefined;
  const role = ROLES.find((one) => one === wanted);
  if (role !== undefined) return role;
  const message = wanted === undefined ? 'Missing data for required field.' : 'Invalid role.';
  throw validationError([{ field: 'role', messages: [message] }]);
}

/**
 * The users named in `{"members": [{"type": "user", "id": "…"}]}`. Throws 400 for any other shape.
 */
function userIds(body: unknown): number[] {
  const members = isObject(body) ? body['members'] : undefined;
  if (!Array.isArray(members) || members.length === 0 || members.length > 100) {
    const message = 'Length must be between 1 and 100.';
    throw validationError([{ field: 'members', messages: [message] }]);
  }
  return members.map((member: unknown, index) => {
    if (isObject(member) && typeof member['id'] === 'string') return Number(member['id']);
    const message = 'Missing data for required field.';
    throw validationError([{ field: `members.${index}.id`, messages: [message] }]);
  });
}
