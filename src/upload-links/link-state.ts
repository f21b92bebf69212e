import type { UploadLink } from '../database/generated/client.js';
import { type Problem, problem } from '../errors.js';
import { LIFETIMES } from '../lifetimes.js';

/** What a link is used for: begin an upload, continue one, or watch. */
export type LinkPurpose = 'begin' | 'continue' | 'look';

/** `ended`: before its expiry, for a reason. */
type LinkState = 'active' | 'expired' | 'ended';

type LinkTimes = Pick<UploadLink, 'endedAt' | 'expiresAt' | 'reason'>;

/** The state of a link. `now` is in milliseconds since the epoch. */
export function linkState({ endedAt, expiresAt }: LinkTimes, now: number): LinkState {
  if (endedAt !== null) return 'ended';
  return expiresAt.getTime() <= now ? 'expired' : 'active';
}

/**
 * Whether a link still permits `use`. After its expiry, files of begun uploads may still arrive.
 * Its uploads can be watched for another day, also after the user finished or the draft was
 * published. A link that was revoked, or whose connection or draft is gone, permits nothing.
 */
export function permits(link: LinkTimes, use: LinkPurpose, now: number): boolean {
  const state = linkState(link, now);
  if (state === 'active') return true;
  const since = (link.endedAt ?? link.expiresAt).getTime();
  if (use === 'begin' || now - since > LIFETIMES.watching * 1000) return false;
  if (state === 'expired') return true;
  return use === 'look' && (link.reason === 'finished' || link.reason === 'published');
}

/** The problem for a link that does not permit a call. */
export function linkEnded(link: Pick<UploadLink, 'reason' | 'returnUrl'>): Problem {
  const reason = link.reason ?? 'expired';
  return problem('upload_link_ended', `${SENTENCES[reason]} Go back to return_url.`, {
    reason,
    return_url: link.returnUrl,
  });
}

const SENTENCES = {
  expired: 'This upload link has expired.',
  finished: 'The user has finished this upload link.',
  revoked: 'The application has ended this upload link.',
  published: 'The deposition is published, so it accepts no more files.',
  deleted: 'The draft was deleted.',
  disconnected: 'The connection to Zenodo has ended.',
} as const;
