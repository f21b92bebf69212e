import { connectionOf } from '../connections/caller.js';
import type { DraftDeletion } from '../database/generated/client.js';
import { lockUploadsOf } from '../database/transaction-locks.js';
import { isProblem, problem } from '../errors.js';
import { recordEvent } from '../events/record-event.js';
import { currentRequestId } from '../log-subject.js';
import { endUploadLinks } from '../upload-links/end-links.js';
import { isOutcomeUnknown, nullIfGone, sendOnce } from '../zenodo/outcome.js';
import type { Call } from './call.js';
import { clearActions, keepUploadsAway, rememberAction } from './pending-actions.js';

/**
 * Deletes a draft permanently, after cancelling its uploads. Deleting a draft again is not an
 * error, but Zenodo is asked, because after a reset the id may belong to another draft. A record
 * that was ever published is kept, even while an edit is open: Zenodo's DELETE would silently
 * discard the edit. Throws `already_published`, `deposition_not_found`.
 */
export async function deleteDraft(call: Call, id: number, by: DraftDeletion = 'application'): Promise<void> {
  const { caller, context, deposits } = call;
  const key = { owner_depositionId: { owner: caller.owner, depositionId: id } };
  const include = { pendingActions: { where: { kind: 'delete' } } } as const;
  const row = await context.database.draft.findUnique({ where: key, include });
  const wasAsked = row !== null && (row.deletedAt !== null || row.pendingActions.length > 0);
  const there = await isDraft(call, id).catch((error: unknown) => {
    if (isProblem(error, 'deposition_not_found') && wasAsked) return false;
    throw error;
  });
  if (!there && row?.deletedAt) return;
  if (there) {
    await markDeletion(call, id, by);
    try {
      await context.uploads.cancelFor(id);
      await sendOnce<unknown>(
        () => deposits.delete(id),
        async () => ((await isDraft(call, id).catch(nullIfGone)) ? null : true),
        (error) => isOutcomeUnknown(error) || isProblem(error, 'deposition_not_found'),
      );
    } catch (error) {
      // The deletion certainly failed, so uploads to the draft may begin again.
      if (!isOutcomeUnknown(error)) {
        await context.database.$transaction((tx) => clearActions(tx, call, id, 'delete'));
      }
      throw error;
    }
  }
  await endDeletion(call, id, row?.containerId ?? null);
  call.audit('draft_deleted', id);
}

/** Records that a draft is deleted, with its event. */
async function endDeletion({ caller, context }: Call, id: number, containerId: string | null): Promise<void> {
  const deletedAt = new Date(context.now());
  context.uploads.forgetDraft(id);
  await context.database.$transaction(async (tx) => {
    await tx.draft.updateMany({
      where: { owner: caller.owner, depositionId: id },
      data: { deletedAt, current: false, manifest: null },
    });
    await clearActions(tx, { caller, context }, id, 'delete');
    await endUploadLinks(tx, { depositionId: id }, 'deleted', deletedAt);
    await recordEvent(tx, {
      type: 'deposition.deleted',
      owner: caller.owner,
      connectionId: connectionOf(caller),
      depositionId: id,
      containerId,
      data: { deposition_id: id },
    });
  });
}

/**
 * Finds out the result of a deletion that was interrupted. If it did not happen, it is not
 * repeated: its caller was told that it failed, and may have continued with the draft.
 */
export async function recoverDeletion(call: Call, id: number): Promise<void> {
  const { caller, context, deposits } = call;
  const there = await deposits.read(id).catch(nullIfGone);
  if (there !== null) {
    await context.database.$transaction((tx) => clearActions(tx, call, id, 'delete'));
    return;
  }
  const where = { owner_depositionId: { owner: caller.owner, depositionId: id } };
  const row = await context.database.draft.findUnique({ where, select: { containerId: true } });
  await endDeletion(call, id, row?.containerId ?? null);
  call.audit('draft_deleted', id);
}

/**
 * Records who asked, for the event that the sweep may send later. A concurrently beginning upload
 * is either cancelled by the deletion, or sees this record and does not begin: see
 * uploads/rows/upload-repository.ts.
 */
async function markDeletion({ caller, context }: Call, id: number, by: DraftDeletion): Promise<void> {
  const said = { deletedBy: by, deletionRequestId: currentRequestId() ?? null };
  await context.database.$transaction(async (tx) => {
    await lockUploadsOf(tx, id);
    const { id: draftId } = await tx.draft.upsert({
      where: { owner_depositionId: { owner: caller.owner, depositionId: id } },
      create: {
        owner: caller.owner,
        connectionId: connectionOf(caller),
        depositionId: id,
        madeHere: false,
        ...said,
      },
      update: { deletedAt: null, ...said },
    });
    await rememberAction(tx, context.now(), draftId, { kind: 'delete' });
    await keepUploadsAway(tx, draftId, 'delete');
  });
}

/** Throws `already_published` for a record, and `deposition_not_found` if there is nothing. */
async function isDraft({ deposits }: Call, id: number): Promise<true> {
  if (!(await deposits.read(id)).submitted) return true;
  throw problem(
    'already_published',
    `Deposition ${id} is published and cannot be deleted. POST /depositions/${id}/versions creates a new version.`,
  );
}
