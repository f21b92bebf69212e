import { randomUUID } from 'node:crypto';
import { problem } from '../../errors.js';
import type { UploadsContext } from '../context.js';
import type { PlannedFile } from '../intake/layout.js';
import { fileFault, quoted } from '../intake/names.js';
import { createStaged, type Staged } from '../staging/staged.js';
import { makeZip, type StagedPart, sizeOfZip } from '../staging/zip-file.js';
import type { Run } from './run.js';

/** A part whose bytes have been taken, or are being taken. */
export interface Received {
  id: string;
  /** As sent. */
  path: string;
  staged: Staged;
  /** Its name on Zenodo once that is certain; then the run has it. */
  name: string | null;
}

/** A zip whose parts are all staged. `size` in bytes. */
export interface ZipToMake {
  name: string;
  size: number;
  make(): Promise<void>;
}

/** Hands one received part to the run under its final name; its bytes may still be arriving. Throws empty_file. */
export async function handOver(
  { rows }: Pick<UploadsContext, 'rows'>,
  run: Run,
  file: Received,
  name: string,
  { size, md5, position }: { size: number; md5?: string | undefined; position: number },
): Promise<void> {
  refuseEmpty(file.path, size);
  file.name = name;
  const { id, staged } = file;
  const sealed = staged.sealed?.md5 ?? null;
  await rows.addFile({
    id,
    uploadId: run.id,
    depositionId: run.target.depositionId,
    name,
    position,
    size,
    md5: sealed,
    received: staged.written,
    state: sealed === null ? 'receiving' : 'staged',
  });
  run.add({ id, name, size, staged, announcedMd5: md5, attempts: 0, sent: 0 });
}

/**
 * Writes down that a zip of received parts is to be made, so that another process can do it. While `make` makes it, the run sends
 * what there is of it.
 */
export async function handOverZip(
  context: UploadsContext,
  run: Run,
  planned: PlannedFile,
  received: ReadonlyMap<string, Received>,
  position: number,
): Promise<ZipToMake> {
  const { name } = planned;
  const parts: StagedPart[] = (planned.entries ?? []).flatMap(({ path, entry }) => {
    const part = received.get(path);
    return part?.staged.sealed ? [{ id: part.id, path, entry, ...part.staged.sealed }] : [];
  });
  const id = randomUUID();
  const size = sizeOfZip(parts);
  const staged = createStaged(context.staging.pathOf(run.id, id), name);
  const { depositionId } = run.target;
  await context.rows.addFile({
    id,
    uploadId: run.id,
    depositionId,
    name,
    position,
    size,
    parts: parts as object[],
  });
  const make = async () => {
    run.add({ id, name, size, staged, attempts: 0, sent: 0 });
    // Whatever goes wrong here, the transfer that follows the zip meets it too and says so.
    await makeZip(context, run.id, id, staged, parts, run.check).catch(() => undefined);
  };
  return { name, size, make };
}

/** Zenodo takes no empty files; inside a zip they are fine. */
export function refuseEmpty(path: string, size: number): void {
  if (size > 0) return;
  throw problem('empty_file', `${quoted(path)} is empty, and Zenodo takes no empty files. Leave it out.`, {
    errors: [fileFault(path, 'is empty')],
  });
}
