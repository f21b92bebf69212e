import { type Problem, problem } from '../errors.js';

/** How many requests may each bring their maximum before the token. */
const FULL_REQUESTS = 8;

/** Bytes of headers and lists besides files, and those that arrive while a token is checked. */
const OVERHEAD = 256 * 1024;

export type UnauthenticatedBytes = ReturnType<typeof createUnauthenticatedBytes>;

/**
 * Limits the bytes of all requests whose tokens have not been accepted yet. `most`: bytes per
 * request.
 */
export function createUnauthenticatedBytes(most: number) {
  let total = 0;

  return {
    /** Begins to count one request. */
    open() {
      let own = 0;
      let closed = false;
      return {
        /** Counts bytes of the body. Returns the problem to refuse the request with, or null. */
        add(bytes: number): Problem | null {
          if (closed) return null;
          own += bytes;
          total += bytes;
          if (own > most + OVERHEAD) return tokenTooLate();
          return total > FULL_REQUESTS * (most + OVERHEAD) ? tooMany() : null;
        },
        /** The token was accepted, or the request has ended. */
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

/** The problem for too many bytes before the token. */
export function tokenTooLate() {
  return problem(
    'token_must_come_first',
    'Put the field access_token before the files, or send the token as Authorization: Bearer.',
  );
}
