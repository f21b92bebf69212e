import { type Caller, connectionOf } from '../connections/caller.js';
import type { Draft } from '../database/generated/client.js';
import { Problem, problem } from '../errors.js';
import { assumption } from '../rdmc/licenses.js';
import { originOf } from '../rdmc/mapping.js';
import type { DescriptionRequest } from '../rdmc/request.js';
import { isBlank } from '../rdmc/scalars.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import { examine } from './check.js';
import { forgiveClosing, isClosed, oweClosing } from './closing.js';
import { type DraftsContext, type Limits, prove } from './context.js';
import { isPublished, merged, type Saved, saveMetadata } from './description.js';
import { type AccessRow, accessWarning, restrictedOf } from './manifest-guard.js';
import { fingerprint } from './preservation.js';
import { readDeposition } from './reading.js';

/** What became of a metadata call. */
export interface Described {
  deposition: ZenodoDeposition;
  /** What is at Zenodo now; of a dry run what would be sent. */
  metadata: Record<string, unknown>;
  dropped: { field: string; message: string }[];
  warnings: string[];
  /** Of a dry run only: what would stop the publication. */
  problems?: { field: string; message: string }[];
}

/**
 * Describes a draft: reads what the caller says, maps it, keeps the draft closed if artifacts must not lie open, saves, and compares what
 * Zenodo kept. Throws `invalid_metadata`, `invalid_manifest`, `already_published`, `metadata_conflict`.
 */
export async function describeDraft(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  body: Record<string, unknown>,
  limits: Limits,
): Promise<Described> {
  await prove(context, caller, limits);
  const row = await context.database.draft.findUnique({
    where: { owner_depositionId: { owner: caller.owner, depositionId } },
  });
  const request = await context.workers.run('readDescription', body, row?.manifest ?? null, depositionId);
  refuseFaults(request);
  const { decided } = request;
  // A decision stays as Zenodo has it, but for a replacement, of which nothing stays.
  const stays = !decided && row?.accessDecided === true && request.mode === 'merge';
  if (stays) delete request.mapping.set['access_right'];
  const restricted = stays || decided ? [] : await guard(context, request, row);
  if (request.dryRun) return rehearse(context, caller, depositionId, request, row, limits);
  const owe = () => oweClosing(context, caller, depositionId, restricted);
  const saved = await saveMetadata(context, caller, depositionId, request, limits, owe).catch(
    async (error: unknown) => {
      // What was refused is as if it had never been sent.
      const refused = restricted.length > 0 && error instanceof Problem && !isOutcomeUnknown(error);
      if (refused && !row?.closingOwed.length) await forgiveClosing(context, caller, depositionId);
      throw error;
    },
  );
  const metadataHash = fingerprint(saved.after);
  const licenseAssumed = assumedLicense(saved, request, row);
  await context.database.draft.upsert({
    where: { owner_depositionId: { owner: caller.owner, depositionId } },
    create: {
      owner: caller.owner,
      connectionId: connectionOf(caller),
      depositionId,
      madeHere: false,
      current: false,
      manifest: request.manifest,
      accessDecided: decided,
      metadataHash,
      licenseAssumed,
    },
    update: {
      metadataHash,
      licenseAssumed,
      ...(request.manifest === null ? {} : { manifest: request.manifest }),
      ...(decided ? { accessDecided: true } : {}),
      ...(decided || isClosed(saved.after.metadata) ? { closingOwed: [] } : {}),
    },
  });
  const { mapping } = request;
  if (licenseAssumed !== null) {
    mapping.warnings.push(`${originOf(mapping, 'license')}: none was given, ${assumption(licenseAssumed)}.`);
  }
  return {
    deposition: saved.after,
    metadata: saved.after.metadata,
    dropped: saved.dropped,
    warnings: mapping.warnings,
  };
}

type Row = AccessRow & Pick<Draft, 'licenseAssumed'>;

/** The licence at Zenodo if it is there because no one was given, in this call or an earlier one. */
function assumedLicense({ sent, after }: Saved, { mapping }: DescriptionRequest, row: Row | null) {
  const { license } = after.metadata;
  if (typeof license !== 'string') return null;
  const stays = isBlank(mapping.set['license']) && license === row?.licenseAssumed;
  return isBlank(sent['license']) || stays ? license : null;
}

function refuseFaults({ mapping, strict }: DescriptionRequest): void {
  const errors = [
    ...mapping.faults,
    ...(strict ? mapping.warnings.map((warning) => fieldOfWarning(warning)) : []),
  ];
  if (errors.length === 0) return;
  const names = errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  throw problem('invalid_metadata', `Correct this and try again: ${names}.`, { errors });
}

/** A warning begins with the path that it is about. */
function fieldOfWarning(warning: string): { field: string; message: string } {
  const at = warning.indexOf(': ');
  return { field: warning.slice(0, at), message: warning.slice(at + 2) };
}

/** Closes the draft if artifacts must not lie open and nobody decided otherwise. Which they are; a new manifest stands for the one remembered. */
async function guard(
  { workers }: DraftsContext,
  { manifest, mapping, restricted: named }: DescriptionRequest,
  row: AccessRow | null,
): Promise<string[]> {
  const said = row === null || manifest === null ? row : { ...row, manifest: null };
  const known = said === null ? [] : await restrictedOf(workers, said);
  const restricted = [...named, ...known];
  if (restricted.length === 0) return [];
  mapping.set['access_right'] = 'restricted';
  mapping.warnings.push(accessWarning(restricted));
  return restricted;
}

/** What would be sent, and all that `check` would say about it. */
async function rehearse(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  request: DescriptionRequest,
  row: Row | null,
  limits: Limits,
): Promise<Described> {
  const deposition = await readDeposition(context, caller, depositionId, limits);
  if (deposition.submitted && deposition.state === 'done') throw isPublished(depositionId);
  const metadata = await merged(context, deposition.metadata, request);
  const examined = { deposition, request, row, planned: { files: [], problems: [] } };
  const { problems, warnings } = await examine(context, caller, examined, limits);
  return { deposition, metadata, dropped: [], warnings, problems };
}
