import type { StagedFile } from './staging/staged-file.js';

/** A file to send. */
export interface OutgoingFile {
  id: string;
  /** The lease on a file that comes by tus; any other is sent under the lease on its upload. */
  token?: string | undefined;
  name: string;
  size: number;
  staged: StagedFile;
  /** Hexadecimal, as announced by the caller. */
  announcedMd5?: string | undefined;
  /** Failed attempts so far, of all workers. */
  attempts: number;
  /** Bytes given to Zenodo in the current attempt. */
  sent: number;
}
