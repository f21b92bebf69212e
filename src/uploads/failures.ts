import { databaseAway, isDatabaseUnavailable } from '../database/failures.js';
import { kindOf, Problem, problem } from '../errors.js';
import { quoted } from './plan/file-names.js';
import { stagingFault } from './staging/faults.js';

/**
 * What went wrong with one file, named in the sentence. Whatever was not thrown on purpose becomes
 * internal_error.
 */
export function forFile(error: unknown, name: string): Problem {
  if (isDatabaseUnavailable(error)) return forFile(databaseAway(error), name);
  const staging = stagingFault(error);
  if (staging !== null) return forFile(staging, name);
  if (!(error instanceof Problem)) {
    return problem(
      'internal_error',
      `${quoted(name)}: something failed in this service. The operator finds the cause in the log by request_id.`,
      { file: name },
      error,
    );
  }
  if (error.members['file'] !== undefined) return error;
  return problem(error.code, `${quoted(name)}: ${error.detail}`, { ...error.members, file: name }, error);
}

/**
 * True if the same file may get through later, once it is clear what Zenodo made of the last
 * attempt. Zenodo also answers 404 to a file whose bucket is not ready, and 400 to a body that
 * broke on its way.
 */
export function mayPass(fault: Problem): boolean {
  if (kindOf(fault).retry || fault.code === 'file_not_found') return true;
  const { message = '' } = fault.members.zenodo ?? {};
  return fault.code === 'zenodo_refused' && /try again|smaller than expected/i.test(message);
}

/** The same problem with more to it. */
export function extend(fault: Problem, members: Record<string, unknown>): Problem {
  return problem(fault.code, fault.detail, { ...fault.members, ...members }, fault.cause ?? fault);
}

/**
 * Whether another try may help although an upload failed for good: the fault is neither its files',
 * nor its draft's, nor its user's.
 */
export function isWorthKeeping(fault: Problem): boolean {
  if (kindOf(fault).about !== undefined) return false;
  return fault.status >= 500 || fault.code === 'quota_exceeded' || mayPass(fault);
}
