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

/**
 * Sends a write once. After an answer that proves nothing (`doubt`) looks whether it was done:
 * `done` answers what it finds, or null. Throws what was answered if it was not.
 */
export async function sendOnce<T>(
  write: () => Promise<T>,
  done: () => Promise<T | null>,
  doubt: (error: unknown) => boolean = isOutcomeUnknown,
): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!doubt(error)) throw error;
    const found = await done();
    if (found === null) throw error;
    return found;
  }
}
