import type { Database } from '../database/prisma.js';

/** Days that rows are kept, as in the retention table of docs/security.md. */
const KEPT = {
  /** States after their expiry, so that used, expired and unknown ones can be told apart. */
  state: 1,
  /** Access tokens after they expired or were spent, so that they are still recognised. */
  tombstone: 180,
  /** Unused connections, with their access tokens and rows of drafts. */
  idleConnection: 180,
};

const DAY = 24 * 60 * 60 * 1000;

/** Deletes old rows. Returns how many of each table. */
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
