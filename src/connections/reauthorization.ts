import { type Problem, problem } from '../errors.js';

/**
 * A connection that only a new authorization by its user brings back. connections/plugin.ts turns
 * it into a problem.
 */
export class ReauthorizationRequired extends Error {
  override readonly name = 'ReauthorizationRequired';

  constructor(readonly reason: ReauthorizationReason) {
    super(SENTENCES[reason]);
  }
}

/** Why a connection is no longer good, as the caller is told. */
export const SENTENCES = {
  refused: 'Zenodo no longer accepts this connection. Send the user to zenodo_oauth_url.',
  lost: 'Zenodo renewed the connection, but its response was lost. Send the user to zenodo_oauth_url.',
  ended: 'This connection has ended. Send the user to zenodo_oauth_url.',
  expired: 'The access token has expired. Send the user to zenodo_oauth_url.',
  unreadable: 'The stored connection cannot be read. Send the user to zenodo_oauth_url.',
} as const;

type ReauthorizationReason = keyof typeof SENTENCES;

/**
 * What the holder of an upload link is told. The way to Zenodo begins at the application, whose
 * session must know the state, so none is given here.
 */
export function reauthorizeAtApplication(returnUrl: string): Problem {
  return problem(
    'reauthorization_required',
    'The connection to Zenodo has ended. Go back to return_url, where the user can authorize again. What has arrived is kept meanwhile.',
    { return_url: returnUrl },
  );
}
