import { createHash } from 'node:crypto';
import { Problem, problem } from '../errors.js';
import { inCallersTerms } from '../metadata/error-paths.js';
import type { PublicationCommunity } from '../schemas/depositions.js';
import { pause } from '../time.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import { refuseToOpen } from './access-guard.js';
import { askPendingCommunities } from './communities.js';
import { withLock } from './lock.js';
import { pendingAction } from './pending-actions.js';
import { beginAttempt, earlierAttempts, endAttempt } from './publish-attempts.js';
import { restrictPending } from './restrict-access.js';
import type { Call } from './call.js';
import { stateOf } from './view.js';

/**
 * When the record is looked at again after an answer that proves nothing, in milliseconds after it.
 */
const LOOKS = [0, 500, 1500, 4000, 8000];

/** A deposition that is certainly published. */
interface Published {
  deposition: ZenodoDeposition;
  /** True if it was published before this call. */
  repeated: boolean;
  /** What became of the communities that the draft named. */
  communities: PublicationCommunity[];
}

/**
 * Publishes, and tells the truth about it: the call is sent once, and after a lost or failed answer
 * the record is looked at again (zenodo/zenodo#2442, #2028: a 504 may be a success). Throws
 * `not_publishable` with the fields in the caller's terms, `upload_unfinished`,
 * `operation_in_progress`, `outcome_unknown`. Repeating is safe, also after this process died,
 * because Zenodo publishes a draft once; with an idempotency key it is also safe when an edit was
 * opened meanwhile.
 */
export async function publishDraft(
  call: Call,
  depositionId: number,
  idempotencyKey: string | undefined,
): Promise<Published> {
  const { context } = call;
  const key = idempotencyKey === undefined ? null : sha256(idempotencyKey);
  const attempt = { call, depositionId, key };
  const before = await look(attempt);
  if (before.done) return repeated(attempt, before.deposition);
  if (await context.uploads.isOpen(depositionId)) {
    throw problem(
      'upload_unfinished',
      'An upload to this deposition is still running. Wait until it is done, or DELETE it, then publish.',
      { retry_after: 10 },
    );
  }
  return withLock(call, depositionId, { wait: false }, async () => {
    // A call that ended a moment ago may have published.
    const { deposition, done, pending } = await look(attempt);
    if (done) {
      const communities = await askPendingCommunities(call, depositionId);
      return { deposition, repeated: true, communities };
    }
    await refuseToOpen(call, (await restrictFirst(attempt)) ?? deposition);
    await beginAttempt(call, deposition, key);
    let published: ZenodoDeposition;
    try {
      published = await publishOnce(attempt, pending);
    } catch (error) {
      const unknown = error instanceof Problem && error.code === 'outcome_unknown';
      if (!unknown) await endAttempt(call, depositionId, null);
      throw error;
    }
    await endAttempt(call, depositionId, { key, deposition: published });
    call.audit('published', depositionId);
    const communities = await askPendingCommunities(call, depositionId);
    return { deposition: published, repeated: false, communities };
  });
}

/**
 * Restricts what is still to be restricted; what Zenodo does not do now is refused. The draft as it
 * is then, null if there was nothing to do or no doing it.
 */
async function restrictFirst({ call, depositionId }: Attempt) {
  try {
    return (await restrictPending(call, depositionId))?.deposition ?? null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return null;
  }
}

/**
 * What is published already is answered as it is; only communities that were not asked then are
 * asked now.
 */
async function repeated(
  { call, depositionId }: Attempt,
  deposition: ZenodoDeposition,
): Promise<Published> {
  const none = { deposition, repeated: true, communities: [] };
  if ((await pendingAction(call, depositionId, 'ask_communities')) === null) return none;
  try {
    const communities = await withLock(call, depositionId, { wait: false }, () =>
      askPendingCommunities(call, depositionId),
    );
    return { ...none, communities };
  } catch (error) {
    // The call that published is still asking them.
    if (error instanceof Problem && error.code === 'operation_in_progress') return none;
    throw error;
  }
}

/**
 * Finds out what became of a publication whose end was not seen, once Zenodo is certainly not
 * busy with it any more.
 */
export async function recoverPublication(call: Call, depositionId: number): Promise<void> {
  const { openKey } = await earlierAttempts(call, depositionId);
  const deposition = await call.deposits.read(depositionId).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'deposition_not_found') return null;
    throw error;
  });
  const isPublished =
    deposition !== null &&
    (stateOf(deposition) === 'published' || (openKey !== null && deposition.submitted));
  await endAttempt(call, depositionId, isPublished ? { key: openKey, deposition } : null);
}

/** One call to publish. */
interface Attempt {
  call: Call;
  depositionId: number;
  key: string | null;
}

/**
 * How a deposition stands; whether that is what the call wants; and whether Zenodo may still be
 * busy with an earlier call.
 */
async function look({ call, depositionId, key }: Attempt) {
  const earlier = await earlierAttempts(call, depositionId);
  const deposition = await call.deposits.read(depositionId);
  const doneByKey = key !== null && deposition.submitted && [earlier.key, earlier.openKey].includes(key);
  const done = stateOf(deposition) === 'published' || doneByKey;
  if (done) await endAttempt(call, depositionId, { key: key ?? earlier.openKey, deposition });
  return { deposition, done, pending: earlier.pending };
}

/** Asks Zenodo once. What its answer leaves open is found out by looking. */
async function publishOnce({ call, depositionId }: Attempt, pending: boolean): Promise<ZenodoDeposition> {
  let cause: Problem | undefined;
  try {
    const answer = await call.deposits.publish(depositionId);
    if (stateOf(answer) === 'published') return answer;
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_publishable') throw inTerms(error);
    // 404 is what a second publication is answered with.
    const ambiguous =
      isOutcomeUnknown(error) || (error instanceof Problem && error.code === 'deposition_not_found');
    if (!ambiguous) throw error;
    cause = error as Problem;
  }
  return lookAgain(call, depositionId, cause, pending);
}

async function lookAgain(
  { context, deposits, limits }: Call,
  depositionId: number,
  cause: Problem | undefined,
  pending: boolean,
): Promise<ZenodoDeposition> {
  // An answer that the application itself made, as JSON with a 500, comes after its transaction was
  // rolled back: the only one, if none was pending.
  const failedForSure = cause?.code === 'zenodo_error' && cause.members.zenodo?.status === 500 && !pending;
  for (const wait of failedForSure ? LOOKS.slice(0, 2) : LOOKS) {
    if (context.now() + wait >= limits.deadline) break;
    await pause(wait);
    try {
      const deposition = await deposits.read(depositionId);
      if (stateOf(deposition) === 'published') return deposition;
      if (failedForSure && wait > 0) {
        throw problem('zenodo_error', 'Zenodo failed and did not publish. Nothing has changed. Try again.', {
          ...cause.members,
          outcome: 'not_published',
        });
      }
    } catch (error) {
      if (!isOutcomeUnknown(error) || (error instanceof Problem && error.members['outcome'] !== undefined))
        throw error;
    }
  }
  throw problem(
    'outcome_unknown',
    `Zenodo did not confirm whether it published. Check with GET /depositions/${depositionId} in a few minutes. It is safe to publish again.`,
    {
      outcome: 'unknown',
      retry_after: 60,
      ...(cause?.members.zenodo ? { zenodo: cause.members.zenodo } : {}),
    },
    cause,
  );
}

function inTerms(fault: Problem): Problem {
  return problem(
    'not_publishable',
    fault.detail,
    { ...fault.members, outcome: 'not_published', errors: (fault.members.errors ?? []).map(inCallersTerms) },
    fault,
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
