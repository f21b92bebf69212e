import type { UploadFileState, UploadState } from '../database/generated/client.js';
import type { ZenodoFile } from '../zenodo/deposition.js';
import type { ArchiveMode } from './plan/folders-to-zips.js';

/** The states of an upload that has ended. Only the operator can begin it again. */
export const ENDED_STATES = ['done', 'failed', 'cancelled'] as const satisfies UploadState[];

const ENDED: ReadonlySet<string> = new Set(ENDED_STATES);

/** Whether an upload in this state has ended. */
export function hasEnded(state: string): boolean {
  return ENDED.has(state);
}

/** Whether a file in this state is at Zenodo. */
export function isAtZenodo(state: UploadFileState): state is 'uploaded' | 'unchanged' {
  return state === 'uploaded' || state === 'unchanged';
}

/** A draft and its bucket. */
export interface DraftFiles {
  depositionId: number;
  bucketId: string;
  /** Zenodo's own `created`. With another value, the same id is another draft. */
  createdAt: Date | null;
  /** The files on it, as last read. */
  files: ZenodoFile[];
}

/** The progress of a file. Bytes, bytes per second. */
export interface FileProgress {
  id: string;
  received: number;
  /** Bytes of the current attempt that Zenodo certainly has. */
  sent: number;
  rate: number;
  attempts: number;
}

/** A part that is staged until its zip is created, as stored in the row of the zip. */
export interface StagedPart {
  /** File on the staging volume. */
  id: string;
  /** Path as sent. */
  path: string;
  /** Path inside the zip. */
  entry: string;
  size: number;
  /** Hexadecimal. */
  md5: string;
  /** Where it begins in that file, if that is an earlier zip of the folder. */
  offset?: number | undefined;
  /** The folder is not joined with its zip on the draft yet: its user must authorize again. */
  unmerged?: true;
}

/**
 * `merge`: the parts are added to those of the folder's zip on the draft. `replace`: they replace
 * them.
 */
export type FolderMode = 'merge' | 'replace';

/** How the caller wants the files treated. */
export interface UploadOptions {
  archive: ArchiveMode;
  sync: boolean;
  /** What happens to the folder's parts on the draft; null if the caller does not say. */
  folders: FolderMode | null;
}

/** The size and checksum of a complete file. */
export interface Sealed {
  size: number;
  /** Hexadecimal. */
  md5: string;
}

/** What the uploads of a link bring or have brought. A repeated name counts once. */
export interface LinkUse {
  files: number;
  bytes: number;
}
