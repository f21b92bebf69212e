import type { UploadLink } from '../database/generated/client.js';
import { type Problem, problem } from '../errors.js';

/**
 * For how long the browser may still watch the uploads of a link that has ended by itself.
 * Milliseconds.
 */
const WATCHED = 24 * 60 * 60 * 1000;

/** What somebody wants of a link: bring something new, go on with what was begun, or look. */
export type LinkPurpose = 'begin' | 'continue' | 'look';

/** `ended`: before its time, for a reason. */
type LinkState = 'active' | 'expired' | 'ended';

type LinkTimes = Pick<UploadLink, 'endedAt' | 'expiresAt' | 'reason'>;

/** How a link stands. `now` in milliseconds since the epoch. */
export function linkState({ endedAt, expiresAt }: LinkTimes, now: number): LinkState {
  if (endedAt !== null) return 'ended';
  return expiresAt.getTime() <= now ? 'expired' : 'active';
}

/**
 * Whether a link still serves. After its time bytes on their way may arrive, and for a day their
 * uploads can be watched, also after the user was done or the draft published. A link that was
 * revoked, or whose connection or draft is gone, shows nothing.
 */
export function serves(link: LinkTimes, use: LinkPurpose, now: number): boolean {
  const state = linkState(link, now);
  if (state === 'active') return true;
  const since = (link.endedAt ?? link.expiresAt).getTime();
  if (use === 'begin' || now - since > WATCHED) return false;
  if (state === 'expired') return true;
  return use === 'look' && (link.reason === 'finished' || link.reason === 'published');
}

/** What to answer somebody whose link does not serve. */
export function linkEnded(link: LinkTimes & Pick<UploadLink, 'returnUrl'>): Problem {
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
