import type { Caller } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import { findLosses } from '../rdmc/compare.js';
import { licenseNote } from '../rdmc/licenses.js';
import type { Mapping } from '../rdmc/mapping.js';
import { originOf } from '../rdmc/mapping.js';
import { mergeMetadata } from '../rdmc/merge.js';
import { inCallersTerms } from '../rdmc/rdm-fields.js';
import type { DescriptionRequest } from '../rdmc/request.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import type { RdmDraft } from '../zenodo/rdm-draft.js';
import { ask, type DraftsContext, type Limits } from './context.js';
import { complaints, putBack, viewBefore } from './preservation.js';

/** How often a description is laid anew on what somebody else wrote meanwhile, or without what Zenodo refused. */
const ATTEMPTS = 5;

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
 * into the notes. `lastSeen` is the fingerprint of our last save. Throws `metadata_conflict`, `invalid_metadata` at the caller's own paths.
 */
export async function saveMetadata(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  { mapping, mode }: Pick<DescriptionRequest, 'mapping' | 'mode'>,
  lastSeen: string | null,
  limits: Limits,
): Promise<Saved> {
  const leftOut = new Set<string>();
  let last = '';
  for (let attempt = 1; ; attempt += 1) {
    const { deposition, revision } = await read(context, caller, depositionId, limits);
    const before =
      mode === 'merge' ? await viewBefore(context, caller, deposition, lastSeen, mapping, limits) : null;
    const sent = mergeMetadata(without(deposition.metadata, leftOut), mapping, mode);
    // If nothing at all has changed and it is still refused, the revision is not to be relied on.
    const insist = attempt === 1 || JSON.stringify(deposition) !== last ? revision : undefined;
    last = JSON.stringify(deposition);
    try {
      const saved = await ask(
        context,
        caller,
        limits,
        (token, call) => context.zenodo.updateDeposition(token, depositionId, sent, call, insist),
        depositionId,
      );
      const restored =
        before === null ? null : await putBack(context, caller, depositionId, before, mapping, limits);
      const after = restored ?? saved;
      return { after, sent, dropped: await losses(context, caller, sent, after, before, mapping, limits) };
    } catch (error) {
      if (!(error instanceof Problem) || attempt === ATTEMPTS) throw error;
      if (error.code === 'metadata_conflict') continue;
      if (error.code !== 'invalid_metadata') throw error;
      const helped = withoutLicense(mapping, error) || leaveOut(error, mapping, before, leftOut);
      if (!helped) throw inCallersPaths(error, mapping);
    }
  }
}

/** The draft or edit that can be written to. Throws `already_published` if there is none. */
async function read(context: DraftsContext, caller: Caller, depositionId: number, limits: Limits) {
  const found = await ask(
    context,
    caller,
    limits,
    (token, call) => context.zenodo.getRevision(token, depositionId, call),
    depositionId,
  );
  if (found.deposition.submitted && found.deposition.state === 'done') throw isPublished(depositionId);
  return found;
}

/** The answer to writing where nothing can be written. */
export function isPublished(depositionId: number): Problem {
  return problem(
    'already_published',
    `Deposition ${depositionId} is published. POST /depositions/${depositionId}/edit opens its metadata, POST /depositions/${depositionId}/versions makes a new version.`,
  );
}

/** Takes out a licence that Zenodo refused, and puts its name into the notes; false if the refusal was about something else. */
function withoutLicense(mapping: Mapping, fault: Problem): boolean {
  const refused = (fault.members.errors ?? []).some(({ field }) => field === 'metadata.license');
  const license = mapping.set['license'];
  if (!refused || typeof license !== 'string') return false;
  delete mapping.set['license'];
  mapping.notes.push(licenseNote([license]));
  mapping.warnings.push(
    `${originOf(mapping, 'license')}: Zenodo does not know the licence ${license}; it was put into the notes.`,
  );
  return true;
}

/** What Zenodo itself gave and does not take back is left out, if it can be put back afterwards. */
function leaveOut(fault: Problem, mapping: Mapping, before: RdmDraft | null, leftOut: Set<string>): boolean {
  const names = (fault.members.errors ?? []).map(({ field }) => field.split('.')[1] ?? '');
  const foreign = names.filter(
    (name) => name !== '' && !touchedFields(mapping).has(name) && !leftOut.has(name),
  );
  if (before === null || foreign.length === 0) return false;
  for (const name of foreign) leftOut.add(name);
  return true;
}

function without(metadata: Record<string, unknown>, names: Set<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !names.has(name)));
}

function inCallersPaths(fault: Problem, mapping: Mapping): Problem {
  const listed = fault.members.errors ?? [];
  const faults = listed.length > 0 ? listed : unlisted(fault, mapping);
  const errors = faults.map(({ field, message }) => ({ field: originOf(mapping, field), message }));
  return problem(fault.code, fault.detail, { ...fault.members, errors }, fault);
}

/** A value that is in none of Zenodo's vocabularies is named, but not the field it is in. */
function unlisted(fault: Problem, { set }: Mapping): { field: string; message: string }[] {
  const value = /^Invalid value (.+)\.$/.exec(fault.members.zenodo?.message ?? '')?.[1]?.toLowerCase();
  if (value === undefined) return [];
  const found = Object.entries(set).flatMap(([name, item]) => pathsOf(item, value, `metadata.${name}`));
  return found.map((field) => ({ field, message: `Zenodo does not know the value ${value}.` }));
}

function pathsOf(item: unknown, value: string, path: string): string[] {
  if (typeof item === 'string')
    return value.split('-').includes(item.toLowerCase()) || item.toLowerCase() === value ? [path] : [];
  if (typeof item !== 'object' || item === null) return [];
  return Object.entries(item).flatMap(([key, inner]) => pathsOf(inner, value, `${path}.${key}`));
}

/** Fields of Zenodo's that the caller wrote to. */
function touchedFields(mapping: Mapping): Set<string> {
  const names = Object.keys(mapping.set).filter((name) => mapping.set[name] !== null);
  return new Set([...names, ...Object.keys(mapping.add), ...(mapping.notes.length > 0 ? ['notes'] : [])]);
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
  const found = findLosses(sent, after.metadata, touchedFields(mapping));
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
