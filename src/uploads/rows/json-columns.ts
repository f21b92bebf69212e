import type { Upload, UploadFile } from '../../database/generated/client.js';
import type { ErrorCode } from '../../errors.js';
import { type Notice, notice } from '../../notice.js';
import type { StagedPart, UploadOptions } from '../model.js';

// The JSON columns of uploads and their files. Prisma has no types for them. Only this service
// writes them.

/** A stored error. */
export interface StoredFault {
  code: ErrorCode;
  detail: string;
}

/** The error of an upload; null if there is none. */
export function storedFault(column: Upload['error']): StoredFault | null {
  return column as StoredFault | null;
}

/** The parts of a zip; null for other files. */
export function storedParts({ parts }: Pick<UploadFile, 'parts'>): StagedPart[] | null {
  return parts as StagedPart[] | null;
}

/** The column for the parts of a zip. */
export function partsColumn(parts: readonly StagedPart[]) {
  return { parts: parts as object[] };
}

/** Names of files on the draft that the upload did not bring. */
export function storedOtherFiles({ otherFiles }: Pick<Upload, 'otherFiles'>): string[] {
  return otherFiles as string[];
}

/** The options of a completed tus upload. */
export function storedOptions({ completion }: Pick<Upload, 'completion'>): UploadOptions {
  return completion as unknown as UploadOptions;
}

/** The notices of an upload. The previous release stored only sentences. */
export function storedNotices({ warnings, notices }: Pick<Upload, 'warnings' | 'notices'>): Notice[] {
  const known = notices as unknown as Notice[];
  const told = new Set(known.map(({ detail }) => detail));
  const others = (warnings as string[]).filter((detail) => !told.has(detail));
  return [...known, ...others.map((detail) => notice('other', detail))];
}

/** The columns for notices, for this release and the previous one. */
export function noticeColumns(notices: readonly Notice[]) {
  return { notices: notices as object[], warnings: notices.map(({ detail }) => detail) };
}
