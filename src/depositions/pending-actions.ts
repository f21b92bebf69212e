import type { PendingAction, PendingActionKind } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import type { AccessContext } from './context.js';
import type { Call } from './call.js';

/**
 * How long the call that asked Zenodo, or Zenodo itself, may still be busy, in milliseconds. The
 * sweep keeps away as long.
 */
export const BUSY = 600_000;

/**
 * When the sweep first runs an action, and how long it waits after a failure. Milliseconds.
 */
export const PAUSES: Readonly<Record<PendingActionKind, number>> = {
  restrict_access: 0,
  publish: BUSY,
  ask_communities: BUSY,
  delete: BUSY,
};

type Tx = Pick<Database, 'draft' | 'pendingAction'>;

/** What is pending of a deposition, of one kind; null if nothing is. */
export async function pendingAction(
  { caller, context }: Call<AccessContext>,
  depositionId: number,
  kind: PendingActionKind,
): Promise<PendingAction | null> {
  const draft = { owner: caller.owner, depositionId };
  return context.database.pendingAction.findFirst({ where: { kind, draft } });
}

/**
 * Writes down, before Zenodo is asked, what is about to be done. It stands for what was written
 * down before of this kind.
 */
export async function rememberAction(
  tx: Tx,
  now: number,
  draftId: string,
  { kind, subjects = [], key = null }: Pick<PendingAction, 'kind'> & Partial<PendingAction>,
): Promise<void> {
  const said = { subjects, key, askedAt: new Date(now), nextAt: new Date(now + PAUSES[kind]) };
  await tx.pendingAction.upsert({
    where: { draftId_kind: { draftId, kind } },
    create: { draftId, kind, ...said },
    update: said,
  });
}

/**
 * Strikes actions out of which it is known what became. How many there were; of two callers one
 * hears of each.
 */
export async function clearActions(
  tx: Tx,
  { caller, context }: Pick<Call<AccessContext>, 'caller' | 'context'>,
  depositionId: number,
  ...kinds: PendingActionKind[]
): Promise<number> {
  const draft = { owner: caller.owner, depositionId };
  // The draft first: all that adds to its actions locks both in this order.
  await tx.draft.updateMany({ where: draft, data: { updatedAt: new Date(context.now()) } });
  const { count } = await tx.pendingAction.deleteMany({ where: { kind: { in: kinds }, draft } });
  return count;
}
