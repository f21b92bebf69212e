import type { Caller } from '../../connections/caller.js';
import { Problem } from '../../errors.js';
import type { ZenodoFile } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';

/** Removes files from a draft. One that is gone already is no fault. Throws what Zenodo says against it. */
export async function removeFiles(
  { zenodo, withToken }: Pick<UploadsContext, 'zenodo' | 'withToken'>,
  caller: Caller,
  depositionId: number,
  files: readonly ZenodoFile[],
  signal?: AbortSignal,
): Promise<void> {
  const limits = { depositionId, ...(signal ? { signal } : {}) };
  for (const { id } of files) {
    await withToken(caller, (token) => zenodo.deleteFile(token, depositionId, id, { signal }), limits).catch(
      (error: unknown) => {
        if (!(error instanceof Problem && error.code === 'file_not_found')) throw error;
      },
    );
  }
}
