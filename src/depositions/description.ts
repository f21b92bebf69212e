import type { Caller } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import { findLosses } from '../rdmc/compare.js';
import { licenseNote } from '../rdmc/licenses.js';
import type { Mapping } from '../rdmc/mapping.js';
import { originOf } from '../rdmc/mapping.js';
import { mergeMetadata } from '../rdmc/merge.js';
import type { DescriptionRequest } from '../rdmc/request.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { ask, type DraftsContext, type Limits } from './context.js';

/** How often a description is laid anew on what somebody else wrote meanwhile. */
const ATTEMPTS = 3;

/** What was sent, and what Zenodo made of it. */
export interface Saved {
  before: ZenodoDeposition;
  after: ZenodoDeposition;
  sent: Record<string, unknown>;
}

/**
 * Lays a mapping on the metadata at Zenodo and saves it. Zenodo's PUT replaces everything, so it insists on the revision that was read, and
 * starts over if somebody else wrote meanwhile. A licence that Zenodo does not know goes into the notes. Throws `metadata_conflict`,
 * `invalid_metadata` with the caller's own field paths.
 */
export async function saveMetadata(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  request: Pick<DescriptionRequest, 'mapping' | 'mode'>,
  limits: Limits,
): Promise<Saved> {
  let last = '';
  for (let attempt = 1; ; attempt += 1) {
    const { deposition: before, revision } = await read(context, caller, depositionId, limits);
    const sent = mergeMetadata(before.metadata, request.mapping, request.mode);
    // If nothing at all has changed and it is still refused, the revision is not to be relied on.
    const unchanged = attempt > 1 && JSON.stringify(before) === last;
    last = JSON.stringify(before);
    try {
      const after = await put(context, caller, depositionId, sent, unchanged ? undefined : revision, limits);
      return { before, after, sent };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === 'metadata_conflict' && attempt < ATTEMPTS) continue;
      if (error.code !== 'invalid_metadata') throw error;
      if (!withoutLicense(request.mapping, error)) throw inCallersPaths(error, request.mapping);
    }
  }
}

async function put(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  metadata: Record<string, unknown>,
  revision: number | undefined,
  limits: Limits,
): Promise<ZenodoDeposition> {
  return ask(
    context,
    caller,
    limits,
    (token, call) => context.zenodo.updateDeposition(token, depositionId, metadata, call, revision),
    depositionId,
  );
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

function inCallersPaths(fault: Problem, mapping: Mapping): Problem {
  const errors = (fault.members.errors ?? []).map(({ field, message }) => ({
    field: originOf(mapping, field),
    message,
  }));
  return problem(fault.code, fault.detail, { ...fault.members, errors }, fault);
}

/** Fields of Zenodo's that the caller wrote to. */
export function touchedFields(mapping: Mapping): Set<string> {
  const names = Object.keys(mapping.set).filter((name) => mapping.set[name] !== null);
  return new Set([...names, ...Object.keys(mapping.add), ...(mapping.notes.length > 0 ? ['notes'] : [])]);
}

/** What the caller wrote and Zenodo did not keep, at the caller's paths. */
export function droppedFields(
  { sent, after }: Saved,
  mapping: Mapping,
): { field: string; message: string }[] {
  return findLosses(sent, after.metadata, touchedFields(mapping)).map(({ field, message }) => ({
    field: originOf(mapping, field),
    message,
  }));
}
