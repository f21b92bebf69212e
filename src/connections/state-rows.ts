import type { Database } from '../database/prisma.js';
import type { Statements } from '../database/statements.js';

/** A state as it was stored when the flow began. */
export interface StoredState {
  hash: string;
  containerId: string;
  callbackUrl: string;
  expiresAt: Date;
  usedAt: Date | null;
}

export type StateRows = ReturnType<typeof createStateRows>;

/** The authorization flows that were started. */
export function createStateRows(database: Database, statements: Statements) {
  return {
    async insert(state: Omit<StoredState, 'usedAt'> & { reauthorization: boolean }): Promise<void> {
      const { hash, containerId, callbackUrl, reauthorization, expiresAt } = state;
      await statements.rows(
        'insert-state',
        `INSERT INTO oauth_states (hash, container_id, callback_url, reauthorization, expires_at)
         VALUES ($1, $2, $3, $4, $5)`,
        [hash, containerId, callbackUrl, reauthorization, expiresAt],
      );
    },

    find(hash: string): Promise<StoredState | null> {
      return database.oAuthState.findUnique({ where: { hash } });
    },

    /** Uses a state up. Of any number of calls at once exactly one gets the database's time, the others null. */
    async consume(hash: string, now: Date): Promise<Date | null> {
      const rows = await database.$queryRaw<{ at: Date }[]>`
        UPDATE oauth_states SET used_at = ${now}
        WHERE hash = ${hash} AND used_at IS NULL AND expires_at > ${now}
        RETURNING clock_timestamp() AS at`;
      return rows[0]?.at ?? null;
    },

    /** Makes a state usable again: Zenodo never got the exchange. */
    async restore(hash: string): Promise<void> {
      await database.$executeRaw`UPDATE oauth_states SET used_at = NULL WHERE hash = ${hash}`;
    },
  };
}
