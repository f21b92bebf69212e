/** A connection that only a new authorization by its user brings back. Never leaves the connections room. */
export class Lapsed extends Error {
  override readonly name = 'Lapsed';

  constructor(readonly reason: LapseReason) {
    super(SENTENCES[reason]);
  }
}

/** Why a connection is no longer good, as the caller is told. */
export const SENTENCES = {
  refused: 'Zenodo no longer accepts this connection. Send the user to zenodo_oauth_url.',
  lost: 'Zenodo renewed the connection but its answer was lost. Send the user to zenodo_oauth_url.',
  ended: 'This connection has ended. Send the user to zenodo_oauth_url.',
  expired: 'The access token has expired. Send the user to zenodo_oauth_url.',
  unreadable: 'The stored connection cannot be read. Send the user to zenodo_oauth_url.',
} as const;

export type LapseReason = keyof typeof SENTENCES;
