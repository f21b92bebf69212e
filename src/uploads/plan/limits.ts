import type { UploadLimits } from '../../config.js';
import type { UploadLinkGrant } from '../../connections/caller.js';
import { problem } from '../../errors.js';
import type { ZenodoFile } from '../../zenodo/deposition.js';
import type { LinkUse } from '../model.js';
import { fileFault, quoted } from './file-names.js';

/** A file that is to stand on the draft; its size, in bytes, is null as long as it is not known. */
export interface Coming {
  name: string;
  size: number | null;
}

/**
 * Bytes that a multipart body may have besides its files: 20,000 parts with headers of 1 KiB, long
 * lists of them.
 */
const FORM_OVERHEAD = 32 * 1024 * 1024;

/**
 * Refuses what Zenodo would refuse once all bytes are there: it takes 100 files and 50 GB
 * (zenodo/zenodo#2485). Files on the draft that are replaced do not count. Throws
 * payload_too_large, too_many_files or quota_exceeded.
 */
export function checkQuota(
  there: readonly ZenodoFile[],
  coming: readonly Coming[],
  limits: UploadLimits,
): void {
  for (const { name, size } of coming) if (size !== null) checkFileSize(name, size, limits);
  const names = new Set(coming.map(({ name }) => name));
  const staying = there.filter(({ filename }) => !names.has(filename));
  const count = staying.length + names.size;
  if (count > limits.depositionFiles) {
    throw problem(
      'too_many_files',
      `The deposition would have ${count} files, but Zenodo accepts ${limits.depositionFiles}. Send folders, each of which becomes one zip, or remove files first.`,
    );
  }
  const bytes =
    staying.reduce((sum, { filesize }) => sum + filesize, 0) +
    coming.reduce((sum, { size }) => sum + (size ?? 0), 0);
  if (bytes > limits.depositionBytes) {
    throw problem(
      'quota_exceeded',
      `The deposition would have ${bytes} bytes, but Zenodo accepts ${limits.depositionBytes}. Remove files first, or ask Zenodo for more.`,
    );
  }
}

/** Files that one upload may have: more than a draft has, because folders become one file each. */
export const MAX_FILES = 20_000;

/**
 * What the paths of one upload, or of what one zip holds, may take together in bytes of UTF-8:
 * who asks how it stands is answered with all of them.
 */
const MAX_PATHS = 3 * 1024 * 1024;

/** Bytes of UTF-8 that paths have together. */
export function lengthOfPaths(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + Buffer.byteLength(path), 0);
}

/** Refuses paths that are too long together. Throws too_many_files. */
export function checkPaths(bytes: number): void {
  if (bytes <= MAX_PATHS) return;
  throw problem(
    'too_many_files',
    `The paths of all files in an upload, or in one zip, may have ${MAX_PATHS} bytes in total, but these have ${bytes}. Send fewer files at once, use several folders, or shorten the names.`,
  );
}

/** What an upload link may bring altogether; null: as much as Zenodo takes. */
type LinkLimits = Pick<UploadLinkGrant, 'maxBytes' | 'maxFiles'>;

/**
 * Refuses what is more than an upload link may bring. `usedBut`: what its other uploads bring or
 * have brought, but for files of some names: a name that comes again counts once. Throws
 * upload_link_limit.
 */
export async function checkLinkLimits(
  { maxBytes, maxFiles }: LinkLimits,
  usedBut: (names: readonly string[]) => Promise<LinkUse>,
  coming: readonly Coming[],
): Promise<void> {
  if (maxBytes === null && maxFiles === null) return;
  const sizes = new Map(coming.map(({ name, size }) => [name, size ?? 0]));
  const used = await usedBut([...sizes.keys()]);
  const files = used.files + sizes.size;
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, used.bytes);
  if (maxFiles !== null && files > maxFiles) {
    throw problem(
      'upload_link_limit',
      `These would be ${files} files, but this upload link allows ${maxFiles}. A folder counts as one file. Send fewer files.`,
    );
  }
  if (maxBytes !== null && bytes > maxBytes) {
    throw problem(
      'upload_link_limit',
      `These would be ${bytes} bytes, but this upload link allows ${maxBytes}. Send fewer or smaller files.`,
    );
  }
}

/** Refuses a file that is too large by itself. Throws payload_too_large. */
export function checkFileSize(
  name: string,
  size: number,
  { fileBytes }: Pick<UploadLimits, 'fileBytes'>,
): void {
  if (size <= fileBytes) return;
  throw problem(
    'payload_too_large',
    `${quoted(name)} has more than ${fileBytes} bytes, the limit for one file.`,
    {
      errors: [fileFault(name, `has more than ${fileBytes} bytes`)],
    },
  );
}

/** Zenodo takes no empty files; inside a zip they are fine. */
export function refuseEmpty(path: string, size: number): void {
  if (size > 0) return;
  throw problem(
    'empty_file',
    `${quoted(path)} is empty, and Zenodo does not accept empty files. Leave it out.`,
    {
      errors: [fileFault(path, 'is empty')],
    },
  );
}

/** Refuses a body that must be too large, by its Content-Length. Throws payload_too_large. */
export function checkBodySize(contentLength: number | null, { uploadBytes }: UploadLimits): void {
  if (contentLength === null || contentLength <= uploadBytes + FORM_OVERHEAD) return;
  throw bodyTooLarge(uploadBytes);
}

/** What to throw once a call has brought too much. */
export function bodyTooLarge(uploadBytes: number) {
  return problem(
    'payload_too_large',
    `One call may send ${uploadBytes} bytes. Send the files in several calls.`,
  );
}
