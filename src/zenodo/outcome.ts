import { kindOf, Problem } from '../errors.js';

/** Whether Zenodo may have done what was asked although it did not say so (zenodo/zenodo#2442): only looking again can tell. */
export function isOutcomeUnknown(error: unknown): error is Problem {
  return error instanceof Problem && kindOf(error).outcome === 'unknown';
}
