import { databaseAway, isDatabaseUnavailable } from '../database/failures.js';
import { kindOf, Problem, problem } from '../errors.js';
import { quoted } from './plan/file-names.js';
import { stagingFault } from './staging/faults.js';

/** The problem for one file, whose name it contains. An unexpected error becomes internal_error. */
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
 * Whether the same file may succeed later, once the outcome of the last attempt is known. Zenodo
 * also answers 404 if the bucket is not ready, and 400 if the body broke off.
 */
export function isTransient(fault: Problem): boolean {
  if (kindOf(fault).retry || fault.code === 'file_not_found') return true;
  const { message = '' } = fault.members.zenodo ?? {};
  return fault.code === 'zenodo_refused' && /try again|smaller than expected/i.test(message);
}

/**
 * Whether Zenodo does not allow the user a change of a draft that it has shown to them. The draft
 * may have been published or deleted meanwhile.
 */
export function isForbidden({ code, members }: Problem): boolean {
  const { status } = members.zenodo ?? {};
  return code === 'zenodo_refused' && (status === 401 || status === 403);
}

/** Whether a fault of one file is a fault of its draft or user, and so applies to all files. */
export function concernsAll(fault: Problem): boolean {
  return kindOf(fault).about !== undefined || isForbidden(fault);
}

/** The same problem with further members. */
export function extend(fault: Problem, members: Record<string, unknown>): Problem {
  return problem(fault.code, fault.detail, { ...fault.members, ...members }, fault.cause ?? fault);
}

/**
 * Whether another try may help although an upload failed: neither its files nor its draft nor its
 * user are the reason.
 */
export function isWorthKeeping(fault: Problem): boolean {
  if (concernsAll(fault) || fault.code === 'staged_bytes_lost') return false;
  return fault.status >= 500 || fault.code === 'quota_exceeded' || isTransient(fault);
}
