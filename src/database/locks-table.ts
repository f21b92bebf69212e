// Raw SQL: locks expire by the clock of the database.
import { Prisma } from './generated/client.js';
import type { Database } from './prisma.js';

/**
 * What a lock is on: a query that returns one `key`, of a row of connections or drafts, or nothing
 * if there is nothing to lock.
 */
type LockSubject = Prisma.Sql;

/** The key of the lock on a row. `idOf`: the row's id, as SQL. */
export function lockKey(kind: 'connection' | 'draft', idOf: string): Prisma.Sql {
  return Prisma.raw(`'${kind}:' || ${idOf}`);
}

/**
 * Locks across all replicas, held while Zenodo is asked. A lock is a row with an expiry, so that no
 * transaction stays open. The lock of a process that dies expires.
 *
 * There are two kinds. A call on a draft renews its lock (`withLock`), because it may take minutes.
 * A refresh of a token set does not: it is one request. Others wait for the new set, not the lock.
 *
 * Each statement first locks the row that the lock is on. Its conditions are therefore checked at
 * the same moment, and all writers use the same lock order.
 */
export function createLocks(database: Database) {
  return {
    /**
     * Takes a lock for some seconds. Null if another process holds it, or if there is nothing to
     * lock. `overdue`: the last holder never released it. The holder can take it again.
     */
    async take(
      subject: LockSubject,
      holder: string,
      seconds: number,
    ): Promise<{ key: string; overdue: boolean } | null> {
      const rows = await database.$queryRaw<{ key: string; overdue: boolean }[]>`
        WITH subject AS (${subject} FOR NO KEY UPDATE)
        INSERT INTO locks (key, holder, expires_at)
        SELECT key, ${holder}, now() + ${seconds} * interval '1 second' FROM subject
        ON CONFLICT (key) DO UPDATE SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
          WHERE locks.expires_at < now() OR locks.holder = EXCLUDED.holder
        RETURNING key, xmax <> 0 AS overdue`;
      return rows[0] ?? null;
    },

    /** Extends a lock by some seconds. */
    async renew(subject: LockSubject, holder: string, seconds: number): Promise<void> {
      await database.$executeRaw`
        WITH subject AS (${subject} FOR NO KEY UPDATE)
        UPDATE locks SET expires_at = now() + ${seconds} * interval '1 second' FROM subject
        WHERE locks.key = subject.key AND holder = ${holder}`;
    },

    /** Releases a lock if this holder still has it. */
    async release(subject: LockSubject, holder: string): Promise<void> {
      await database.$executeRaw`
        WITH subject AS (${subject} FOR NO KEY UPDATE)
        DELETE FROM locks USING subject WHERE locks.key = subject.key AND holder = ${holder}`;
    },
  };
}
