import type { Caller } from '../../connections/caller.js';
import { Problem, problem } from '../../errors.js';
import { pause } from '../../time.js';
import type { ZenodoFile } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import { isPassing } from '../failures.js';
import { quoted } from '../file-names.js';

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
  caller: Caller,
  depositionId: number,
  files: readonly ZenodoFile[],
  signal?: AbortSignal,
): Promise<void> {
  for (const file of files) {
    for (let attempt = 1; ; attempt += 1) {
      const fault = await removeFile(context, caller, depositionId, file, signal);
      if (fault === null) break;
      if (attempt >= ATTEMPTS || !mayPass(fault)) throw naming(fault, file.filename);
      await pause(FIRST_WAIT * 2 ** (attempt - 1), signal);
    }
  }
}

async function removeFile(
  { zenodoFor }: Pick<UploadsContext, 'zenodoFor'>,
  caller: Caller,
  depositionId: number,
  { id }: ZenodoFile,
  signal: AbortSignal | undefined,
): Promise<Problem | null> {
  try {
    await zenodoFor(caller, { signal }).deposits.deleteFile(depositionId, id);
    return null;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.code === 'file_not_found' ? null : error;
  }
}

/**
 * Zenodo refuses some deletions for no reason (zenodo/zenodo#2502): that the draft is this user's
 * was seen when it was read.
 */
function mayPass(fault: Problem): boolean {
  return fault.code === 'not_your_deposition' || (isPassing(fault) && fault.code !== 'too_many_requests');
}

function naming(fault: Problem, name: string): Problem {
  const detail = `${quoted(name)} could not be removed from the draft. ${fault.detail}`;
  return problem(fault.code, detail, { ...fault.members, file: name }, fault);
}
