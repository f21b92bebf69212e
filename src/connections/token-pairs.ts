import type { FastifyBaseLogger } from 'fastify';
import { problem } from '../errors.js';
import type { TokenPair } from '../zenodo/tokens.js';
import type { ConnectionRow, SealedPair } from './connection-rows.js';
import { Lapsed } from './lapsed.js';
import { type Vault, VaultError } from './vault.js';

/** A token that may be sent to Zenodo, and the version of the pair that it is of. */
export interface LiveToken {
  accessToken: string;
  version: number;
}

export type TokenPairs = ReturnType<typeof createTokenPairs>;

/** Seals pairs into rows and opens them again. */
export function createTokenPairs(vault: Vault, now: () => number, log: FastifyBaseLogger) {
  const open = (row: ConnectionRow, column: 'access_token' | 'refresh_token'): string | null => {
    const sealed = column === 'access_token' ? row.accessToken : row.refreshToken;
    if (sealed === null) return null;
    try {
      return vault.open(sealed, { table: 'connections', column, owner: row.id });
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      log.error({ connectionId: row.id, column, reason: error.reason }, 'a stored token cannot be opened');
      if (error.reason === 'tampered') throw new Lapsed('unreadable');
      throw problem(
        'service_misconfigured',
        'A stored token was encrypted with a key that TOKEN_KEYS does not hold. The operator must add it again.',
        {},
        error,
      );
    }
  };

  return {
    /** The token to send. Throws Lapsed if there is none, or it is not what was stored. */
    live(row: ConnectionRow): LiveToken {
      const accessToken = row.active ? open(row, 'access_token') : null;
      if (accessToken === null) throw new Lapsed('ended');
      return { accessToken, version: row.version };
    },

    /** Null if Zenodo gave none. */
    refreshToken(row: ConnectionRow): string | null {
      return open(row, 'refresh_token');
    },

    seal(connectionId: string, pair: TokenPair): SealedPair {
      const place = { table: 'connections', owner: connectionId };
      return {
        accessToken: vault.seal(pair.accessToken, { ...place, column: 'access_token' }),
        refreshToken:
          pair.refreshToken === null
            ? null
            : vault.seal(pair.refreshToken, { ...place, column: 'refresh_token' }),
        tokenExpiresAt: pair.expiresIn === null ? null : new Date(now() + pair.expiresIn * 1000),
        scope: pair.scope,
      };
    },
  };
}
