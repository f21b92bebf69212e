import type { MockContext } from '../context.js';
import { removingBlobs } from '../files/stored-files.js';
import type { User } from '../store/model.js';
import { createStore, FIRST_ID } from '../store/store.js';
import { ControlError } from './control-error.js';
import { keepingBytes } from './seed.js';
import { addStart, readStart, type StartContent } from './seed-file.js';

/**
 * Restores the state after the start: default accounts and seed, first id, time, no faults, empty
 * journal, no calls that count for rate limits. With `keepIds`, ids continue to count, so that a
 * client that is still running never sees an id twice. If the seed file cannot be used, nothing
 * changes. With a username, only that user is reset, for test workers that share a mock.
 */
export async function reset(
  mock: MockContext,
  username?: string,
  { keepIds = mock.options.keepIds }: { keepIds?: boolean } = {},
): Promise<void> {
  if (username !== undefined) {
    const user = mock.store.userByName(username);
    if (user === undefined) throw new ControlError(404, `There is no user ${username}.`);
    return removingBlobs(mock, () => resetUser(mock, user));
  }
  const content = await readStart(mock);
  await keepingBytes(mock, content.bytes, () => removingBlobs(mock, () => resetAll(mock, content, keepIds)));
}

/** Without a pause, so that no request sees half of it. */
function resetAll(mock: MockContext, content: StartContent, keepIds: boolean): void {
  const { store, clock, ids, faults, journal, rateWindows, consent, options } = mock;
  const before = { clock: clock.position(), ids: ids.position(), tables: store.dump() };
  try {
    clock.restore();
    if (!keepIds) {
      ids.restore(0);
      // At the start, the ids of the seed's bytes come first.
      for (const _ of content.bytes) ids.uuid();
    }
    store.load(createStore(keepIds ? store.peekId() : FIRST_ID).dump());
    addStart(mock, content);
  } catch (error) {
    clock.restore(before.clock);
    ids.restore(before.ids);
    store.load(before.tables);
    throw error;
  }
  // After a reset, the accounts are new ones, although they have the same ids and names.
  const created = clock.timestamp();
  for (const user of store.users.values()) user.created = created;
  faults.clear();
  journal.clear();
  rateWindows.clear();
  Object.assign(consent, { mode: options.autoApprove ? 'approve' : 'ask', user: null });
}

/**
 * The account stays and is no longer blocked. Its tokens are those that were seeded. Its
 * depositions, communities, requests, faults and the calls in the journal are gone.
 */
function resetUser({ store, clock, options, faults, journal }: MockContext, user: User): void {
  const { id: userId, username } = user;
  user.blocked = false;
  for (const { id, ownerId, conceptId } of store.depositions.values()) {
    if (ownerId !== userId) continue;
    store.depositions.delete(id);
    store.concepts.delete(conceptId);
  }
  for (const { id, ownerId } of store.communities.values()) {
    if (ownerId !== userId) continue;
    store.communities.delete(id);
    for (const concept of store.concepts.values()) {
      concept.communityIds = concept.communityIds.filter((other) => other !== id);
    }
  }
  for (const { id, creatorId, depositionId, communityId } of store.requests.values()) {
    const gone = communityId !== null && !store.communities.has(communityId);
    if (creatorId !== userId && !gone && store.depositions.has(depositionId)) continue;
    store.requests.delete(id);
    for (const concept of store.concepts.values()) if (concept.reviewId === id) concept.reviewId = null;
  }
  for (const { code, userId: owner } of store.codes.values()) if (owner === userId) store.codes.delete(code);
  for (const token of store.tokens.values()) {
    if (token.userId === userId) store.tokens.delete(token.accessToken);
  }
  for (const token of store.seededTokens.values()) {
    if (token.userId !== userId) continue;
    const expiresAt = token.kind === 'oauth' ? clock.now() + options.tokenLifetime * 1000 : null;
    store.tokens.set(token.accessToken, { ...token, expiresAt });
  }
  for (const { id, fault } of faults.list()) if (fault.user === username) faults.remove(id);
  journal.clear(username);
}
