import type { MockContext } from '../context.js';
import { permissionDenied } from '../errors.js';
import type { Deposition, RecordState, User } from '../store/model.js';

/** Whether the embargo of a record still holds by the mock's clock; Zenodo lifts it on the day that `until` names. */
export function isEmbargoed(mock: MockContext, record: RecordState): boolean {
  const { active, until } = record.access.embargo;
  if (!active || until === undefined) return false;
  return new Date(mock.clock.now()).toISOString().slice(0, 10) < until;
}

/** Whether the files of a record are public now: by their access, or because their embargo is over. */
export function areFilesPublic(mock: MockContext, record: RecordState): boolean {
  const { access } = record;
  if (access.record === 'restricted') return false;
  return access.files === 'public' || (access.embargo.active && !isEmbargoed(mock, record));
}

/** Throws 403 unless the user may see the published record itself. */
export function requireReadable(deposition: Deposition, record: RecordState, user: User | undefined): void {
  if (record.access.record === 'public' || user?.id === deposition.ownerId) return;
  throw permissionDenied();
}

/** Whether the user may list and download the files of a published record. */
export function mayReadFiles(
  mock: MockContext,
  deposition: Deposition,
  record: RecordState,
  user: User | undefined,
): boolean {
  return user?.id === deposition.ownerId || areFilesPublic(mock, record);
}
