import type { UploadBody } from '../schemas/uploads.js';

/** Whether Zenodo has exactly what was sent. */
export function isDelivered({ status, replaced }: UploadBody['files'][number]): boolean {
  return (status === 'uploaded' || status === 'unchanged') && !replaced;
}
