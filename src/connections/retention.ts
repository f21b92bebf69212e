import type { Database } from '../database/prisma.js';

/** Days that rows are kept: the retention table of docs/security.md says the same. */
const KEPT = {
  /**
   * States after they can no longer be used, so that used, expired and unknown can be told apart.
   */
  state: 1,
  /** Handles after they have lapsed or were spent, so that they are recognised. */
  tombstone: 180,
  /** Connections that are not used; their access tokens and drafts' rows go with them. */
  idleConnection: 180,
};

const DAY = 24 * 60 * 60 * 1000;

/** Removes what is kept no longer; returns how many rows of each table. */
export function createRetention(database: Database, now: () => number) {
  const before = (days: number) => new Date(now() - days * DAY);
  return async (): Promise<{ states: number; handles: number; connections: number }> => ({
    states: await database.$executeRaw`DELETE FROM oauth_states WHERE expires_at < ${before(KEPT.state)}`,
    handles: await database.$executeRaw`
      DELETE FROM handles
      WHERE expires_at < ${before(KEPT.tombstone)} OR spent_at < ${before(KEPT.tombstone)}`,
    connections: await database.$executeRaw`
      DELETE FROM connections WHERE last_used_at < ${before(KEPT.idleConnection)}`,
  });
}
