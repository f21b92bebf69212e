import type { MockContext } from '../context.js';
import { DomainError } from '../errors.js';
import type { Deposition, FileEntry, RecordState } from '../store/model.js';

const MAX_KEY_LENGTH = 255;

/** How many more bytes one file may bring, and what Zenodo says beyond that. */
export interface SizeLimit {
  bytes: number;
  exceeded(): DomainError;
}

/**
 * Throws 400 for a key that Zenodo refuses, or a file more than a record may have. `replaced` is
 * the file that gives way, if any.
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
 * The smaller of what is left of the record's quota and the size of one file; the quota speaks
 * first when both are equal (`inveniosoftware/invenio-files-rest:invenio_files_rest/limiters.py`).
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

/** 400 for a key that is taken, where overwriting is not meant. */
export function fileExists(key: string): DomainError {
  return new DomainError(400, `File with key ${key} already exists.`);
}

/** 404 for a key that is not there. */
export function noSuchFile(deposition: Deposition, key: string): DomainError {
  return new DomainError(404, `Record '${deposition.id}' has no file '${key}'.`);
}

/** 403 for files that are only to be looked at while a published record is edited. */
export function bucketLocked(): DomainError {
  return new DomainError(403, 'Bucket is locked for modifications.');
}
