import { reviewStatus } from '../communities/communities.js';
import type { MockContext } from '../context.js';
import {
  BLOCKED,
  DomainError,
  type FieldError,
  notFound,
  permissionDenied,
  validationError,
} from '../errors.js';
import { removeBlobs } from '../files/stored-files.js';
import { accessAt } from '../metadata/access-schema.js';
import { dayOf } from '../metadata/dates.js';
import { acceptRdm } from '../metadata/loose-validation.js';
import { validateForPublish } from '../metadata/publish-validation.js';
import type { RdmInput } from '../metadata/rdm-input.js';
import type { Deposition, RecordContent, RecordState, User } from '../store/model.js';
import { joinCommunities } from './communities.js';
import { registerDois } from './dois.js';

/** A saved draft, and Zenodo's complaints about what was sent. */
interface Saved {
  deposition: Deposition;
  errors: FieldError[];
}

/**
 * Creates a draft of a first version with its bucket. The concept's id is the one before its own.
 */
export function createDraft(mock: MockContext, user: User, input: RdmInput = {}): Saved {
  const { content, errors } = acceptRdm(mock, input);
  const conceptId = mock.store.nextId();
  mock.store.concepts.set(conceptId, {
    id: conceptId,
    ownerId: user.id,
    conceptDoi: null,
    communityIds: [],
    reviewId: null,
  });
  return { deposition: addVersion(mock, user.id, conceptId, 1, content), errors };
}

/**
 * Replaces the metadata of the draft with what loose validation leaves of the input. Returns the
 * faults. Throws 404 without a draft.
 */
export function saveDraft(mock: MockContext, deposition: Deposition, input: RdmInput): FieldError[] {
  const { draft } = deposition;
  if (draft === null) throw notFound();
  const { content, files, errors } = acceptRdm(mock, input, deposition, draft);
  Object.assign(draft, content, files);
  touch(mock, draft);
  return errors;
}

/**
 * Publishes the draft with its DOI and concept DOI. With `joins`, adds it to the communities that
 * it names, as the deposit API does. Throws 404 without a draft, and 400 if strict validation finds
 * faults.
 */
export function publishDraft(mock: MockContext, deposition: Deposition, { joins = false } = {}): void {
  const { draft } = deposition;
  if (draft === null) throw notFound();
  if (mock.store.users.get(deposition.ownerId)?.blocked) {
    throw new DomainError(400, BLOCKED);
  }
  if (['created', 'submitted'].includes(reviewStatus(mock, deposition)))
    throw new DomainError(400, IN_REVIEW);
  const errors = validateForPublish(mock, deposition, draft);
  if (errors.length > 0) throw validationError(errors);
  registerDois(mock, deposition, draft);
  if (joins) joinCommunities(mock, deposition, draft);
  const now = mock.clock.timestamp();
  const { record } = deposition;
  deposition.record = {
    ...draft,
    filesLocked: true,
    created: record?.created ?? now,
    updated: now,
    revision: (record?.revision ?? 0) + 1,
    bucketId: record?.bucketId ?? draft.bucketId,
  };
  deposition.draft = null;
}

/** Creates the edit draft of a published record, or returns the existing one. */
export function editRecord(mock: MockContext, deposition: Deposition): void {
  if (deposition.draft !== null) return;
  if (deposition.record === null) throw notFound();
  const now = mock.clock.timestamp();
  deposition.draft = {
    ...structuredClone(deposition.record),
    access: accessAt(deposition.record.access, mock.clock.now()),
    created: now,
    updated: now,
    bucketId: mock.ids.uuid(),
    filesLocked: true,
  };
}

/**
 * Discards the draft. A published record stays as it was. A draft that was never published is
 * deleted with its files. Throws 400 while a community reviews it.
 */
export function discardDraft(mock: MockContext, deposition: Deposition): void {
  if (deposition.draft === null) throw notFound();
  if (reviewStatus(mock, deposition) === 'submitted') throw new DomainError(400, DRAFT_IN_REVIEW);
  const { files } = deposition.draft;
  deposition.draft = null;
  if (deposition.record === null) {
    deposition.deleted = { kind: 'draft', at: mock.clock.timestamp(), reason: 'discarded' };
  }
  removeBlobs(mock, files);
}

/**
 * The draft of the next version, without files: the existing one, or a new one with today's
 * publication date and without DOI and version. Throws 403 for records with an external DOI
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/legacy/resources.py`).
 */
export function newVersion(mock: MockContext, deposition: Deposition): Deposition {
  const versions = mock.store.versionsOf(deposition.conceptId);
  const open = versions.find((version) => version.record === null && version.draft !== null);
  if (open !== undefined) return open;
  if (deposition.record?.pids['doi']?.provider === 'external') throw permissionDenied();
  const latest = versions.at(-1) ?? deposition;
  const source = structuredClone(latest.record ?? deposition.record);
  if (source === null) throw notFound();
  const metadata: Record<string, unknown> = {
    ...source.metadata,
    publication_date: dayOf(mock.clock.now()),
  };
  delete metadata['version'];
  const content: RecordContent = {
    metadata,
    custom_fields: source.custom_fields,
    access: accessAt(source.access, mock.clock.now()),
    pids: {},
  };
  const index = mock.store.nextVersionIndex(deposition.conceptId);
  return addVersion(mock, deposition.ownerId, deposition.conceptId, index, content);
}

/**
 * Copies the files of the previous version into an empty draft, by reference. Throws 400 if the
 * draft has files.
 */
export function importFiles(mock: MockContext, deposition: Deposition): void {
  const { draft } = deposition;
  if (draft === null) throw notFound();
  if (draft.files.length > 0) {
    throw validationError([{ field: 'files.enabled', messages: ['Please remove all files first.'] }]);
  }
  const previous = mock.store
    .versionsOf(deposition.conceptId)
    .filter((version) => version.versionIndex < deposition.versionIndex && version.record !== null)
    .at(-1);
  draft.files = structuredClone(previous?.record?.files ?? []).map((file) => ({
    ...file,
    versionId: mock.ids.uuid(),
  }));
  touch(mock, draft);
}

/** Sets the time of the last change to now. */
export function touch(mock: MockContext, state: RecordState): void {
  state.updated = mock.clock.timestamp();
  state.revision += 1;
}

/** Zenodo's refusal to delete a draft that a community is reviewing. */
const DRAFT_IN_REVIEW = 'You cannot delete a draft with an open review. Please cancel the review first.';

/** Zenodo's refusal to publish without the review, even if it has not been submitted yet. */
const IN_REVIEW =
  'You cannot publish a draft with an open review request. Please cancel the review request first.';

function addVersion(
  mock: MockContext,
  ownerId: number,
  conceptId: number,
  versionIndex: number,
  content: RecordContent,
): Deposition {
  const now = mock.clock.timestamp();
  const deposition: Deposition = {
    id: mock.store.nextId(),
    conceptId,
    ownerId,
    versionIndex,
    record: null,
    deleted: null,
    draft: {
      ...content,
      created: now,
      updated: now,
      revision: 1,
      bucketId: mock.ids.uuid(),
      files: [],
      filesEnabled: true,
      filesLocked: false,
    },
  };
  mock.store.depositions.set(deposition.id, deposition);
  return deposition;
}
