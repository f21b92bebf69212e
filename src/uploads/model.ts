import type { ArchiveMode } from './plan/layout.js';

/** How long things may take and how often they are tried. Milliseconds. */
export interface TransferTimings {
  /** Failed attempts at one file before it counts as failed. */
  attempts: number;
  /** Wait after the first failed attempt; doubles with each, up to `longestWait`. */
  firstWait: number;
  longestWait: number;
  /** How long Zenodo may take no byte of a file that has more to give. */
  stall: number;
  /** How long a transfer waits for bytes that have not come yet before it is dropped. */
  starve: number;
  /**
   * How long a request by tus waits for a file that another request has: longer than the lease of a
   * process that died.
   */
  fileWait: number;
  /**
   * For how long what was read of a draft is believed without looking again: others change it too.
   */
  trust: number;
}

/** How far a file is. Bytes, bytes per second. */
export interface FileProgress {
  id: string;
  received: number;
  /** What Zenodo has certainly got of the attempt that is under way. */
  sent: number;
  rate: number;
  attempts: number;
}

/** A part that lies staged until its zip is made, as the row of the zip remembers it. */
export interface StagedPart {
  /** File on the staging volume. */
  id: string;
  /** Path as sent. */
  path: string;
  /** Path inside the zip. */
  entry: string;
  size: number;
  /** Hex. */
  md5: string;
  /** Where in that file it begins, if the file is an earlier zip of the folder. */
  offset?: number | undefined;
}

/**
 * `merge`: the parts join those that the zip of the folder on the draft holds. `replace`: they take
 * their place.
 */
export type FolderMode = 'merge' | 'replace';

/** How the caller wants the files treated. */
export interface UploadOptions {
  archive: ArchiveMode;
  sync: boolean;
  /**
   * What becomes of a folder's parts that the draft has already; null if the caller does not say.
   */
  folders: FolderMode | null;
}

/** The bytes of a file once all are there. */
export interface Sealed {
  size: number;
  /** Hex. */
  md5: string;
}

/** What the uploads of a link bring or have brought. A name that came several times counts once. */
export interface LinkUse {
  files: number;
  bytes: number;
}
