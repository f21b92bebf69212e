import { askerOf, type Caller } from '../../connections/caller.js';
import { Problem } from '../../errors.js';
import { isReusedId } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import { isTransient } from '../failures.js';
import type { DraftFiles } from '../model.js';
import { idReused, readDraftWithRetries } from '../transfer/read-draft.js';

export type DraftReads = ReturnType<typeof createDraftReads>;

/** Drafts of tus files, each read once for all files that arrive within a short time. */
export function createDraftReads(context: Pick<UploadsContext, 'zenodo' | 'zenodoFor' | 'timings'>) {
  const reads = new Map<string, { at: number; draft: Promise<DraftFiles> }>();

  const forgetOld = () => {
    const now = performance.now();
    for (const [key, { at }] of reads) if (now - at > context.timings.trust) reads.delete(key);
  };

  return {
    /**
     * Throws what `readDraftFiles` throws, including deposition_not_found if it is not the one of
     * `createdAt`.
     */
    async get(caller: Caller, depositionId: number, createdAt: Date | null = null): Promise<DraftFiles> {
      const draft = await read(caller, depositionId);
      if (isReusedId(createdAt, draft.createdAt)) throw idReused(depositionId);
      return draft;
    },
    /** Forgets a draft that turned out to have changed. */
    forget(depositionId: number): void {
      for (const key of reads.keys()) if (key.endsWith(` ${depositionId}`)) reads.delete(key);
    },
  };

  async function read(caller: Caller, depositionId: number): Promise<DraftFiles> {
    const asked = performance.now();
    const key = `${askerOf(caller)} ${depositionId}`;
    for (;;) {
      forgetOld();
      const known = reads.get(key) ?? begin(key, caller, depositionId);
      try {
        return await known.draft;
      } catch (error) {
        // An earlier refusal may be about a connection that has been authorized again since.
        if (known.at >= asked || (error instanceof Problem && isTransient(error))) throw error;
      }
    }
  }

  function begin(key: string, caller: Caller, depositionId: number) {
    const fresh = { at: performance.now(), draft: readDraftWithRetries(context, caller, depositionId) };
    reads.set(key, fresh);
    fresh.draft.catch(() => reads.get(key) === fresh && reads.delete(key));
    return fresh;
  }
}
