import type { MockContext } from '../context.js';
import { createDraft, importFiles, newVersion, publishDraft, saveDraft } from '../deposit/life-cycle.js';
import { removeRecord } from '../deposit/removal.js';
import { completedFile, putFile } from '../files/stored-files.js';
import { legacyToRdm } from '../metadata/legacy-in.js';
import type { RdmInput } from '../metadata/rdm-input.js';
import type { Deposition, User } from '../store/model.js';
import { ControlError } from './control-error.js';
import { at } from './known-error.js';
import type { ReceivedFiles } from './seed-files.js';
import type { SeedDepositionInput, SeedFileInput, SeedVersionInput } from './seed-schema.js';
import { depositionState } from './state.js';
import type { DepositionState } from './state-schema.js';

/**
 * Adds a deposition with its versions, oldest first. Throws for ids that are taken, and for
 * whatever Zenodo would refuse. Errors begin with the place of the deposition or version.
 */
export function addDeposition(
  mock: MockContext,
  user: User,
  input: SeedDepositionInput,
  bytes: ReceivedFiles,
  place: string,
): DepositionState[] {
  const { versions = [] } = input;
  const made = [at(place, () => addFirst(mock, user, input, bytes))];
  for (const [index, version] of versions.entries()) {
    const before = made.at(-1);
    made.push(at(`${place}.versions.${index}`, () => addVersion(mock, before, version, bytes)));
  }
  return made.map((deposition) => depositionState(mock, deposition));
}

function addFirst(
  mock: MockContext,
  user: User,
  input: SeedDepositionInput,
  bytes: ReceivedFiles,
): Deposition {
  const { id, conceptId, versions = [] } = input;
  if (conceptId !== undefined && id === undefined) throw new ControlError(400, 'conceptId requires an id.');
  const state = input.state ?? (versions.length > 0 ? 'published' : 'draft');
  if (id !== undefined) reserve(mock, [conceptId ?? id - 1, id]);
  const { deposition: first } = createDraft(mock, user, inputOf(mock, input));
  nameBucket(mock, first, input.bucket);
  fill(mock, first, input.files ?? [], bytes);
  finish(mock, first, state);
  return first;
}

function addVersion(
  mock: MockContext,
  before: Deposition | undefined,
  version: SeedVersionInput,
  bytes: ReceivedFiles,
): Deposition {
  if (!before?.record) throw new ControlError(400, 'Only a published record can have further versions.');
  if (version.id !== undefined) reserve(mock, [version.id]);
  const next = newVersion(mock, before);
  if (version.metadata !== undefined || version.rdm !== undefined)
    saveDraft(mock, next, inputOf(mock, version));
  nameBucket(mock, next, version.bucket);
  if (version.files === undefined) importFiles(mock, next);
  else fill(mock, next, version.files, bytes);
  finish(mock, next, version.state ?? 'published');
  return next;
}

function reserve(mock: MockContext, ids: number[]): void {
  if (ids.some((id) => id < 1) || new Set(ids).size < ids.length) {
    throw new ControlError(
      400,
      `The ids ${ids.join(' and ')} are not valid: both must be at least 1, and they must differ.`,
    );
  }
  if (mock.store.reserveIds(ids)) return;
  throw new ControlError(
    409,
    `One of the ids ${ids.join(' and ')} is already used. A concept has an id too, see conceptId.`,
  );
}

function nameBucket(mock: MockContext, { draft }: Deposition, bucket: string | undefined): void {
  if (bucket === undefined || draft === null) return;
  if (mock.store.byBucket(bucket) !== undefined) {
    throw new ControlError(409, `The bucket ${bucket} already exists.`);
  }
  draft.bucketId = bucket;
}

/** The metadata of a draft, in either API. */
function inputOf(mock: MockContext, { metadata, rdm }: Pick<SeedVersionInput, 'metadata' | 'rdm'>): RdmInput {
  if (metadata !== undefined && rdm !== undefined) {
    throw new ControlError(400, 'A deposition must have either metadata or rdm, not both.');
  }
  if (rdm !== undefined) return rdm;
  return legacyToRdm(metadata === undefined ? {} : { metadata }, mock.clock.now());
}

/** Without any of Zenodo's rules, because the bytes are already stored. */
function fill(
  mock: MockContext,
  { draft }: Deposition,
  files: readonly SeedFileInput[],
  bytes: ReceivedFiles,
): void {
  for (const file of files) {
    const received = bytes.get(file);
    if (draft === null || received === undefined) continue;
    putFile(mock, draft, completedFile(mock, file.name, received.blobId, received, mock.clock.timestamp()));
  }
}

function finish(mock: MockContext, deposition: Deposition, state: 'draft' | 'published' | 'removed'): void {
  if (state === 'draft') return;
  publishDraft(mock, deposition, { joins: true });
  if (state === 'removed') removeRecord(mock, deposition, { reason: 'retracted' });
}
