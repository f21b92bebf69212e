import { rm } from 'node:fs/promises';
import type { UploadsContext } from '../context.js';
import type { StagedPart } from '../model.js';
import { zipStream } from './archive.js';
import type { Staged } from './staged.js';
import { zipSize } from './zip-layout.js';

/** Length of the zip of these parts, in bytes. */
export function sizeOfZip(parts: readonly StagedPart[]): number {
  return zipSize(parts);
}

/**
 * Makes a zip of staged parts, exactly as long as predicted; a follower of `staged` reads it while
 * it is made. The parts go once it is complete. Throws, and fails those readers, if a part cannot
 * be read.
 */
export async function makeZip(
  { staging, rows, room }: Pick<UploadsContext, 'staging' | 'rows' | 'room'>,
  uploadId: string,
  fileId: string,
  staged: Staged,
  parts: readonly StagedPart[],
  check: () => void,
): Promise<void> {
  const sources = parts.map(({ id, entry, size, offset }) => ({
    entry,
    size,
    offset,
    path: staging.pathOf(uploadId, id),
  }));
  const sealed = await staged.fill(zipStream(sources), { size: zipSize(sources), check, room: room.check });
  await rows.sealFile(fileId, sealed);
  // One after the other: a folder may have ten thousand parts.
  for (const path of new Set(sources.map((source) => source.path))) await rm(path, { force: true });
}
