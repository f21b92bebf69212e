import { randomUUID } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { TokenFailure } from '../zenodo/token-failure.js';
import type { ZenodoTokens } from '../zenodo/tokens.js';
import type { Connection, ConnectionRepository } from './connection-repository.js';
import { ReauthorizationRequired } from './reauthorization.js';
import { whenUnlocked } from './refresh-token-set.js';

/** Whether the token set is dead at Zenodo too. */
export interface Disconnection {
  ended: boolean;
  warnings: string[];
}

/**
 * Refreshes once and discards the new token set. That ends the old one at Zenodo, which has no
 * revocation endpoint. Then both are forgotten here.
 */
export function createDisconnect(parts: {
  connections: ConnectionRepository;
  tokens: ZenodoTokens;
  log: FastifyBaseLogger;
}) {
  const { connections, tokens, log } = parts;

  return async (connectionId: string): Promise<Disconnection> => {
    const by = randomUUID();
    const look = async (): Promise<Disconnection | null> => {
      const connection = await connections.read(connectionId);
      if (connection === null || !connection.active) {
        await connections.endLinks(connectionId);
        return { ended: true, warnings: [] };
      }
      const refreshToken = readableRefreshToken(connection);
      if ((await connections.lock(connectionId, connection.version, by)) === null) return null;
      const ended = await endAtZenodo(refreshToken);
      if (!(await connections.end(connectionId, connection.version, 'disconnected'))) return null;
      log.info(
        { audit: 'disconnected', connection_id: connectionId, zenodo_user_id: connection.zenodoUserId },
        'a connection was ended',
      );
      return { ended, warnings: ended ? [] : [NOT_ENDED] };
    };
    return whenUnlocked(look);
  };

  /**
   * Null if it cannot be decrypted: it cannot be sent to Zenodo, but the user must still be
   * forgotten.
   */
  function readableRefreshToken(connection: Connection): string | null {
    try {
      return connections.refreshToken(connection);
    } catch (error) {
      if (error instanceof ReauthorizationRequired) return null;
      throw error;
    }
  }

  async function endAtZenodo(refreshToken: string | null): Promise<boolean> {
    if (refreshToken === null) return false;
    try {
      await tokens.refresh(refreshToken);
      return true;
    } catch (error) {
      if (!(error instanceof TokenFailure)) throw error;
      return error.grant === 'rejected';
    }
  }
}

const NOT_ENDED =
  'The token could not be revoked at Zenodo. This service has deleted it. The user can remove the application at Zenodo under Settings, Applications.';
