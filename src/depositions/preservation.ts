import { createHash } from 'node:crypto';
import type { Caller } from '../connections/caller.js';
import { Problem } from '../errors.js';
import type { Mapping } from '../rdmc/mapping.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { getRdmDraft, type RdmDraft } from '../zenodo/rdm-draft.js';
import { ask, type DraftsContext, type Limits } from './context.js';

/** How metadata looked when this service last left it: the part before the colon is about the metadata alone. */
export function fingerprint({ metadata, modified }: Pick<ZenodoDeposition, 'metadata' | 'modified'>): string {
  const { prereserve_doi: _guess, ...rest } = metadata;
  return `${createHash('sha256').update(JSON.stringify(rest)).digest('hex')}:${modified}`;
}

/**
 * The newer dialect's view of a draft before the older one writes to it, so that nothing is lost which only the newer can say. Null if there
 * is nothing to lose: the draft is fresh. That this service wrote last says nothing: it has put back then what others had typed.
 */
export async function viewBefore(
  context: DraftsContext,
  caller: Caller,
  deposition: ZenodoDeposition,
  mapping: Mapping,
  limits: Limits,
): Promise<RdmDraft | null> {
  const { prereserve_doi: _guess, access_right: access, ...typed } = deposition.metadata;
  const fresh = Object.keys(typed).length === 0 && access === 'open';
  if (fresh) return null;
  return view(context, caller, deposition.id, limits).catch((error: unknown) => {
    // Zenodo fails to show some drafts until they are saved anew (zenodo/zenodo#2539).
    if (!(error instanceof Problem) || error.code !== 'zenodo_error') throw error;
    mapping.warnings.push(
      'metadata: Zenodo could not show all that is on the draft. What only its own form can say (a second affiliation, further titles) may be lost.',
    );
    return null;
  });
}

/** What Zenodo says is wrong with a draft, which the older dialect keeps to itself. Empty if it does not say. */
export async function complaints(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<{ field: string; message: string }[]> {
  const draft = await view(context, caller, depositionId, limits).catch(() => null);
  const errors = (draft?.errors ?? []).map(({ field, messages, message }) => ({
    field,
    message: messages?.join(' ') ?? message ?? '',
  }));
  const review = REVIEWS.get(draft?.status ?? '');
  return review === undefined ? errors : [...errors, { field: 'state', message: review }];
}

/** A review stops the publication from when it is chosen until it is closed (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/components/review.py`). */
const CHOSEN =
  'waits to be handed in to a community: hand it in, or take the community away, on Zenodo’s page';
const REVIEWS: ReadonlyMap<string, string> = new Map([
  ['in_review', 'is in community review: wait, or cancel the review on Zenodo’s page'],
  ['draft_with_review', CHOSEN],
  ['new_version_draft_with_review', CHOSEN],
]);

function view(context: DraftsContext, caller: Caller, depositionId: number, limits: Limits) {
  return ask(
    context,
    caller,
    limits,
    (token, call) => getRdmDraft(context.zenodo, token, depositionId, call),
    depositionId,
  );
}
