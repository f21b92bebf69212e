import type { Database } from '../database/prisma.js';
import { daysBefore, KEPT_DAYS } from '../lifetimes.js';

/** Deletes states, access tokens and connections that are too old. Returns how many of each. */
export function createCleanup(database: Database, now: () => number) {
  const before = (days: number) => ({ lt: daysBefore(now(), days) });
  return async (): Promise<{ states: number; accessTokens: number; connections: number }> => {
    const states = await database.oAuthState.deleteMany({ where: { expiresAt: before(KEPT_DAYS.states) } });
    const accessTokens = await database.accessToken.deleteMany({
      where: {
        OR: [{ expiresAt: before(KEPT_DAYS.accessTokens) }, { spentAt: before(KEPT_DAYS.accessTokens) }],
      },
    });
    const connections = await database.connection.deleteMany({
      where: { lastUsedAt: before(KEPT_DAYS.connections) },
    });
    return { states: states.count, accessTokens: accessTokens.count, connections: connections.count };
  };
}
