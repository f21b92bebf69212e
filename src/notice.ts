import { wellFormed } from './errors.js';

/** Something a caller should know about an upload that is not an error. */
export interface Notice {
  code: NoticeCode;
  /** A sentence for the caller. */
  detail: string;
  /** The file concerned; null if all files are. */
  file: string | null;
  /** Number of further files or parts that it applies to. */
  more: number;
}

export const NOTICE_CODES = [
  'unknown_field',
  'encoded_file_name',
  'desktop_file',
  'parts_kept',
  'folder_replaced',
  'file_replaced',
  'name_alike',
  'replaced_by_other',
  'replaced_other',
  'manifest_not_read',
  'manifest_in_folder',
  'files_restricted',
  'files_still_open',
  'description_changed',
  'other',
] as const;

export type NoticeCode = (typeof NOTICE_CODES)[number];

/** A notice about a file, or about the upload. `more`: how many further files it is about. */
export function notice(code: NoticeCode, detail: string, file: string | null = null, more = 0): Notice {
  return { code, detail: wellFormed(detail), file, more };
}

/** Removes duplicates. */
export function distinctNotices(notices: readonly Notice[]): Notice[] {
  return [...new Map(notices.map((one) => [one.detail, one])).values()];
}
