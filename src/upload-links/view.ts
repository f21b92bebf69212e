import type { UploadLink } from '../database/generated/client.js';
import type { UploadLinkBody } from '../schemas/upload-links.js';
import { linkState } from './link-state.js';

/**
 * What the application and the page both learn about a link. `now` is in milliseconds since the
 * epoch.
 */
export function shared(link: UploadLink, now: number) {
  const state = linkState(link, now);
  return {
    upload_link_id: link.id,
    deposition_id: Number(link.depositionId),
    application_name: link.applicationName,
    return_url: link.returnUrl,
    locale: link.locale,
    expires_at: link.expiresAt.toISOString(),
    state,
    reason: state === 'expired' ? ('expired' as const) : link.reason,
    folders: link.folders === 'never' ? ('never' as const) : ('zip' as const),
    sync: link.sync,
  };
}

/** A link in the form of a response to the application. */
export function toUploadLink(link: UploadLink, now: number): UploadLinkBody {
  return {
    ...shared(link, now),
    max_bytes: link.maxBytes === null ? null : Number(link.maxBytes),
    max_files: link.maxFiles,
    created_at: link.createdAt.toISOString(),
    ended_at: link.endedAt?.toISOString() ?? null,
  };
}
