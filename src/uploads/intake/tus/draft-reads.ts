import type { Caller } from '../../../connections/caller.js';
import { isOther } from '../../../zenodo/deposition.js';
import type { UploadsContext } from '../../context.js';
import { numberGivenAgain, readPatiently, type Target } from '../../transfer/draft-files.js';

export type DraftReads = ReturnType<typeof createDraftReads>;

/** The drafts that files are brought to, read once for all files that come within a short time. */
export function createDraftReads(context: Pick<UploadsContext, 'zenodo' | 'zenodoFor' | 'patience'>) {
  const reads = new Map<string, { at: number; target: Promise<Target> }>();

  const forgetOld = () => {
    const now = performance.now();
    for (const [key, { at }] of reads) if (now - at > context.patience.trust) reads.delete(key);
  };

  return {
    /**
     * Throws what `readTarget` throws, deposition_not_found too if it is not the one of
     * `createdAt`.
     */
    async get(caller: Caller, depositionId: number, createdAt: Date | null = null): Promise<Target> {
      const target = await read(caller, depositionId);
      if (isOther(createdAt, target.createdAt)) throw numberGivenAgain(depositionId);
      return target;
    },
    /** What was read of a draft turned out to be so no more. */
    forget(depositionId: number): void {
      for (const key of reads.keys()) if (key.endsWith(` ${depositionId}`)) reads.delete(key);
    },
  };

  function read(caller: Caller, depositionId: number): Promise<Target> {
    forgetOld();
    const key = `${caller.owner} ${depositionId}`;
    const known = reads.get(key);
    if (known !== undefined) return known.target;
    const fresh = { at: performance.now(), target: readPatiently(context, caller, depositionId) };
    reads.set(key, fresh);
    fresh.target.catch(() => reads.get(key) === fresh && reads.delete(key));
    return fresh.target;
  }
}
