// Raw SQL: leases use the clock of the database, in one statement each.
import type { Database } from '../../database/prisma.js';
import { LIFETIMES } from '../../lifetimes.js';
import type { SubjectRow } from '../../log-subject.js';

/** Lifetime of the lease on a file in seconds. It is renewed every 2 s. */
export const FILE_LEASE = 10;

/**
 * Milliseconds until the deadline of the same upload is extended again, and how many uploads are
 * remembered.
 */
const KEEP_AGAIN = 30_000;
const MAX_REMEMBERED = 1000;

/** The result of a renewal: the lease is still held, and what others want of the file. */
interface Renewed {
  id: string;
  wanted: boolean;
  over: boolean;
  /** The upload link accepts no more bytes. */
  shut: boolean;
}

/** A file over which a process died, and what log lines about its upload name. */
interface Expired extends SubjectRow {
  id: string;
}

export type TusLeases = ReturnType<typeof createTusLeases>;

/**
 * Which process receives and sends a tus file. Its upload does not expire while bytes of it arrive.
 */
export function createTusLeases(database: Database) {
  /** When this process last extended the deadline of an upload, by `performance.now()`. */
  const keptAt = new Map<string, number>();
  return {
    /**
     * Takes the lease on a file for `token`. If another process holds it, that one is asked for it.
     * `died`: the last holder did not release it.
     */
    async acquire(
      id: string,
      token: string,
    ): Promise<{ held: boolean; died: boolean; activeAt: Date | null }> {
      const [row] = await database.$queryRaw<{ held: boolean; died: boolean; activeAt: Date | null }[]>`
        WITH before AS (
          SELECT id, lease_by IS NOT NULL AS leased, coalesce(lease_by IS NOT NULL AND lease_until > now(), false) AS taken
          FROM tus_files WHERE id = ${id}::uuid FOR UPDATE
        )
        UPDATE tus_files SET wanted = taken,
          active_at = CASE WHEN taken THEN active_at ELSE now() END,
          lease_until = CASE WHEN taken THEN lease_until ELSE now() + ${FILE_LEASE} * interval '1 second' END,
          lease_by = CASE WHEN taken THEN lease_by ELSE ${token}::uuid END
        FROM before WHERE tus_files.id = before.id
        RETURNING NOT taken AS held, leased AND NOT taken AS died, active_at AS "activeAt"`;
      return row ?? { held: false, died: false, activeAt: null };
    },

    /** Renews leases and records the progress of the files. Returns those that are still held. */
    async renew(
      held: { id: string; token: string; received: number; active: boolean }[],
    ): Promise<Renewed[]> {
      const column = <K extends keyof (typeof held)[number]>(name: K) => held.map((one) => one[name]);
      const renewed = await database.$queryRaw<(Renewed & { uploadId: string; active: boolean })[]>`
        UPDATE tus_files SET received = h.received, lease_until = now() + ${FILE_LEASE} * interval '1 second',
          active_at = CASE WHEN h.active THEN now() ELSE active_at END
        FROM unnest(${column('id')}::uuid[], ${column('token')}::uuid[], ${column('received')}::bigint[],
          ${column('active')}::boolean[]) AS h(id, token, received, active), uploads u
        WHERE tus_files.id = h.id AND tus_files.lease_by = h.token AND u.id = tus_files.upload_id
        RETURNING tus_files.id, wanted, h.active, u.id AS "uploadId",
          u.cancel_requested OR u.finished_at IS NOT NULL AS over,
          EXISTS (SELECT FROM upload_links l WHERE l.id = u.upload_link_id AND l.reason IN ('revoked', 'disconnected', 'deleted')) AS shut`;
      await this.keep(renewed.filter(({ active }) => active).map(({ uploadId }) => uploadId));
      return renewed;
    },

    /**
     * Extends the deadline of uploads whose bytes are arriving. At most twice a minute each,
     * because thousands of small files may arrive in that time.
     */
    async keep(uploadIds: string[]): Promise<void> {
      const at = performance.now();
      const due = uploadIds.filter((id) => at - (keptAt.get(id) ?? Number.NEGATIVE_INFINITY) > KEEP_AGAIN);
      if (due.length === 0) return;
      if (keptAt.size > MAX_REMEMBERED) keptAt.clear();
      await database.$executeRaw`
        UPDATE uploads SET deadline_at = now() + ${LIFETIMES.upload} * interval '1 second'
        WHERE id IN (SELECT id FROM uploads WHERE id = ANY(${due}::uuid[]) AND state = 'receiving'
          AND deadline_at < now() + ${LIFETIMES.upload - 60} * interval '1 second' ORDER BY id FOR UPDATE)`;
      for (const id of due) keptAt.set(id, at);
    },

    /** Releases a lease. The file can be continued anywhere. */
    async release(id: string, token: string, received: number): Promise<void> {
      await database.$executeRaw`
        UPDATE tus_files SET lease_by = NULL, lease_until = NULL, wanted = false, received = ${received}
        WHERE id = ${id}::uuid AND lease_by = ${token}::uuid`;
    },

    /** Whether a process receives or sends the file. */
    async isTaken(id: string): Promise<boolean> {
      const [row] = await database.$queryRaw<{ taken: boolean }[]>`
        SELECT lease_by IS NOT NULL AND lease_until > now() AS taken FROM tus_files WHERE id = ${id}::uuid`;
      return row?.taken === true;
    },

    /**
     * Files of this volume over which a process died, if their uploads still wait for files: no
     * more than can be gone on with at once.
     */
    async expired(volume: string): Promise<Expired[]> {
      return database.$queryRaw<Expired[]>`
        SELECT t.id, u.id AS "uploadId", u.request_id AS "requestId", u.deposition_id AS "depositionId",
          u.container_id AS "containerId", u.connection_id AS "connectionId"
        FROM tus_files t JOIN uploads u ON u.id = t.upload_id
        WHERE t.lease_by IS NOT NULL AND t.lease_until < now() AND u.volume = ${volume} AND u.state = 'receiving'
          AND NOT u.cancel_requested
        ORDER BY t.lease_until LIMIT 32`;
    },
  };
}
