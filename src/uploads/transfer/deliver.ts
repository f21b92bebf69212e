import { problem } from '../../errors.js';
import { pause } from '../../time.js';
import type { UploadsContext } from '../context.js';
import type { OutgoingFile } from '../outgoing-file.js';
import { WaitTimeout } from '../staging/notifier.js';
import { type DraftFiles, holds, lookAgain, md5Of } from './draft-files.js';
import { type Transfer, transferFile } from './transfer.js';

/** Another upload is sending a file of the same name; asked again after this many milliseconds. */
const CLAIM_WAIT = 500;

/**
 * Makes sure that the draft holds exactly this file, and writes that down: not sent if it is there
 * already, else sent as soon as there is a free slot and no other upload is sending that name.
 * `mayYield`: no caller waits for it, so it may be older than what a caller has since been told is
 * there. Throws what stands against it, or the signal's reason.
 */
export async function deliverFile(
  context: UploadsContext,
  { mayYield, ...transfer }: Transfer & { mayYield(): boolean },
): Promise<void> {
  const { caller, draft, file, signal } = transfer;
  const { fileRepository, semaphore, timings } = context;
  let waited = false;
  let slow = false;
  for (;;) {
    if (slow || mayBeThere(draft, file)) await file.staged.whenSealed(signal);
    const release = await semaphore.acquire(caller.owner, signal);
    try {
      if (await fileRepository.claimName(file.id)) {
        // An upload that sent that name before may have sent the same bytes; and what was read long
        // ago says little.
        const old = performance.now() - draft.readAt > timings.trust;
        const doubtful = waited || (old && isThere(draft, file));
        const known = !doubtful || (await lookAgain(context, caller, draft, signal));
        if (doubtful && file.staged.sealed === null && mayBeThere(draft, file))
          throw new WaitTimeout('not all here');
        if (known && isThere(draft, file)) return await arrived(fileRepository, file, 'unchanged');
        const later = mayYield() ? await fileRepository.broughtLater(file.id) : null;
        if (later !== null) {
          const { sealed } = file.staged;
          // It may be the same file once more.
          if (sealed === null) throw new WaitTimeout('not all here');
          if (later.md5 !== sealed.md5) throw outdated();
          const looked = await lookAgain(context, caller, draft, signal);
          if (looked && isThere(draft, file)) return await arrived(fileRepository, file, 'unchanged');
        }
        await transferFile(context, transfer);
        return await arrived(fileRepository, file, 'uploaded');
      }
      waited = true;
    } catch (error) {
      if (!(error instanceof WaitTimeout)) throw error;
      // A file whose bytes are awaited keeps neither slot nor name: it is sent once all of it is
      // here.
      slow = true;
      await fileRepository.giveUpName(file.id);
    } finally {
      release();
    }
    if (!slow) await pause(CLAIM_WAIT, signal);
  }
}

/**
 * The draft has a file of this name and size: worth waiting for the last byte before anything is
 * sent.
 */
function mayBeThere(draft: DraftFiles, { name, size, announcedMd5 }: OutgoingFile): boolean {
  const twin = draft.files.find(({ filename, filesize }) => filename === name && filesize === size);
  return twin !== undefined && (announcedMd5 === undefined || announcedMd5 === md5Of(twin));
}

function isThere(draft: DraftFiles, { name, staged }: OutgoingFile): boolean {
  return staged.sealed !== null && holds(draft, name, staged.sealed.md5);
}

/** Its bytes are all here by then: Zenodo holds the same. */
function arrived(
  fileRepository: UploadsContext['fileRepository'],
  { id, size, attempts, staged }: OutgoingFile,
  state: 'uploaded' | 'unchanged',
): Promise<void> {
  return fileRepository.arrived({ id, size, attempts, md5: staged.sealed?.md5 ?? null }, state);
}

function outdated() {
  return problem(
    'upload_superseded',
    'A later upload has sent another file of this name to the draft meanwhile. The draft keeps that one.',
  );
}
