/** Timeouts and attempts. Milliseconds. */
export interface TransferTimings {
  /** Failed attempts after which a file fails. */
  attempts: number;
  /** The wait after the first failed attempt. Doubles each time, up to `longestWait`. */
  firstWait: number;
  longestWait: number;
  /** How long Zenodo may accept no byte of a file. */
  stall: number;
  /** How long a transfer waits for bytes that have not arrived. */
  starve: number;
  /**
   * How long a tus request waits for a file that another request holds: longer than the lease of a
   * dead process.
   */
  fileWait: number;
  /** How long a read of a draft is trusted. Others change it too. */
  trust: number;
  /** How long a reservation of space may wait for its turn. */
  longestLine: number;
  /** The time between two looks at the disk and at old rows. */
  sweep: number;
}

/** The timings that no setting decides. */
export const TRANSFER_TIMINGS = {
  firstWait: 500,
  longestWait: 30_000,
  starve: 20_000,
  fileWait: 14_000,
  trust: 30_000,
  longestLine: 20_000,
  sweep: 60_000,
};
