// Raw SQL: leases and ages use the clock of the database, in one statement each.
import { type Caller, connectionOf, containerOf, uploadLinkOf } from '../../connections/caller.js';
import { Prisma } from '../../database/generated/client.js';
import type { Database } from '../../database/prisma.js';
import type { Notice } from '../../notice.js';
import { linkEnded } from '../../upload-links/link-state.js';
import { type ButFor, usedByLink } from '../../upload-links/link-use.js';
import type { ArchiveMode } from '../plan/folders-to-zips.js';
import { requireTakesFiles } from './draft-closed.js';
import { NOT_STARTED, NOTHING_SENT, notLeased } from './file-repository.js';
import { noticeColumns } from './json-columns.js';
import { LeaseLost } from './lease-lost.js';
import { type ReportChanges, STATE_CHANGE, type StateChange } from './state-changes.js';

/**
 * Lifetime of a lease in seconds. It is renewed every 5 s, so the death of a process is noticed
 * within 20.
 */
export const LEASE = 15;

export type UploadRepository = ReturnType<typeof createUploadRepository>;

/** A new upload. */
interface NewUpload {
  id: string;
  owner: string;
  connectionId: string | null;
  uploadLinkId: string | null;
  depositionId: number;
  /** Zenodo's own `created` of the draft. */
  depositionCreatedAt: Date | null;
  containerId: string | null;
  volume: string;
  requestId: string;
  /** Bytes to reserve on the volume. */
  reserved: number;
  /** Seconds after which it fails, whatever its state. */
  seconds: number;
  /**
   * Its files come by tus, in requests of their own: no process holds it until all have arrived.
   */
  tus?: { single: boolean; archive: ArchiveMode; personalToken: Uint8Array<ArrayBuffer> | null };
}

/** How an upload ends. */
interface Ending {
  state: 'done' | 'failed' | 'waiting_for_authorization' | 'stranded' | 'cancelled';
  error?: { code: string; detail: string } | null;
  otherFiles?: string[];
  /** Hours for which the bytes of a failed upload are kept, unless it needed a personal token. */
  keepHours?: number;
}

/** Why an upload returns to the queue, and for how long. */
interface SetBack {
  seconds?: number;
  error?: { code: string; detail: string } | null;
}

/**
 * The rows of uploads, which are also the queue. Leases, claims and ages use the clock of the
 * database, in one statement each. `holder` is this process: a row that another process holds is
 * never written. `report` receives changes.
 */
export function createUploadRepository(
  database: Database,
  holder: string,
  report: ReportChanges = () => undefined,
) {
  return {
    /**
     * Begins an upload with a lease of this process, for the container of its deposition. Throws
     * operation_in_progress while the draft is being deleted or published.
     */
    async begin(
      upload: NewUpload,
      tx: Pick<Database, '$executeRaw' | '$queryRaw' | 'uploadLink'>,
    ): Promise<{ containerId: string | null }> {
      const { id, owner, connectionId, uploadLinkId, depositionId, containerId } = upload;
      const { volume, requestId, seconds, reserved, depositionCreatedAt } = upload;
      const { single = false, archive = 'zip', personalToken = null } = upload.tus ?? {};
      const held = upload.tus === undefined;
      await requireTakesFiles(tx, depositionId);
      // A user who finishes takes the same lock.
      if (uploadLinkId !== null) {
        const link = await tx.uploadLink.findUniqueOrThrow({ where: { id: uploadLinkId } });
        if (link.endedAt !== null) throw linkEnded(link);
      }
      const rows = await tx.$queryRaw<{ containerId: string | null }[]>`
        INSERT INTO uploads (id, owner, connection_id, upload_link_id, deposition_id, deposition_created_at, container_id, volume, request_id, state, reserved,
          deadline_at, resumable, single, archive, personal_token, lease_by, lease_until, updated_at)
        VALUES (${id}::uuid, ${owner}, ${connectionId}::uuid, ${uploadLinkId}::uuid, ${depositionId}::bigint, ${depositionCreatedAt},
          coalesce((SELECT container_id FROM drafts WHERE owner = ${owner} AND deposition_id = ${depositionId}::bigint), ${containerId}),
          ${volume}, ${requestId}, 'receiving', ${reserved}::bigint, now() + ${seconds} * interval '1 second',
          ${!held}, ${single}, ${archive}, ${personalToken}, CASE WHEN ${held} THEN ${holder} END,
          CASE WHEN ${held} THEN now() + ${LEASE} * interval '1 second' END, now())
        RETURNING container_id AS "containerId"`;
      return { containerId: rows[0]?.containerId ?? null };
    },

    /** What the uploads of a link bring or have brought. */
    usedByLink: (uploadLinkId: string, butFor: ButFor, tx: Pick<Database, '$queryRaw'> = database) =>
      usedByLink(tx, uploadLinkId, butFor),

    /** Deletes a refused upload. False if it has ended otherwise meanwhile. */
    async forget(id: string): Promise<boolean> {
      const { count } = await database.upload.deleteMany({ where: { id, leaseBy: holder } });
      return count > 0;
    },

    /**
     * All bytes of the request have arrived: from now on the upload survives its process. Throws
     * LeaseLost.
     */
    async received(
      id: string,
      {
        notices,
        ...data
      }: { personalToken: Uint8Array<ArrayBuffer> | null; notices: Notice[]; sync: boolean },
    ): Promise<void> {
      const { count } = await database.upload.updateMany({
        where: { id, leaseBy: holder },
        data: { ...data, ...noticeColumns(notices), state: 'transferring', completion: Prisma.DbNull },
      });
      if (count === 0) throw new LeaseLost();
    },

    /** Bytes that are still to be written to the volume. */
    async reserve(id: string, bytes: number, tx: Pick<Database, '$executeRaw'> = database): Promise<void> {
      await tx.$executeRaw`UPDATE uploads SET reserved = ${bytes} WHERE id = ${id}::uuid AND lease_by = ${holder}`;
    },

    /** Replaces the notices of an upload. */
    async notify(id: string, notices: readonly Notice[]): Promise<void> {
      await database.upload.update({ where: { id }, data: noticeColumns(notices) });
    },

    /**
     * Ends an upload, its lease, and the use of a personal token. Files that did not arrive are no
     * longer in progress. False if this process no longer holds it.
     */
    async end(id: string, { state, error = null, otherFiles = [], keepHours = 0 }: Ending): Promise<boolean> {
      const final = state !== 'waiting_for_authorization' && state !== 'stranded';
      const changes = await database.$queryRaw<StateChange[]>`
        WITH ended AS (
          UPDATE uploads SET state = ${state}::upload_state, error = ${toJson(error)}::jsonb,
            other_files = ${toJson(otherFiles)}::jsonb, lease_by = NULL, lease_until = NULL, updated_at = now(),
            finished_at = CASE WHEN ${final} THEN now() END, reserved = CASE WHEN ${final} THEN 0 ELSE reserved END,
            personal_token = CASE WHEN ${final} THEN NULL ELSE personal_token END,
            kept_until = CASE WHEN ${keepHours}::float8 > 0 AND connection_id IS NOT NULL
              THEN now() + ${keepHours}::float8 * interval '1 hour' END
          WHERE id = ${id}::uuid AND lease_by = ${holder} RETURNING ${STATE_CHANGE}
        ), left_over AS (
          UPDATE upload_files SET updated_at = now(),
            error = CASE WHEN ${final} THEN coalesce(error, ${toJson(error)}::jsonb) ELSE error END,
            state = CASE WHEN ${final} THEN 'failed' WHEN md5 IS NULL THEN 'receiving' ELSE 'staged' END::upload_file_state,
            ${NOTHING_SENT}
          WHERE upload_id IN (SELECT upload_id FROM ended) AND state IN ('receiving', 'staged', 'transferring')
        )
        SELECT * FROM ended`;
      report(changes);
      return changes.length > 0;
    },

    /**
     * The upload waits until its user authorizes again. If they have done so within the `seconds`
     * for which it was worked on, nothing would wake it, so it returns to the queue. False if this
     * process no longer holds it.
     */
    async park(id: string, seconds: number, error: { code: string; detail: string }): Promise<boolean> {
      if (!(await this.end(id, { state: 'waiting_for_authorization', error }))) return false;
      // Only now: a user who authorizes later finds it waiting.
      await database.$executeRaw`
        UPDATE uploads SET state = 'queued', next_at = now(), error = NULL, updated_at = now() FROM connections c
        WHERE uploads.id = ${id}::uuid AND uploads.state = 'waiting_for_authorization' AND c.id = uploads.connection_id
          AND c.state = 'active' AND c.refreshed_at > now() - ${seconds}::float8 * interval '1 second'`;
      return true;
    },

    /**
     * Returns an upload to the queue. A process continues it after `seconds`. False if this process
     * no longer holds it, or if its bytes are still arriving, which only it can receive.
     */
    async release(id: string, { seconds = 0, error = null }: SetBack = {}): Promise<boolean> {
      const rows = await database.$queryRaw<unknown[]>`
        WITH released AS (
          UPDATE uploads SET state = 'queued', lease_by = NULL, lease_until = NULL, updated_at = now(),
            attempts = greatest(attempts - 1, 0), error = ${toJson(error)}::jsonb, next_at = now() + ${seconds} * interval '1 second'
          WHERE id = ${id}::uuid AND lease_by = ${holder} AND state <> 'receiving' RETURNING id
        ), idle AS (
          UPDATE upload_files SET updated_at = now(), ${NOT_STARTED}
          WHERE upload_id IN (SELECT id FROM released) AND state IN ('transferring', 'failed')
            AND ${notLeased}
        )
        SELECT id FROM released`;
      return rows.length > 0;
    },

    /**
     * Renews the leases of this process, and records how many bytes each upload still expects.
     * Returns those that it still holds and that are not overdue, and whether they should end.
     */
    async renew(held: { id: string; coming: number }[]): Promise<Map<string, { cancelled: boolean }>> {
      if (held.length === 0) return new Map();
      const rows = await database.$queryRaw<{ id: string; cancelled: boolean }[]>`
        UPDATE uploads SET lease_until = now() + ${LEASE} * interval '1 second', reserved = h.coming
        FROM unnest(${held.map(({ id }) => id)}::uuid[], ${held.map(({ coming }) => coming)}::bigint[]) AS h(id, coming)
        WHERE uploads.id = h.id AND lease_by = ${holder} AND deadline_at > now()
        RETURNING uploads.id, cancel_requested AS cancelled`;
      return new Map(rows.map(({ id, cancelled }) => [id, { cancelled }]));
    },
  };
}

/** The columns of a new upload, however its files arrive. */
export function newUpload(
  caller: Caller,
  draft: { depositionId: number; createdAt: Date | null },
  { volume, requestId }: { volume: string; requestId: string },
) {
  return {
    owner: caller.owner,
    connectionId: connectionOf(caller),
    uploadLinkId: uploadLinkOf(caller)?.id ?? null,
    containerId: containerOf(caller),
    depositionId: draft.depositionId,
    depositionCreatedAt: draft.createdAt,
    volume,
    requestId,
  };
}

/** Null stays SQL's NULL. */
function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
