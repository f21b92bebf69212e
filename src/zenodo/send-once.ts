import { isOutcomeUnknown } from './outcome.js';

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
