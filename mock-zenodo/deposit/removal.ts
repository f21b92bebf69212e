import type { MockContext } from '../context.js';
import { notFound } from '../errors.js';
import { removeBlobs } from '../files/stored-files.js';
import type { Deposition, Removal } from '../store/model.js';

/**
 * Removes a published record. Its id leads to a tombstone; its files and its draft are deleted.
 * Throws 404 without a record.
 */
export function removeRecord(
  mock: MockContext,
  deposition: Deposition,
  removal: Pick<Removal, 'reason' | 'note' | 'by' | 'policy'>,
): void {
  const { record, draft } = deposition;
  if (record === null || deposition.deleted !== null) throw notFound();
  const files = [...record.files, ...(draft?.files ?? [])];
  deposition.deleted = { kind: 'record', at: mock.clock.timestamp(), ...removal };
  deposition.draft = null;
  record.files = [];
  removeBlobs(mock, files);
}
