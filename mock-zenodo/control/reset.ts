import type { MockContext } from '../context.js';
import { removingBlobs } from '../files/stored-files.js';
import { createStore, FIRST_ID } from '../store/store.js';
import { ControlError } from './control-error.js';
import { seedStart } from './seed-file.js';

/**
 * Restores the state after the start: default accounts and seed, first id, time, no faults, empty
 * journal. With a username, only that user is reset, for test workers that share a mock:
 * depositions and OAuth tokens are deleted, personal tokens are valid again. With `keepIds`, ids
 * continue to count, so that a client that is still running never sees an id twice.
 */
export async function reset(
  mock: MockContext,
  username?: string,
  { keepIds = mock.options.keepIds }: { keepIds?: boolean } = {},
): Promise<void> {
  await removingBlobs(mock, () =>
    username === undefined ? resetAll(mock, keepIds) : resetUser(mock, username),
  );
}

async function resetAll(mock: MockContext, keepIds: boolean): Promise<void> {
  const { store, clock, ids, faults, journal, consent, options } = mock;
  clock.restore();
  if (!keepIds) ids.restore(0);
  store.load(createStore(keepIds ? store.peekId() : FIRST_ID).dump());
  await seedStart(mock);
  // After a reset, the accounts are new ones, although they have the same ids and names.
  const created = clock.timestamp();
  for (const user of store.users.values()) user.created = created;
  faults.clear();
  journal.clear();
  Object.assign(consent, { mode: options.autoApprove ? 'approve' : 'ask', user: null });
}

function resetUser({ store }: MockContext, username: string): void {
  const user = store.userByName(username);
  if (user === undefined) throw new ControlError(404, `There is no user ${username}.`);
  user.blocked = false;
  for (const { id, ownerId, conceptId } of store.depositions.values()) {
    if (ownerId !== user.id) continue;
    store.depositions.delete(id);
    store.concepts.delete(conceptId);
  }
  for (const { id, creatorId, depositionId } of store.requests.values()) {
    if (creatorId === user.id || !store.depositions.has(depositionId)) store.requests.delete(id);
  }
  for (const { code, userId } of store.codes.values()) if (userId === user.id) store.codes.delete(code);
  for (const token of store.tokens.values()) {
    if (token.userId !== user.id) continue;
    if (token.kind === 'oauth') store.tokens.delete(token.accessToken);
    else token.expiresAt = null;
  }
}
