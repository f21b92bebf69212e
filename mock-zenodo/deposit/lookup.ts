import { curates } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import { DomainError, notFound, permissionDenied, pidDoesNotExist, pidNotRegistered } from '../errors.js';
import type { Deposition, RecordState, Removal, User } from '../store/model.js';

/**
 * The deposition with the id of a URL. Throws 404 unless it is the id of a draft or record (so also
 * for a concept id), and 410 with its tombstone for a removed record
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/services.py`).
 */
export function findDeposition(mock: MockContext, id: string): Deposition {
  const deposition = /^[1-9]\d{0,14}$/.test(id) ? mock.store.depositions.get(Number(id)) : undefined;
  if (deposition === undefined || deposition.deleted?.kind === 'draft') throw pidDoesNotExist();
  if (deposition.deleted !== null) {
    throw new DomainError(410, 'Record deleted', undefined, { tombstone: tombstone(deposition.deleted) });
  }
  return deposition;
}

/** Throws 403 unless the user owns the deposition. `undefined` stands for guests. */
export function requireOwner(deposition: Deposition, user: User | undefined): void {
  if (user === undefined || deposition.ownerId !== user.id) throw permissionDenied();
}

/**
 * A deposition with a draft that the user may change, as its owner or its curator. Like Zenodo,
 * throws 404 without a draft before it looks at the user.
 */
export function findDraft(
  mock: MockContext,
  id: string,
  user: User | undefined,
): { deposition: Deposition; draft: RecordState } {
  const deposition = findDeposition(mock, id);
  if (deposition.draft === null) throw notFound();
  if (!curates(mock, deposition, user)) requireOwner(deposition, user);
  return { deposition, draft: deposition.draft };
}

/** A published deposition. Throws 404 for a draft that was never published. */
export function findRecord(mock: MockContext, id: string): { deposition: Deposition; record: RecordState } {
  const deposition = findDeposition(mock, id);
  if (deposition.record === null) throw pidNotRegistered();
  return { deposition, record: deposition.record };
}

/**
 * What remains visible of a removed record
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/services/schemas/tombstone.py`).
 */
function tombstone({ at, reason, note, by, policy }: Removal): Record<string, unknown> {
  return {
    removal_reason: { id: reason },
    note: note ?? '',
    removed_by: { user: by ?? 'system' },
    removal_date: at,
    is_visible: true,
    ...(policy !== undefined && { deletion_policy: { id: policy } }),
  };
}
