import type { UploadBody } from '../../schemas/uploads.js';

/** Zenodo holds exactly what was sent. */
export function isSafe({ status, replaced }: UploadBody['files'][number]): boolean {
  return (status === 'uploaded' || status === 'unchanged') && !replaced;
}
