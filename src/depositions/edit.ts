import { problem } from '../errors.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { sendOnce } from '../zenodo/outcome.js';
import type { Call } from './call.js';
import { stateOf } from './view.js';

/**
 * Opens the metadata of a record for editing. A draft, or an edit that is already open, is returned
 * as it is.
 */
export async function editRecord({ deposits, audit }: Call, id: number): Promise<ZenodoDeposition> {
  const found = await deposits.read(id);
  if (stateOf(found) !== 'published') return found;
  const edit = await sendOnce(
    () => deposits.edit(id),
    async () => inState('editing', await deposits.read(id)),
  );
  audit('edit_opened', id);
  return edit;
}

/**
 * Discards an open edit. The published record stays. Zenodo's own discard would delete a draft that
 * was never published, with its files, so that is refused here. Throws `not_published`.
 */
export async function discardEdit({ deposits, audit }: Call, id: number): Promise<ZenodoDeposition> {
  const found = await deposits.read(id);
  if (!found.submitted) {
    throw problem(
      'not_published',
      `Deposition ${id} was never published, so there is no edit to discard. DELETE /depositions/${id} deletes the draft.`,
    );
  }
  if (stateOf(found) === 'published') return found;
  await sendOnce<unknown>(
    () => deposits.discard(id),
    async () => inState('published', await deposits.read(id)),
  );
  audit('edit_discarded', id);
  return deposits.read(id);
}

function inState(state: ReturnType<typeof stateOf>, found: ZenodoDeposition): ZenodoDeposition | null {
  return stateOf(found) === state ? found : null;
}
