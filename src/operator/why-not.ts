// The sentences an operator reads if nothing can be done.

/** The code of a file that waits because Zenodo asked for it. */
export const HELD_BACK = 'too_many_requests';

export const NO_WEBHOOK = 'There is no webhook with this id, or its event is not sent to applications.';

export const NO_UPLOAD = 'There is no upload with this id. Uploads that ended are kept for 30 days.';

/** The sentence if several ids have the same beginning. */
export function manyIds(ids: readonly string[]): string {
  return `Enter more characters of the id. These ids match: ${ids.join(', ')}.`;
}

/** What decides whether an upload can be retried. */
interface Stuck {
  state: string;
  containerId: string | null;
  depositionId: bigint | number;
  uploadLinkId: string | null;
}

/** Why an upload cannot be retried here, and who has to do what. Null if it can, or is running. */
export function whyNoRetry({ state, containerId, depositionId, uploadLinkId }: Stuck): string | null {
  if (state !== 'failed' && state !== 'cancelled') return WHY_NOT[state] ?? null;
  const said =
    state === 'failed'
      ? 'It failed permanently, and its bytes are no longer stored.'
      : 'It was cancelled, and its bytes are no longer stored.';
  const whose = containerId === null ? `deposition ${depositionId}` : `container ${containerId}`;
  const who =
    uploadLinkId === null
      ? `The application must send the files of ${whose} again.`
      : `The user must send the files of ${whose} again on the upload page, with a new link from the application.`;
  return `${said} ${who} Files that are already at Zenodo are not sent again.`;
}

/** Why an upload in a state cannot be retried. */
const WHY_NOT: Record<string, string> = {
  done: 'It is done: all its files are at Zenodo.',
  receiving: 'Its files are still arriving.',
  waiting_for_authorization: 'The user must authorize again. Then it continues automatically.',
  stranded:
    'The machine that stores its bytes cannot be reached. It continues automatically when that machine is back.',
};
