import type { UploadsContext } from '../context.js';
import { refuseEmpty } from '../intake/quota.js';
import type { Staged } from '../staging/staged.js';
import type { Run } from './worker.js';

/** A part whose bytes have been taken, or are being taken. */
export interface Received {
  id: string;
  /** As sent. */
  path: string;
  staged: Staged;
  /** Its name on Zenodo once that is certain; then the run has it. */
  name: string | null;
}

/**
 * Hands one received part to the run under its final name; its bytes may still be arriving. Throws
 * empty_file.
 */
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
