import type { UploadLink } from '../database/generated/client.js';

/** Where the browser goes, with parameters for the application. */
export function returnUrlOf(
  { id, returnUrl }: Pick<UploadLink, 'id' | 'returnUrl'>,
  uploadId: string | null,
  state: string,
): string {
  return withParameters(returnUrl, {
    upload_link_id: id,
    ...(uploadId === null ? {} : { upload_id: uploadId }),
    state,
  });
}

/** A `return_url` with parameters appended. Its own bytes stay as they were allowed. */
export function withParameters(url: string, parameters: Record<string, string>): string {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(parameters)}`;
}
