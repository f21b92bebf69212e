import { resolve } from 'node:path';
import { Problem, problem } from '../../errors.js';
import { fileFault, quoted } from '../plan/file-names.js';

/** What the system says of a volume that is not there, or takes nothing, or lost what it had. */
const UNUSABLE = new Set([
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOENT',
  'ENOTDIR',
  'EIO',
  'ESTALE',
  'ENOTCONN',
  'ENXIO',
  'EFBIG',
]);

/** What a failure of the staging volume means to the caller; null if it is none. */
export function stagingFault(error: unknown): Problem | null {
  if (error instanceof Problem || !(error instanceof Error) || !('syscall' in error)) return null;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (isVolumeFull(error) || code === 'EFBIG') return stagingFull(error);
  if (!UNUSABLE.has(code)) return null;
  const detail =
    'The staging folder of this service cannot be used. Try again later. The operator finds the cause in the log.';
  return problem('service_unavailable', detail, { retry_after: 60 }, error);
}

/** Whether an error of the system is about something in this folder, or the folder. */
export function isInside(folder: string, error: unknown): boolean {
  const { path } = error as NodeJS.ErrnoException;
  const root = resolve(folder);
  return path === root || path?.startsWith(`${root}/`) === true;
}

/** What a full volume means to the caller. */
export function stagingFull(cause?: unknown): Problem {
  return problem(
    'staging_full',
    'This service has no space left for uploads. Try again later.',
    { retry_after: 60 },
    cause,
  );
}

/** What was staged is not there, or not as it was. */
export function bytesGone(cause?: unknown): Problem {
  const detail = 'The staged bytes are missing or damaged. Send the file again.';
  return problem('transfer_failed', detail, {}, cause);
}

/** Whether a write failed because there is no room left, for anybody or for this user. */
export function isVolumeFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** The sum, if it is the one that was announced. */
export function checked(md5: string, label: string, announced: string | undefined): string {
  if (announced === undefined || announced === md5) return md5;
  throw problem(
    'checksum_mismatch',
    `${quoted(label)} does not match its announced MD5 checksum. Send it again.`,
    {
      errors: [fileFault(label, `has the MD5 checksum ${md5}, but ${announced} was announced`)],
    },
  );
}

/** What to throw for a chunk that goes beyond the length of its file, or its own. */
export function tooLong(label: string, size: number) {
  return problem(
    'size_mismatch',
    `${quoted(label)} was announced with ${size} bytes, but this chunk exceeds them or its Content-Length.`,
    { errors: [fileFault(label, `has more than the announced ${size} bytes`)] },
  );
}

/** What to throw for a chunk whose sum is not the one that came with it. */
export function chunkDiffers(label: string) {
  return problem(
    'chunk_checksum_mismatch',
    `The chunk of ${quoted(label)} does not match Upload-Checksum. Nothing of it was kept. Send it again from the same offset.`,
  );
}

/** What to throw for a file of another size; `received` undefined: more came. */
export function wrongSize(label: string, announced: number, received?: number) {
  const came = received === undefined ? 'more' : `only ${received}`;
  return problem(
    'size_mismatch',
    `${quoted(label)} was announced with ${announced} bytes, but ${came} arrived. Send it again.`,
    {
      errors: [fileFault(label, `has ${came} bytes, but ${announced} were announced`)],
    },
  );
}

/**
 * What a failed write means to the caller. `path` is the file that was being written: another one
 * that is missing was to be read.
 */
export function diskFault(error: unknown, path: string): unknown {
  const { code, path: missing } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && missing !== undefined && missing !== path) return bytesGone(error);
  return stagingFault(error) ?? error;
}

/** What a body means that ended too early. */
export function brokenOff(cause?: unknown) {
  return problem('incomplete_body', 'The body ended too early. Send it again.', {}, cause);
}
