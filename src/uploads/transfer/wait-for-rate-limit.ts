import { isProblem } from '../../errors.js';
import { countdown, retry } from '../../time.js';

/** How long a call waits for Zenodo's rate limit, in milliseconds. */
const LONGEST = 60_000;

/** The first and the longest pause, in milliseconds. */
const PAUSES = { first: 2000, most: 20_000 };

/**
 * Makes a call again while Zenodo's rate limit refuses it, for at most a minute. It is for uploads
 * whose bytes are all here: a refusal would cost the caller all of them. Throws what `call` throws,
 * or the signal's reason.
 */
export function waitForRateLimit<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const when = (error: unknown) => isProblem(error, 'too_many_requests');
  return retry(call, { when, ...PAUSES, left: countdown(LONGEST), signal });
}
