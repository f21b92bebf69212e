import { curates } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import { permissionDenied } from '../errors.js';
import { accessAt } from '../metadata/access-schema.js';
import type { Deposition, RecordState, User } from '../store/model.js';

/** Whether anyone may see the published record. The end of its embargo opens it. */
export function isPublic(mock: MockContext, record: RecordState): boolean {
  return accessAt(record.access, mock.clock.now()).record === 'public';
}

/** Throws 403 unless the user may see the published record itself. */
export function requireReadable(
  mock: MockContext,
  deposition: Deposition,
  record: RecordState,
  user: User | undefined,
): void {
  if (!mayRead(mock, deposition, record, user)) throw permissionDenied();
}

/** Whether the user may see the published record itself. Its owner and its curators always may. */
export function mayRead(
  mock: MockContext,
  deposition: Deposition,
  record: RecordState,
  user: User | undefined,
): boolean {
  if (isPublic(mock, record)) return true;
  return user !== undefined && (user.id === deposition.ownerId || curates(mock, deposition, user));
}

/**
 * Whether the user may list and download the files of a published record. Its curators may
 * (`zenodo/zenodo-rdm:site/tests/resources/test_record_file_permissions.py`).
 */
export function mayReadFiles(
  mock: MockContext,
  deposition: Deposition,
  record: RecordState,
  user: User | undefined,
): boolean {
  if (user !== undefined && (user.id === deposition.ownerId || curates(mock, deposition, user))) return true;
  return isPublic(mock, record) && accessAt(record.access, mock.clock.now()).files === 'public';
}
