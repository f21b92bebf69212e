import { depositView } from '../metadata/deposit-view.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import type { RdmDraft } from '../zenodo/rdm-draft.js';
import type { Call } from './call.js';
import type { AccessContext } from './context.js';

/**
 * A draft in the deposit API's names, which callers know. Zenodo fails there if a draft contains
 * what only the records API can express, such as a polygon. The view is then made from the record,
 * and `note` says so.
 */
export async function readView(
  { deposits }: Call<AccessContext>,
  depositionId: number,
  draft: RdmDraft,
): Promise<{ deposition: ZenodoDeposition; note: string | null }> {
  try {
    return { deposition: await deposits.read(depositionId), note: null };
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    const note = `metadata: Zenodo could not return the draft with these field names (${error.code}), so they were derived from record. In case of doubt, record is right.`;
    return { deposition: madeFrom(draft, depositionId), note };
  }
}

function madeFrom(draft: RdmDraft, id: number): ZenodoDeposition {
  const { metadata, custom_fields = {}, access = {}, pids = {}, created = '', updated = '' } = draft;
  const submitted = draft.is_published === true;
  return {
    id,
    created,
    modified: updated,
    owner: 0,
    state: submitted ? 'inprogress' : 'unsubmitted',
    submitted,
    title: typeof metadata['title'] === 'string' ? metadata['title'] : '',
    metadata: depositView({ metadata, custom_fields, access, pids, files: {} }),
    links: {},
  };
}
