import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type Caller, uploadLinkOf } from '../../connections/caller.js';
import { isAlreadyThere } from '../../database/failures.js';
import type { Prisma, Upload } from '../../database/generated/client.js';
import { problem } from '../../errors.js';
import { LIFETIMES } from '../../lifetimes.js';
import { linkEnded } from '../../upload-links/link-state.js';
import { isReusedId } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import { checkComing } from '../intake/check-coming.js';
import type { DraftFiles } from '../model.js';
import { checkFileSize } from '../plan/limits.js';
import { type Created, uploadFault } from '../rows/tus-repository.js';
import { addToTargets } from '../rows/tus-targets.js';
import { newUpload } from '../rows/upload-repository.js';
import type { DraftReads } from './draft-reads.js';
import { bytesElsewhere, mayReach, noSuchFile } from './faults.js';
import type { LiveFiles } from './live-files.js';
import type { TusMetadata } from './upload-metadata.js';

/** A file to announce. */
export interface Creation {
  depositionId: number;
  caller: Caller;
  requestId: string;
  /** Bytes. */
  size: number;
  metadata: TusMetadata;
}

/**
 * Announces a file, and checks everything that is known before its bytes arrive: its name, other
 * files of the upload, the draft, Zenodo's limits and the free space. Announcing the same path and
 * size again replaces the first announcement, of which the caller did not hear.
 */
export async function createTusFile(
  context: UploadsContext,
  drafts: DraftReads,
  live: LiveFiles,
  creation: Creation,
): Promise<Created> {
  const { fileRepository, tusRepository, reservations, staging, limits } = context;
  const { caller, depositionId, size, metadata } = creation;
  checkFileSize(metadata.path, size, limits);
  const draft = await drafts.get(caller, depositionId);
  const id = randomUUID();
  const uploadId = metadata.uploadId ?? randomUUID();
  const twice = metadata.path.includes('/') && metadata.archive === 'zip';
  const announce = async (tx: Prisma.TransactionClient) => {
    const upload = await joinUpload(context, creation, { uploadId, draft }, tx);
    const step = await addToTargets(tx, uploadId, { path: metadata.path, size }, metadata.archive);
    if (step.replaced !== null) await tusRepository.remove(step.replaced.id, tx);
    await checkComing(context, { id: uploadId, caller, draft }, step.coming, tx);
    const { file, pathKey } = step;
    const position = await tusRepository.nextPosition(uploadId, tx);
    const row = await tx.tusFile.create({
      data: {
        id,
        uploadId,
        position,
        path: metadata.path,
        pathKey,
        size,
        announcedMd5: metadata.md5,
        metadata: metadata.header,
      },
    });
    // A file that does not go into a zip is sent while it arrives.
    const name = file.entries === null ? file.name : null;
    const sentAs = metadata.path.includes('/') ? metadata.path : null;
    if (name !== null)
      await fileRepository.addFile({ id, uploadId, depositionId, name, sentAs, position, size }, tx);
    return { file: { ...row, upload }, name, replaced: step.replaced?.id ?? null };
  };
  const reserve = () => reservations.reserve(caller.owner, twice ? 2 * size : size, announce);
  const { file, name, replaced } = await reserve().catch((error: unknown) => {
    // A process with another volume has just begun the same upload.
    if (isAlreadyThere(error)) return reserve();
    throw error;
  });
  if (replaced !== null) {
    await live.drop(replaced, noSuchFile());
    await rm(staging.pathOf(uploadId, replaced), { force: true });
  }
  await context.tusLeases.keep([uploadId]);
  return { file, name };
}

/** The upload of the file. Its first file begins it. */
async function joinUpload(
  { uploadRepository, tusRepository, staging, encryptToken }: UploadsContext,
  { caller, depositionId, requestId, metadata }: Creation,
  { uploadId, draft }: { uploadId: string; draft: DraftFiles },
  tx: Prisma.TransactionClient,
): Promise<Upload> {
  const { archive } = metadata;
  const upload = metadata.uploadId === null ? null : await tusRepository.lockUpload(uploadId, tx);
  if (upload === null) {
    const link = uploadLinkOf(caller);
    if (link !== null && !link.mayBegin) throw linkEnded({ reason: null, returnUrl: link.returnUrl });
    const personalToken = caller.kind === 'personal' ? encryptToken(uploadId, caller.token) : null;
    const begun = {
      id: uploadId,
      ...newUpload(caller, draft, { volume: staging.volume, requestId }),
      reserved: 0,
      seconds: LIFETIMES.upload,
      tus: { single: metadata.uploadId === null, archive, personalToken },
    };
    await uploadRepository.begin(begun, tx);
    return tx.upload.findUniqueOrThrow({ where: { id: uploadId } });
  }
  const isOld = isReusedId(upload.depositionCreatedAt, draft.createdAt);
  if (isOld || !mayReach(upload, caller, depositionId) || !upload.resumable || upload.single) {
    throw problem(
      'upload_not_found',
      'This deposition has no such tus upload. For a new upload, generate a new UUID.',
    );
  }
  const fault = uploadFault(upload);
  if (fault !== null) throw fault;
  // One process completes the upload, and it needs the bytes of all files.
  if (upload.volume !== staging.volume) throw bytesElsewhere();
  if (upload.archive !== archive) {
    throw problem(
      'invalid_request',
      'All files of an upload must have the same archive in Upload-Metadata.',
      {
        errors: [{ field: 'upload-metadata', message: `archive is ${upload.archive} for this upload` }],
      },
    );
  }
  return upload;
}
