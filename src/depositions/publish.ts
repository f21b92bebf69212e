import { hashOf } from '../connections/access-tokens.js';
import { isProblem, Problem, problem } from '../errors.js';
import { inCallersTerms } from '../metadata/error-paths.js';
import type { PublicationCommunity } from '../schemas/depositions.js';
import { pause } from '../time.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { isOutcomeUnknown, nullIfGone, sendOnce } from '../zenodo/outcome.js';
import { RolledBack } from '../zenodo/responses.js';
import { refuseOpenFiles } from './access-guard.js';
import type { Call } from './call.js';
import { askPendingCommunities } from './communities.js';
import { withLock } from './draft-lock.js';
import { pendingAction } from './pending-actions.js';
import {
  beginAttempt,
  earlierAttempts,
  endAttempt,
  refuseUnfinished,
  undoAttempt,
} from './publish-attempts.js';
import { restrictPending } from './restrict-access.js';
import { stateOf } from './view.js';

/**
 * When the record is read again after an inconclusive answer, in milliseconds after the previous
 * read.
 */
const REREADS = [0, 500, 1500, 4000, 8000];

/** A deposition that is certainly published. */
interface Published {
  deposition: ZenodoDeposition;
  /** Whether it was already published before this call. */
  repeated: boolean;
  /** The outcome for each community that the draft named. */
  communities: PublicationCommunity[];
}

/**
 * Publishes a draft and reports the true outcome. The request is sent once; after a lost or failed
 * answer the record is read again (zenodo/zenodo#2442, #2028: a 504 may be a success). Throws
 * `not_publishable` with the fields in the caller's terms, `upload_unfinished`,
 * `operation_in_progress`, `outcome_unknown`. Repeating is safe, also after a crash, because Zenodo
 * publishes a draft only once. With an idempotency key it is also safe if an edit was opened
 * meanwhile.
 */
export async function publishDraft(
  call: Call,
  depositionId: number,
  idempotencyKey: string | undefined,
): Promise<Published> {
  const { context } = call;
  const key = idempotencyKey === undefined ? null : hashOf(idempotencyKey);
  const attempt = { call, depositionId, key };
  const before = await look(attempt);
  if (before.done) return repeated(attempt, before.deposition);
  await refuseUnfinished(context, depositionId);
  return withLock(call, depositionId, { wait: false }, async () => {
    // A call that ended a moment ago may have published.
    const { deposition, done, pending } = await look(attempt);
    if (done) {
      const communities = await askPendingCommunities(call, depositionId);
      return { deposition, repeated: true, communities };
    }
    await refuseOpenFiles(call, (await restrictFirst(attempt)) ?? deposition);
    const replaced = await beginAttempt(call, deposition, key);
    let published: ZenodoDeposition;
    try {
      published = await publishOnce(attempt, pending);
    } catch (error) {
      const unknown = isProblem(error, 'outcome_unknown');
      // An earlier call without a known outcome may still publish.
      if (!unknown) await undoAttempt(call, depositionId, pending ? replaced : []);
      throw error;
    }
    await endAttempt(call, depositionId, { key, deposition: published });
    call.audit('published', depositionId);
    const communities = await askPendingCommunities(call, depositionId);
    return { deposition: published, repeated: false, communities };
  });
}

/**
 * Restricts the draft if that is pending. If Zenodo cannot do it now, publishing is refused.
 * Returns the draft, or null if nothing was pending.
 */
async function restrictFirst({ call, depositionId }: Publication) {
  try {
    return (await restrictPending(call, depositionId))?.deposition ?? null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return null;
  }
}

/**
 * Answers for a record that is already published. Communities that have not been asked are asked
 * now.
 */
async function repeated(
  { call, depositionId }: Publication,
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
    if (isProblem(error, 'operation_in_progress')) return none;
    throw error;
  }
}

/**
 * Finds out the result of an interrupted publication, when Zenodo is certainly no longer working on
 * it.
 */
export async function recoverPublication(call: Call, depositionId: number): Promise<void> {
  const { isFirst, openKey } = await earlierAttempts(call, depositionId);
  const deposition = await call.deposits.read(depositionId).catch(nullIfGone);
  // An edit may have been opened since.
  const isPublished =
    deposition !== null && (stateOf(deposition) === 'published' || (isFirst && deposition.submitted));
  await endAttempt(call, depositionId, isPublished ? { key: openKey, deposition } : null);
}

/** One call to publish. */
interface Publication {
  call: Call;
  depositionId: number;
  key: string | null;
}

/**
 * Reads a deposition. `done`: it is in the state that the call wants. `pending`: Zenodo may still
 * be working on an earlier call.
 */
async function look({ call, depositionId, key }: Publication) {
  const earlier = await earlierAttempts(call, depositionId);
  const deposition = await call.deposits.read(depositionId);
  const doneByKey = key !== null && deposition.submitted && [earlier.key, earlier.openKey].includes(key);
  const done = stateOf(deposition) === 'published' || doneByKey;
  if (done) await endAttempt(call, depositionId, { key: key ?? earlier.openKey, deposition });
  return { deposition, done, pending: earlier.pending };
}

/** Asks Zenodo once. If the answer is inconclusive, reads the record. */
async function publishOnce({ call, depositionId }: Publication, pending: boolean): Promise<ZenodoDeposition> {
  const answer = await sendOnce(
    () => call.deposits.publish(depositionId).catch(inTerms),
    (doubted) => readAgain(call, depositionId, doubted, pending),
    // Zenodo answers 404 to a second publication.
    (error) => isOutcomeUnknown(error) || isProblem(error, 'deposition_not_found'),
  );
  return stateOf(answer) === 'published' ? answer : readAgain(call, depositionId, undefined, pending);
}

async function readAgain(
  { deposits, limits }: Call,
  depositionId: number,
  cause: Problem | undefined,
  pending: boolean,
): Promise<ZenodoDeposition> {
  // It is conclusive if no earlier call is pending.
  const failedForSure = cause instanceof RolledBack && !pending;
  for (const wait of failedForSure ? REREADS.slice(0, 2) : REREADS) {
    if (limits.left() <= wait) break;
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

/** Throws the error of a publication: what Zenodo refuses, in the caller's terms. */
function inTerms(error: unknown): never {
  if (!isProblem(error, 'not_publishable')) throw error;
  const { detail, members } = error;
  const errors = (members.errors ?? []).map(inCallersTerms);
  throw problem('not_publishable', detail, { ...members, outcome: 'not_published', errors }, error);
}
