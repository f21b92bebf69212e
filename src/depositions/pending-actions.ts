// Raw SQL: the clock of the database.
import type { PendingAction, PendingActionKind } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { LIFETIMES } from '../lifetimes.js';
import type { Call } from './call.js';
import type { AccessContext } from './context.js';

/** How long the sweep waits for a call or Zenodo, in milliseconds. */
export const BUSY = LIFETIMES.action * 1000;

/** When the sweep first runs an action, and its longest wait after a failure. Milliseconds. */
const PAUSES: Readonly<Record<PendingActionKind, { first: number; longest: number }>> = {
  restrict_access: { first: 0, longest: 60 * 60 * 1000 },
  publish: { first: BUSY, longest: BUSY },
  ask_communities: { first: BUSY, longest: BUSY },
  delete: { first: BUSY, longest: BUSY },
};

/** When the sweep runs an action again that has failed: it waits as long as it is pending. */
export function nextTry({ kind, askedAt }: Pick<PendingAction, 'kind' | 'askedAt'>, now: number): Date {
  const { first, longest } = PAUSES[kind];
  return new Date(now + Math.min(longest, Math.max(first, now - askedAt.getTime())));
}

type Tx = Pick<Database, 'draft' | 'pendingAction'>;

/** The pending action of one kind for a deposition; null if there is none. */
export async function pendingAction(
  { caller, context }: Call<AccessContext>,
  depositionId: number,
  kind: PendingActionKind,
): Promise<PendingAction | null> {
  const draft = { owner: caller.owner, depositionId };
  return context.database.pendingAction.findFirst({ where: { kind, draft } });
}

/** Records an action before Zenodo is asked. It replaces an earlier one of its kind. */
export async function rememberAction(
  tx: Tx,
  now: number,
  draftId: string,
  { kind, subjects = [], key = null }: Pick<PendingAction, 'kind'> & Partial<PendingAction>,
): Promise<void> {
  const said = { subjects, key, askedAt: new Date(now), nextAt: new Date(now + PAUSES[kind].first) };
  await tx.pendingAction.upsert({
    where: { draftId_kind: { draftId, kind } },
    create: { draftId, kind, ...said },
    update: said,
  });
}

/**
 * No upload begins while this action is pending and recent: see uploads/rows/draft-closed.ts, which
 * compares the database's clock.
 */
export async function keepUploadsAway(
  tx: Pick<Database, '$executeRaw'>,
  draftId: string,
  kind: 'publish' | 'delete',
): Promise<void> {
  await tx.$executeRaw`
    UPDATE pending_actions SET asked_at = now()
    WHERE draft_id = ${draftId}::uuid AND kind = ${kind}::pending_action_kind`;
}

/**
 * Deletes actions whose outcome is known. Returns how many there were: of two concurrent calls only
 * one sees each.
 */
export async function clearActions(
  tx: Tx,
  { caller, context }: Pick<Call<AccessContext>, 'caller' | 'context'>,
  depositionId: number,
  ...kinds: PendingActionKind[]
): Promise<number> {
  const draft = { owner: caller.owner, depositionId };
  // The draft is locked first, as by all writers of its actions.
  await tx.draft.updateMany({ where: draft, data: { updatedAt: new Date(context.now()) } });
  const { count } = await tx.pendingAction.deleteMany({ where: { kind: { in: kinds }, draft } });
  return count;
}
