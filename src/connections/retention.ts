import type { Database } from '../database/prisma.js';

/** Days that rows are kept: the retention table of docs/security.md says the same. */
const KEPT = {
  /**
   * States after they can no longer be used, so that used, expired and unknown can be told apart.
   */
  state: 1,
  /** Access tokens after they have lapsed or were spent, so that they are recognised. */
  tombstone: 180,
  /** Connections that are not used; their access tokens and drafts' rows go with them. */
  idleConnection: 180,
};

const DAY = 24 * 60 * 60 * 1000;

/** Removes what is kept no longer; returns how many rows of each table. */
export function createRetention(database: Database, now: () => number) {
  const before = (days: number) => ({ lt: new Date(now() - days * DAY) });
  return async (): Promise<{ states: number; accessTokens: number; connections: number }> => {
    const states = await database.oAuthState.deleteMany({ where: { expiresAt: before(KEPT.state) } });
    const accessTokens = await database.accessToken.deleteMany({
      where: { OR: [{ expiresAt: before(KEPT.tombstone) }, { spentAt: before(KEPT.tombstone) }] },
    });
    const connections = await database.connection.deleteMany({
      where: { lastUsedAt: before(KEPT.idleConnection) },
    });
    return { states: states.count, accessTokens: accessTokens.count, connections: connections.count };
  };
}
