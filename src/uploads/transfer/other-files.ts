import type { Caller } from '../../connections/caller.js';
import { Problem, problem } from '../../errors.js';
import { retry } from '../../time.js';
import type { ZenodoFile } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import { mayPass } from '../failures.js';
import { quoted } from '../plan/file-names.js';

/**
 * How often one removal is tried, and the wait after the first time in milliseconds; it doubles.
 */
const ATTEMPTS = 3;
const FIRST_WAIT = 300;

/**
 * Removes files from a draft. One that is gone already is no fault. Throws what Zenodo says against
 * it, naming the file.
 */
export async function removeFiles(
  context: Pick<UploadsContext, 'zenodoFor'>,
  { caller, depositionId, signal }: { caller: Caller; depositionId: number; signal: AbortSignal },
  files: readonly ZenodoFile[],
): Promise<void> {
  const when = (error: unknown, failures: number) => failures < ATTEMPTS && mayBeRemovedLater(error);
  for (const { id, filename } of files) {
    const remove = () => context.zenodoFor(caller, { signal }).deposits.deleteFile(depositionId, id);
    await retry(remove, { when, first: FIRST_WAIT, most: FIRST_WAIT * 2 ** ATTEMPTS, signal }).catch(
      (error: unknown) => {
        if (!(error instanceof Problem)) throw error;
        if (error.code !== 'file_not_found') throw notRemoved(error, filename);
      },
    );
  }
}

/**
 * Zenodo refuses some deletions for no reason (zenodo/zenodo#2502): that the draft is this user's
 * was seen when it was read.
 */
function mayBeRemovedLater(fault: unknown): boolean {
  if (!(fault instanceof Problem) || fault.code === 'file_not_found') return false;
  return fault.code === 'not_your_deposition' || (mayPass(fault) && fault.code !== 'too_many_requests');
}

function notRemoved(fault: Problem, name: string): Problem {
  const detail = `${quoted(name)} could not be removed from the draft. ${fault.detail}`;
  return problem(fault.code, detail, { ...fault.members, file: name }, fault);
}
