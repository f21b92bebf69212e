import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { MockContext } from '../context.js';
import { jsonBody } from '../deposit/negotiation.js';
import { DomainError, permissionDenied, validationError } from '../errors.js';
import { isObject } from '../metadata/checks.js';
import { originOf } from '../origin.js';
import type { Community, Role } from '../store/model.js';
import { negotiateEither, sendHits } from './answer.js';
import { findCommunity, roleIn } from './communities.js';

type ById = FastifyRequest<{ Params: { id: string } }>;

interface Member {
  userId: number;
  role: Role;
  visible: boolean;
  created: string;
  updated: string;
}

/**
 * The members of a community
 * (`inveniosoftware/invenio-communities:invenio_communities/members/resources/resource.py`). The
 * mock has seeded members, but no invitations.
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
    return sendHits(request, reply, membersOf(community), (member) => {
      const self = member.userId === user?.id;
      return {
        ...publicMember(originOf(request), mock, community, member),
        role: member.role,
        visible: member.visible,
        is_current_user: self,
        permissions: {
          can_leave: self,
          can_delete: !self && manages(role, member.role),
          can_update_role: !self && manages(role, member.role),
          can_update_visible: self || manages(role, member.role),
        },
        created: member.created,
        updated: member.updated,
        revision_id: 1,
      };
    });
  });

  app.get('/api/communities/:id/members/public', async (request: ById, reply) => {
    const community = find(request);
    const shown = membersOf(community).filter(({ visible }) => visible);
    return sendHits(request, reply, shown, (member) =>
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
    const visible = isObject(body) ? body['visible'] : undefined;
    const chosen = membersNamed(community, members);
    for (const member of chosen) {
      const self = member.userId === user?.id;
      if (!self && !manages(own, member.role, role)) throw permissionDenied();
      if (self && role !== undefined) throw refused('You cannot change your own role.');
      if (!self && visible === true) {
        throw refused('You can only set public visibility on your own membership.');
      }
    }
    const changed = chosen.map((member) => ({
      ...member,
      role: role ?? member.role,
      visible: typeof visible === 'boolean' ? visible : member.visible,
    }));
    const others = membersOf(community).filter(({ userId }) => !members.includes(userId));
    setMembers(community, [...others, ...changed]);
    return reply.code(204).send();
  });

  app.delete('/api/communities/:id/members', async (request: ById, reply) => {
    const members = userIds(jsonBody(request));
    const community = find(request);
    const user = request.identity?.user;
    const own = roleIn(community, user);
    if (own === null) throw permissionDenied();
    for (const { userId, role } of membersNamed(community, members)) {
      if (userId !== user?.id && !manages(own, role)) throw permissionDenied();
    }
    const left = membersOf(community).filter(({ userId }) => !members.includes(userId));
    if (left.every(({ role }) => role !== 'owner'))
      throw refused('A community must have at least one owner.');
    setMembers(community, left);
    return reply.code(204).send();
  });
};

function membersOf({ ownerId, memberIds, roles, hiddenIds = [], created, updated }: Community): Member[] {
  const member = (userId: number, role: Role) => ({
    userId,
    role,
    visible: !hiddenIds.includes(userId),
    created,
    updated,
  });
  return [member(ownerId, 'owner'), ...memberIds.map((id) => member(id, roles?.[id] ?? 'curator'))];
}

/**
 * The members with these ids. Throws 400 for an id that no member has, or that is given twice
 * (`inveniosoftware/invenio-communities:invenio_communities/members/services/service.py`).
 */
function membersNamed(community: Community, ids: number[]): Member[] {
  const found = membersOf(community).filter(({ userId }) => ids.includes(userId));
  if (found.length !== ids.length) throw new DomainError(400, 'Invalid member specified.');
  return found;
}

/** Replaces the members. One of them must be an owner. */
function setMembers(community: Community, members: Member[]): void {
  const isOwner = ({ role }: Member) => role === 'owner';
  const owner =
    members.find((one) => one.userId === community.ownerId && isOwner(one)) ?? members.find(isOwner);
  if (owner === undefined) throw new Error('a community has an owner');
  const others = members.filter((member) => member !== owner);
  community.ownerId = owner.userId;
  community.memberIds = others.map(({ userId }) => userId);
  community.roles = Object.fromEntries(others.map(({ userId, role }) => [userId, role]));
  community.hiddenIds = members.filter(({ visible }) => !visible).map(({ userId }) => userId);
}

/** Whether a role may give and take all of these roles: managers do not decide on owners. */
function manages(own: Role, ...roles: (Role | undefined)[]): boolean {
  return own === 'owner' || (own === 'manager' && !roles.includes('owner'));
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

function refused(message: string): Error {
  return validationError([{ field: '_schema', messages: [message] }]);
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
