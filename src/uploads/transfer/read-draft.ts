import { askerOf, type Caller } from '../../connections/caller.js';
import { Problem, problem } from '../../errors.js';
import { countdown, retry, untilAborted } from '../../time.js';
import { bucketOf } from '../../zenodo/deposit-api.js';
import { createdAt, isReusedId, md5Of, type ZenodoDeposition } from '../../zenodo/deposition.js';
import type { UploadsContext } from '../context.js';
import { isTransient } from '../failures.js';
import type { DraftFiles } from '../model.js';

/** How long the first read of a draft may be retried, in milliseconds. Its caller is waiting. */
const FIRST_READ = 15_000;

/**
 * Milliseconds between two reads of a draft for the files of one upload: hundreds of unchanged
 * files must not use up Zenodo's rate limit. One upload does not wait for the reads of another.
 */
export const READ_GAP = 1000;

/**
 * Reads the draft in the caller's name, and finds its bucket. Throws deposition_not_found (also if
 * it is not the one of `createdAt`), already_published, zenodo_invalid_answer if there is no
 * bucket, or its link leads elsewhere, and what the token or Zenodo's answer means.
 */
export async function readDraftFiles(
  context: Pick<UploadsContext, 'zenodo' | 'zenodoFor'>,
  caller: Caller,
  depositionId: number,
  { signal, createdAt }: { signal?: AbortSignal; createdAt?: Date | null } = {},
): Promise<DraftFiles> {
  const deposition = await context.zenodoFor(caller, { signal }).deposits.read(depositionId);
  const draft = draftOf(deposition, context.zenodo.origin);
  if (isReusedId(createdAt, draft.createdAt)) throw idReused(depositionId);
  return draft;
}

/**
 * Like `readDraftFiles`, with retries, so that a short failure of Zenodo does not cost the caller a
 * body that they would have to send again.
 */
export async function readDraftWithRetries(
  context: Pick<UploadsContext, 'zenodo' | 'zenodoFor' | 'timings'>,
  caller: Caller,
  depositionId: number,
  createdAt?: Date | null,
): Promise<DraftFiles> {
  const { attempts, firstWait } = context.timings;
  return retry(() => readDraftFiles(context, caller, depositionId, { createdAt: createdAt ?? null }), {
    when: (error, failures) =>
      failures < attempts &&
      error instanceof Problem &&
      isTransient(error) &&
      error.code !== 'too_many_requests',
    first: firstWait,
    most: FIRST_READ,
    left: countdown(FIRST_READ),
  });
}

function draftOf(deposition: ZenodoDeposition, origin: string): DraftFiles {
  refusePublished(deposition);
  return {
    depositionId: deposition.id,
    bucketId: bucketOf(deposition, origin),
    createdAt: createdAt(deposition),
    files: deposition.files ?? [],
  };
}

/** Throws already_published if the files of a deposition cannot change. */
export function refusePublished({ id, submitted }: ZenodoDeposition): void {
  if (!submitted) return;
  throw problem(
    'already_published',
    `Deposition ${id} is published, so its files cannot change. Create a new version with POST /depositions/${id}/versions.`,
  );
}

/** The problem if Zenodo was reset and assigned the id of a draft to another one. */
export function idReused(depositionId: number) {
  return problem(
    'deposition_not_found',
    `The draft of these files is gone: Zenodo was reset, and deposition ${depositionId} is now a different one. Create a new draft and send the files again.`,
  );
}

/**
 * Reads `draft` again, once for all files of it that ask before the read begins. False if Zenodo
 * cannot answer now. Throws if the draft can no longer be written to, or the signal's reason.
 */
export async function rereadDraft(
  context: Pick<UploadsContext, 'zenodo' | 'zenodoFor' | 'joinDraftReads' | 'spaceDraftReads'>,
  caller: Caller,
  draft: DraftFiles,
  signal: AbortSignal,
): Promise<boolean> {
  const { depositionId } = draft;
  const key = `${askerOf(caller)} ${depositionId}`;
  const read = () => context.joinDraftReads(key, () => readDraftFiles(context, caller, depositionId));
  try {
    const fresh = await untilAborted(context.spaceDraftReads(draft, read), signal);
    if (isReusedId(draft.createdAt, fresh.createdAt)) throw idReused(depositionId);
    Object.assign(draft, fresh);
    return true;
  } catch (error) {
    if (error instanceof Problem && isTransient(error)) return false;
    throw error;
  }
}

/** Whether the draft has exactly these bytes under this name. */
export function holds(draft: DraftFiles, name: string, md5: string): boolean {
  return draft.files.some((file) => file.filename === name && md5Of(file) === md5);
}
