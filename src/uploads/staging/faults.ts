import { resolve } from 'node:path';
import { Problem, problem } from '../../errors.js';
import { fileFault, quoted } from '../plan/file-names.js';

/** System errors of a volume that is missing, read-only or broken. */
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

/** The problem for a failure of the staging volume; null for other errors. */
export function stagingFault(error: unknown): Problem | null {
  if (error instanceof Problem || !(error instanceof Error) || !('syscall' in error)) return null;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (isVolumeFull(error) || code === 'EFBIG') return stagingFull(error);
  if (!UNUSABLE.has(code)) return null;
  const detail =
    'The staging folder of this service cannot be used. Try again later. The operator finds the cause in the log.';
  return problem('service_unavailable', detail, { retry_after: 60 }, error);
}

/** Whether a system error concerns this folder or something in it. */
export function isInside(folder: string, error: unknown): boolean {
  const { path } = error as NodeJS.ErrnoException;
  const root = resolve(folder);
  return path === root || path?.startsWith(`${root}/`) === true;
}

/** The problem for a volume that does not respond. */
export function volumeSilent(): Problem {
  return problem(
    'service_unavailable',
    'The staging folder of this service does not respond. Try again later.',
    { retry_after: 60 },
  );
}

/** The problem for a full volume. */
export function stagingFull(cause?: unknown): Problem {
  return problem(
    'staging_full',
    'This service has no space left for uploads. Try again later.',
    { retry_after: 60 },
    cause,
  );
}

/** The problem for staged bytes that are missing or changed. Only their sender has them. */
export function stagedBytesLost(cause?: unknown): Problem {
  const detail =
    'The bytes that had arrived were lost or damaged on the disk of this service. Send the file again in a new upload.';
  return problem('staged_bytes_lost', detail, {}, cause);
}

/** Whether a write failed because there is no space left, in total or for this user. */
export function isVolumeFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Returns the checksum if it is the announced one. Throws checksum_mismatch. */
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

/** The problem for a chunk that exceeds the length of its file, or its own. */
export function tooLong(label: string, size: number) {
  return problem(
    'size_mismatch',
    `${quoted(label)} was announced with ${size} bytes, but this chunk exceeds them or its Content-Length.`,
    { errors: [fileFault(label, `has more than the announced ${size} bytes`)] },
  );
}

/** The problem for a chunk with a wrong checksum. */
export function chunkDiffers(label: string) {
  return problem(
    'chunk_checksum_mismatch',
    `The chunk of ${quoted(label)} does not match Upload-Checksum. Nothing of it was kept. Send it again from the same offset.`,
  );
}

/** The problem for a file of a different size. `received` undefined: more arrived. */
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
 * The problem for a failed write. `path` is the file that was being written: if another one is
 * missing, it was to be read.
 */
export function diskFault(error: unknown, path: string): unknown {
  const { code, path: missing } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && missing !== undefined && missing !== path) return stagedBytesLost(error);
  return stagingFault(error) ?? error;
}

/** The problem for a body that ended too early. */
export function incompleteBody(cause?: unknown) {
  return problem('incomplete_body', 'The body ended too early. Send it again.', {}, cause);
}
