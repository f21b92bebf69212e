import type { Caller } from '../../connections/caller.js';
import { Problem, problem } from '../../errors.js';
import { retry } from '../../time.js';
import type { ZenodoFile } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import { isForbidden, isTransient } from '../failures.js';
import { quoted } from '../plan/file-names.js';
import { waitForRateLimit } from './wait-for-rate-limit.js';

/** Attempts at one removal, and the wait after the first in milliseconds, which doubles. */
const ATTEMPTS = 3;
const FIRST_WAIT = 300;

interface Removal {
  caller: Caller;
  depositionId: number;
  signal: AbortSignal;
  /** All bytes of an upload are here, so it waits for Zenodo's rate limit. */
  waitsForLimit?: boolean;
}

/**
 * Removes files from a draft. A file that is already gone is not an error. Throws Zenodo's refusal
 * with the name of the file.
 */
export async function removeFiles(
  context: Pick<UploadsContext, 'zenodoFor'>,
  { caller, depositionId, signal, waitsForLimit = false }: Removal,
  files: readonly ZenodoFile[],
): Promise<void> {
  const when = (error: unknown, failures: number) => failures < ATTEMPTS && mayBeRemovedLater(error);
  for (const { id, filename } of files) {
    const call = () => context.zenodoFor(caller, { signal }).deposits.deleteFile(depositionId, id);
    const remove = () => (waitsForLimit ? waitForRateLimit(call, signal) : call());
    await retry(remove, { when, first: FIRST_WAIT, most: FIRST_WAIT * 2 ** ATTEMPTS, signal }).catch(
      (error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        if (error.code !== 'file_not_found') throw notRemoved(error, filename);
      },
    );
  }
}

/**
 * Zenodo refuses some deletions without a reason (zenodo/zenodo#2502). The draft was read in the
 * user's name, so it is theirs.
 */
function mayBeRemovedLater(fault: unknown): boolean {
  if (!(fault instanceof Problem) || fault.code === 'file_not_found') return false;
  return isForbidden(fault) || (isTransient(fault) && fault.code !== 'too_many_requests');
}

function notRemoved(fault: Problem, name: string): Problem {
  const detail = `${quoted(name)} could not be removed from the draft. ${fault.detail}`;
  return problem(fault.code, detail, { ...fault.members, file: name }, fault);
}
