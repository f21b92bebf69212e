import { isProblem, kindOf, Problem } from '../errors.js';

/**
 * Whether Zenodo may have carried out a request without confirming it (zenodo/zenodo#2442). Only
 * reading again can tell.
 */
export function isOutcomeUnknown(error: unknown): error is Problem {
  return error instanceof Problem && kindOf(error).outcome === 'unknown';
}

/**
 * Whether Zenodo refused a request because of the resource's state, perhaps because it was already
 * carried out.
 */
export function isBadRequest(error: unknown): error is Problem {
  return error instanceof Problem && error.members.zenodo?.status === 400;
}

/** Null instead of the error that there is no such deposition. Throws all others. */
export function nullIfGone(error: unknown): null {
  if (isProblem(error, 'deposition_not_found')) return null;
  throw error;
}

/**
 * Sends a write once. After an inconclusive answer (`doubt`), `done` checks whether it was carried
 * out, and returns the result or null. Throws the first answer's error if it was not.
 */
export async function sendOnce<T>(
  write: () => Promise<T>,
  done: (doubted: Problem) => Promise<T | null>,
  doubt: (error: unknown) => error is Problem = isOutcomeUnknown,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!doubt(error)) throw error;
    const found = await done(error);
    if (found === null) throw error;
    return found;
  }
}
