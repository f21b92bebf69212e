import { Problem, problem } from '../errors.js';
import { quoted } from './names.js';

/** What went wrong with one file, named in the sentence. Whatever was not thrown on purpose becomes internal_error. */
export function naming(error: unknown, name: string): Problem {
  if (!(error instanceof Problem)) {
    return problem(
      'internal_error',
      `${quoted(name)}: something failed in this service. The request id names it in the log.`,
      { file: name },
      error,
    );
  }
  if (error.members['file'] !== undefined) return error;
  return problem(error.code, `${quoted(name)}: ${error.detail}`, { ...error.members, file: name }, error);
}

/** The same problem with more to it. */
export function withMembers(fault: Problem, members: Record<string, unknown>): Problem {
  return problem(fault.code, fault.detail, { ...fault.members, ...members }, fault.cause ?? fault);
}
