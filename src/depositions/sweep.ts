import type { PendingActionKind } from '../database/generated/client.js';
import { Problem } from '../errors.js';
import { subjectOf, underSubject } from '../log-subject.js';
import { countdown } from '../time.js';
import { type Call, openCall } from './call.js';
import { askPendingCommunities } from './communities.js';
import type { DraftsContext } from './context.js';
import { recoverDeletion } from './delete.js';
import { withLock } from './draft-lock.js';
import { nextTry } from './pending-actions.js';
import { recoverPublication } from './publish.js';
import { restrictPending } from './restrict-access.js';

/** How long one action may take, in milliseconds. */
const TIMEOUT = 20_000;

/**
 * After this time only a call of the user runs a pending action. Restricting is retried for ever.
 * Milliseconds.
 */
const GIVE_UP = 3 * 24 * 60 * 60 * 1000;

/**
 * Actions of one round. Without a limit PostgreSQL reads the whole table of drafts to join it with
 * a table that is nearly always empty.
 */
const ROUND = 100;

/** What to do about each kind of action that its call did not finish. The deposition is locked. */
const HANDLERS: Record<PendingActionKind, (call: Call, depositionId: number) => Promise<unknown>> = {
  restrict_access: restrictPending,
  publish: recoverPublication,
  ask_communities: askPendingCommunities,
  delete: recoverDeletion,
};

/** Runs pending actions in the name of their connections. */
export async function sweepPending(context: DraftsContext, signal?: AbortSignal): Promise<void> {
  const now = context.now();
  const actions = await context.database.pendingAction.findMany({
    where: {
      nextAt: { lte: new Date(now) },
      OR: [{ kind: 'restrict_access' }, { askedAt: { gt: new Date(now - GIVE_UP) } }],
      draft: { connection: { state: 'active' }, depositionId: { not: null }, deletedAt: null },
    },
    select: {
      kind: true,
      draftId: true,
      askedAt: true,
      draft: { select: { connectionId: true, depositionId: true, containerId: true } },
    },
    orderBy: { nextAt: 'asc' },
    take: ROUND,
  });
  for (const { kind, draftId, askedAt, draft } of actions) {
    if (signal?.aborted) break;
    const { connectionId, containerId } = draft;
    const id = Number(draft.depositionId);
    const limits = { left: countdown(TIMEOUT), signal };
    const subject = { connection_id: connectionId, deposition_id: id, container_id: containerId };
    try {
      await underSubject(subjectOf(subject), async () => {
        const caller = await context.backgroundCaller(connectionId ?? '');
        const call = openCall(context, caller, limits);
        await withLock(call, id, { wait: false }, () => HANDLERS[kind](call, id));
      });
    } catch (error) {
      // Zenodo or the authorization is not there now, or another call has the lock: a later round
      // tries again. Whatever else fails must not keep the other actions waiting.
      if (!(error instanceof Problem) && !signal?.aborted)
        context.log.error({ err: error, ...subject, kind }, 'a pending action failed');
    }
    // Actions that are still pending get a later time.
    await context.database.pendingAction.updateMany({
      where: { draftId, kind, nextAt: { lte: new Date(now) } },
      data: { nextAt: nextTry({ kind, askedAt }, context.now()) },
    });
  }
}
