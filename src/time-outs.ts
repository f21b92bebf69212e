/**
 * How long things may take that a caller waits for. Milliseconds. docs/operations/proxies.md
 * promises these.
 */
export interface Timings {
  /** A call of the control plane, from its first byte to its answer. */
  call: number;
  /**
   * The same where Zenodo is known to be slow: ending an authorization, publishing, making a
   * version.
   */
  longCall: number;
  /** One answer of Zenodo, where no caller waits for it with a deadline. */
  zenodoCall: number;
  /**
   * To the first byte of the token endpoint's answer, and again to its last: together below the
   * lease of a refresh.
   */
  tokenCall: number;
  /** A connection to the database, and waiting for a free one. */
  databaseConnect: number;
  /**
   * What the server may work on one statement, and what is waited for its answer: a server that is
   * silent cannot end it itself.
   */
  databaseStatement: number;
  databaseAnswer: number;
  /** The database’s answer to `/readyz`: who asks does not wait long either. */
  readiness: number;
  /** One delivery of a webhook. */
  webhook: number;
  /** What the upload page waits for Zenodo to say what is on the draft. */
  uploadPage: number;
  /** A stream of events without a byte: then a comment comes. */
  streamSilence: number;
  /** The headers of a request, from its first byte. */
  headers: number;
  /** What is still read of a body after its refusal, then the connection is closed. */
  refusedBody: number;
}

/**
 * One answer of Zenodo to a call whose caller waits, at most what is left of the caller's time:
 * Zenodo's own gateway gives up after about a minute, mostly on publishing. Milliseconds.
 */
export const LONGEST_ZENODO_CALL = 60_000;

export const TIMINGS: Timings = {
  call: 45_000,
  longCall: 90_000,
  zenodoCall: 30_000,
  tokenCall: 10_000,
  databaseConnect: 5000,
  databaseStatement: 8000,
  databaseAnswer: 10_000,
  readiness: 3000,
  webhook: 10_000,
  uploadPage: 15_000,
  streamSilence: 15_000,
  headers: 15_000,
  refusedBody: 30_000,
};
