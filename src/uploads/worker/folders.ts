import { createHash, randomUUID } from 'node:crypto';
import { isProblem, problem } from '../../errors.js';
import { type Notice, notice } from '../../notice.js';
import { countdown, poll } from '../../time.js';
import { md5Of } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import type { FolderMode, StagedPart } from '../model.js';
import type { OutgoingFile } from '../outgoing-file.js';
import { quoted } from '../plan/file-names.js';
import type { PlannedFile } from '../plan/folders-to-zips.js';
import { dataOffsets, zipSize } from '../plan/zip-layout.js';
import { partsColumn } from '../rows/json-columns.js';
import { zipStream } from '../staging/archive.js';
import { createStagedFile } from '../staging/staged-file.js';
import { makeZip } from '../staging/zip-file.js';
import { readDraftWithRetries } from '../transfer/read-draft.js';
import { waitForRateLimit } from '../transfer/wait-for-rate-limit.js';
import { stageEarlierZip } from './earlier-zip.js';
import type { ReceivedFile, UploadWorker } from './worker.js';

/** A zip whose parts are all staged, or at Zenodo. Bytes. */
interface ZipToMake {
  name: string;
  size: number;
  /**
   * Bytes that it needs on the staging volume: for itself, and for the earlier zip it is merged
   * with.
   */
  reserve: number;
  make(): Promise<void>;
}

/** The upload that brings a folder. */
interface FolderWork {
  context: UploadsContext;
  worker: UploadWorker;
}

/**
 * How long a form waits for another upload of the same folder, and the pause between two looks.
 * Milliseconds.
 */
const TURN_WAIT = 60_000;
const POLL = 500;

/** The zip that a received folder becomes, whose row this upload has. */
export interface Folder {
  id: string;
  name: string;
  /** The parts that this upload brings. */
  fresh: StagedPart[];
}

/**
 * Records the zip that a received folder becomes, so that another process can create it. Throws
 * upload_unfinished.
 */
export async function addFolder(
  { context, worker }: FolderWork,
  planned: PlannedFile,
  received: ReadonlyMap<string, ReceivedFile>,
  { position, mode }: { position: number; mode: FolderMode },
): Promise<Folder> {
  const { name } = planned;
  const fresh = partsOf(planned, received);
  const id = randomUUID();
  const { depositionId } = worker.draft;
  const row = { id, uploadId: worker.id, depositionId, name, position };
  const sized = { ...row, size: zipSize(fresh), ...partsColumn(fresh) };
  if (mode === 'replace') await context.fileRepository.addFile(sized);
  else await takeTurn({ context, worker }, name, fresh, sized);
  return { id, name, fresh };
}

/**
 * The zips that folders become. If the draft has a zip of a folder, its other parts are kept,
 * unless `mode` is replace. No zip is made of a folder that has not changed. The draft is read once
 * for all of them. Throws folder_exists if the draft has another file of that name,
 * duplicate_file_name.
 */
export async function zipsOf(
  { context, worker }: FolderWork,
  folders: readonly Folder[],
  mode: FolderMode,
): Promise<{ zips: ZipToMake[]; notices: Notice[] }> {
  const zips: ZipToMake[] = [];
  const notices: Notice[] = [];
  if (mode === 'replace') {
    for (const folder of folders) zips.push(zipOf({ context, worker }, folder, folder.fresh));
    return { zips, notices };
  }
  try {
    if (folders.length > 0) await readAgain({ context, worker });
  } catch (error) {
    if (!isProblem(error, 'reauthorization_required')) throw error;
    // All bytes are here. They are joined when the user has authorized again.
    for (const { id, name, fresh } of folders) {
      const parts: StagedPart[] = fresh.map((part) => ({ ...part, unmerged: true }));
      await context.fileRepository.updateFile(id, partsColumn(parts));
      await worker.addLost({ id, name, attempts: 0 }, error);
    }
    return { zips, notices };
  }
  for (const folder of folders) {
    const joined = await joinFolder({ context, worker }, folder);
    notices.push(...joined.notices);
    if (joined.zip !== null) zips.push(joined.zip);
  }
  return { zips, notices };
}

/** Since the draft was read, another upload may have sent a folder, or its caller deleted it. */
async function readAgain({ context, worker: { caller, draft } }: FolderWork): Promise<void> {
  const { depositionId, createdAt } = draft;
  const read = () => readDraftWithRetries(context, caller, depositionId, createdAt);
  Object.assign(draft, await waitForRateLimit(read));
}

/** Joins the parts of a folder with those of its zip on the draft, as last read. */
async function joinFolder(
  { context, worker }: FolderWork,
  { id, name, fresh }: Folder,
): Promise<{ zip: ZipToMake | null; notices: Notice[] }> {
  const { fileRepository } = context;
  const earlier = await readEarlier({ context, worker }, name, fresh);
  const { kept, merged } =
    earlier === null
      ? { kept: [], merged: fresh }
      : await context.mergeStaged(worker.caller.owner, fresh, earlier.parts);
  const notices = keptNotices(name, kept.length);
  const known = new Map(earlier?.parts.map((part) => [part.entry, part.md5]));
  if (earlier !== null && fresh.every(({ entry, md5 }) => known.get(entry) === md5)) {
    const { md5, size } = earlier;
    await fileRepository.updateFile(id, {
      state: 'unchanged',
      md5,
      size,
      received: size,
      ...partsColumn(earlier.parts),
    });
    worker.addSafe(name);
    return { zip: null, notices };
  }
  await fileRepository.updateFile(id, { size: zipSize(merged), ...partsColumn(merged) });
  const earlierSize = kept.length > 0 ? (earlier?.size ?? 0) : 0;
  return { zip: zipOf({ context, worker }, { id, name }, merged, earlierSize), notices };
}

function partsOf(planned: PlannedFile, received: ReadonlyMap<string, ReceivedFile>): StagedPart[] {
  return (planned.entries ?? []).flatMap(({ path, entry }) => {
    const part = received.get(path);
    return part?.staged.sealed ? [{ id: part.id, path, entry, ...part.staged.sealed }] : [];
  });
}

function zipOf(
  { context, worker }: FolderWork,
  { id, name }: { id: string; name: string },
  parts: StagedPart[],
  earlierSize = 0,
): ZipToMake {
  const size = zipSize(parts);
  const zip = { id, name, size, attempts: 0 };
  const make = () =>
    sendZip({ context, worker }, zip, parts).catch((error: unknown) => worker.addLost(zip, error));
  return { name, size, reserve: size + earlierSize, make };
}

/** Creates a zip, which the worker sends meanwhile. Throws what `stageEarlierZip` throws. */
export async function sendZip(
  { context, worker }: FolderWork,
  zip: Pick<OutgoingFile, 'id' | 'name' | 'size' | 'attempts'>,
  parts: StagedPart[],
): Promise<void> {
  await stageEarlierZip(context, worker, zip.name, parts);
  const staged = createStagedFile(context.staging.pathOf(worker.id, zip.id), zip.name);
  worker.add({ ...zip, staged, sent: 0 });
  // A failure here also fails the transfer that reads the zip, which reports it.
  const order = { uploadId: worker.id, fileId: zip.id, staged, parts, check: worker.check };
  await makeZip(context, order).catch(() => undefined);
}

/**
 * Waits while another upload merges the same folder: concurrent merges would lose the parts of one.
 * Throws upload_unfinished.
 */
async function takeTurn(
  { context: { fileRepository }, worker }: FolderWork,
  name: string,
  fresh: readonly StagedPart[],
  row: Parameters<UploadsContext['fileRepository']['addFile']>[0],
): Promise<void> {
  let before = '';
  const look = async (): Promise<true | null> => {
    const other = await fileRepository.addFolder(row);
    if (other === null) return true;
    // The same call, repeated: it waits for the file of the first one, and then finds it unchanged.
    if (isSame(other.parts, fresh)) {
      await fileRepository.addFile(row);
      return true;
    }
    worker.check();
    before = other.id;
    return null;
  };
  if (await poll(look, { interval: POLL, left: countdown(TURN_WAIT) })) return;
  throw problem(
    'upload_unfinished',
    `Another upload, ${before}, is sending files of the folder ${quoted(name.slice(0, -4))}. Wait until it is done, or cancel it, then send these files again.`,
    { upload_id: before },
  );
}

function isSame(some: readonly StagedPart[], others: readonly StagedPart[]): boolean {
  const sums = new Map(others.map(({ entry, md5 }) => [entry, md5]));
  return some.length === others.length && some.every(({ entry, md5 }) => sums.get(entry) === md5);
}

/**
 * The zip of the folder on the draft, and where each of its parts is in it. Null if there is none,
 * or if it is exactly this one.
 */
async function readEarlier(
  { context, worker }: FolderWork,
  name: string,
  fresh: readonly StagedPart[],
): Promise<{ parts: StagedPart[]; md5: string; size: number } | null> {
  const { sentFiles, staging } = context;
  const there = worker.draft.files.find(({ filename }) => filename === name);
  if (there === undefined) return null;
  const md5 = md5Of(there);
  const parts = await sentFiles.partsOfZip(name, md5);
  if (parts !== null) {
    const id = randomUUID();
    const offsets = dataOffsets(parts);
    const placed = parts.map((part, index) => ({ ...part, id, offset: offsets[index] }));
    return { parts: placed, md5, size: there.filesize };
  }
  if (there.filesize === zipSize(fresh)) {
    const hash = createHash('md5');
    const sources = fresh.map(({ id, ...part }) => ({ ...part, path: staging.pathOf(worker.id, id) }));
    for await (const chunk of zipStream(sources)) hash.update(chunk as Buffer);
    if (hash.digest('hex') === md5) return null;
  }
  throw problem(
    'folder_exists',
    `The draft already has a file ${quoted(name)}, and this service does not know its content. Send folders=replace to replace it with the folder, rename the folder, or remove that file first.`,
  );
}

function keptNotices(name: string, kept: number): Notice[] {
  if (kept === 0) return [];
  const detail = `${quoted(name)} also keeps ${kept} earlier files that this call did not send. To remove them, send the whole folder with folders=replace.`;
  return [notice('parts_kept', detail, name, kept)];
}
