import { problem } from '../../errors.js';
import { pause } from '../../time.js';
import { md5Of } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import type { DraftFiles } from '../model.js';
import type { OutgoingFile } from '../outgoing-file.js';
import { WaitTimeout } from '../staging/notifier.js';
import { holds, rereadDraft } from './read-draft.js';
import { type Transfer, transferFile } from './transfer.js';

/** Milliseconds until the next attempt to claim a name that another upload is sending. */
const CLAIM_WAIT = 500;

/**
 * Makes sure that the draft has exactly this file, and records it. The file is not sent if it is
 * already there. Otherwise it is sent when a slot is free and no other upload is sending that name.
 * `mayYield`: no caller waits, so a later upload's file of that name may win. Throws a Problem, or
 * the signal's reason.
 */
export async function deliverFile(
  context: UploadsContext,
  { mayYield, ...transfer }: Transfer & { mayYield(): boolean },
): Promise<void> {
  const { caller, draft, file, signal } = transfer;
  const { fileRepository, sentFiles, semaphore } = context;
  let waited = false;
  let slow = false;
  for (;;) {
    if (slow || mayBeThere(draft, file)) await file.staged.whenSealed(signal);
    if (isThere(draft, file) && (await isStillThere(context, transfer))) return;
    const release = await semaphore.acquire(caller.owner, signal);
    try {
      if (await fileRepository.claimName(file)) {
        // An upload that sent that name before may have sent the same bytes, or others since the
        // draft was read. And callers delete files.
        const doubtful = waited || isThere(draft, file);
        const known = !doubtful || (await rereadDraft(context, caller, draft, signal));
        if (doubtful && file.staged.sealed === null && mayBeThere(draft, file))
          throw new WaitTimeout('not all here');
        if (known && isThere(draft, file)) return await arrived(fileRepository, file, 'unchanged');
        const later = mayYield() ? await sentFiles.broughtLater(file.id) : null;
        if (later !== null) {
          const { sealed } = file.staged;
          // It may be the same file.
          if (sealed === null) throw new WaitTimeout('not all here');
          if (later.md5 !== sealed.md5) throw outdated();
          const looked = await rereadDraft(context, caller, draft, signal);
          if (looked && isThere(draft, file)) return await arrived(fileRepository, file, 'unchanged');
        }
        await transferFile(context, transfer);
        return await arrived(fileRepository, file, 'uploaded');
      }
      waited = true;
    } catch (error) {
      if (!(error instanceof WaitTimeout)) throw error;
      // A file whose bytes are missing holds neither slot nor name. It is sent when it is complete.
      slow = true;
      await fileRepository.giveUpName(file);
    } finally {
      release();
    }
    if (!slow) await pause(CLAIM_WAIT, signal);
  }
}

/**
 * Whether the draft that was read has the file still, and records that. It takes no slot, so that
 * one read answers for all files that ask at once. The name is claimed before the read: no other
 * upload replaces the file after it.
 */
async function isStillThere(
  context: UploadsContext,
  { caller, draft, file, signal }: Transfer,
): Promise<boolean> {
  const { fileRepository, settling } = context;
  /** Thousands of files are released by one read: they must not take the database all at once. */
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const end = await settling.acquire(caller.owner, signal);
    return work().finally(end);
  };
  if (!(await inTurn(() => fileRepository.claimName(file)))) return false;
  const known = await rereadDraft(context, caller, draft, signal);
  if (!known || !isThere(draft, file)) return false;
  await inTurn(() => arrived(fileRepository, file, 'unchanged'));
  return true;
}

/**
 * Whether the draft has a file of this name and size. Then nothing is sent before the last byte has
 * arrived.
 */
function mayBeThere(draft: DraftFiles, { name, size, announcedMd5 }: OutgoingFile): boolean {
  const twin = draft.files.find(({ filename, filesize }) => filename === name && filesize === size);
  return twin !== undefined && (announcedMd5 === undefined || announcedMd5 === md5Of(twin));
}

function isThere(draft: DraftFiles, { name, staged }: OutgoingFile): boolean {
  return staged.sealed !== null && holds(draft, name, staged.sealed.md5);
}

/** Records that the file is on the draft. All its bytes have arrived by then. */
function arrived(
  fileRepository: UploadsContext['fileRepository'],
  { id, token, size, attempts, staged }: OutgoingFile,
  state: 'uploaded' | 'unchanged',
): Promise<void> {
  return fileRepository.arrived({ id, token, size, attempts, md5: staged.sealed?.md5 ?? null }, state);
}

function outdated() {
  return problem(
    'upload_superseded',
    'A later upload has sent another file of this name to the draft meanwhile. The draft keeps that one.',
  );
}
