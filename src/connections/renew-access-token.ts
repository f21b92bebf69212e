import { problem } from '../errors.js';
import { within } from '../time.js';
import type { AccessTokenRepository, OAuthClientKey } from './access-token-repository.js';
import type { createIssuer, Issued } from './access-tokens.js';
import type { AuthorizationRequests } from './authorization-requests.js';
import type { AuthorizationRequest, ConnectedCaller } from './caller.js';
import type { ConnectionRepository } from './connection-repository.js';
import { ReauthorizationRequired, SENTENCES } from './reauthorization.js';
import type { Refresh } from './refresh-token-set.js';

/** Stands for the application that asks for a container, where there is no token. */
const OF_CONTAINER = 'container';

interface Parts {
  connections: ConnectionRepository;
  accessTokens: AccessTokenRepository;
  refresh: Refresh;
  requests: AuthorizationRequests;
  issue: ReturnType<typeof createIssuer>;
  client: OAuthClientKey;
}

/** Issues new access tokens for existing connections. */
export function createRenewAccessToken(parts: Parts) {
  const { connections, accessTokens, refresh, requests, client } = parts;

  /**
   * Refreshes Zenodo's token set, unless it is less than 60 s old. Throws ReauthorizationRequired.
   */
  const renew = async (
    connectionId: string,
    request: AuthorizationRequest,
    left: () => number,
  ): Promise<Issued['grant']> => {
    const connection = await connections.read(connectionId);
    if (connection === null || !connection.active) throw new ReauthorizationRequired('ended');
    if (connection.idle) await connections.used(connectionId);
    const live = connection.fresh
      ? connections.liveToken(connection)
      : await within(left(), refresh.run(connectionId, connection.version), () => refresh.late(connectionId));
    const refreshed = (await connections.read(connectionId)) ?? connection;
    const { grant } = await parts.issue({
      connectionId,
      zenodoUserId: connection.zenodoUserId,
      request,
      scope: refreshed.scope,
      zenodoToken: live.accessToken,
      tokenExpiresAt: refreshed.tokenExpiresAt,
    });
    return grant;
  };

  return {
    /** Throws ReauthorizationRequired, or a failure of Zenodo's token endpoint. */
    async forCaller(caller: ConnectedCaller, left: () => number): Promise<Issued['grant']> {
      const request = caller.accessToken ?? (await accessTokens.lastRequestOf(caller.connectionId));
      if (request === null) throw new ReauthorizationRequired('ended');
      return renew(caller.connectionId, request, left);
    },

    /**
     * For callers with an API key that have lost the access token. Throws ambiguous_user if several
     * users are connected to the container, reauthorization_required if none is any more, and
     * not_found if none ever was.
     */
    async forContainer(containerId: string, left: () => number): Promise<Issued['grant']> {
      const { live, last } = await accessTokens.requestsOfContainer(client, containerId);
      const [only, another] = live;
      if (another !== undefined) {
        throw problem(
          'ambiguous_user',
          'More than one Zenodo user is connected to this container. Send the access_token of the user you mean.',
        );
      }
      if (only !== undefined) {
        try {
          return await renew(only.connectionId, only, left);
        } catch (error) {
          throw error instanceof ReauthorizationRequired
            ? await requests.required(error.message, only, OF_CONTAINER)
            : error;
        }
      }
      if (last !== null) throw await requests.required(SENTENCES.ended, last, OF_CONTAINER);
      throw problem(
        'not_found',
        'No user has connected this container to Zenodo. Start at /oauth/authorize.',
      );
    },
  };
}
