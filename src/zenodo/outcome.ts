import { type ErrorCode, Problem } from '../errors.js';

const UNSURE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'zenodo_error',
  'zenodo_timeout',
  'zenodo_unreachable',
  'zenodo_invalid_answer',
  'outcome_unknown',
]);

/** Whether Zenodo may have done what was asked although it did not say so (zenodo/zenodo#2442): only looking again can tell. */
export function isOutcomeUnknown(error: unknown): error is Problem {
  return error instanceof Problem && UNSURE.has(error.code);
}
