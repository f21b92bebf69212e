import { type Problem, problem } from '../errors.js';

/**
 * Only a new authorization by the user restores the connection. connections/plugin.ts turns this
 * into a problem.
 */
export class ReauthorizationRequired extends Error {
  override readonly name = 'ReauthorizationRequired';

  constructor(readonly reason: ReauthorizationReason) {
    super(SENTENCES[reason]);
  }
}

/** Why a connection has ended, as the caller is told. */
export const SENTENCES = {
  refused: 'Zenodo no longer accepts this connection. Send the user to zenodo_oauth_url.',
  lost: 'Zenodo renewed the connection, but its response was lost. Send the user to zenodo_oauth_url.',
  ended: 'This connection has ended. Send the user to zenodo_oauth_url.',
  expired: 'The access token has expired. Send the user to zenodo_oauth_url.',
  unreadable: 'The stored connection cannot be read. Send the user to zenodo_oauth_url.',
} as const;

type ReauthorizationReason = keyof typeof SENTENCES;

/**
 * For the holder of an upload link. It carries no authorization request: authorization begins at
 * the application, which must keep the state in its session.
 */
export function reauthorizeAtApplication(returnUrl: string): Problem {
  return problem(
    'reauthorization_required',
    'The connection to Zenodo has ended. Go back to return_url, where the user can authorize again. What has arrived is kept meanwhile.',
    { return_url: returnUrl },
  );
}
