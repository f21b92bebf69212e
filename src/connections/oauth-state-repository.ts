// Raw SQL: using up a state returns the time of the database, which all replicas share.
import type { OAuthState } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';

/** A stored state. */
export type StoredState = Pick<OAuthState, 'hash' | 'containerId' | 'callbackUrl' | 'expiresAt' | 'usedAt'>;

export type OAuthStateRepository = ReturnType<typeof createOAuthStateRepository>;

/** The authorization requests that wait for their user. */
export function createOAuthStateRepository(database: Database) {
  return {
    async insert(state: Omit<StoredState, 'usedAt'> & { reauthorization: boolean }): Promise<void> {
      await database.oAuthState.create({ data: state, select: { hash: true } });
    },

    find(hash: string): Promise<StoredState | null> {
      return database.oAuthState.findUnique({ where: { hash } });
    },

    /**
     * Uses up a state. Of concurrent calls exactly one gets the database's time; the others get
     * null.
     */
    async consume(hash: string, now: Date): Promise<Date | null> {
      const rows = await database.$queryRaw<{ at: Date }[]>`
        UPDATE oauth_states SET used_at = ${now}
        WHERE hash = ${hash} AND used_at IS NULL AND expires_at > ${now}
        RETURNING clock_timestamp() AS at`;
      return rows[0]?.at ?? null;
    },

    /** Makes a state usable again, because Zenodo never received the exchange. */
    async restore(hash: string): Promise<void> {
      await database.oAuthState.updateMany({ where: { hash }, data: { usedAt: null } });
    },
  };
}
