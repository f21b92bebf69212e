import { type Caller, connectionOf } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import { emptyMapping, set } from '../metadata/mapping.js';
import { rightOf } from '../metadata/publish-rules.js';
import { subjectOf, underSubject } from '../subject.js';
import { pause } from '../time.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import type { DraftsContext, Limits } from './context.js';
import { readView } from './draft-view.js';
import { fingerprint } from './fingerprint.js';
import { alone } from './lease.js';
import { saveDraft } from './save.js';
import { openSession } from './session.js';
import { stateOf } from './view.js';

/** Wait after the first failed attempt, doubled with each up to the longest; and how long one attempt may take. Milliseconds. */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 8_000;
const ATTEMPT = 20_000;

/** As many artifacts are remembered of a draft, each as long as this: enough to say why. */
const MOST_NAMES = 50;
const LONGEST_NAME = 200;

/**
 * Writes down that a draft must be made restricted, and because of what, before that is tried: neither the end of this process nor a failure of Zenodo's
 * forgets it. `inside`: those of `names` that manifests in folders and zips name.
 */
export async function oweClosing(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  names: string[],
  inside: string[] = [],
): Promise<void> {
  if (names.length === 0) return;
  const said = { names: storable(names), inside: storable(inside) };
  await context.rows.oweClosing(caller.owner, connectionOf(caller), depositionId, said);
}

/** Strikes it out: Zenodo shows the draft closed, or the caller has decided. */
export async function forgiveClosing(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
): Promise<void> {
  await context.database.draft.updateMany({
    where: { owner: caller.owner, depositionId },
    data: { closingOwed: [] },
  });
}

/** Because of what a draft is still to be made restricted. */
export async function owedClosing(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
): Promise<string[]> {
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  const row = await context.database.draft.findUnique({ where, select: { closingOwed: true } });
  return row?.closingOwed ?? [];
}

/** Whether the files lie open to nobody, now or later by themselves. */
export function isClosed(metadata: Record<string, unknown>): boolean {
  return metadata['access_right'] === 'restricted' || metadata['access_right'] === 'closed';
}

/** A draft that need not be closed any more, and what to tell the caller of how that was done. */
interface Settled {
  deposition: ZenodoDeposition;
  warnings: string[];
}

/** Closes a draft that is still to be closed. Called with its lease held; null if nothing was owed. */
export async function settleClosing(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<Settled | null> {
  if ((await owedClosing(context, caller, depositionId)).length === 0) return null;
  const session = openSession(context, caller, limits);
  const deposition = await session.deposits.read(depositionId).catch(async (error: unknown) => {
    const gone = error instanceof Problem && error.code === 'deposition_not_found';
    if (gone) await forgiveClosing(context, caller, depositionId);
    throw error;
  });
  if (stateOf(deposition) === 'published' || isClosed(deposition.metadata)) {
    await forgiveClosing(context, caller, depositionId);
    return { deposition, warnings: [] };
  }
  const mapping = emptyMapping();
  set(mapping, 'access.right', { value: 'restricted', path: 'access_right' });
  const { draft, warnings } = await saveDraft(session, depositionId, { mapping, mode: 'merge' });
  if (rightOf(draft.access) !== 'restricted') {
    throw problem('metadata_conflict', 'Somebody else opened the draft while it was made restricted.');
  }
  const { deposition: after } = await readView(session, depositionId, draft);
  await context.database.draft.updateMany({
    where: { owner: caller.owner, depositionId },
    data: { metadataHash: fingerprint(after), closingOwed: [] },
  });
  session.audit('access_restricted', depositionId);
  return { deposition: after, warnings };
}

/** Closes a draft that is still to be closed, and tries again while there is time. Returns warnings; throws what the last attempt failed with: the debt stays then. */
export async function closePatiently(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<string[]> {
  for (let wait = FIRST_WAIT; ; wait = Math.min(LONGEST_WAIT, wait * 2)) {
    const attempt = { ...limits, deadline: Math.min(limits.deadline, context.now() + ATTEMPT) };
    try {
      const settle = () => settleClosing(context, caller, depositionId, attempt);
      const settled = await alone(context, caller, depositionId, { limits: attempt, wait: true }, settle);
      return settled?.warnings ?? [];
    } catch (error) {
      if (!mayPass(error) || context.now() + wait >= limits.deadline) throw error;
      await pause(wait, limits.signal);
    }
  }
}

/** Closes the drafts of connections that are still to be closed. How many were. */
export async function settleClosings(context: DraftsContext, signal?: AbortSignal): Promise<number> {
  const rows = await context.database.draft.findMany({
    where: {
      closingOwed: { isEmpty: false },
      connection: { state: 'active' },
      depositionId: { not: null },
      deletedAt: null,
    },
    select: { connectionId: true, depositionId: true, containerId: true },
    orderBy: { updatedAt: 'asc' },
  });
  let closed = 0;
  for (const { connectionId, depositionId, containerId } of rows) {
    if (signal?.aborted) break;
    const limits = { deadline: context.now() + ATTEMPT, signal };
    const id = Number(depositionId);
    const subject = { connection_id: connectionId, deposition_id: id, container_id: containerId };
    try {
      await underSubject(subjectOf(subject), async () => {
        const caller = await context.backgroundCaller(connectionId ?? '');
        const settle = () => settleClosing(context, caller, id, limits);
        if ((await alone(context, caller, id, { limits, wait: false }, settle)) !== null) closed += 1;
      });
    } catch (error) {
      // Zenodo or the authorization is not there now, or another call is at it: the next round tries again.
      if (!(error instanceof Problem) && !signal?.aborted) throw error;
    }
  }
  return closed;
}

function mayPass(error: unknown): boolean {
  const codes = ['too_many_requests', 'metadata_conflict', 'operation_in_progress'];
  return isOutcomeUnknown(error) || (error instanceof Problem && codes.includes(error.code));
}

/** PostgreSQL's text cannot hold a NUL. */
function storable(names: string[]): string[] {
  const short = names.map((name) => name.replaceAll('\u0000', '\ufffd').slice(0, LONGEST_NAME));
  return [...new Set(short)].slice(0, MOST_NAMES);
}
