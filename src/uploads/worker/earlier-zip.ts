import { rm } from 'node:fs/promises';
import { isProblem, Problem, problem } from '../../errors.js';
import { retry } from '../../time.js';
import { md5Of } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import { isTransient } from '../failures.js';
import type { StagedPart } from '../model.js';
import { quoted } from '../plan/file-names.js';
import { hashStaged } from '../staging/running-digest.js';
import { createStagedFile } from '../staging/staged-file.js';
import { readDraftFiles } from '../transfer/read-draft.js';
import type { UploadWorker } from './worker.js';

/**
 * Downloads the earlier zip of a folder from the draft to the staging volume, if it contains some
 * of `parts` and is not staged. Throws folder_exists if it is no longer on the draft, or Zenodo's
 * refusal.
 */
export async function stageEarlierZip(
  context: UploadsContext,
  worker: UploadWorker,
  name: string,
  parts: readonly StagedPart[],
): Promise<void> {
  const inside = parts.filter(({ offset }) => offset !== undefined);
  const [first] = inside;
  if (first === undefined) return;
  const path = context.staging.pathOf(worker.id, first.id);
  if (await areStaged(path, inside, worker.check)) return;
  const { attempts, firstWait, longestWait } = context.timings;
  await retry(() => fetchZip(context, worker, name, path), {
    when(error, failures) {
      worker.check();
      return failures < attempts && error instanceof Problem && isTransient(error);
    },
    first: firstWait,
    most: longestWait,
  });
  if (!(await areStaged(path, inside, worker.check))) throw changed(name);
}

async function fetchZip(
  context: UploadsContext,
  worker: UploadWorker,
  name: string,
  path: string,
): Promise<void> {
  const { staging, reservations } = context;
  await rm(path, { force: true });
  await staging.create(worker.id);
  const { caller } = worker;
  const { depositionId, createdAt } = worker.draft;
  const { bucketId, files } = await readDraftFiles(context, caller, depositionId, { createdAt });
  const there = files.find(({ filename }) => filename === name);
  if (there === undefined) throw changed(name);
  const { body } = await context.zenodoFor(caller).deposits.getFile(bucketId, name, depositionId);
  try {
    await createStagedFile(path, name).fill(body, {
      size: there.filesize,
      md5: md5Of(there),
      check: worker.check,
      beforeWrite: reservations.check,
    });
  } catch (error) {
    worker.check();
    if (isProblem(error, 'staging_full')) throw error;
    throw problem('zenodo_unreachable', `Zenodo stopped while it was sending ${quoted(name)}.`, {}, error);
  } finally {
    body.destroy();
  }
}

async function areStaged(path: string, parts: readonly StagedPart[], check: () => void): Promise<boolean> {
  for (const { offset = 0, size, md5 } of parts) {
    check();
    if ((await hashStaged(path, { offset, size }))?.md5 !== md5) return false;
  }
  return true;
}

function changed(name: string) {
  return problem(
    'folder_exists',
    `${quoted(name)} has changed on the draft meanwhile, so the folder was not merged into it. Send the folder again.`,
  );
}
