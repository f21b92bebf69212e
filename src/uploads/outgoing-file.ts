import type { StagedFile } from './staging/staged-file.js';

/** A file to send. */
export interface OutgoingFile {
  id: string;
  name: string;
  size: number;
  staged: StagedFile;
  /** Hex; what the caller said before the bytes came. */
  announcedMd5?: string | undefined;
  /** Failed attempts so far, in all runs. */
  attempts: number;
  /** Bytes handed to Zenodo in the current attempt. */
  sent: number;
}
