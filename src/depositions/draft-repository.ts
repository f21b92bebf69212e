// Raw SQL: locks expire by the clock of the database, and writes depend on them in the same
// statement.
import { type Draft, Prisma } from '../database/generated/client.js';
import { createLocks, lockKey } from '../database/locks-table.js';
import type { Database } from '../database/prisma.js';
import { isReusedId } from '../zenodo/deposition.js';

/** The columns of `drafts` that finding a container's draft needs. */
interface DraftRow {
  id: string;
  containerId: string | null;
  /** Null while Zenodo is being asked to create it. */
  depositionId: number | null;
  /** Zenodo's own `created`. */
  createdAt: Date | null;
}

/**
 * Lifetime of a lock in seconds. The holder renews it (draft-lock.ts), so the death of a process is
 * noticed within this time.
 */
const LOCK = 15;

/** Key of the lock on a draft. */
const KEY = lockKey('draft', 'drafts.id');

export type DraftRepository = ReturnType<typeof createDraftRepository>;

/**
 * Rows of drafts, and the locks on them. Each operation is one statement, so no transaction is open
 * while Zenodo is asked.
 */
export function createDraftRepository(database: Database) {
  const locks = createLocks(database);

  const byId = (id: string) => Prisma.sql`SELECT ${KEY} AS key FROM drafts WHERE id = ${id}::uuid`;

  return {
    /**
     * The current row of a container, and whether the caller now holds the lock to create its
     * deposition. Null if the row was retired meanwhile.
     */
    async claim(
      owner: string,
      connectionId: string | null,
      containerId: string,
      me: string,
    ): Promise<{ row: DraftRow; mine: boolean } | null> {
      await database.$executeRaw`
        INSERT INTO drafts (id, owner, connection_id, container_id)
        VALUES (gen_random_uuid(), ${owner}, ${connectionId}::uuid, ${containerId})
        ON CONFLICT (owner, container_id) WHERE current AND container_id IS NOT NULL DO NOTHING`;
      const lock = await locks.take(
        Prisma.sql`SELECT ${KEY} AS key FROM drafts
          WHERE owner = ${owner} AND container_id = ${containerId} AND current AND deposition_id IS NULL`,
        me,
        LOCK,
      );
      const found = await database.draft.findFirst({
        where: lock === null ? { owner, containerId, current: true } : { id: idOf(lock.key) },
      });
      return found && { row: toRow(found), mine: lock !== null };
    },

    /**
     * Writes the id that Zenodo assigned. False if the lock was lost, and another call created the
     * draft.
     */
    async fill(id: string, me: string, depositionId: number, createdAt: Date | null): Promise<boolean> {
      const count = await database.$executeRaw`
        UPDATE drafts SET deposition_id = ${depositionId}, zenodo_created_at = ${createdAt}, updated_at = now()
        WHERE id = ${id}::uuid AND deposition_id IS NULL
          AND EXISTS (SELECT FROM locks WHERE key = ${KEY} AND holder = ${me})`;
      await locks.release(byId(id), me);
      return count === 1;
    },

    /**
     * Forgets all rows of a deposition but one: Zenodo has just assigned its id to a new
     * deposition, so the others are about an old one.
     */
    async forgetOthers(depositionId: number, keep: string | null): Promise<void> {
      await database.draft.deleteMany({ where: { depositionId, ...(keep && { id: { not: keep } }) } });
    },

    /** Whether a draft or upload of this deposition is recorded with the same `created`. */
    async isKnown(depositionId: number, createdAt: Date | null): Promise<boolean> {
      const [rows, uploads] = await Promise.all([
        database.draft.findMany({ where: { depositionId }, select: { zenodoCreatedAt: true } }),
        database.upload.findMany({
          where: { depositionId },
          select: { depositionCreatedAt: true },
          orderBy: { createdAt: 'desc' },
          take: 1,
        }),
      ]);
      const known = [
        ...rows.map((row) => row.zenodoCreatedAt),
        ...uploads.map((upload) => upload.depositionCreatedAt),
      ];
      return known.some((at) => at !== null && createdAt !== null && !isReusedId(at, createdAt));
    },

    /** Releases the claim after a failure, so that the next caller need not wait for its expiry. */
    async abandon(id: string, me: string): Promise<void> {
      await database.$executeRaw`
        DELETE FROM drafts WHERE id = ${id}::uuid AND deposition_id IS NULL
          AND EXISTS (SELECT FROM locks WHERE key = ${KEY} AND holder = ${me})`;
    },

    /**
     * The row is no longer current for its container: the deposition is gone, or somebody else's.
     */
    async retire(id: string, gone: boolean): Promise<void> {
      await database.$executeRaw`
        UPDATE drafts SET current = false, updated_at = now(),
          deleted_at = CASE WHEN ${gone} THEN now() ELSE deleted_at END,
          deleted_by = CASE WHEN ${gone} THEN 'elsewhere' ELSE deleted_by END
        WHERE id = ${id}::uuid`;
    },

    /**
     * Locks a deposition, and creates its row if there is none. Returns the row's id, or null if
     * another call holds the lock.
     */
    async lock(
      owner: string,
      connectionId: string | null,
      depositionId: number,
      me: string,
    ): Promise<string | null> {
      const rows = await database.$queryRaw<{ id: string }[]>`
        INSERT INTO drafts (id, owner, connection_id, deposition_id, made_here, current)
        VALUES (gen_random_uuid(), ${owner}, ${connectionId}::uuid, ${depositionId}, false, false)
        ON CONFLICT (owner, deposition_id) DO UPDATE SET updated_at = now() RETURNING id`;
      const id = rows[0]?.id;
      return id !== undefined && (await locks.take(byId(id), me, LOCK)) ? id : null;
    },

    renew: (id: string, me: string) => locks.renew(byId(id), me, LOCK),

    unlock: (id: string, me: string) => locks.release(byId(id), me),

    /** Seconds until a deposition's lock expires; 0 if it is free. */
    async taken(owner: string, depositionId: number): Promise<number> {
      const rows = await database.$queryRaw<{ seconds: number }[]>`
        SELECT greatest(0, ceil(extract(epoch FROM expires_at - now())))::int AS seconds
        FROM drafts JOIN locks ON key = ${KEY} WHERE owner = ${owner} AND deposition_id = ${depositionId}`;
      return rows[0]?.seconds ?? 0;
    },

    /**
     * Makes restricting a draft a pending action, unless its caller has decided about access. In
     * any case, records what manifests in folders and zips call not public. Both are added to what
     * is already recorded.
     */
    async restrictLater(
      owner: string,
      connectionId: string | null,
      depositionId: number,
      { names, inside }: { names: string[]; inside: string[] },
    ): Promise<void> {
      await database.$transaction([
        database.$executeRaw`
          INSERT INTO drafts (id, owner, connection_id, deposition_id, made_here, current, restricted_inside)
          VALUES (gen_random_uuid(), ${owner}, ${connectionId}::uuid, ${depositionId}, false, false, ${inside}::text[])
          ON CONFLICT (owner, deposition_id) DO UPDATE SET
            restricted_inside = ARRAY(SELECT DISTINCT unnest(drafts.restricted_inside || EXCLUDED.restricted_inside)),
            updated_at = now()`,
        database.$executeRaw`
          INSERT INTO pending_actions (draft_id, kind, subjects)
          SELECT id, 'restrict_access', ${names}::text[] FROM drafts
          WHERE owner = ${owner} AND deposition_id = ${depositionId} AND NOT access_decided
          ON CONFLICT (draft_id, kind) DO UPDATE SET asked_at = now(), next_at = now(),
            subjects = ARRAY(SELECT DISTINCT unnest(pending_actions.subjects || EXCLUDED.subjects))`,
      ]);
    },

    /** Makes a new version the current deposition of its container. */
    async succeed(
      {
        owner,
        connectionId,
        containerId,
      }: { owner: string; connectionId: string | null; containerId: string },
      depositionId: number,
      createdAt: Date | null,
    ): Promise<void> {
      await database.$transaction([
        database.$executeRaw`
          UPDATE drafts SET current = false, updated_at = now()
          WHERE owner = ${owner} AND container_id = ${containerId} AND current AND deposition_id <> ${depositionId}`,
        database.$executeRaw`
          INSERT INTO drafts (id, owner, connection_id, container_id, deposition_id, zenodo_created_at)
          VALUES (gen_random_uuid(), ${owner}, ${connectionId}::uuid, ${containerId}, ${depositionId}, ${createdAt})
          ON CONFLICT (owner, deposition_id) DO UPDATE SET current = true, container_id = EXCLUDED.container_id,
            zenodo_created_at = coalesce(drafts.zenodo_created_at, EXCLUDED.zenodo_created_at), updated_at = now()`,
      ]);
    },
  };
}

/** The id of the row that a lock is on. */
function idOf(key: string): string {
  return key.slice('draft:'.length);
}

function toRow({ id, containerId, depositionId, zenodoCreatedAt }: Draft): DraftRow {
  return {
    id,
    containerId,
    depositionId: depositionId === null ? null : Number(depositionId),
    createdAt: zenodoCreatedAt,
  };
}
