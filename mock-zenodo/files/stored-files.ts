import type { MockContext } from '../context.js';
import type { FileEntry, RecordState } from '../store/model.js';
import type { Received } from './blob-writer.js';
import { mimetypeOf } from './mimetype.js';

/**
 * The entry of a file that arrived completely. `created` is when its upload began, as Zenodo writes
 * it.
 */
export function completedFile(
  mock: MockContext,
  key: string,
  blobId: string,
  received: Received,
  created: string,
): FileEntry {
  return {
    key,
    fileId: mock.ids.uuid(),
    versionId: mock.ids.uuid(),
    blobId,
    status: 'completed',
    size: received.size,
    md5: received.md5,
    mimetype: mimetypeOf(key),
    created,
    updated: mock.clock.timestamp(),
  };
}

/**
 * Appends an entry to a state's files. It replaces one with the same key, whose bytes are deleted.
 */
export function putFile(mock: MockContext, state: RecordState, file: FileEntry): void {
  const replaced = state.files.filter(({ key }) => key === file.key);
  state.files = [...state.files.filter(({ key }) => key !== file.key), file];
  if (replaced.length > 0) commit(mock, state);
  removeBlobs(mock, replaced);
}

/** Removes an entry from a state, and its bytes unless another version has them too. */
export function dropFile(mock: MockContext, state: RecordState, file: FileEntry): void {
  state.files = state.files.filter((other) => other !== file);
  commit(mock, state);
  removeBlobs(mock, [file]);
}

/**
 * Deleting a file also saves its draft; adding one does not
 * (`inveniosoftware/invenio-records-resources:invenio_records_resources/services/files/service.py`).
 */
function commit(mock: MockContext, state: RecordState): void {
  state.revision += 1;
  state.updated = mock.clock.timestamp();
}

/**
 * Removes the bytes of files that were removed from their state, unless another draft or record has
 * them: versions share bytes.
 */
export function removeBlobs(mock: MockContext, files: readonly FileEntry[]): void {
  const unwanted = new Set(files.flatMap(({ blobId }) => blobId ?? []));
  if (unwanted.size === 0) return;
  const used = usedBlobs(mock);
  // Bytes that cannot be removed do no harm until the next start.
  for (const id of unwanted) if (!used.has(id)) mock.blobs.remove(id).catch(() => {});
}

/**
 * Changes the state, and removes the bytes that no draft or record has any more. Bytes that an
 * upload or a seed of somebody else has just stored remain, although nothing has them yet.
 */
export async function removingBlobs(mock: MockContext, change: () => unknown): Promise<void> {
  const before = usedBlobs(mock);
  await change();
  const after = usedBlobs(mock);
  for (const id of before) if (!after.has(id)) await mock.blobs.remove(id);
}

/** Removes all bytes that no draft or record has, at the start of a mock. */
export async function sweepBlobs(mock: MockContext): Promise<void> {
  await mock.blobs.keepOnly(usedBlobs(mock));
}

function usedBlobs(mock: MockContext): Set<string> {
  const used = new Set<string>();
  for (const { draft, record } of mock.store.depositions.values()) {
    for (const state of [draft, record]) {
      for (const file of state?.files ?? []) if (file.blobId !== null) used.add(file.blobId);
    }
  }
  return used;
}
