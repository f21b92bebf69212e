import { connectionOf } from '../connections/caller.js';
import { isProblem, problem } from '../errors.js';
import { quoted } from '../uploads/plan/file-names.js';
import { createdAt, type ZenodoDeposition } from '../zenodo/deposition.js';
import { isBadRequest, isOutcomeUnknown, nullIfGone, sendOnce } from '../zenodo/outcome.js';
import { unknownForm } from '../zenodo/responses.js';
import type { Call } from './call.js';
import type { DraftsContext } from './context.js';
import { forgetReusedId } from './create.js';
import { withLock } from './draft-lock.js';
import { ownAndForeign } from './own-files.js';
import { refuseUnfinished } from './publish-attempts.js';
import { fingerprint } from './view.js';

/** The draft of a new version. */
interface NewVersion {
  deposition: ZenodoDeposition;
  /** False if it was already open. */
  created: boolean;
}

/**
 * The draft of a record's next version: the open one, or a new one with the files of the last
 * version. `files: 'clear'` removes the files, but none that uploads have brought since the version
 * was opened. The draft becomes the current deposition of the container. Throws `not_published`,
 * `external_doi`, `operation_in_progress`, `upload_unfinished`, `version_has_uploads`,
 * `outcome_unknown`.
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
    if (files === 'clear' && !found.created) await refuseUploaded(call, found.deposition);
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

/** A repeated call must not remove what uploads bring, or have brought, to the open draft. */
async function refuseUploaded({ context }: Call, draft: ZenodoDeposition): Promise<void> {
  await refuseUnfinished(context, draft.id);
  const [file] = (await ownAndForeign(context, draft)).own;
  if (file === undefined) return;
  throw problem(
    'version_has_uploads',
    `The new version is deposition ${draft.id}, and files have been uploaded to it since it was opened, such as ${quoted(file.filename)}. Continue with it, or remove its files with DELETE /depositions/${draft.id}/files/{filename}.`,
  );
}

/**
 * The open draft of the same concept. Zenodo's listing may lag by seconds, so null proves nothing.
 */
async function findOpen({ deposits }: Call, record: ZenodoDeposition): Promise<ZenodoDeposition | null> {
  const query = { q: `conceptrecid:${record.conceptrecid ?? record.id}`, all_versions: 'true', size: 100 };
  const listed = await deposits.list(query);
  const draft = listed.find((item) => !item.submitted && item.conceptrecid === record.conceptrecid);
  if (draft === undefined) return null;
  return deposits.read(draft.id, { own: true }).catch(nullIfGone);
}

/**
 * Creates the version through the deposit API. If that is refused because an open draft has files,
 * or the answer is lost, the records API names the draft without creating a second one.
 */
function make(call: Call, record: ZenodoDeposition): Promise<NewVersion> {
  return sendOnce(
    () => create(call, record),
    (doubted) => recover(call, record, { mayBeNew: !isBadRequest(doubted) }),
    (error) => isBadRequest(error) || isOutcomeUnknown(error),
  );
}

async function create({ context, deposits }: Call, record: ZenodoDeposition): Promise<NewVersion> {
  const answer = await deposits.newVersion(record.id);
  const draftId = answer.submitted ? idOf(answer.links['latest_draft']) : answer.id;
  if (draftId === null || draftId === record.id) {
    throw unknownForm(undefined, 'Zenodo does not say which draft the new version has.');
  }
  const deposition = await deposits.read(draftId, { own: true });
  // Zenodo returns an open draft without files as if it were new, and its listing may lag.
  return { deposition, created: await isNew(context, deposition) };
}

async function recover(
  call: Call,
  record: ZenodoDeposition,
  { mayBeNew }: { mayBeNew: boolean },
): Promise<NewVersion> {
  const { context, deposits, records } = call;
  try {
    const draftId = await records.newVersion(record.id);
    const deposition = await deposits.read(draftId, { own: true });
    const created = mayBeNew && (await isNew(context, deposition));
    if (!created || (deposition.files ?? []).length > 0) return { deposition, created };
    await records.importFiles(draftId);
    return { deposition: await deposits.read(draftId), created };
  } catch (error) {
    if (!isOutcomeUnknown(error)) throw error;
    const open = await findOpen(call, record).catch(() => null);
    if (open) return { deposition: open, created: mayBeNew && (await isNew(context, open)) };
    throw problem(
      'outcome_unknown',
      'Zenodo did not confirm whether it created the new version. Repeat the call in a minute. It finds the draft if there is one.',
      { retry_after: 60, ...(error.members.zenodo ? { zenodo: error.members.zenodo } : {}) },
      error,
    );
  }
}

/** Whether nothing is recorded of a draft yet: then this call has created it. */
async function isNew(context: DraftsContext, draft: ZenodoDeposition): Promise<boolean> {
  if (await context.draftRepository.isKnown(draft.id, createdAt(draft))) return false;
  await forgetReusedId(context, draft.id, null);
  return true;
}

async function clear({ deposits }: Call, draft: ZenodoDeposition): Promise<ZenodoDeposition> {
  for (const file of draft.files ?? []) {
    await deposits.deleteFile(draft.id, file.id).catch((error: unknown) => {
      if (!isProblem(error, 'file_not_found')) throw error;
    });
  }
  return deposits.read(draft.id);
}

/**
 * Makes the new draft current for the container, and copies the decision about access. Only drafts
 * created here are ever deleted automatically. A repeated call takes back nothing that is recorded
 * of the draft.
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
  const mine = { owner: caller.owner, depositionId: draft.id };
  const isRecorded = (await context.database.draft.count({ where: mine })) > 0;
  await context.draftRepository.succeed(container, draft.id, createdAt(draft));
  await context.database.draft.updateMany({
    where: mine,
    data: {
      ...(old.accessDecided ? { accessDecided: true } : {}),
      ...(created ? { metadataHash: fingerprint(draft) } : {}),
      ...(created || isRecorded ? {} : { madeHere: false }),
      // The manifests were copied together with the files.
      ...(created && files === 'keep'
        ? { manifest: old.manifest, restrictedInside: old.restrictedInside }
        : {}),
    },
  });
}

function idOf(link: unknown): number | null {
  const id = typeof link === 'string' ? /\/(\d{1,15})\/?$/.exec(link)?.[1] : undefined;
  return id === undefined ? null : Number(id);
}
