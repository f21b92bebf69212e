import { type Caller, connectionOf } from '../connections/caller.js';
import { problem } from '../errors.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { discardEdit, openEdit } from '../zenodo/life-cycle.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import { ask, type DraftsContext, type Limits } from './context.js';
import { readDeposition } from './reading.js';
import { stateOf } from './representation.js';

/** Opens the metadata of a record for writing. A draft, and a record that is open already, are answered as they are. */
export async function editRecord(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<ZenodoDeposition> {
  const deposition = await readDeposition(context, caller, depositionId, limits);
  if (stateOf(deposition) !== 'published') return deposition;
  try {
    const edit = await ask(
      context,
      caller,
      limits,
      (token, call) => openEdit(context.zenodo, token, depositionId, call),
      depositionId,
    );
    context.audit('edit_opened', { deposition_id: depositionId, connection_id: connectionOf(caller) });
    return edit;
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    const now = await readDeposition(context, caller, depositionId, limits);
    if (stateOf(now) === 'editing') return now;
    throw error;
  }
}

/**
 * Throws an open edit away; the record stays as it was published. Zenodo's own discard deletes a draft that was never published, files and all, so that
 * is refused here: deleting must be called deleting. Throws `not_published`.
 */
export async function discardRecordEdit(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<ZenodoDeposition> {
  const deposition = await readDeposition(context, caller, depositionId, limits);
  if (!deposition.submitted) {
    throw problem(
      'not_published',
      `Deposition ${depositionId} was never published, so there is no edit to discard. DELETE /depositions/${depositionId} deletes the draft.`,
    );
  }
  if (stateOf(deposition) === 'published') return deposition;
  try {
    await ask(
      context,
      caller,
      limits,
      (token, call) => discardEdit(context.zenodo, token, depositionId, call),
      depositionId,
    );
    context.audit('edit_discarded', { deposition_id: depositionId, connection_id: connectionOf(caller) });
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    const now = await readDeposition(context, caller, depositionId, limits);
    if (stateOf(now) !== 'published') throw error;
  }
  return readDeposition(context, caller, depositionId, limits);
}
