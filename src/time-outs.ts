/** Timeouts that a caller notices, in milliseconds. docs/operations/proxies.md promises them. */
export interface Timings {
  /** A call, from its first byte to its response. */
  call: number;
  /**
   * A call for which Zenodo is slow: completing an authorization, publishing, creating a version.
   */
  longCall: number;
  /** One answer of Zenodo in background work. */
  zenodoCall: number;
  /**
   * The first byte of the token endpoint's answer, and again the last: together less than the lock
   * of a refresh.
   */
  tokenCall: number;
  /** Connecting to the database, and waiting for a free connection. */
  databaseConnect: number;
  /**
   * How long the server may run a statement, and how long its answer is waited for. A silent server
   * cannot end a statement itself.
   */
  databaseStatement: number;
  databaseAnswer: number;
  /** The database's answer to `/readyz`. */
  readiness: number;
  /** One delivery of a webhook. */
  webhook: number;
  /** How long the upload page waits for Zenodo's list of files on the draft. */
  uploadPage: number;
  /** How long an event stream is silent before a comment is sent. */
  streamSilence: number;
  /** The headers of a request, from its first byte. */
  headers: number;
  /**
   * How long a connection is kept for its next request: longer than a proxy keeps it, which would
   * otherwise send a request into a connection that is being closed. nginx keeps it for 60 s.
   */
  idle: number;
  /** How long a refused body is read before the connection is closed. */
  refusedBody: number;
}

/**
 * The longest that one answer of Zenodo is waited for during a call, in milliseconds. Zenodo's own
 * gateway gives up after about a minute, mostly when publishing.
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
  idle: 75_000,
  refusedBody: 30_000,
};
