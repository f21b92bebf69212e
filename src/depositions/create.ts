import { randomUUID } from 'node:crypto';
import { connectionOf } from '../connections/caller.js';
import { isDatabaseUnavailable } from '../database/failures.js';
import { Problem, problem } from '../errors.js';
import { noteSubject } from '../log-subject.js';
import { poll } from '../time.js';
import { createdAt, isReusedId, type ZenodoDeposition } from '../zenodo/deposition.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import { RolledBack } from '../zenodo/responses.js';
import type { Call } from './call.js';
import type { DraftsContext } from './context.js';
import { keepLock } from './draft-lock.js';

/** Milliseconds between two looks whether another call has created the draft. */
const POLL = 100;

/** A container's deposition. */
interface FoundDraft {
  deposition: ZenodoDeposition;
  /** Whether this call created it. */
  created: boolean;
}

/**
 * Finds the deposition of a container, or creates it. Concurrent calls, in any number of processes,
 * create only one: a call claims the row, then asks Zenodo without holding a transaction, and the
 * other calls wait for the result. A deposition that is gone from Zenodo, or belongs to somebody
 * else there, is replaced. A published one is returned as it is. Throws what Zenodo's refusal means
 * to the caller, or `operation_in_progress`.
 */
export async function findOrCreateDraft(call: Call, containerId: string): Promise<FoundDraft> {
  const { caller, context, limits, paused } = call;
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
  const found = await poll(look, { interval: POLL, ...limits, paused });
  if (found !== null) return found;
  throw problem('operation_in_progress', 'Another call is creating this draft. Try again in a moment.', {
    retry_after: 5,
  });
}

/** Creates a deposition without a container. Every call creates another one. */
export async function createWithoutContainer(call: Call): Promise<FoundDraft> {
  const { caller, context } = call;
  const deposition = await create(call);
  await recorded(async () => {
    await forgetReusedId(context, deposition.id, null);
    await context.database.draft.create({
      data: {
        owner: caller.owner,
        connectionId: connectionOf(caller),
        depositionId: deposition.id,
        zenodoCreatedAt: createdAt(deposition),
      },
    });
  });
  return { deposition, created: true };
}

/**
 * After a reset (a wiped sandbox), Zenodo assigns ids again that rows and uploads still refer to.
 * Zenodo's answer is newer, so those rows are forgotten, also other users' rows. Uploads to the old
 * deposition are cancelled, so that they do not end in the new one. `keep` is the row of the new
 * one.
 */
export async function forgetReusedId(
  context: DraftsContext,
  depositionId: number,
  keep: string | null,
): Promise<void> {
  await context.draftRepository.forgetOthers(depositionId, keep);
  if ((await context.uploads.openUpload(depositionId)) !== null)
    await context.uploads.cancelFor(depositionId);
}

/** Null if the lock was lost: another call has created the draft, and ours is deleted again. */
async function make(call: Call, rowId: string, me: string): Promise<ZenodoDeposition | null> {
  const { context, deposits } = call;
  let deposition: ZenodoDeposition;
  try {
    deposition = await create(call);
  } catch (error) {
    // The claim ends by itself: the database must not hide what Zenodo said.
    await context.draftRepository
      .abandon(rowId, me)
      .catch((err: unknown) => context.log.warn({ err }, 'the claim of a draft expires'));
    throw error;
  }
  const filled = await recorded(async () => {
    await forgetReusedId(context, deposition.id, rowId);
    return context.draftRepository.fill(rowId, me, deposition.id, createdAt(deposition));
  });
  if (filled) {
    call.audit('draft_created', deposition.id);
    return deposition;
  }
  await deposits.delete(deposition.id);
  return null;
}

/**
 * Asks Zenodo for a draft. If the answer is lost, an empty draft may remain there. It is not
 * searched for: it contains nothing to recognise it by, the listing lags, and another program may
 * have made an empty draft of this user. The problem says so, and the next call creates another
 * one.
 */
async function create({ deposits }: Call): Promise<ZenodoDeposition> {
  try {
    return await deposits.create();
  } catch (error) {
    if (!isOutcomeUnknown(error) || error instanceof RolledBack) throw error;
    const { code, detail: reason, members } = error.told();
    const detail = `${reason} Zenodo may have created an empty draft nevertheless. The user can find it in the list of uploads at Zenodo.`;
    throw problem(code, detail, { ...members, outcome: 'unknown' }, error);
  }
}

/** Records a draft that Zenodo has just created. If that fails, the caller learns of it. */
async function recorded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
    throw problem(
      'service_unavailable',
      'The database does not respond, so this service may not know the empty draft that Zenodo has just created. The user can find it in the list of uploads at Zenodo. Try again in a moment.',
      { outcome: 'unknown', retry_after: 5 },
      error,
    );
  }
}

/** `other`: the id belongs to another Zenodo user, or to another draft. */
async function stillThere(
  { caller, deposits }: Call,
  id: number,
  known: Date | null,
): Promise<ZenodoDeposition | 'gone' | 'other'> {
  try {
    const deposition = await deposits.read(id);
    const foreign = caller.kind === 'connection' && String(deposition.owner) !== caller.zenodoUserId;
    const other = !deposition.submitted && isReusedId(known, createdAt(deposition));
    return foreign || other ? 'other' : deposition;
  } catch (error) {
    const code = error instanceof Problem ? error.code : null;
    if (code === 'deposition_not_found') return 'gone';
    if (code === 'not_your_deposition') return 'other';
    throw error;
  }
}
