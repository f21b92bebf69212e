import type { TusFile } from '../../database/generated/client.js';
import { poll } from '../../time.js';
import type { UploadsContext } from '../context.js';
import { completeIntake } from '../intake/complete-intake.js';
import { isAtZenodo } from '../model.js';
import { encodedNameNotices } from '../plan/file-names.js';
import { storedOptions } from '../rows/json-columns.js';
import type { UploadWithFiles } from '../rows/upload-reads.js';
import { stagedBytesLost } from '../staging/faults.js';
import { hashStaged } from '../staging/running-digest.js';
import { createStagedFile } from '../staging/staged-file.js';
import type { ReceivedFile, UploadWorker } from '../worker/worker.js';
import type { LiveFiles } from './live-files.js';

/** Milliseconds between two looks at a file that another process is sending. */
const POLL = 500;

/**
 * Completes a tus upload whose files have all arrived, and whose lease this process holds: plans
 * the files of the draft as for a form, and delivers what is missing. After a crash it can be
 * repeated from the beginning. Throws what is wrong with the upload as a whole.
 */
export async function completeTusUpload(
  context: UploadsContext,
  live: LiveFiles,
  upload: UploadWithFiles,
  worker: UploadWorker,
): Promise<void> {
  const { tusRepository, staging } = context;
  const options = storedOptions(upload);
  await tusRepository.forgetZips(upload.id);
  const files = await tusRepository.list(upload.id);
  const named = new Map(upload.files.map(({ id, name }) => [id, name]));
  const received: ReceivedFile[] = [];
  for (const file of files) {
    const path = staging.pathOf(upload.id, file.id);
    // Bytes that this process hashed as they arrived need not be hashed again.
    if (!named.has(file.id) && !live.wasSealedHere(file.id)) await checkBytes(path, file, worker);
    const staged = createStagedFile(path, file.path, sealOf(file));
    received.push({ id: file.id, path: file.path, staged, name: named.get(file.id) ?? null });
  }
  const announced = files.map(({ path, size }) => ({ path, size: Number(size) }));
  const how = { archive: options.archive, prefix: '' };
  const plan = await context.planWhole({ owner: worker.caller.owner, waitsAlways: true }, announced, how);
  const notices = encodedNameNotices(files.map(({ path }) => path));
  const rest = async () => {
    await Promise.all(
      received.filter(({ id }) => named.has(id)).map((file) => bring(context, live, worker, file)),
    );
    for (const { id } of files) live.forgetSeal(id);
  };
  await completeIntake(context, worker, { received, plan, options, notices }, rest);
}

/** Delivers a file that was sent while it arrived, or is being sent, unless it is already there. */
async function bring(
  context: UploadsContext,
  live: LiveFiles,
  worker: UploadWorker,
  file: ReceivedFile,
): Promise<void> {
  const { fileRepository } = context;
  const { id, staged } = file;
  const name = file.name ?? file.path;
  const row = { id, name, attempts: 0 };
  try {
    await live.whenDown(id);
    const look = async () => {
      worker.check();
      return (await context.tusLeases.isTaken(id)) ? null : true;
    };
    await poll(look, { interval: POLL });
    const now = await fileRepository.fileById(id);
    if (now !== null && isAtZenodo(now.state)) return worker.addSafe(name);
    const { sealed } = staged;
    if (sealed === null) throw stagedBytesLost();
    if (!live.wasSealedHere(id)) await checkBytes(staged.path, { md5: sealed.md5 }, worker);
    worker.check();
    worker.add({ id, name, size: sealed.size, staged, attempts: now?.attempts ?? 0, sent: 0 });
  } catch (error) {
    await worker.addLost(row, error);
  }
}

/** Bytes on the disk are hashed again before they are trusted. */
async function checkBytes(path: string, { md5 }: Pick<TusFile, 'md5'>, worker: UploadWorker): Promise<void> {
  worker.check();
  if ((await hashStaged(path))?.md5 !== md5) throw stagedBytesLost();
}

function sealOf({ size, md5 }: TusFile) {
  return md5 === null ? null : { size: Number(size), md5 };
}
