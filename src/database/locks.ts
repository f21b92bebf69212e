// Raw SQL: locks are judged by the database's clock.
import { Prisma } from './generated/client.js';
import type { Database } from './prisma.js';

/**
 * What a lock is on: a query for the one row of a connection or draft, as `key`, or for none if
 * there is nothing to lock.
 */
type LockSubject = Prisma.Sql;

/** The key of the lock on a row. `idOf`: the row's id, as SQL. */
export function lockKey(kind: 'connection' | 'draft', idOf: string): Prisma.Sql {
  return Prisma.raw(`'${kind}:' || ${idOf}`);
}

/**
 * Locks that hold while Zenodo is asked, across all replicas: a row with an end, in a table of its
 * own, so that no transaction is open meanwhile. A process that dies leaves its lock to run out.
 *
 * Each statement locks the row that the lock is on first. So the subject's conditions are judged in
 * the same moment, and all who write the lock do so in one order.
 */
export function createLocks(database: Database) {
  return {
    /**
     * Takes a lock for so many seconds. Null: another process holds it, or there is no such
     * subject. `overdue`: its last holder never gave it back. The holder takes it anew at will.
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

    /** Lets its holder keep a lock for so many seconds more. */
    async renew(subject: LockSubject, holder: string, seconds: number): Promise<void> {
      await database.$executeRaw`
        WITH subject AS (${subject} FOR NO KEY UPDATE)
        UPDATE locks SET expires_at = now() + ${seconds} * interval '1 second' FROM subject
        WHERE locks.key = subject.key AND holder = ${holder}`;
    },

    /** Gives a lock back, if it is still this holder's. */
    async release(subject: LockSubject, holder: string): Promise<void> {
      await database.$executeRaw`
        WITH subject AS (${subject} FOR NO KEY UPDATE)
        DELETE FROM locks USING subject WHERE locks.key = subject.key AND holder = ${holder}`;
    },
  };
}
