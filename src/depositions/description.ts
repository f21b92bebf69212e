import type { Caller } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import type { Mapping } from '../rdmc/mapping.js';
import { originOf } from '../rdmc/mapping.js';
import { inCallersTerms } from '../rdmc/rdm-fields.js';
import type { DescriptionRequest } from '../rdmc/request.js';
import type { Revised } from '../zenodo/client.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import type { RdmDraft } from '../zenodo/rdm-draft.js';
import { ask, type DraftsContext, type Limits } from './context.js';
import { forgive, LOST, OVERTAKEN, owe, pay, settleDebt } from './debt.js';
import { alone } from './lease.js';
import { complaints, viewBefore } from './preservation.js';
import { readDeposition, readRevision } from './reading.js';
import { inCallersPaths, leaveOut, touchedFields, without, withoutLicense } from './refusals.js';

/** How often a description is laid anew on what somebody else wrote meanwhile, or without what Zenodo refused. */
const ATTEMPTS = 5;

/** Refusals that say for certain that nothing was saved, and that another attempt may get round. */
const REFUSALS: ReadonlySet<string> = new Set(['metadata_conflict', 'invalid_metadata']);

/** What was sent, and what Zenodo made of it. */
export interface Saved {
  after: ZenodoDeposition;
  sent: Record<string, unknown>;
  /** What the caller wrote and Zenodo did not keep, at the caller's paths. */
  dropped: { field: string; message: string }[];
}

/**
 * Lays a mapping on the metadata at Zenodo and saves it. Zenodo's PUT replaces everything, so it insists on the revision that was read, and
 * starts over if somebody else wrote meanwhile; what the older dialect cannot carry is put back. A licence that Zenodo does not know goes
 * into the notes. `begin` writes down what must be known before. Throws `metadata_conflict`, `invalid_metadata` at the caller's own paths.
 */
export async function saveMetadata(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  { mapping, mode }: Pick<DescriptionRequest, 'mapping' | 'mode'>,
  limits: Limits,
  begin: () => Promise<void> = async () => undefined,
): Promise<Saved> {
  const first = await read(context, caller, depositionId, limits);
  return alone(context, caller, depositionId, { limits, wait: true }, async (waited) => {
    await begin();
    return saveAlone(context, caller, depositionId, { mapping, mode }, limits, waited ? null : first);
  });
}

/** The same for whoever holds the deposition's lease, and may have read it since. */
export async function saveAlone(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  { mapping, mode }: Pick<DescriptionRequest, 'mapping' | 'mode'>,
  limits: Limits,
  first: Revised | null,
): Promise<Saved> {
  const settled = await settleDebt(context, caller, depositionId, limits);
  if (settled === 'lost') mapping.warnings.push(LOST);
  const known = settled === 'none' ? first : null;
  const found = known ?? (await read(context, caller, depositionId, limits));
  return save(context, caller, found, { mapping, mode }, limits);
}

/** What is to be sent to Zenodo: a mapping laid on what is there. What was assumed joins the mapping's warnings. */
export async function merged(
  { workers }: DraftsContext,
  current: Record<string, unknown>,
  { mapping, mode }: Pick<DescriptionRequest, 'mapping' | 'mode'>,
): Promise<Record<string, unknown>> {
  const { metadata, mapping: told } = await workers.run('mergeMetadata', current, mapping, mode);
  Object.assign(mapping, told);
  return metadata;
}

type Found = Awaited<ReturnType<typeof read>>;

async function save(
  context: DraftsContext,
  caller: Caller,
  first: Found,
  { mapping, mode }: Pick<DescriptionRequest, 'mapping' | 'mode'>,
  limits: Limits,
): Promise<Saved> {
  const { id } = first.deposition;
  const leftOut = new Set<string>();
  let last = '';
  let found: Found | null = first;
  for (let attempt = 1; ; attempt += 1) {
    const { deposition, revision }: Found = found ?? (await read(context, caller, id, limits));
    found = null;
    const before = mode === 'merge' ? await viewBefore(context, caller, deposition, mapping, limits) : null;
    const sent = await merged(context, without(deposition.metadata, leftOut), { mapping, mode });
    // If nothing at all has changed and it is still refused, the revision is not to be relied on.
    const insist = attempt === 1 || JSON.stringify(deposition) !== last ? revision : undefined;
    last = JSON.stringify(deposition);
    const debt = before && (await owe(context, caller, deposition, before, sent, mapping));
    let saved: Revised;
    try {
      saved = await ask(
        context,
        caller,
        limits,
        (token, call) => context.zenodo.updateDeposition(token, id, sent, call, insist),
        id,
      );
    } catch (error) {
      if (!(error instanceof Problem) || !REFUSALS.has(error.code)) throw error;
      if (debt) await forgive(context, caller, id);
      if (attempt === ATTEMPTS) throw error;
      if (error.code === 'metadata_conflict') continue;
      const helped = withoutLicense(mapping, error) || leaveOut(error, mapping, before, leftOut);
      if (!helped) throw inCallersPaths(error, mapping);
      continue;
    }
    const settled = debt && (await pay(context, caller, id, debt, saved.revision, limits));
    if (settled === 'lost') mapping.warnings.push(OVERTAKEN);
    const changed = settled === 'paid' || settled === 'lost';
    const after = changed ? await readDeposition(context, caller, id, limits) : saved.deposition;
    return { after, sent, dropped: await losses(context, caller, sent, after, before, mapping, limits) };
  }
}

/** The draft or edit that can be written to. Throws `already_published` if there is none. */
async function read(context: DraftsContext, caller: Caller, depositionId: number, limits: Limits) {
  const found = await readRevision(context, caller, depositionId, limits);
  if (found.deposition.submitted && found.deposition.state === 'done') throw isPublished(depositionId);
  return found;
}

/** It has been saved: that it takes too much to compare must not look like a refusal. */
function uncompared(error: unknown): null {
  if (error instanceof Problem) return null;
  throw error;
}

/** The answer to writing where nothing can be written. */
export function isPublished(depositionId: number): Problem {
  return problem(
    'already_published',
    `Deposition ${depositionId} is published. POST /depositions/${depositionId}/edit opens its metadata, POST /depositions/${depositionId}/versions makes a new version.`,
  );
}

/** Names what was lost, with Zenodo's own reason where it gives one. */
async function losses(
  context: DraftsContext,
  caller: Caller,
  sent: Record<string, unknown>,
  after: ZenodoDeposition,
  before: RdmDraft | null,
  mapping: Mapping,
  limits: Limits,
): Promise<Saved['dropped']> {
  const fields = [...touchedFields(mapping)];
  const found = await context.workers.run('findLosses', sent, after.metadata, fields).catch(uncompared);
  if (found === null) {
    mapping.warnings.push('metadata: saved, but too much to be compared with what Zenodo kept.');
    return [];
  }
  if (found.length === 0) return [];
  const said = before === null ? await complaints(context, caller, after.id, limits) : [];
  const reasons = said.map((fault) => inCallersTerms(fault));
  return found.map(({ field, message }) => {
    const reason = reasons.find(
      (fault) => `metadata.${field}`.startsWith(fault.field) || fault.field.startsWith(`metadata.${field}`),
    );
    return { field: originOf(mapping, field), message: reason?.message || message };
  });
}
