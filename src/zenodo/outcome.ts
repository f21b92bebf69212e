import { kindOf, Problem } from '../errors.js';

/**
 * Whether Zenodo may have done what was asked although it did not say so (zenodo/zenodo#2442): only
 * looking again can tell.
 */
export function isOutcomeUnknown(error: unknown): error is Problem {
  return error instanceof Problem && kindOf(error).outcome === 'unknown';
}

/**
 * Whether Zenodo refused a request for its state: it is there, but is not what was asked for,
 * perhaps because it was done before.
 */
export function isBadRequest(error: unknown): error is Problem {
  return error instanceof Problem && error.members.zenodo?.status === 400;
}
