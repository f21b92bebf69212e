import { rm } from 'node:fs/promises';
import type { StagedPart } from '../model.js';
import { zipSize } from '../plan/zip-layout.js';
import type { FileRepository } from '../rows/file-repository.js';
import { zipStream } from './archive.js';
import type { Reservations } from './reservations.js';
import type { StagedFile } from './staged-file.js';
import type { Staging } from './staging.js';

interface ZipContext {
  staging: Staging;
  fileRepository: FileRepository;
  reservations: Reservations;
}

/** A zip to create. `check` throws when it is no longer needed. */
interface ZipOrder {
  uploadId: string;
  fileId: string;
  staged: StagedFile;
  parts: readonly StagedPart[];
  check: () => void;
}

/**
 * Creates a zip of staged parts, exactly as long as predicted. Readers of `staged` can follow it.
 * The parts are deleted when it is complete. If a part cannot be read, it throws, and those readers
 * fail.
 */
export async function makeZip(
  { staging, fileRepository, reservations }: ZipContext,
  { uploadId, fileId, staged, parts, check }: ZipOrder,
): Promise<void> {
  const sources = parts.map(({ id, entry, size, offset }) => ({
    entry,
    size,
    offset,
    path: staging.pathOf(uploadId, id),
  }));
  const sealed = await staged.fill(zipStream(sources), {
    size: zipSize(sources),
    check,
    beforeWrite: reservations.check,
  });
  await fileRepository.sealFile(fileId, sealed);
  // One after the other: a folder may have ten thousand parts.
  for (const path of new Set(sources.map((source) => source.path))) await rm(path, { force: true });
}
