import { connectionOf } from '../connections/caller.js';
import { Problem, problem } from '../errors.js';
import { createdAt, type ZenodoDeposition } from '../zenodo/deposition.js';
import { isBadRequest, isOutcomeUnknown } from '../zenodo/outcome.js';
import type { Call } from './call.js';
import { forgetReusedId } from './create.js';
import { withLock } from './lock.js';
import { fingerprint } from './view.js';

/** The draft of a new version. */
interface NewVersion {
  deposition: ZenodoDeposition;
  /** False if it was already open. */
  created: boolean;
}

/**
 * The draft of a record's next version: the open one, or a new one with the files of the last
 * version. `files: 'clear'` removes the files. The draft becomes the current deposition of the
 * container. Throws `not_published`, `external_doi`, `operation_in_progress`, `outcome_unknown`.
 */
export async function openVersion(
  call: Call,
  depositionId: number,
  files: 'keep' | 'clear',
): Promise<NewVersion> {
  const { deposits } = call;
  const record = await deposits.read(depositionId);
  requireVersionable(record);
  const concept = Number(record.conceptrecid ?? depositionId);
  return withLock(call, concept, { wait: false }, async () => {
    const open = await findOpen(call, record);
    const found = open ? { deposition: open, created: false } : await make(call, record);
    const deposition = files === 'clear' ? await clear(call, found.deposition) : found.deposition;
    await inherit(call, depositionId, deposition, { created: found.created, files });
    call.audit('version_opened', deposition.id);
    return { deposition, created: found.created };
  });
}

function requireVersionable(record: ZenodoDeposition): void {
  if (!record.submitted) {
    throw problem(
      'not_published',
      `Deposition ${record.id} is a draft: publish it first. If it is the draft of a new version, continue with it.`,
    );
  }
  if (record.doi !== undefined && record.doi !== '' && !/^10\.(5281|5072)\//.test(record.doi)) {
    throw problem(
      'external_doi',
      'Zenodo creates no versions of a record whose DOI was registered elsewhere. Create a new deposition.',
    );
  }
}

/**
 * The open draft of the same concept. Zenodo's listing may lag by seconds, so null proves nothing.
 */
async function findOpen({ deposits }: Call, record: ZenodoDeposition): Promise<ZenodoDeposition | null> {
  const query = { q: `conceptrecid:${record.conceptrecid ?? record.id}`, all_versions: 'true', size: 100 };
  const listed = await deposits.list(query);
  const draft = listed.find((item) => !item.submitted && item.conceptrecid === record.conceptrecid);
  if (draft === undefined) return null;
  return deposits.read(draft.id, { own: true }).catch((error: unknown) => {
    if (error instanceof Problem && error.code === 'deposition_not_found') return null;
    throw error;
  });
}

/**
 * Creates the version through the deposit API. If that is refused because a draft is open, or the
 * answer is lost, the records API names the draft without creating a second one.
 */
async function make(call: Call, record: ZenodoDeposition): Promise<NewVersion> {
  const { context, deposits } = call;
  try {
    const answer = await deposits.newVersion(record.id);
    const draftId = answer.submitted ? idOf(answer.links['latest_draft']) : answer.id;
    if (draftId !== null && draftId !== record.id) {
      const deposition = await deposits.read(draftId, { own: true });
      // Zenodo returns an open draft without files as if it were new, and its listing may lag.
      if (await context.draftRepository.isKnown(draftId, createdAt(deposition)))
        return { deposition, created: false };
      await forgetReusedId(context, draftId, null);
      return { deposition, created: true };
    }
  } catch (error) {
    if (!isBadRequest(error) && !isOutcomeUnknown(error)) throw error;
  }
  return recover(call, record);
}

async function recover(call: Call, record: ZenodoDeposition): Promise<NewVersion> {
  const { deposits, records } = call;
  try {
    const draftId = await records.newVersion(record.id);
    let deposition = await deposits.read(draftId, { own: true });
    if ((deposition.files ?? []).length === 0) {
      await records.importFiles(draftId);
      deposition = await deposits.read(draftId);
    }
    return { deposition, created: true };
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    const open = await findOpen(call, record).catch(() => null);
    if (open) return { deposition: open, created: true };
    throw problem(
      'outcome_unknown',
      'Zenodo did not confirm whether it created the new version. Repeat the call in a minute. It finds the draft if there is one.',
      { retry_after: 60, ...(error.members.zenodo ? { zenodo: error.members.zenodo } : {}) },
      error,
    );
  }
}

async function clear({ deposits }: Call, draft: ZenodoDeposition): Promise<ZenodoDeposition> {
  for (const file of draft.files ?? []) {
    await deposits.deleteFile(draft.id, file.id).catch((error: unknown) => {
      if (!(error instanceof Problem) || error.code !== 'file_not_found') throw error;
    });
  }
  return deposits.read(draft.id);
}

/**
 * Makes the new draft current for the container, and copies the decision about access. Only drafts
 * created here are ever deleted automatically.
 */
async function inherit(
  { caller, context }: Call,
  oldId: number,
  draft: ZenodoDeposition,
  { created, files }: { created: boolean; files: 'keep' | 'clear' },
): Promise<void> {
  const where = { owner: caller.owner, depositionId: oldId };
  const old = await context.database.draft.findUnique({ where: { owner_depositionId: where } });
  if (!old?.containerId) return;
  const container = {
    owner: caller.owner,
    connectionId: connectionOf(caller),
    containerId: old.containerId,
  };
  await context.draftRepository.succeed(container, draft.id, createdAt(draft));
  await context.database.draft.updateMany({
    where: { owner: caller.owner, depositionId: draft.id },
    data: {
      accessDecided: old.accessDecided,
      ...(created ? { metadataHash: fingerprint(draft) } : { madeHere: false }),
      // The manifests were copied together with the files.
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
