import { type Caller, connectionOf } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import type { ZenodoDeposition } from '../zenodo/deposition.js';
import { importFiles, newVersion, versionDraftId } from '../zenodo/life-cycle.js';
import { isOutcomeUnknown } from '../zenodo/outcome.js';
import { ask, type DraftsContext, type Limits } from './context.js';
import { giveWay } from './find-or-create.js';
import { alone } from './lease.js';
import { fingerprint } from './preservation.js';
import { readDeposition } from './reading.js';

/** The draft of a new version. */
export interface NewVersion {
  deposition: ZenodoDeposition;
  /** False if it was open already. */
  created: boolean;
}

/**
 * The draft of the next version of a record: the open one, or a new one with the files of the last. `files: 'clear'` leaves it without. The
 * draft then stands for the container. Throws `not_published`, `external_doi`, `operation_in_progress`, `outcome_unknown`.
 */
export async function openVersion(
  context: DraftsContext,
  caller: Caller,
  depositionId: number,
  files: 'keep' | 'clear',
  limits: Limits,
): Promise<NewVersion> {
  const record = await readDeposition(context, caller, depositionId, limits);
  requireVersionable(record);
  const concept = Number(record.conceptrecid ?? depositionId);
  return alone(context, caller, concept, { limits, wait: false }, async () => {
    const open = await findOpen(context, caller, record, limits);
    const found = open ? { deposition: open, created: false } : await make(context, caller, record, limits);
    const deposition =
      files === 'clear' ? await clear(context, caller, found.deposition, limits) : found.deposition;
    await inherit(context, caller, depositionId, deposition, { created: found.created, files });
    context.audit('version_opened', { deposition_id: deposition.id, connection_id: connectionOf(caller) });
    return { deposition, created: found.created };
  });
}

function requireVersionable(record: ZenodoDeposition): void {
  if (!record.submitted) {
    throw problem(
      'not_published',
      `Deposition ${record.id} is a draft: publish it first. If it is the draft of a new version, go on with it.`,
    );
  }
  if (record.doi !== undefined && record.doi !== '' && !/^10\.(5281|5072)\//.test(record.doi)) {
    throw problem(
      'external_doi',
      'Zenodo makes no versions of a record whose DOI was registered elsewhere. Make a new deposition.',
    );
  }
}

/** The open draft of the same concept; Zenodo's listing may be seconds behind, so a miss proves nothing. */
async function findOpen(
  context: DraftsContext,
  caller: Caller,
  record: ZenodoDeposition,
  limits: Limits,
): Promise<ZenodoDeposition | null> {
  const query = { q: `conceptrecid:${record.conceptrecid ?? record.id}`, all_versions: 'true', size: 100 };
  const listed = await ask(context, caller, limits, (token, call) =>
    context.zenodo.listDepositions(token, query, call),
  );
  const draft = listed.find((item) => !item.submitted && item.conceptrecid === record.conceptrecid);
  if (draft === undefined) return null;
  return readDeposition(context, caller, draft.id, limits).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'deposition_not_found') return null;
    throw error;
  });
}

/** Makes it in the older dialect; if that is refused because one is open, or its answer is lost, the newer one names the draft without making a second. */
async function make(
  context: DraftsContext,
  caller: Caller,
  record: ZenodoDeposition,
  limits: Limits,
): Promise<NewVersion> {
  const { id } = record;
  try {
    const answer = await ask(
      context,
      caller,
      limits,
      (token, call) => newVersion(context.zenodo, token, id, call),
      id,
    );
    const draftId = answer.submitted ? idOf(answer.links['latest_draft']) : answer.id;
    if (draftId !== null && draftId !== id) {
      await giveWay(context, draftId, null);
      return { deposition: await readDeposition(context, caller, draftId, limits), created: true };
    }
  } catch (error) {
    const open = error instanceof Problem && error.code === 'invalid_metadata';
    if (!open && !isOutcomeUnknown(error)) throw error;
  }
  return recover(context, caller, record, limits);
}

async function recover(
  context: DraftsContext,
  caller: Caller,
  record: ZenodoDeposition,
  limits: Limits,
): Promise<NewVersion> {
  try {
    const draftId = await ask(
      context,
      caller,
      limits,
      (token, call) => versionDraftId(context.zenodo, token, record.id, call),
      record.id,
    );
    let deposition = await readDeposition(context, caller, draftId, limits);
    if ((deposition.files ?? []).length === 0) {
      await ask(context, caller, limits, (token, call) => importFiles(context.zenodo, token, draftId, call));
      deposition = await readDeposition(context, caller, draftId, limits);
    }
    return { deposition, created: true };
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    const open = await findOpen(context, caller, record, limits).catch(() => null);
    if (open) return { deposition: open, created: true };
    throw problem(
      'outcome_unknown',
      'Zenodo did not say whether it made the new version. Ask again in a minute: an open draft will be found.',
      { retry_after: 60, ...(error.members.zenodo ? { zenodo: error.members.zenodo } : {}) },
      error,
    );
  }
}

async function clear(
  context: DraftsContext,
  caller: Caller,
  draft: ZenodoDeposition,
  limits: Limits,
): Promise<ZenodoDeposition> {
  for (const file of draft.files ?? []) {
    await ask(
      context,
      caller,
      limits,
      (token, call) => context.zenodo.deleteFile(token, draft.id, file.id, call),
      draft.id,
    ).catch((error: unknown) => {
      if (!(error instanceof Problem) || error.code !== 'file_not_found') throw error;
    });
  }
  return readDeposition(context, caller, draft.id, limits);
}

/** The new draft stands for the container of the old record, with what was decided about its access. Only one made here is ever removed by itself. */
async function inherit(
  context: DraftsContext,
  caller: Caller,
  oldId: number,
  draft: ZenodoDeposition,
  { created, files }: { created: boolean; files: 'keep' | 'clear' },
): Promise<void> {
  const where = { owner: caller.owner, depositionId: oldId };
  const old = await context.database.draft.findUnique({ where: { owner_depositionId: where } });
  if (!old?.containerId) return;
  await context.rows.succeed(caller.owner, connectionOf(caller), old.containerId, draft.id);
  await context.database.draft.updateMany({
    where: { owner: caller.owner, depositionId: draft.id },
    data: {
      accessDecided: old.accessDecided,
      ...(created ? { metadataHash: fingerprint(draft) } : { madeHere: false }),
      // The manifests came along with the files.
      ...(created && files === 'keep'
        ? { manifest: old.manifest, restrictedInside: old.restrictedInside }
        : {}),
    },
  });
}

function idOf(link: unknown): number | null {
  const id = typeof link === 'string' ? /\/(\d+)\/?$/.exec(link)?.[1] : undefined;
  return id === undefined ? null : Number(id);
}
