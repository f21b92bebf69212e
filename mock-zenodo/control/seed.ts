import { Readable } from 'node:stream';
import { communityNamed, createCommunity } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import { createDraft, publishDraft } from '../deposit/life-cycle.js';
import { removeRecord } from '../deposit/removal.js';
import { seedFile } from '../files/stored-files.js';
import { legacyToRdm } from '../metadata/legacy-in.js';
import { registerApp } from '../oauth/apps.js';
import { createPersonalToken, issueToken } from '../oauth/tokens.js';
import type { App, Community, Token, User } from '../store/model.js';
import { ControlError } from './control-error.js';
import type {
  Seed,
  SeedAppInput,
  SeedCommunityInput,
  SeedDepositionInput,
  SeedFileInput,
  SeedTokenInput,
  SeedUserInput,
} from './seed-schema.js';
import { communityState, depositionState, tokenState } from './state.js';
import type { Seeded } from './state-schema.js';

const FILLER = 65_536;

/** Adds everything that a seed names, in the order users, apps, tokens, communities, depositions. Stops at the first thing that cannot be: what came before it stays. */
export async function seed(mock: MockContext, wanted: Seed): Promise<Seeded> {
  const tokens = [...(wanted.tokens ?? [])];
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
  const depositions = [];
  for (const input of wanted.depositions ?? []) depositions.push(await addDeposition(mock, input));
  return { users, apps, tokens: made, communities, depositions };
}

function addUser(mock: MockContext, input: Omit<SeedUserInput, 'token'>): User {
  const { users } = mock.store;
  const { username } = input;
  if (mock.store.userByName(username)) throw new ControlError(409, `There is a user ${username} already.`);
  const user: User = {
    id: Math.max(0, ...users.keys()) + 1,
    username,
    email: input.email ?? `${username}@example.org`,
    emailVerified: input.emailVerified ?? true,
    blocked: input.blocked ?? false,
    extraQuota: input.extraQuota ?? 0,
  };
  users.set(user.id, user);
  return user;
}

/** Registers an app, which belongs to the first user if it names none. Throws for an unknown user or a redirect URI that Zenodo refuses. */
export function addApp(mock: MockContext, { owner, ...input }: SeedAppInput): App {
  return registerApp(mock, { ...input, ownerId: userNamed(mock, owner).id });
}

/** Makes a personal token, or with `client` an OAuth token. Throws for an unknown user, app or scope, and for a value in use. */
export function addToken(mock: MockContext, input: SeedTokenInput): Token {
  const { id: userId } = userNamed(mock, input.user);
  const { client, token: accessToken, name, scopes } = input;
  if (client === undefined) return createPersonalToken(mock, { userId, name, scopes, accessToken });
  if (!mock.store.apps.has(client)) throw new ControlError(400, `There is no app ${client}.`);
  const issued = issueToken(mock, { clientId: client, userId, scopes: scopes ?? [], withRefresh: true });
  if (accessToken === undefined) return issued;
  mock.store.tokens.delete(issued.accessToken);
  const renamed = { ...issued, accessToken };
  mock.store.tokens.set(accessToken, renamed);
  return renamed;
}

function addCommunity(mock: MockContext, input: SeedCommunityInput): Community {
  if (communityNamed(mock, input.slug) !== undefined) {
    throw new ControlError(409, `There is a community ${input.slug} already.`);
  }
  return createCommunity(mock, userNamed(mock, input.owner), {
    slug: input.slug,
    metadata: { title: input.title ?? input.slug },
    memberIds: (input.members ?? []).map((name) => userNamed(mock, name).id),
    access: { review_policy: input.reviewPolicy ?? 'open', visibility: input.visibility ?? 'public' },
  });
}

async function addDeposition(mock: MockContext, input: SeedDepositionInput) {
  const user = userNamed(mock, input.user);
  const body = input.metadata === undefined ? {} : { metadata: input.metadata };
  const { deposition } = createDraft(mock, user, legacyToRdm(body, mock.clock.now()));
  const { draft } = deposition;
  for (const file of input.files ?? []) {
    if (draft !== null) await seedFile(mock, draft, file.name, bytesOf(file));
  }
  if (input.state === 'published' || input.state === 'removed')
    publishDraft(mock, deposition, { joins: true });
  if (input.state === 'removed') removeRecord(mock, deposition, { reason: 'retracted' });
  return depositionState(mock, deposition);
}

function bytesOf({ name, content, base64, size }: SeedFileInput): Readable {
  if ([content, base64, size].filter((given) => given !== undefined).length !== 1) {
    throw new ControlError(400, `File ${name} needs exactly one of content, base64 and size.`);
  }
  if (size !== undefined) return Readable.from(filler(size), { objectMode: false });
  return Readable.from([base64 === undefined ? Buffer.from(content ?? '') : Buffer.from(base64, 'base64')], {
    objectMode: false,
  });
}

function* filler(size: number): Generator<Buffer> {
  const chunk = Buffer.alloc(FILLER, 'mock zenodo ');
  for (let left = size; left > 0; left -= FILLER) yield chunk.subarray(0, Math.min(left, FILLER));
}

function userNamed(mock: MockContext, username: string | undefined): User {
  const user =
    username === undefined ? mock.store.users.values().next().value : mock.store.userByName(username);
  if (user === undefined) throw new ControlError(400, `There is no user ${username ?? ''}.`);
  return user;
}
