import { type Caller, connectionOf } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import { ask, type DraftsContext, type Limits } from './context.js';
import { readDeposition } from './reading.js';

/**
 * Deletes a draft for good, its running uploads first. Deleting again what we deleted is no fault, but Zenodo is asked: after it began anew the id may be another draft's. A record that was ever published
 * stays, also if an edit is open on it: Zenodo's DELETE would silently throw that edit away. Throws `already_published`, `deposition_not_found`.
 */
export async function removeDraft(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<void> {
  const key = { owner_depositionId: { owner: caller.owner, depositionId } };
  const row = await context.database.draft.findUnique({ where: key });
  let deposition: ZenodoDeposition;
  try {
    deposition = await readDeposition(context, caller, depositionId, limits);
  } catch (error) {
    if (!isGone(error) || !row?.deletionAskedAt) throw error;
    if (row.deletedAt) return;
    return forget(context, caller, depositionId);
  }
  if (deposition.submitted) throw published(depositionId);
  const deletionAskedAt = new Date(context.now());
  await context.database.$transaction(async (tx) => {
    // An upload that begins at this moment is ended below, or sees the mark and does not begin: see upload-rows.ts.
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`deposition ${depositionId}`}))`;
    await tx.draft.upsert({
      where: key,
      create: {
        owner: caller.owner,
        connectionId: connectionOf(caller),
        depositionId,
        madeHere: false,
        deletionAskedAt,
      },
      update: { deletionAskedAt, deletedAt: null },
    });
  });
  try {
    await context.uploads.cancelFor(depositionId);
    await ask(
      context,
      caller,
      limits,
      (token, call) => context.zenodo.deleteDeposition(token, depositionId, call),
      depositionId,
    );
  } catch (error) {
    if (!isOutcomeUnknown(error) && !isGone(error)) {
      await context.database.draft.update({ where: key, data: { deletionAskedAt: null } });
      throw error;
    }
    await confirmGone(context, caller, depositionId, limits, error);
  }
  await forget(context, caller, depositionId);
}

/** After an answer that proves nothing: returns if the draft is gone, else throws what is true. */
async function confirmGone(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
  cause: unknown,
): Promise<void> {
  try {
    const deposition = await readDeposition(context, caller, depositionId, limits);
    if (deposition.submitted) throw published(depositionId);
  } catch (error) {
    if (isGone(error)) return;
    throw error;
  }
  throw cause;
}

async function forget(context: DraftsContext, caller: Caller, depositionId: number): Promise<void> {
  await context.database.draft.updateMany({
    where: { owner: caller.owner, depositionId },
    data: { deletedAt: new Date(context.now()), current: false, manifest: null },
  });
  context.audit('draft_deleted', { deposition_id: depositionId, connection_id: connectionOf(caller) });
}

function isGone(error: unknown): boolean {
  return error instanceof Problem && error.code === 'deposition_not_found';
}

function published(depositionId: number): Problem {
  return problem(
    'already_published',
    `Deposition ${depositionId} is published and cannot be deleted. POST /depositions/${depositionId}/versions makes a new version.`,
  );
}
