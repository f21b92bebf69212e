import { Readable } from 'node:stream';
import type { MockContext } from '../context.js';
import { createDraft, importFiles, newVersion, publishDraft, saveDraft } from '../deposit/life-cycle.js';
import { removeRecord } from '../deposit/removal.js';
import { seedFile } from '../files/stored-files.js';
import { legacyToRdm } from '../metadata/legacy-in.js';
import type { RdmInput } from '../metadata/rdm-input.js';
import type { Deposition, User } from '../store/model.js';
import { ControlError } from './control-error.js';
import type { SeedDepositionInput, SeedFileInput, SeedVersionInput } from './seed-schema.js';
import { depositionState } from './state.js';
import type { DepositionState } from './state-schema.js';

const FILLER = 65_536;

/**
 * Adds a deposition with its versions, oldest first. Throws for ids that are taken, and for what
 * Zenodo refuses.
 */
export async function addDeposition(
  mock: MockContext,
  user: User,
  input: SeedDepositionInput,
): Promise<DepositionState[]> {
  const { id, conceptId, versions = [] } = input;
  if (conceptId !== undefined && id === undefined) throw new ControlError(400, 'conceptId requires an id.');
  const state = input.state ?? (versions.length > 0 ? 'published' : 'draft');
  if (state !== 'published' && versions.length > 0) {
    throw new ControlError(400, 'Only a published record can have further versions.');
  }
  if (id !== undefined) reserve(mock, [conceptId ?? id - 1, id]);
  const { deposition: first } = createDraft(mock, user, inputOf(mock, input));
  await fill(mock, first, input.files ?? []);
  finish(mock, first, state);
  const made = [first];
  for (const version of versions) {
    const before = made.at(-1) ?? first;
    if (before.record === null)
      throw new ControlError(400, 'Only a published record can have further versions.');
    made.push(await addVersion(mock, before, version));
  }
  return made.map((deposition) => depositionState(mock, deposition));
}

async function addVersion(
  mock: MockContext,
  before: Deposition,
  version: SeedVersionInput,
): Promise<Deposition> {
  if (version.id !== undefined) reserve(mock, [version.id]);
  const next = newVersion(mock, before);
  if (version.metadata !== undefined || version.rdm !== undefined)
    saveDraft(mock, next, inputOf(mock, version));
  if (version.files === undefined) importFiles(mock, next);
  else await fill(mock, next, version.files);
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

/** What describes a draft, in either dialect. */
function inputOf(mock: MockContext, { metadata, rdm }: Pick<SeedVersionInput, 'metadata' | 'rdm'>): RdmInput {
  if (metadata !== undefined && rdm !== undefined) {
    throw new ControlError(400, 'A deposition must have either metadata or rdm, not both.');
  }
  if (rdm !== undefined) return rdm;
  return legacyToRdm(metadata === undefined ? {} : { metadata }, mock.clock.now());
}

async function fill(mock: MockContext, { draft }: Deposition, files: SeedFileInput[]): Promise<void> {
  for (const file of files) if (draft !== null) await seedFile(mock, draft, file.name, bytesOf(file));
}

function finish(mock: MockContext, deposition: Deposition, state: 'draft' | 'published' | 'removed'): void {
  if (state === 'draft') return;
  publishDraft(mock, deposition, { joins: true });
  if (state === 'removed') removeRecord(mock, deposition, { reason: 'retracted' });
}

function bytesOf({ name, content, base64, size }: SeedFileInput): Readable {
  if ([content, base64, size].filter((given) => given !== undefined).length !== 1) {
    throw new ControlError(400, `File ${name} needs exactly one of content, base64 and size.`);
  }
  if (size !== undefined) return Readable.from(filler(size), { objectMode: false });
  return Readable.from([base64 === undefined ? Buffer.from(content ?? '') : Buffer.from(base64, 'base64')], {
    objectMode: false,
  });
}

function* filler(size: number): Generator<Buffer> {
  const chunk = Buffer.alloc(FILLER, 'mock zenodo ');
  for (let left = size; left > 0; left -= FILLER) yield chunk.subarray(0, Math.min(left, FILLER));
}
