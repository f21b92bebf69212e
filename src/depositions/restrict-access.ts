import { connectionOf } from '../connections/caller.js';
import { isProblem, kindOf, Problem, problem } from '../errors.js';
import { emptyMapping, type Mapping } from '../metadata/mapping.js';
import { rightOf } from '../metadata/publish-rules.js';
import { embargoOf, standing, strictness } from '../metadata/restricted.js';
import { textOf } from '../metadata/values.js';
import { countdown, retry } from '../time.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import { type Call, openCall } from './call.js';
import { type AccessContext, today } from './context.js';
import { withLock } from './draft-lock.js';
import { readView } from './draft-view.js';
import { clearActions, pendingAction } from './pending-actions.js';
import { saveDraft } from './save.js';
import { fingerprint, stateOf } from './view.js';

/**
 * The wait after the first failed attempt, which doubles up to the longest, and the time of one
 * attempt. Milliseconds.
 */
const FIRST_WAIT = 500;
const LONGEST_WAIT = 8_000;
const ATTEMPT = 20_000;

/**
 * Artifacts recorded per draft, and the length of each name. The strictest decide how the files are
 * restricted; the others only explain it.
 */
const MAX_NAMES = 50;
const LONGEST_NAME = 200;

/**
 * Makes restricting a draft a pending action and records the reason, before it is tried: neither a
 * crash nor a failure of Zenodo can lose it. `inside`: those of `names` that manifests in folders
 * and zips name.
 */
export async function restrictLater(
  { caller, context }: Call<AccessContext>,
  depositionId: number,
  names: string[],
  inside: string[] = [],
): Promise<void> {
  if (names.length === 0) return;
  const said = { names: storable(names), inside: storable(inside) };
  await context.draftRepository.restrictLater(caller.owner, connectionOf(caller), depositionId, said);
}

/** Whether the files are not public, and become so by themselves only if that is what was said. */
export function isClosed(metadata: Record<string, unknown>, reasons: string[]): boolean {
  const right = metadata['access_right'];
  if (right !== 'embargoed') return right === 'restricted' || right === 'closed';
  const until = embargoOf(reasons);
  return until !== null && String(metadata['embargo_date'] ?? '') >= until;
}

/** Restricts the files for reasons that stand; until a day, if all of them are an embargo. */
export function restrictFor(reasons: string[], { set, defaults }: Mapping, today: string): void {
  const path = 'access_right';
  const until = embargoOf(reasons, textOf(set['access.until']?.value) ?? undefined);
  set['access.right'] = { value: until === null ? 'restricted' : 'closed', path };
  if (until !== null && until > today) defaults['access.until'] = { value: until, path, sentence: null };
}

/** A draft that is restricted, or need not be, and warnings for the caller. */
interface Restricted {
  deposition: ZenodoDeposition;
  warnings: string[];
}

/**
 * Restricts a draft if that is pending. The deposition must be locked. Null if nothing was pending.
 */
export async function restrictPending(
  call: Call<AccessContext>,
  depositionId: number,
): Promise<Restricted | null> {
  const { context, deposits } = call;
  const { database } = context;
  const pending = await pendingAction(call, depositionId, 'restrict_access');
  if (pending === null) return null;
  const clear = () => database.$transaction((tx) => clearActions(tx, call, depositionId, 'restrict_access'));
  const deposition = await deposits.read(depositionId).catch(async (error: unknown) => {
    const gone = isProblem(error, 'deposition_not_found');
    if (gone) await clear();
    throw error;
  });
  const reasons = standing(pending.subjects, today(context));
  const isDone = reasons.length === 0 || isClosed(deposition.metadata, reasons);
  if (isDone || stateOf(deposition) === 'published') {
    await clear();
    return { deposition, warnings: [] };
  }
  const mapping = emptyMapping();
  restrictFor(reasons, mapping, today(context));
  const { draft, warnings } = await saveDraft(call, depositionId, { mapping, mode: 'merge' });
  if (rightOf(draft.access) === 'open') {
    throw problem('metadata_conflict', 'Another program opened the draft while it was being restricted.');
  }
  const { deposition: after } = await readView(call, depositionId, draft);
  await database.$transaction(async (tx) => {
    await clearActions(tx, call, depositionId, 'restrict_access');
    await tx.draft.updateMany({
      where: { owner: call.caller.owner, depositionId },
      data: { metadataHash: fingerprint(after) },
    });
  });
  call.audit('access_restricted', depositionId);
  return { deposition: after, warnings };
}

/**
 * Restricts a draft if that is pending, and retries while there is time. Returns warnings. Throws
 * the last failure; the action then stays pending.
 */
export async function restrictWithRetries(
  { caller, context, limits }: Call<AccessContext>,
  depositionId: number,
): Promise<string[]> {
  const restrict = () => {
    const own = countdown(ATTEMPT);
    const attempt = { ...limits, left: () => Math.min(limits.left(), own()) };
    const call = openCall(context, caller, attempt);
    return withLock(call, depositionId, { wait: true }, () => restrictPending(call, depositionId));
  };
  const restricted = await retry(restrict, {
    when: mayRestrictLater,
    first: FIRST_WAIT,
    most: LONGEST_WAIT,
    ...limits,
  });
  return restricted?.warnings ?? [];
}

function mayRestrictLater(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  const { retry = false, busy = false } = kindOf(error);
  return retry || busy || isOutcomeUnknown(error);
}

/** The strictest first, of which none may get lost. PostgreSQL cannot store NUL. */
function storable(names: string[]): string[] {
  const isStricter = (a: string, b: string) => Number(strictness(a) > strictness(b));
  const strictest = names.toSorted((a, b) => isStricter(b, a) - isStricter(a, b));
  const short = strictest.map((name) => shortened(name.replaceAll('\u0000', '\ufffd')));
  return [...new Set(short)].slice(0, MAX_NAMES);
}

/** The level stands at the end, in brackets: it is what decides how the files are restricted. */
function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  const level = / \([^()]*\)$/.exec(name)?.[0] ?? '';
  const fits = level.length < LONGEST_NAME ? level : '';
  return `${name.slice(0, LONGEST_NAME - fits.length - 1)}…${fits}`;
}
