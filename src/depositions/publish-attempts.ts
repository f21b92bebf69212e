import { connectionOf } from '../connections/caller.js';
import type { PendingAction } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { lockUploadsOf } from '../database/transaction-locks.js';
import { problem } from '../errors.js';
import { recordEvent } from '../events/record-event.js';
import { endUploadLinks } from '../upload-links/end-links.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import type { Call } from './call.js';
import { communitiesOf } from './communities.js';
import type { DraftsContext } from './context.js';
import { BUSY, clearActions, keepUploadsAway, rememberAction } from './pending-actions.js';
import { toDeposition } from './view.js';

/** What a call to publish records. */
const KINDS = ['publish', 'ask_communities'] as const;

/** What is known of earlier calls to publish a deposition. */
interface EarlierAttempts {
  /** Hash of the Idempotency-Key of the call that last published it. */
  key: string | null;
  /**
   * Whether a call without a known outcome was to publish a draft, and not an edit: if the record
   * is published now, that call did it.
   */
  isFirst: boolean;
  /** Hash of the key of that call. */
  openKey: string | null;
  /** Whether Zenodo may still be working on an earlier call. */
  pending: boolean;
}

/** What is remembered of earlier attempts to publish a draft of this caller. */
export async function earlierAttempts(
  { caller, context }: Call,
  depositionId: number,
): Promise<EarlierAttempts> {
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  const include = { pendingActions: { where: { kind: 'publish' } } } as const;
  const row = await context.database.draft.findUnique({ where, include });
  if (row === null) return { key: null, isFirst: false, openKey: null, pending: false };
  const [asked] = row.pendingActions;
  // If the record was already published before that call, its outcome is unknown.
  const isFirst = asked !== undefined && row.publishedAt === null;
  return {
    key: row.publishKey,
    isFirst,
    openKey: isFirst ? (asked?.key ?? null) : null,
    pending: asked !== undefined && context.now() - asked.askedAt.getTime() < BUSY,
  };
}

/** Throws upload_unfinished while an upload to the deposition is not over. */
export async function refuseUnfinished(
  { uploads }: DraftsContext,
  depositionId: number,
  tx?: Pick<Database, 'upload'>,
): Promise<void> {
  const open = await uploads.openUpload(depositionId, tx);
  if (open === null) return;
  throw problem(
    'upload_unfinished',
    `The upload ${open} to this deposition is not finished. Wait until it is done, or cancel it with DELETE /uploads/${open}, then publish.`,
    { retry_after: 10 },
  );
}

/**
 * Records that Zenodo is about to be asked, and which communities to ask afterwards, in case this
 * process dies. An upload that has begun meanwhile is seen here; one that begins later sees this
 * record. Returns the records that this replaces. Throws upload_unfinished.
 */
export async function beginAttempt(
  { caller, context }: Call,
  deposition: ZenodoDeposition,
  key: string | null,
): Promise<PendingAction[]> {
  const now = context.now();
  const communities = communitiesOf(deposition);
  return context.database.$transaction(async (tx) => {
    await lockUploadsOf(tx, deposition.id);
    await refuseUnfinished(context, deposition.id, tx);
    const draft = { owner: caller.owner, depositionId: deposition.id };
    const replaced = await tx.pendingAction.findMany({ where: { draft, kind: { in: [...KINDS] } } });
    await clearActions(tx, { caller, context }, deposition.id, 'ask_communities');
    const rows = await tx.draft.updateManyAndReturn({
      where: { owner: caller.owner, depositionId: deposition.id },
      data: deposition.submitted ? { publishedAt: new Date(now) } : {},
      select: { id: true },
    });
    for (const { id } of rows) {
      await rememberAction(tx, now, id, { kind: 'publish', key });
      await keepUploadsAway(tx, id, 'publish');
      if (communities.length === 0) continue;
      await rememberAction(tx, now, id, { kind: 'ask_communities', subjects: communities });
    }
    return replaced;
  });
}

/**
 * Removes the records of a call that certainly did not publish. `earlier`: the records that it
 * replaced, if Zenodo may still publish because of them.
 */
export async function undoAttempt(
  { caller, context }: Call,
  depositionId: number,
  earlier: PendingAction[],
): Promise<void> {
  await context.database.$transaction(async (tx) => {
    await clearActions(tx, { caller, context }, depositionId, ...KINDS);
    await tx.pendingAction.createMany({ data: earlier });
  });
}

/**
 * Records the outcome: published by a call with this key, or certainly not. An unknown outcome is
 * not recorded.
 */
export async function endAttempt(
  { caller, context }: Call,
  depositionId: number,
  published: { key: string | null; deposition: ZenodoDeposition } | null,
): Promise<void> {
  const now = new Date(context.now());
  const mine = { owner: caller.owner, depositionId };
  context.uploads.forgetDraft(depositionId);
  await context.database.$transaction(async (tx) => {
    // Of two calls that find it published, one ends the attempt and sends the event.
    const ended = await clearActions(tx, { caller, context }, depositionId, 'publish');
    if (published === null) {
      await clearActions(tx, { caller, context }, depositionId, 'ask_communities');
      return;
    }
    const key = published.key === null ? {} : { publishKey: published.key };
    const rows = await tx.draft.updateManyAndReturn({
      where: mine,
      data: { publishedAt: now, ...key },
      select: { containerId: true },
    });
    await endUploadLinks(tx, { depositionId }, 'published', now);
    for (const { containerId } of ended > 0 ? rows : []) {
      // Metadata names people, so the event leaves it out. GET returns it.
      const { metadata: _people, ...data } = toDeposition(published.deposition, containerId, context.links());
      const connectionId = connectionOf(caller);
      await recordEvent(tx, { type: 'deposition.published', ...mine, connectionId, containerId, data });
    }
  });
}
