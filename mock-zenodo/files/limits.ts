import type { MockContext } from '../context.js';
import { DomainError } from '../errors.js';
import type { Deposition, FileEntry, RecordState } from '../store/model.js';

const MAX_KEY_LENGTH = 255;

/** How many more bytes a file may have, and Zenodo's error beyond that. */
export interface SizeLimit {
  bytes: number;
  exceeded(): DomainError;
}

/**
 * Throws 400 for a key that Zenodo refuses, or for more files than a record may have. `replaced` is
 * the file that is replaced, if any.
 */
export function requireRoom(
  mock: MockContext,
  state: RecordState,
  key: string,
  replaced: FileEntry | undefined,
): void {
  if ([...key].length > MAX_KEY_LENGTH) throw new DomainError(400, 'Filename is too long.');
  const others = state.files.length - (replaced === undefined ? 0 : 1);
  if (others + 1 > mock.options.maxFiles) {
    throw new DomainError(
      400,
      'Uploading selected files will result in exceeding the max amount per record.',
    );
  }
}

/**
 * The smaller of the remaining quota of the record and the maximum size of a file. If both are
 * equal, the error is that of the quota
 * (`inveniosoftware/invenio-files-rest:invenio_files_rest/limiters.py`).
 */
export function sizeLimit(
  mock: MockContext,
  deposition: Deposition,
  state: RecordState,
  replaced: FileEntry | undefined,
): SizeLimit {
  const extra = mock.store.users.get(deposition.ownerId)?.extraQuota ?? 0;
  const used = state.files.reduce((sum, file) => (file === replaced ? sum : sum + file.size), 0);
  const left = Math.max(0, mock.options.quota + extra - used);
  const byQuota = left <= mock.options.maxFileSize;
  const message = byQuota ? 'Bucket quota exceeded.' : 'Maximum file size exceeded.';
  return {
    bytes: byQuota ? left : mock.options.maxFileSize,
    exceeded: () => new DomainError(400, message),
  };
}

/** 400 for a file without bytes. */
export function emptyFile(): DomainError {
  return new DomainError(400, 'Empty files are not accepted.');
}

/** 400 for a key that exists, where overwriting is not possible. */
export function fileExists(key: string): DomainError {
  return new DomainError(400, `File with key ${key} already exists.`);
}

/** 404 for a key that does not exist. */
export function noSuchFile(deposition: Deposition, key: string): DomainError {
  return new DomainError(404, `Record '${deposition.id}' has no file '${key}'.`);
}

/** 403 for files that cannot be changed while a published record is edited. */
export function bucketLocked(): DomainError {
  return new DomainError(403, 'Bucket is locked for modifications.');
}
