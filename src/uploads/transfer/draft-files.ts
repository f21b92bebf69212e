import type { Caller } from '../../connections/caller.js';
import { Problem, problem } from '../../errors.js';
import { countdown, retry } from '../../time.js';
import { createdAt, isOther, type ZenodoDeposition, type ZenodoFile } from '../../zenodo/deposition.js';
import { bucketIdOf } from '../../zenodo/paths.js';
import type { UploadsContext } from '../context.js';
import { mayPass } from '../failures.js';

/** How long the first look at a draft may be repeated, in milliseconds: its caller is waiting. */
const FIRST_READ = 15_000;

/** A draft as its bucket takes files. */
export interface DraftFiles {
  depositionId: number;
  bucketId: string;
  /** Zenodo's own `created`: another one under the same id is another draft. */
  createdAt: Date | null;
  /** What is on it, as last read. */
  files: ZenodoFile[];
  /** When, on this process's own clock. */
  readAt: number;
}

/**
 * Reads the draft with the caller's own token and finds its bucket. Throws deposition_not_found,
 * already_published, deposition_not_found too if it is not the one of `createdAt`,
 * zenodo_invalid_answer if there is no bucket or it lies with somebody else, and whatever the token
 * or Zenodo makes necessary.
 */
export async function readDraftFiles(
  context: Pick<UploadsContext, 'zenodo' | 'zenodoFor'>,
  caller: Caller,
  depositionId: number,
  { signal, createdAt }: { signal?: AbortSignal; createdAt?: Date | null } = {},
): Promise<DraftFiles> {
  const deposition = await context.zenodoFor(caller, { signal }).deposits.read(depositionId);
  const draft = draftOf(deposition, context.zenodo.origin);
  if (isOther(createdAt, draft.createdAt)) throw numberGivenAgain(depositionId);
  return draft;
}

/**
 * Like `readDraftFiles`, but a moment's weakness of Zenodo does not cost the caller a body that
 * they would have to send again.
 */
export async function readDraftPatiently(
  context: Pick<UploadsContext, 'zenodo' | 'zenodoFor' | 'timings'>,
  caller: Caller,
  depositionId: number,
  createdAt?: Date | null,
): Promise<DraftFiles> {
  const { attempts, firstWait } = context.timings;
  return retry(() => readDraftFiles(context, caller, depositionId, { createdAt: createdAt ?? null }), {
    when: (error, failures) =>
      failures < attempts && error instanceof Problem && mayPass(error) && error.code !== 'too_many_requests',
    first: firstWait,
    most: FIRST_READ,
    left: countdown(FIRST_READ),
  });
}

function draftOf(deposition: ZenodoDeposition, origin: string): DraftFiles {
  const depositionId = deposition.id;
  if (deposition.submitted) {
    throw problem(
      'already_published',
      `Deposition ${depositionId} is published, so its files cannot change. Create a new version with POST /depositions/${depositionId}/versions.`,
    );
  }
  const link = deposition.links['bucket'];
  const bucketId = bucketIdOf(typeof link === 'string' ? link : undefined, origin);
  if (bucketId === null) {
    throw problem(
      'zenodo_invalid_answer',
      `Zenodo does not say where to send the files of deposition ${depositionId}. Try again later.`,
    );
  }
  const made = createdAt(deposition);
  return {
    depositionId,
    bucketId,
    createdAt: made,
    files: deposition.files ?? [],
    readAt: performance.now(),
  };
}

/**
 * What to throw, and to end uploads with, once Zenodo began anew and gave the id of their draft to
 * another one.
 */
export function numberGivenAgain(depositionId: number) {
  return problem(
    'deposition_not_found',
    `The draft of these files is gone: Zenodo was reset, and deposition ${depositionId} is now a different one. Create a new draft and send the files again.`,
  );
}

/**
 * Brings `draft` up to date. False if Zenodo is not well enough to say; throws if the draft is not
 * there to be written any more.
 */
export async function lookAgain(
  context: Pick<UploadsContext, 'zenodo' | 'zenodoFor'>,
  caller: Caller,
  draft: DraftFiles,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { depositionId, createdAt } = draft;
    Object.assign(draft, await readDraftFiles(context, caller, depositionId, { signal, createdAt }));
    return true;
  } catch (error) {
    if (error instanceof Problem && mayPass(error)) return false;
    throw error;
  }
}

/**
 * The md5 in hex of a file on the draft: buckets write `md5:` in front of it, depositions do not.
 */
export function md5Of({ checksum }: { checksum: string }): string {
  return checksum.replace(/^md5:/, '').toLowerCase();
}

/** True if the draft has exactly these bytes under this name. */
export function holds(draft: DraftFiles, name: string, md5: string): boolean {
  return draft.files.some((file) => file.filename === name && md5Of(file) === md5);
}
