import { listedFaults, problem, sentenceOf } from '../errors.js';
import { depositView } from '../metadata/deposit-view.js';
import { listedWarnings } from '../metadata/mapping.js';
import type { MetadataCall } from '../metadata/metadata-call.js';
import { lacksRights, NO_RIGHTS, rightOf } from '../metadata/publish-rules.js';
import type { Content } from '../metadata/record.js';
import { standing } from '../metadata/restricted.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import type { RdmDraft } from '../zenodo/rdm-draft.js';
import { type AccessRow, accessWarning, restrictedOf, WITH_ACCESS } from './access-guard.js';
import type { Call } from './call.js';
import { examine } from './check.js';
import { today } from './context.js';
import { withLock } from './draft-lock.js';
import { readView } from './draft-view.js';
import { lookUp, readRequest } from './lookups.js';
import { clearActions } from './pending-actions.js';
import { restrictFor, restrictLater } from './restrict-access.js';
import { readDraft, saveDraft } from './save.js';
import { fingerprint } from './view.js';

/** The result of a metadata call. */
interface MetadataResult {
  deposition: ZenodoDeposition;
  /** The metadata at Zenodo now, in the deposit API's names. */
  metadata: Content;
  /** The metadata at Zenodo now, in the records API's names. For a dry run, what would be sent. */
  record: { metadata: Content; custom_fields: Content; access: Content; pids: Content };
  dropped: { field: string; message: string }[];
  warnings: string[];
  /** Dry run only: what would prevent the publication. */
  problems?: { field: string; message: string }[];
}

/**
 * Saves a container's metadata in its draft with one PUT, after looking up ids in vocabularies.
 * Also restricts the files if artifacts are not public. Throws `invalid_metadata`,
 * `invalid_manifest`, `already_published`, `metadata_conflict`.
 */
export async function describeDraft(
  call: Call,
  depositionId: number,
  body: Record<string, unknown>,
): Promise<MetadataResult> {
  const { caller, context } = call;
  await context.prove(caller, call.limits);
  const where = { owner_depositionId: { owner: caller.owner, depositionId } };
  const row = await context.database.draft.findUnique({ where, include: WITH_ACCESS });
  const request = await readRequest(call, body, row, depositionId);
  refuseFaults(request);
  const restricted = await keepRestricted(call, request, row);
  request.mapping = await lookUp(call, request.mapping);
  refuseFaults(request);
  if (request.dryRun) return dryRun(call, depositionId, request, row);
  const mine = { owner: caller.owner, depositionId };
  const saved = await withLock(call, depositionId, { wait: true }, async () => {
    const done = await saveDraft(call, depositionId, request);
    // Recorded under the lock: a pending action would restrict again what was just opened.
    const said = {
      ...(request.manifest === null ? {} : { manifest: request.manifest }),
      ...(request.decided ? { accessDecided: true } : {}),
    };
    const isDecided = request.decided || rightOf(done.draft.access) === 'restricted';
    if (!isDecided && request.manifest === null) return done;
    await context.database.$transaction(async (tx) => {
      if (isDecided) await clearActions(tx, call, depositionId, 'restrict_access');
      await tx.draft.updateMany({ where: mine, data: said });
    });
    return done;
  }).catch(async (error: unknown) => {
    // The save may not have happened, so restricting the files becomes a pending action.
    if (isOutcomeUnknown(error)) await restrictLater(call, depositionId, restricted);
    throw error;
  });
  const { draft, content, dropped } = saved;
  const warnings = [...saved.warnings, ...saved.blockers];
  const { deposition, note } = await readView(call, depositionId, draft);
  await context.database.draft.updateMany({
    where: mine,
    data: { metadataHash: fingerprint(deposition) },
  });
  if (lacksRights(content)) {
    warnings.push(`${request.mapping.set['metadata.rights']?.path ?? 'license'}: ${NO_RIGHTS}.`);
  }
  if (note !== null) warnings.push(note);
  return {
    deposition,
    metadata: deposition.metadata,
    record: recordOf(draft),
    dropped,
    warnings: listedWarnings(warnings),
  };
}

function refuseFaults({ mapping, strict }: MetadataCall): void {
  const faults = [...mapping.faults, ...(strict ? mapping.warnings.map(fieldOfWarning) : [])];
  if (faults.length === 0) return;
  const errors = listedFaults(faults);
  throw problem('invalid_metadata', `Correct this and try again: ${sentenceOf(errors)}.`, { errors });
}

/** A warning begins with the path that it is about. */
function fieldOfWarning(warning: string): { field: string; message: string } {
  const at = warning.indexOf(': ');
  return { field: warning.slice(0, at), message: warning.slice(at + 2) };
}

/**
 * Restricts the files, in the same save, if artifacts are not public and the caller has not decided
 * otherwise. An earlier decision stands, unless the metadata is replaced as a whole. A new manifest
 * replaces the stored one. Returns the artifacts that are the reason.
 */
async function keepRestricted(
  call: Call,
  { manifest, mapping, mode, decided, restricted: named }: MetadataCall,
  row: AccessRow | null,
): Promise<string[]> {
  if (decided) return [];
  if (row?.accessDecided === true && mode === 'merge') {
    delete mapping.set['access.right'];
    return [];
  }
  const said = row === null || manifest === null ? row : { ...row, manifest: null };
  const now = today(call.context);
  const stored = said === null ? [] : await restrictedOf(call, said);
  const restricted = [...standing(named, now), ...stored];
  if (restricted.length === 0) return [];
  restrictFor(restricted, mapping, now);
  mapping.warnings.push(accessWarning(restricted));
  return restricted;
}

/** What would be sent, and everything that `check` would say about it. */
async function dryRun(
  call: Call,
  depositionId: number,
  request: MetadataCall,
  row: AccessRow | null,
): Promise<MetadataResult> {
  const draft = await readDraft(call, depositionId);
  const { deposition } = await readView(call, depositionId, draft);
  const planned = { files: [], problems: [] };
  const { problems, warnings, content } = await examine(call, {
    deposition,
    draft,
    request,
    row,
    planned,
  });
  const { files: _files, ...record } = content;
  return { deposition, metadata: depositView(content), record, dropped: [], warnings, problems };
}

/** The metadata of a draft. */
function recordOf({ metadata, custom_fields = {}, access = {}, pids = {} }: RdmDraft) {
  return { metadata, custom_fields, access, pids };
}
