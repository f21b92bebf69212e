import type { Upload, UploadFile } from '../../database/generated/client.js';
import type { ErrorCode } from '../../errors.js';
import { type Notice, notice } from '../../notice.js';
import type { StagedPart, UploadOptions } from '../model.js';

// The JSON columns of uploads and their files. Prisma knows no type of them: only this service
// writes them, in these shapes.

/** What went wrong, as it is written down. */
export interface StoredFault {
  code: ErrorCode;
  detail: string;
}

/** Null if nothing went wrong. */
export function storedFault(column: Upload['error']): StoredFault | null {
  return column as StoredFault | null;
}

/** What a zip holds; null for a file that is none. */
export function storedParts({ parts }: Pick<UploadFile, 'parts'>): StagedPart[] | null {
  return parts as StagedPart[] | null;
}

/** Names of files that are on the draft and came with no part of the upload. */
export function storedOtherFiles({ otherFiles }: Pick<Upload, 'otherFiles'>): string[] {
  return otherFiles as string[];
}

/** How an upload by tus is to be treated that was said to be complete. */
export function storedOptions({ completion }: Pick<Upload, 'completion'>): UploadOptions {
  return completion as unknown as UploadOptions;
}

/** What the caller of an upload is to be told. The release before wrote sentences alone. */
export function storedNotices({ warnings, notices }: Pick<Upload, 'warnings' | 'notices'>): Notice[] {
  const known = notices as unknown as Notice[];
  const told = new Set(known.map(({ detail }) => detail));
  const others = (warnings as string[]).filter((detail) => !told.has(detail));
  return [...known, ...others.map((detail) => notice('other', detail))];
}

/** The columns that say it, for this release and the one before. */
export function noticeColumns(notices: readonly Notice[]) {
  return { notices: notices as object[], warnings: notices.map(({ detail }) => detail) };
}
