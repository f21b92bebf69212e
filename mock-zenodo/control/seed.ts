import { communityNamed, createCommunity } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import { createIds } from '../ids.js';
import { registerApp } from '../oauth/apps.js';
import { createPersonalToken, issueToken, requireNewToken } from '../oauth/tokens.js';
import type { App, Community, Token, User } from '../store/model.js';
import { addSeededToken } from '../store/seed.js';
import { createStore, FIRST_ID } from '../store/store.js';
import { ControlError } from './control-error.js';
import { addDeposition } from './seed-depositions.js';
import { type ReceivedFiles, receiveFiles } from './seed-files.js';
import type { Seed, SeedAppInput, SeedCommunityInput, SeedTokenInput, SeedUserInput } from './seed-schema.js';
import { addVocabularies } from './seed-vocabularies.js';
import { communityState, tokenState } from './state.js';
import type { Seeded } from './state-schema.js';

/**
 * Adds the content of a seed, in the order users, apps, tokens, communities, vocabularies,
 * depositions. All or nothing: throws at the first thing that cannot be added, and then adds
 * nothing.
 */
export async function seed(mock: MockContext, wanted: Seed): Promise<Seeded> {
  const bytes = await receiveFiles(mock, wanted.depositions ?? []);
  return keepingBytes(mock, bytes, () => addSeed(mock, wanted, bytes));
}

/**
 * Adds the content of a seed whose bytes are already stored. Without a pause, so that no request
 * comes between the rehearsal and the real run.
 */
export function addSeed(mock: MockContext, wanted: Seed, bytes: ReceivedFiles): Seeded {
  addAll(rehearsal(mock), wanted, bytes);
  return addAll(mock, wanted, bytes);
}

/** Does something with stored bytes, and removes them if that fails. */
export async function keepingBytes<T>(
  mock: MockContext,
  bytes: ReceivedFiles,
  use: () => T | Promise<T>,
): Promise<T> {
  try {
    return await use();
  } catch (error) {
    for (const { blobId } of bytes.values()) await mock.blobs.remove(blobId);
    throw error;
  }
}

/** The same mock with a copy of its state, in which an invalid seed does no harm. */
function rehearsal(mock: MockContext): MockContext {
  const store = createStore(FIRST_ID);
  store.load(structuredClone(mock.store.dump()));
  return { ...mock, store, ids: createIds() };
}

function addAll(mock: MockContext, wanted: Seed, bytes: ReceivedFiles): Seeded {
  const tokens = [...(wanted.tokens ?? [])];
  requireOneEach(tokens);
  const users = (wanted.users ?? []).map(({ token, ...input }) => {
    const user = addUser(mock, input);
    if (token !== undefined) tokens.push({ user: user.username, token });
    return user;
  });
  const apps = (wanted.apps ?? []).map((input) => addApp(mock, input));
  const made = tokens.map((input) => tokenState(mock, addToken(mock, input)));
  const communities = (wanted.communities ?? []).map((input) =>
    communityState(mock, addCommunity(mock, input)),
  );
  addVocabularies(mock, wanted.vocabularies ?? {});
  const depositions = (wanted.depositions ?? []).flatMap((input, index) =>
    addDeposition(mock, userNamed(mock, input.user), input, bytes, `depositions.${index}`),
  );
  // Last, because a blocked user cannot publish, but may have published before.
  for (const { username, blocked = false } of wanted.users ?? []) userNamed(mock, username).blocked = blocked;
  return { users, apps, tokens: made, communities, depositions };
}

function addUser(mock: MockContext, input: Omit<SeedUserInput, 'token' | 'blocked'>): User {
  const { users } = mock.store;
  const { username } = input;
  if (mock.store.userByName(username)) throw new ControlError(409, `The user ${username} already exists.`);
  if (input.id !== undefined && users.has(input.id)) {
    throw new ControlError(409, `The user ${input.id} already exists.`);
  }
  const user: User = {
    id: input.id ?? Math.max(0, ...users.keys()) + 1,
    username,
    email: input.email ?? `${username}@example.org`,
    emailVerified: input.emailVerified ?? true,
    blocked: false,
    active: input.active ?? true,
    extraQuota: input.extraQuota ?? 0,
  };
  users.set(user.id, user);
  return user;
}

/**
 * Registers an app, which belongs to the first user by default. Throws for an unknown user, or for
 * a redirect URI that Zenodo refuses, or a client id that is in use.
 */
export function addApp(mock: MockContext, { owner, ...input }: SeedAppInput): App {
  if (input.clientId !== undefined && mock.store.apps.has(input.clientId)) {
    throw new ControlError(409, `The app ${input.clientId} already exists.`);
  }
  return registerApp(mock, { ...input, ownerId: userNamed(mock, owner).id });
}

/**
 * Creates a personal token, or an OAuth token if `client` is given. Throws for an unknown user, app
 * or scope, and for a token that is in use.
 */
export function addToken(mock: MockContext, input: SeedTokenInput): Token {
  const { id: userId } = userNamed(mock, input.user);
  const { client, token: accessToken, name, scopes } = input;
  if (client === undefined) {
    const token = createPersonalToken(mock, { userId, name, scopes, accessToken });
    addSeededToken(mock.store, token);
    return token;
  }
  if (!mock.store.apps.has(client)) throw new ControlError(400, `There is no app ${client}.`);
  requireNewToken(mock, accessToken ?? '', scopes ?? []);
  const grant = { clientId: client, userId, scopes: scopes ?? [], withRefresh: true, accessToken };
  const token = issueToken(mock, grant);
  addSeededToken(mock.store, token);
  return token;
}

/** Throws for two OAuth tokens of one client and user: the second would end the first. */
function requireOneEach(tokens: readonly SeedTokenInput[]): void {
  const seen = new Set<string>();
  for (const { user, client } of tokens) {
    const pair = JSON.stringify([user, client]);
    if (client !== undefined && seen.has(pair)) {
      throw new ControlError(409, `The user ${user} has two tokens of the app ${client}. Zenodo keeps one.`);
    }
    seen.add(pair);
  }
}

function addCommunity(mock: MockContext, input: SeedCommunityInput): Community {
  if (communityNamed(mock, input.slug) !== undefined) {
    throw new ControlError(409, `The community ${input.slug} already exists.`);
  }
  if (input.id !== undefined && mock.store.communities.has(input.id)) {
    throw new ControlError(409, `The community ${input.id} already exists.`);
  }
  const members = (input.members ?? []).map((member) =>
    typeof member === 'string' ? { user: member, role: 'curator' as const } : member,
  );
  const roles = members.map(({ user, role }) => [userNamed(mock, user).id, role] as const);
  return createCommunity(mock, userNamed(mock, input.owner), {
    slug: input.slug,
    metadata: { title: input.title ?? input.slug },
    id: input.id,
    memberIds: roles.map(([id]) => id),
    roles: Object.fromEntries(roles),
    access: { review_policy: input.reviewPolicy ?? 'open', visibility: input.visibility ?? 'public' },
  });
}

/** A user by name; without a name, the first one. Throws for an unknown name. */
function userNamed(mock: MockContext, username: string | undefined): User {
  const user =
    username === undefined ? mock.store.users.values().next().value : mock.store.userByName(username);
  if (user === undefined) throw new ControlError(400, `There is no user ${username ?? ''}.`);
  return user;
}
