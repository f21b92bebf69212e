import { type Problem, problem } from '../errors.js';

/** How many requests may each bring all that one may bring before its token. */
const FULL_REQUESTS = 8;

/**
 * Bytes of headers and lists around that much of files, and those that come while a token is being
 * looked at.
 */
const OVERHEAD = 256 * 1024;

export type UnauthenticatedBytes = ReturnType<typeof createUnauthenticatedBytes>;

/**
 * Bounds what all callers together bring to this process before their tokens are accepted. `most`:
 * bytes for one request.
 */
export function createUnauthenticatedBytes(most: number) {
  let total = 0;

  return {
    /** Begins to count one request. */
    open() {
      let own = 0;
      let closed = false;
      return {
        /**
         * Counts bytes of the body. What to refuse the request with if they are too many; null if
         * they are not.
         */
        add(bytes: number): Problem | null {
          if (closed) return null;
          own += bytes;
          total += bytes;
          if (own > most + OVERHEAD) return tokenTooLate();
          return total > FULL_REQUESTS * (most + OVERHEAD) ? tooMany() : null;
        },
        /** The token has been accepted, or nothing of the request is left. */
        close(): void {
          if (!closed) total -= own;
          closed = true;
        },
      };
    },
  };
}

function tooMany() {
  return problem(
    'service_unavailable',
    'Too many bytes are arriving from callers who are not authenticated yet. Send the token as Authorization: Bearer, or try again later.',
    { retry_after: 5 },
  );
}

/** What to throw once too much came before anybody said who is calling. */
export function tokenTooLate() {
  return problem(
    'token_must_come_first',
    'Put the field access_token before the files, or send the token as Authorization: Bearer.',
  );
}
