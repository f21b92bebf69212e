/** How long things may take that a caller waits for. Milliseconds. docs/operations.md promises these. */
export interface Timings {
  /** A call of the control plane, from its first byte to its answer. */
  call: number;
  /** The same where Zenodo is known to be slow: ending an authorization, publishing, making a version. */
  longCall: number;
  /** One answer of Zenodo, unless its caller has less left. */
  zenodoCall: number;
  /** To the first byte of the token endpoint's answer, and again to its last: together below the lease of a refresh. */
  tokenCall: number;
}

export const TIMINGS: Timings = {
  call: 45_000,
  longCall: 90_000,
  zenodoCall: 30_000,
  tokenCall: 10_000,
};
