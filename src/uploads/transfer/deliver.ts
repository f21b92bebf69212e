import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../../connections/caller.js';
import type { UploadsContext } from '../context.js';
import { holds, md5Of, readTarget, type Target } from './target.js';
import { type Outgoing, transferFile } from './transfer.js';

/** Another upload is sending a file of the same name; asked again after this many milliseconds. */
const CLAIM_WAIT = 500;

/**
 * Sees to it that the draft holds exactly this file, and writes that down: not sent if it is there already, else sent as soon as
 * there is a free slot and no other upload is sending that name. Throws what stands against it, or the signal's reason.
 */
export async function deliverFile(
  context: UploadsContext,
  caller: Caller,
  target: Target,
  file: Outgoing,
  signal: AbortSignal,
): Promise<void> {
  const { rows, slots } = context;
  if (mayBeThere(target, file)) await file.staged.whenSealed();
  for (let turn = 0; ; turn += 1) {
    const release = await slots.acquire(caller.owner, signal);
    try {
      // Whoever sent that name before us may have sent the same bytes.
      if (turn > 0) Object.assign(target, await readTarget(context, caller, target.depositionId, signal));
      const { sealed } = file.staged;
      if (sealed !== null && holds(target, file.name, sealed.md5)) {
        return await rows.updateFile(file.id, { state: 'unchanged' });
      }
      if (await rows.claimName(file.id)) {
        await transferFile(context, caller, target, file, signal);
        const { size, attempts } = file;
        return await rows.updateFile(file.id, { state: 'uploaded', sent: size, attempts });
      }
    } finally {
      release();
    }
    await sleep(CLAIM_WAIT, undefined, { signal });
  }
}

/** The draft has a file of this name and size: worth waiting for the last byte before anything is sent. */
function mayBeThere(target: Target, { name, size, announcedMd5 }: Outgoing): boolean {
  const twin = target.files.find(({ filename, filesize }) => filename === name && filesize === size);
  return twin !== undefined && (announcedMd5 === undefined || announcedMd5 === md5Of(twin));
}
