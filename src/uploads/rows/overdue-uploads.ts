// Raw SQL: leases and ages are by the clock of the database, in one statement each.
import type { Database } from '../../database/prisma.js';
import { KEPT_DAYS } from '../../lifetimes.js';
import { NOT_STARTED, NOTHING_SENT, notLeased } from './file-repository.js';
import { VOLUME_SILENCE } from './staging-volumes.js';
import { ENDED, type ReportChanges, STATE_CHANGE, type StateChange } from './state-changes.js';
import { MAX_TAKEOVERS } from './upload-queue.js';

export type OverdueUploads = ReturnType<typeof createOverdueUploads>;

/**
 * Uploads that no process can finish, and those that ended long ago. `report` receives changes.
 * Bytes of failed ones are kept for `keepHours`.
 */
export function createOverdueUploads(database: Database, report: ReportChanges, keepHours: number) {
  return {
    /**
     * Ends uploads that can never end by themselves. Returns how many. Several replicas may run
     * each statement at the same time.
     */
    async end(): Promise<number> {
      const incomplete = fault(
        'incomplete_body',
        'This service stopped while the files were arriving. Send them again.',
      );
      const abandoned = fault(
        'incomplete_body',
        'No bytes arrived for a day, and files were missing. Send the files again.',
      );
      const late = fault(
        'transfer_failed',
        'The upload could not be finished in time. Send the files again.',
      );
      const away = fault(
        'service_unavailable',
        'The machine that stores the files cannot be reached. The upload continues when that machine is back. Or cancel the upload and send the files again.',
      );
      const over = await database.$queryRaw<StateChange[]>`
        WITH ended AS (
          UPDATE uploads SET state = (CASE WHEN cancel_requested THEN 'cancelled' ELSE 'failed' END)::upload_state, lease_by = NULL, lease_until = NULL, reserved = 0, personal_token = NULL,
            finished_at = now(), updated_at = now(),
            kept_until = CASE WHEN ${keepHours}::float8 > 0 AND state <> 'receiving' AND NOT cancel_requested AND connection_id IS NOT NULL
              THEN now() + ${keepHours}::float8 * interval '1 hour' END,
            error = CASE WHEN cancel_requested THEN NULL WHEN resumable AND state = 'receiving' THEN ${abandoned}::jsonb
              WHEN state = 'receiving' THEN ${incomplete}::jsonb ELSE coalesce(error, ${late}::jsonb) END
          WHERE finished_at IS NULL AND (lease_until IS NULL OR lease_until < now())
            AND NOT EXISTS (SELECT FROM tus_files t
              WHERE t.upload_id = uploads.id AND t.lease_by IS NOT NULL AND t.lease_until > now())
            AND (state = 'receiving' AND NOT resumable OR cancel_requested OR deadline_at < now() OR attempts >= ${MAX_TAKEOVERS})
          RETURNING ${STATE_CHANGE}
        ), files AS (
          UPDATE upload_files SET state = 'failed', updated_at = now(), ${NOTHING_SENT}
          WHERE upload_id IN (SELECT upload_id FROM ended) AND state IN ('receiving', 'staged', 'transferring')
        )
        SELECT * FROM ended`;
      const stranded = await database.$queryRaw<StateChange[]>`
        WITH stranded AS (
          UPDATE uploads SET state = 'stranded', lease_by = NULL, lease_until = NULL, updated_at = now(), error = ${away}::jsonb
          WHERE state IN ('queued', 'transferring') AND (lease_until IS NULL OR lease_until < now())
            AND NOT EXISTS (
              SELECT FROM staging_volumes v
              WHERE v.id = volume AND v.seen_at > now() - ${VOLUME_SILENCE} * interval '1 second')
          RETURNING ${STATE_CHANGE}
        ), idle AS (
          UPDATE upload_files SET updated_at = now(), ${NOT_STARTED}
          WHERE upload_id IN (SELECT upload_id FROM stranded) AND state = 'transferring' AND ${notLeased}
        )
        SELECT * FROM stranded`;
      const back = await database.$queryRaw<StateChange[]>`
        UPDATE uploads SET state = 'queued', next_at = now(), updated_at = now(), error = NULL
        WHERE state = 'stranded' AND EXISTS (
          SELECT FROM staging_volumes v
          WHERE v.id = volume AND v.seen_at > now() - ${VOLUME_SILENCE} * interval '1 second')
        RETURNING ${STATE_CHANGE}`;
      // Their user has authorized again, but the process that took it has not resumed them.
      await database.$executeRaw`
        UPDATE uploads SET state = 'queued', next_at = now(), updated_at = now(), error = NULL, last_request_id = NULL
        FROM connections c WHERE uploads.state = 'waiting_for_authorization' AND c.id = uploads.connection_id
          AND c.state = 'active' AND c.refreshed_at > uploads.updated_at`;
      report([...over, ...stranded, ...back]);
      return over.length;
    },

    /** Deletes uploads that ended long ago, and gives up bytes that were kept long enough. */
    async forgetOld(): Promise<void> {
      await database.$executeRaw`UPDATE uploads SET kept_until = NULL WHERE kept_until < now()`;
      await database.$executeRaw`
        DELETE FROM uploads WHERE finished_at < now() - ${KEPT_DAYS.uploads} * interval '1 day'`;
    },

    /**
     * Drops ids of forgotten uploads that have no bytes on the volume: `ids` are those that have
     * some. After this time no process that did not know yet can have written more.
     */
    async dropForgotten(volume: string, ids: string[]): Promise<void> {
      await database.$executeRaw`
        DELETE FROM forgotten_uploads
        WHERE volume = ${volume} AND id <> ALL(${ids}::uuid[])
          AND at < now() - ${KEPT_DAYS.forgottenUploads} * interval '1 day'`;
    },

    /** Which of these uploads still need their bytes, and which are known. */
    async needed(ids: string[]): Promise<{ needed: Set<string>; known: Set<string> }> {
      const uploads = await database.$queryRaw<{ id: string; needed: boolean }[]>`
        SELECT id, state NOT IN ${ENDED} OR coalesce(kept_until > now(), false) AS needed
        FROM uploads WHERE id = ANY(${ids}::uuid[])
        UNION ALL SELECT id, false FROM forgotten_uploads WHERE id = ANY(${ids}::uuid[])`;
      return {
        needed: new Set(uploads.filter((upload) => upload.needed).map(({ id }) => id)),
        known: new Set(uploads.map(({ id }) => id)),
      };
    },
  };
}

function fault(code: string, detail: string): string {
  return JSON.stringify({ code, detail });
}
