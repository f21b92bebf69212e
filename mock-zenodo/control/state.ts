import type { MockContext } from '../context.js';
import type { Community, Deposition, Token } from '../store/model.js';
import type { CommunityState, DepositionState, State, TokenState } from './state-schema.js';

/** The whole state, or only what belongs to a user. */
export function stateOf(mock: MockContext, username?: string): State {
  const { users, apps, tokens, communities, depositions } = mock.store;
  const wanted = username === undefined ? undefined : (mock.store.userByName(username)?.id ?? -1);
  const mine = (id: number) => wanted === undefined || id === wanted;
  return structuredClone({
    now: new Date(mock.clock.now()).toISOString(),
    users: [...users.values()].filter(({ id }) => mine(id)),
    apps: [...apps.values()].filter(({ ownerId }) => mine(ownerId)),
    tokens: [...tokens.values()].filter(({ userId }) => mine(userId)).map((token) => tokenState(mock, token)),
    communities: [...communities.values()]
      .filter(({ ownerId }) => mine(ownerId))
      .map((community) => communityState(mock, community)),
    depositions: [...depositions.values()]
      .filter(({ ownerId }) => mine(ownerId))
      .map((deposition) => depositionState(mock, deposition)),
  });
}

/** A token with the name of its user, and whether it is still valid. */
export function tokenState(mock: MockContext, token: Token): TokenState {
  const { accessToken, refreshToken, kind, name, clientId, scopes, expiresAt, userId } = token;
  return {
    accessToken,
    refreshToken,
    kind,
    name,
    user: nameOf(mock, userId),
    clientId,
    scopes,
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
    expired: expiresAt !== null && expiresAt <= mock.clock.now(),
  };
}

/** A community with names instead of ids. */
export function communityState(mock: MockContext, community: Community): CommunityState {
  const { id, slug, metadata, ownerId, memberIds, access } = community;
  const members = memberIds.flatMap((memberId) => nameOf(mock, memberId) ?? []);
  return {
    id,
    slug,
    title: metadata.title,
    owner: nameOf(mock, ownerId),
    members,
    reviewPolicy: access.review_policy,
  };
}

/** A deposition as its owner sees it: the draft if there is one. */
export function depositionState(mock: MockContext, deposition: Deposition): DepositionState {
  const { id, conceptId, ownerId, versionIndex, draft, record, deleted } = deposition;
  const shown = draft ?? record;
  const title = shown?.metadata['title'];
  return {
    id,
    conceptId,
    user: nameOf(mock, ownerId),
    state:
      deleted !== null ? 'deleted' : draft === null ? 'done' : record === null ? 'unsubmitted' : 'inprogress',
    versionIndex,
    title: typeof title === 'string' ? title : '',
    doi: (record ?? shown)?.pids['doi']?.identifier ?? null,
    bucket: shown?.bucketId ?? null,
    created: shown?.created ?? null,
    updated: shown?.updated ?? null,
    files: (shown?.files ?? []).map(({ key, size, md5, status }) => ({ key, size, md5, status })),
    metadata: shown?.metadata ?? {},
  };
}

function nameOf(mock: MockContext, userId: number): string | null {
  return mock.store.users.get(userId)?.username ?? null;
}
