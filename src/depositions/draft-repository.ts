import type { Database } from '../database/prisma.js';

/** A row of `drafts` as raw SQL returns it. */
export interface DraftRow {
  id: string;
  containerId: string | null;
  /** Null while Zenodo is being asked to make it. */
  depositionId: number | null;
  /** Zenodo's own `created` of it. */
  createdAt: Date | null;
}

/**
 * Life of a lease, in seconds; the process at work renews it (lock.ts), so that the end of a
 * process is noticed this soon.
 */
const LEASE = 15;

export type DraftRepository = ReturnType<typeof createDraftRepository>;

/**
 * The claims on drafts: single statements, so that no transaction is held while Zenodo is asked.
 * Leases use the database's clock, because replicas' clocks differ.
 */
export function createDraftRepository(database: Database) {
  return {
    /**
     * The row that stands for a container, and whether the caller now holds the lease to make its
     * deposition.
     */
    async claim(
      owner: string,
      connectionId: string | null,
      containerId: string,
      leaseBy: string,
    ): Promise<{ row: DraftRow; mine: boolean } | null> {
      const inserted = await database.$queryRaw<RawRow[]>`
        INSERT INTO drafts (id, owner, connection_id, container_id, lease_by, lease_until)
        VALUES (gen_random_uuid(), ${owner}, ${connectionId}::uuid, ${containerId}, ${leaseBy}, now() + ${LEASE} * interval '1 second')
        ON CONFLICT (owner, container_id) WHERE current AND container_id IS NOT NULL DO NOTHING
        RETURNING id, container_id, deposition_id, zenodo_created_at`;
      if (inserted[0]) return { row: toRow(inserted[0]), mine: true };
      const taken = await database.$queryRaw<RawRow[]>`
        UPDATE drafts SET lease_by = ${leaseBy}, lease_until = now() + ${LEASE} * interval '1 second', updated_at = now()
        WHERE owner = ${owner} AND container_id = ${containerId} AND current AND deposition_id IS NULL
          AND (lease_until IS NULL OR lease_until < now())
        RETURNING id, container_id, deposition_id, zenodo_created_at`;
      if (taken[0]) return { row: toRow(taken[0]), mine: true };
      const found = await database.$queryRaw<RawRow[]>`
        SELECT id, container_id, deposition_id, zenodo_created_at FROM drafts
        WHERE owner = ${owner} AND container_id = ${containerId} AND current`;
      return found[0] ? { row: toRow(found[0]), mine: false } : null;
    },

    /**
     * Writes the id that Zenodo gave. False if the lease was lost meanwhile: then somebody else
     * made the draft.
     */
    async fill(id: string, leaseBy: string, depositionId: number, createdAt: Date | null): Promise<boolean> {
      const count = await database.$executeRaw`
        UPDATE drafts SET deposition_id = ${depositionId}, zenodo_created_at = ${createdAt}, lease_by = NULL, lease_until = NULL, updated_at = now()
        WHERE id = ${id}::uuid AND lease_by = ${leaseBy} AND deposition_id IS NULL`;
      return count === 1;
    },

    /**
     * Forgets what is known of a deposition but in one row: Zenodo has just given its id to a new
     * one, so all of that is about one of old.
     */
    async forgetOthers(depositionId: number, keep: string | null): Promise<void> {
      await database.$executeRaw`
        DELETE FROM drafts WHERE deposition_id = ${depositionId} AND (${keep}::uuid IS NULL OR id <> ${keep}::uuid)`;
    },

    /**
     * Gives the claim back after a failure, so that the next caller need not wait for the lease to
     * end.
     */
    async abandon(id: string, leaseBy: string): Promise<void> {
      await database.$executeRaw`
        DELETE FROM drafts WHERE id = ${id}::uuid AND lease_by = ${leaseBy} AND deposition_id IS NULL`;
    },

    /** The row no longer stands for its container: it is gone, or somebody else's. */
    async retire(id: string, gone: boolean): Promise<void> {
      await database.$executeRaw`
        UPDATE drafts SET current = false, updated_at = now(),
          deleted_at = CASE WHEN ${gone} THEN now() ELSE deleted_at END,
          deleted_by = CASE WHEN ${gone} THEN 'elsewhere' ELSE deleted_by END
        WHERE id = ${id}::uuid`;
    },

    /**
     * Takes a deposition for one action at a time, making its row if there is none. False: another
     * call is at it.
     */
    async lock(
      owner: string,
      connectionId: string | null,
      depositionId: number,
      leaseBy: string,
    ): Promise<boolean> {
      const rows = await database.$queryRaw<RawRow[]>`
        INSERT INTO drafts (id, owner, connection_id, deposition_id, made_here, current, lease_by, lease_until)
        VALUES (gen_random_uuid(), ${owner}, ${connectionId}::uuid, ${depositionId}, false, false, ${leaseBy}, now() + ${LEASE} * interval '1 second')
        ON CONFLICT (owner, deposition_id) DO UPDATE
          SET lease_by = EXCLUDED.lease_by, lease_until = EXCLUDED.lease_until, updated_at = now()
          WHERE drafts.lease_until IS NULL OR drafts.lease_until < now()
        RETURNING id, container_id, deposition_id, zenodo_created_at`;
      return rows.length === 1;
    },

    /** Renews the lease of its holder. */
    async renew(owner: string, leaseBy: string): Promise<void> {
      await database.$executeRaw`
        UPDATE drafts SET lease_until = now() + ${LEASE} * interval '1 second' WHERE owner = ${owner} AND lease_by = ${leaseBy}`;
    },

    /** Until when, in whole seconds from now, a deposition is taken; 0 if it is free. */
    async taken(owner: string, depositionId: number): Promise<number> {
      const rows = await database.$queryRaw<{ seconds: number }[]>`
        SELECT greatest(0, ceil(extract(epoch FROM lease_until - now())))::int AS seconds FROM drafts
        WHERE owner = ${owner} AND deposition_id = ${depositionId} AND lease_until IS NOT NULL`;
      return rows[0]?.seconds ?? 0;
    },

    /** Ends the action. */
    async unlock(owner: string, depositionId: number, leaseBy: string): Promise<void> {
      await database.$executeRaw`
        UPDATE drafts SET lease_by = NULL, lease_until = NULL, updated_at = now()
        WHERE owner = ${owner} AND deposition_id = ${depositionId} AND lease_by = ${leaseBy}`;
    },

    /**
     * Writes down that a draft must be made restricted, unless its caller has decided about access,
     * and what manifests in folders and zips call not public, in any case. Both add to what is
     * there.
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
          ON CONFLICT (draft_id, kind) DO UPDATE SET
            subjects = ARRAY(SELECT DISTINCT unnest(pending_actions.subjects || EXCLUDED.subjects))`,
      ]);
    },

    /** Lets a new version stand for the container of an older one. */
    async succeed(
      owner: string,
      connectionId: string | null,
      containerId: string,
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

interface RawRow {
  id: string;
  container_id: string | null;
  deposition_id: bigint | null;
  zenodo_created_at: Date | null;
}

function toRow(row: RawRow): DraftRow {
  return {
    id: row.id,
    containerId: row.container_id,
    depositionId: row.deposition_id === null ? null : Number(row.deposition_id),
    createdAt: row.zenodo_created_at,
  };
}
