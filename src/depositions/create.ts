import { randomUUID } from 'node:crypto';
import { connectionOf } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import { noteSubject } from '../log-subject.js';
import { poll } from '../time.js';
import { createdAt, isOther, type ZenodoDeposition } from '../zenodo/deposition.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import type { DraftsContext } from './context.js';
import { keepLock } from './lock.js';
import { leftOf, type Call } from './call.js';

/** How often a caller looks whether somebody else has made the draft meanwhile, in milliseconds. */
const POLL = 100;

/** The deposition that stands for a container. */
interface FoundDraft {
  deposition: ZenodoDeposition;
  /** True if this call made it. */
  created: boolean;
}

/**
 * Finds the deposition of a container, or makes it. Any number of callers at once, in any number of
 * processes, make one: the row is claimed, Zenodo is asked with nothing held, losers look again.
 * One that is gone from Zenodo, or is somebody else's there, is replaced; a published one is
 * returned as it is. Throws what Zenodo's refusal means to the caller, or `operation_in_progress`.
 */
export async function findOrCreateDraft(call: Call, containerId: string): Promise<FoundDraft> {
  const { caller, context, limits } = call;
  noteSubject({ container_id: containerId });
  const me = randomUUID();
  const look = async (): Promise<FoundDraft | null> => {
    const claim = await context.draftRepository.claim(caller.owner, connectionOf(caller), containerId, me);
    if (claim?.mine) {
      const deposition = await keepLock(context, claim.row.id, me, () => make(call, claim.row.id, me));
      if (deposition) return { deposition, created: true };
    } else if (claim && claim.row.depositionId !== null) {
      const found = await stillThere(call, claim.row.depositionId, claim.row.createdAt);
      if (typeof found === 'object') return { deposition: found, created: false };
      await context.draftRepository.retire(claim.row.id, found === 'gone');
    }
    return null;
  };
  const left = leftOf(context, limits);
  const found = await poll(look, { interval: POLL, left, signal: limits.signal });
  if (found !== null) return found;
  throw problem('operation_in_progress', 'Another call is creating this draft. Try again in a moment.', {
    retry_after: 5,
  });
}

/** Makes one deposition without a container: every call makes another. */
export async function createLooseDraft(call: Call): Promise<FoundDraft> {
  const { caller, context } = call;
  const deposition = await create(call);
  await giveWay(context, deposition.id, null);
  await context.database.draft.create({
    data: {
      owner: caller.owner,
      connectionId: connectionOf(caller),
      depositionId: deposition.id,
      zenodoCreatedAt: createdAt(deposition),
    },
  });
  return { deposition, created: true };
}

/**
 * A Zenodo that began anew (a sandbox that was wiped) gives ids again that rows and uploads still
 * bear. What Zenodo answers is newer than what is remembered: they give way, also those of other
 * users, and an upload to the deposition of old does not end in the new one. `keep`: the row of the
 * new one.
 */
export async function giveWay(
  context: DraftsContext,
  depositionId: number,
  keep: string | null,
): Promise<void> {
  await context.draftRepository.forgetOthers(depositionId, keep);
  if (await context.uploads.isOpen(depositionId)) await context.uploads.cancelFor(depositionId);
}

/** Null if the lock was lost: then somebody else has made one, and ours is taken away again. */
async function make(call: Call, rowId: string, me: string): Promise<ZenodoDeposition | null> {
  const { context, deposits } = call;
  let deposition: ZenodoDeposition;
  try {
    deposition = await create(call);
  } catch (error) {
    await context.draftRepository.abandon(rowId, me);
    throw error;
  }
  await giveWay(context, deposition.id, rowId);
  if (await context.draftRepository.fill(rowId, me, deposition.id, createdAt(deposition))) {
    call.audit('draft_created', deposition.id);
    return deposition;
  }
  await deposits.delete(deposition.id);
  return null;
}

/**
 * Asks Zenodo for a draft. If its answer is lost an empty draft may be left there. It is not looked
 * for: a new draft carries nothing of ours, the listing lags, and an empty draft of the same user
 * may be another program's. The problem says so, and the next call makes another.
 */
async function create({ deposits }: Call): Promise<ZenodoDeposition> {
  try {
    return await deposits.create();
  } catch (error) {
    // An answer that the application itself made, with a 500, comes after its transaction was
    // rolled back.
    if (!isOutcomeUnknown(error) || error.members.zenodo?.status === 500) throw error;
    const detail = `${error.detail} Zenodo may have created an empty draft nevertheless. The user can find it in the list of uploads at Zenodo.`;
    throw problem(error.code, detail, { ...error.members, outcome: 'unknown' }, error);
  }
}

/** `other`: its id belongs to another user of Zenodo's, or to another draft. */
async function stillThere(
  { caller, deposits }: Call,
  id: number,
  known: Date | null,
): Promise<ZenodoDeposition | 'gone' | 'other'> {
  try {
    const deposition = await deposits.read(id);
    const foreign = caller.kind === 'connection' && String(deposition.owner) !== caller.zenodoUserId;
    const other = !deposition.submitted && isOther(known, createdAt(deposition));
    return foreign || other ? 'other' : deposition;
  } catch (error) {
    const code = error instanceof Problem ? error.code : null;
    if (code === 'deposition_not_found') return 'gone';
    if (code === 'not_your_deposition') return 'other';
    throw error;
  }
}
