import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Caller } from '../connections/caller.js';
import { Prisma } from '../database/generated/client.js';
import { Problem } from '../errors.js';
import type { Mapping } from '../rdmc/mapping.js';
import { restoration } from '../rdmc/rdm-parts.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { getRdmDraft, putRdmDraft, type RdmDraft, RdmDraftSchema } from '../zenodo/rdm-draft.js';
import { ask, type DraftsContext, type Limits } from './context.js';
import { alone } from './lease.js';
import { fingerprint } from './preservation.js';
import { readRevision } from './reading.js';

/**
 * What a save owes to a draft: the older dialect is about to overwrite what only the newer can say, and it must be put back. Written down before, so that
 * neither the end of this process nor a lost connection between the two calls loses it.
 */
const DebtSchema = Type.Object({
  before: RdmDraftSchema,
  /** Fields that the caller set, and fields that he added to: these are not put back. */
  set: Type.Array(Type.String()),
  added: Type.Array(Type.String()),
  /** Fingerprint of the draft before the save. */
  from: Type.String(),
  /** The metadata of the save. */
  sent: Type.Record(Type.String(), Type.Unknown()),
});

/** How long one debt may take, and how long its own call is left to pay it. Milliseconds. */
const PATIENCE = 60_000;

/** How often a draft is looked at anew because somebody wrote to it meanwhile. */
const ATTEMPTS = 5;

type Debt = Static<typeof DebtSchema>;

/** `lost`: somebody else wrote to the draft before it could be put back, so it was left alone. */
export type Settlement = 'none' | 'paid' | 'lost';

/** Tells whom it concerns that a debt could not be paid. */
export const LOST =
  'metadata: an earlier save was cut off half-way, and the draft was changed since. What only Zenodo’s own form can say (a second affiliation, further titles) may be lost: look at it there.';

/** Tells whoever saves that somebody else wrote before he was done. */
export const OVERTAKEN =
  'metadata: somebody else changed the draft while this call saved. His word stands; what only Zenodo’s own form can say (a second affiliation, further titles) may be lost: look at it there.';

/** Writes a debt down. The row is there: the caller holds its lease. */
export async function owe(
  context: DraftsContext,
  caller: Caller,
  deposition: ZenodoDeposition,
  before: RdmDraft,
  sent: Record<string, unknown>,
  mapping: Mapping,
): Promise<Debt> {
  const debt: Debt = {
    before,
    set: Object.keys(mapping.set),
    added: [...Object.keys(mapping.add), ...(mapping.notes.length > 0 ? ['notes'] : [])],
    from: fingerprint(deposition),
    sent,
  };
  await context.database.draft.updateMany({
    where: { owner: caller.owner, depositionId: deposition.id },
    data: { owed: debt as Prisma.InputJsonObject },
  });
  return debt;
}

/** Strikes a debt out: it is paid, or was never made. */
export async function forgive(context: DraftsContext, caller: Caller, depositionId: number): Promise<void> {
  await context.database.draft.updateMany({
    where: { owner: caller.owner, depositionId },
    data: { owed: Prisma.DbNull },
  });
}

/** Pays what an earlier save left owing. Called with the deposition's lease held, before anything is built on the draft. */
export async function settleDebt(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  limits: Limits,
): Promise<Settlement> {
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  const row = await context.database.draft.findUnique({ where, select: { owed: true } });
  if (!row?.owed) return 'none';
  const debt = row.owed;
  const { deposition, revision } = await readRevision(context, caller, depositionId, limits);
  const known = Value.Check(DebtSchema, debt);
  const unsaved = known && fingerprint(deposition) === debt.from;
  const lost =
    !known ||
    (deposition.submitted && deposition.state === 'done') ||
    !(await isAsSent(context, debt, deposition));
  if (!unsaved && !lost) return pay(context, caller, depositionId, debt, revision, limits);
  await forgive(context, caller, depositionId);
  return unsaved ? 'none' : 'lost';
}

/** Pays what is owed to drafts of connections and nobody has asked for since. How many were paid. */
export async function settleDebts(context: DraftsContext): Promise<number> {
  const rows = await context.database.draft.findMany({
    where: {
      owed: { not: Prisma.DbNull },
      connectionId: { not: null },
      depositionId: { not: null },
      updatedAt: { lt: new Date(context.now() - PATIENCE) },
    },
    select: { connectionId: true, depositionId: true },
  });
  let paid = 0;
  for (const { connectionId, depositionId } of rows) {
    const limits = { deadline: context.now() + PATIENCE };
    try {
      const caller = await context.backgroundCaller(connectionId ?? '');
      const id = Number(depositionId);
      const settle = () => settleDebt(context, caller, id, limits);
      if ((await alone(context, caller, id, { limits, wait: false }, settle)) === 'paid') paid += 1;
    } catch (error) {
      // Zenodo or the authorization is not there now: the next round tries again.
      if (!(error instanceof Problem)) throw error;
    }
  }
  return paid;
}

/**
 * Puts back what the older dialect could not carry, and strikes the debt out. `seen`: the revision in which the draft was as the save left it; whoever writes to it
 * after that, up to the very moment of putting back, is not overwritten. Throws `metadata_conflict` if the draft never stands still; the debt stays then.
 */
export async function pay(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  debt: Debt,
  seen: number | undefined,
  limits: Limits,
): Promise<Settlement> {
  const touched = { set: new Set(debt.set), added: new Set(debt.added) };
  let known = seen;
  for (let attempt = 1; ; attempt += 1) {
    const after = await ask(
      context,
      caller,
      limits,
      (token, call) => getRdmDraft(context.zenodo, token, depositionId, call),
      depositionId,
    );
    if (known !== after.revision_id) {
      // Files that arrive count as a revision too: what was written decides.
      const { deposition } = await readRevision(context, caller, depositionId, limits);
      if (!(await isAsSent(context, debt, deposition))) {
        await forgive(context, caller, depositionId);
        return 'lost';
      }
      known = after.revision_id;
    }
    const wanted = restoration(debt.before, after, touched);
    try {
      if (wanted !== null) {
        await ask(
          context,
          caller,
          limits,
          (token, call) => putRdmDraft(context.zenodo, token, depositionId, wanted, call, known),
          depositionId,
        );
      }
    } catch (error) {
      const changed = error instanceof Problem && error.code === 'metadata_conflict';
      if (!changed || attempt === ATTEMPTS) throw error;
      continue;
    }
    await forgive(context, caller, depositionId);
    return wanted === null ? 'none' : 'paid';
  }
}

/** Whether the draft is as the save left it: nothing that was sent has another value now. What Zenodo dropped proves nothing. */
async function isAsSent(
  { workers }: DraftsContext,
  { sent }: Debt,
  { metadata }: ZenodoDeposition,
): Promise<boolean> {
  const compared = workers.run('findLosses', sent, metadata, Object.keys(sent));
  // What takes too much to compare is not known to be as it was sent.
  const losses = await compared.catch((error: unknown) => {
    if (error instanceof Problem) return null;
    throw error;
  });
  return losses?.every(({ field }) => metadata[field.split('.')[0] ?? field] === undefined) === true;
}
