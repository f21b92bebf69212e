import { databaseAway, isDatabaseUnavailable } from '../database/unavailable.js';
import { kindOf, Problem, problem } from '../errors.js';
import { quoted } from './file-names.js';
import { stagingFault } from './staging/staging.js';

/**
 * What went wrong with one file, named in the sentence. Whatever was not thrown on purpose becomes
 * internal_error.
 */
export function naming(error: unknown, name: string): Problem {
  if (isDatabaseUnavailable(error)) return naming(databaseAway(error), name);
  const staging = stagingFault(error);
  if (staging !== null) return naming(staging, name);
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
export function isPassing(fault: Problem): boolean {
  if (kindOf(fault).retry || fault.code === 'file_not_found') return true;
  const { message = '' } = fault.members.zenodo ?? {};
  return fault.code === 'zenodo_refused' && /try again|smaller than expected/i.test(message);
}

/** The same problem with more to it. */
export function withMembers(fault: Problem, members: Record<string, unknown>): Problem {
  return problem(fault.code, fault.detail, { ...fault.members, ...members }, fault.cause ?? fault);
}
