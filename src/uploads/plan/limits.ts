import type { UploadLimits } from '../../config.js';
import type { UploadLinkGrant } from '../../connections/caller.js';
import { problem } from '../../errors.js';
import { MAX } from '../../schemas/body-limits.js';
import type { ZenodoFile } from '../../zenodo/deposition.js';
import type { LinkUse } from '../model.js';
import { fileFault, quoted } from './file-names.js';

/** A file that the draft will have. Its size in bytes is null while unknown. */
export interface Coming {
  name: string;
  size: number | null;
}

/**
 * Bytes of a multipart body besides its files: 20,000 parts with headers of 1 KiB, and long lists.
 */
const FORM_OVERHEAD = 32 * 1024 * 1024;

/**
 * Throws early for what Zenodo would refuse in the end: it accepts 100 files and 50 GB per draft
 * (zenodo/zenodo#2485). Files on the draft that will be replaced do not count. Throws
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
      `The deposition would have ${count} files, but Zenodo accepts ${limits.depositionFiles}. Send them in fewer folders, each of which becomes one zip (not with archive=never), or remove files first.`,
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

export const MAX_FILES = MAX.files;

/**
 * Maximum length of all paths of one upload, or of one zip, in bytes of UTF-8. The status of an
 * upload contains all of them.
 */
const MAX_PATHS = 3 * 1024 * 1024;

/** Length of all paths, in bytes of UTF-8. */
export function lengthOfPaths(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + Buffer.byteLength(path), 0);
}

/** Throws too_many_files if the paths are too long together. */
export function checkPaths(bytes: number): void {
  if (bytes <= MAX_PATHS) return;
  throw problem(
    'too_many_files',
    `The paths of all files in an upload, or in one zip, may have ${MAX_PATHS} bytes in total, but these have ${bytes}. Send fewer files at once, use several folders, or shorten the names.`,
  );
}

/** Limits of an upload link; null: Zenodo's limits. */
type LinkLimits = Pick<UploadLinkGrant, 'maxBytes' | 'maxFiles'>;

/**
 * Throws upload_link_limit if an upload brings more than its link permits. `usedBut`: what other
 * uploads of the link bring or have brought, without files of these names, because a repeated name
 * counts once.
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

/** Throws payload_too_large for a file that is too large by itself. */
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

/** Throws empty_file: Zenodo accepts no empty files, except inside a zip. */
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

/** Throws payload_too_large for a body that must be too large, by its Content-Length. */
export function checkBodySize(contentLength: number | null, { uploadBytes }: UploadLimits): void {
  if (contentLength === null || contentLength <= uploadBytes + FORM_OVERHEAD) return;
  throw bodyTooLarge(uploadBytes);
}

/** The problem for a call that brings too much. */
export function bodyTooLarge(uploadBytes: number) {
  return problem(
    'payload_too_large',
    `One call may send ${uploadBytes} bytes. Send the files in several calls.`,
  );
}
