// Raw SQL: claims use SKIP LOCKED, and leases and ages the clock of the database.
import { hostname } from 'node:os';
import type { Database } from '../../database/prisma.js';
import { currentRequestId } from '../../log-subject.js';
import { NOTHING_SENT, notLeased } from './file-repository.js';
import { type ReportChanges, STATE_CHANGE, type StateChange } from './state-changes.js';
import { tusNeeds, tusTaken } from './tus-needs.js';
import { LEASE } from './upload-repository.js';

export type UploadQueue = ReturnType<typeof createUploadQueue>;

/** Takeovers after which an upload fails: it may be what crashes the processes. */
const MAX_TAKEOVERS = 20;

/** Seconds without a report after which a volume counts as unreachable. */
export const VOLUME_SILENCE = 60;

/** Bytes of a volume, null if unknown, and how many must stay free. */
interface VolumeSpace {
  total: number | null;
  free: number | null;
  minFree: number;
}

/** Days for which ended uploads are kept. */
const RETENTION = 30;

/**
 * Uploads that no process works on: who takes them over, and how those end that nobody can.
 * `report` receives changes. Bytes of failed ones are kept for `keepHours`.
 */
export function createUploadQueue(
  database: Database,
  holder: string,
  report: ReportChanges = () => undefined,
  keepHours = 0,
) {
  return {
    /**
     * Takes over the longest waiting upload whose bytes this process can reach. Null if there is
     * none. `mine`: uploads that it works on, even if a lease on one has expired.
     */
    async claim(volume: string, mine: string[]): Promise<string | null> {
      const rows = await database.$queryRaw<{ id: string }[]>`
        WITH claimed AS (
          UPDATE uploads SET state = 'transferring', lease_by = ${holder}, attempts = attempts + 1, updated_at = now(),
            lease_until = now() + ${LEASE} * interval '1 second'
          WHERE id = (
            SELECT id FROM uploads
            WHERE volume = ${volume} AND state IN ('queued', 'transferring') AND next_at <= now()
              AND (lease_until IS NULL OR lease_until < now()) AND attempts < ${MAX_TAKEOVERS}
              AND deadline_at > now() AND NOT cancel_requested
              AND id <> ALL(${mine}::uuid[])
            ORDER BY next_at, created_at LIMIT 1 FOR UPDATE SKIP LOCKED
          ) RETURNING id
        ), idle AS (
          UPDATE upload_files SET updated_at = now(),
            state = CASE WHEN md5 IS NULL THEN 'receiving' ELSE 'staged' END::upload_file_state, ${NOTHING_SENT}
          WHERE upload_id IN (SELECT id FROM claimed) AND state IN ('receiving', 'staged', 'transferring')
            AND ${notLeased}
        )
        SELECT id FROM claimed`;
      return rows[0]?.id ?? null;
    },

    /** Returns uploads that waited for a user to the queue: the user has authorized again. */
    async resumeFor(connectionId: string): Promise<number> {
      return database.$executeRaw`
        UPDATE uploads SET state = 'queued', next_at = now(), error = NULL, updated_at = now(), last_request_id = ${currentRequestId() ?? null}
        WHERE connection_id = ${connectionId}::uuid AND state = 'waiting_for_authorization'`;
    },

    /**
     * Requests the end of uploads. A process that holds one notices within 5 s; one without a
     * holder ends at once. Returns the ids of those still held.
     */
    async cancel(where: { id: string } | { depositionId: number }): Promise<string[]> {
      const id = 'id' in where ? where.id : null;
      const depositionId = 'depositionId' in where ? where.depositionId : null;
      const rows = await database.$queryRaw<(StateChange & { held: boolean })[]>`
        WITH open AS (
          SELECT u.id, coalesce(u.lease_until > now(), false) OR EXISTS (
            SELECT FROM tus_files t WHERE t.upload_id = u.id AND t.lease_by IS NOT NULL AND t.lease_until > now()) AS held
          FROM uploads u
          WHERE (u.id = ${id}::uuid OR u.deposition_id = ${depositionId}::bigint) AND u.state NOT IN ('done', 'failed', 'cancelled')
          FOR UPDATE
        ), asked AS (
          UPDATE uploads SET cancel_requested = true, updated_at = now(),
            last_request_id = CASE WHEN cancel_requested THEN last_request_id ELSE ${currentRequestId() ?? null}::text END,
            state = CASE WHEN open.held THEN state ELSE 'cancelled' END,
            finished_at = CASE WHEN open.held THEN finished_at ELSE now() END,
            personal_token = CASE WHEN open.held THEN personal_token END,
            reserved = CASE WHEN open.held THEN reserved ELSE 0 END
          FROM open WHERE uploads.id = open.id
          RETURNING ${STATE_CHANGE}, open.held
        ), ended AS (
          UPDATE upload_files SET state = 'failed', updated_at = now(), ${NOTHING_SENT}
          WHERE upload_id IN (SELECT upload_id FROM asked WHERE NOT held)
            AND state IN ('receiving', 'staged', 'transferring')
        )
        SELECT * FROM asked`;
      // If the draft is deleted, bytes of failed uploads are not kept.
      if (depositionId !== null)
        await database.$executeRaw`
          UPDATE uploads SET kept_until = NULL WHERE deposition_id = ${depositionId}::bigint AND kept_until IS NOT NULL`;
      report(rows.filter(({ held }) => !held).map(({ held: _over, ...change }) => change));
      return rows.filter(({ held }) => held).map((row) => row.upload_id);
    },

    /**
     * Fails the uploads of a connection, and asks the holders of running ones to end them. Returns
     * the ids of those still held.
     */
    async failFor(
      connectionId: string,
      faultOf: (depositionId: number) => { code: string; detail: string },
    ): Promise<string[]> {
      await database.upload.updateMany({
        where: { connectionId, keptUntil: { not: null } },
        data: { keptUntil: null },
      });
      const open = await database.upload.findMany({
        where: {
          connectionId,
          state: { notIn: ['done', 'failed', 'cancelled'] },
        },
        select: { id: true, depositionId: true },
      });
      const held: string[] = [];
      for (const { id, depositionId } of open) {
        const error = JSON.stringify(faultOf(Number(depositionId)));
        const failed = await database.$queryRaw<StateChange[]>`
          WITH ended AS (
            UPDATE uploads SET state = 'failed', error = ${error}::jsonb, reserved = 0, personal_token = NULL,
              lease_by = NULL, lease_until = NULL, finished_at = now(), updated_at = now()
            WHERE id = ${id}::uuid AND state NOT IN ('done', 'failed', 'cancelled')
              AND (lease_until IS NULL OR lease_until < now())
              AND NOT EXISTS (SELECT FROM tus_files t
                WHERE t.upload_id = uploads.id AND t.lease_by IS NOT NULL AND t.lease_until > now())
            RETURNING ${STATE_CHANGE}
          ), files AS (
            UPDATE upload_files SET state = 'failed', error = coalesce(error, ${error}::jsonb), updated_at = now(), ${NOTHING_SENT}
            WHERE upload_id IN (SELECT upload_id FROM ended) AND state IN ('receiving', 'staged', 'transferring')
          )
          SELECT * FROM ended`;
        report(failed);
        if (failed.length === 0) held.push(...(await this.cancel({ id })));
      }
      return held;
    },

    /** Unfinished uploads to a deposition. */
    async openFor(depositionId: number): Promise<string[]> {
      const uploads = await database.upload.findMany({
        where: { depositionId, state: { notIn: ['done', 'failed', 'cancelled'] } },
        select: { id: true },
      });
      return uploads.map(({ id }) => id);
    },

    /** Unfinished uploads by state. */
    async countOpen(): Promise<{ state: string; count: number }[]> {
      const open = await database.upload.groupBy({
        by: ['state'],
        where: { finishedAt: null },
        _count: true,
      });
      return open.map(({ state, _count: count }) => ({ state, count }));
    },

    /**
     * Bytes on a volume that unfinished uploads use and have reserved, and that failed ones keep.
     */
    async held(volume: string): Promise<{ taken: number; reserved: number; kept: number }> {
      const [sums] = await database.$queryRaw<{ taken: number; reserved: number; kept: number }[]>`
        WITH tus AS (${tusNeeds(volume)})
        SELECT (coalesce(sum(reserved), 0) + (SELECT coalesce(sum(coming), 0) FROM tus))::float8 AS reserved,
          (coalesce((${tusTaken(volume)}), 0) + coalesce((
          SELECT sum(f.received) FROM upload_files f JOIN uploads u ON u.id = f.upload_id
          WHERE u.volume = ${volume} AND u.finished_at IS NULL
            AND NOT (u.resumable AND (u.state = 'receiving' OR u.completion IS NOT NULL))), 0))::float8 AS taken,
          coalesce((SELECT sum(f.received) FROM upload_files f JOIN uploads u ON u.id = f.upload_id
            WHERE u.volume = ${volume} AND u.kept_until IS NOT NULL), 0)::float8 AS kept
        FROM uploads WHERE volume = ${volume} AND finished_at IS NULL`;
      return sums ?? { taken: 0, reserved: 0, kept: 0 };
    },

    /** Which of these uploads still need their bytes. */
    async needed(ids: string[]): Promise<{ needed: Set<string>; known: Set<string> }> {
      const uploads = await database.$queryRaw<{ id: string; needed: boolean }[]>`
        SELECT id, state NOT IN ('done', 'failed', 'cancelled') OR coalesce(kept_until > now(), false) AS needed
        FROM uploads WHERE id = ANY(${ids}::uuid[])`;
      return {
        needed: new Set(uploads.filter((upload) => upload.needed).map(({ id }) => id)),
        known: new Set(uploads.map(({ id }) => id)),
      };
    },

    /** Records that this process can reach the volume, and its free space. */
    async reportVolume(volume: string, { total, free, minFree }: VolumeSpace): Promise<void> {
      await database.$executeRaw`
        INSERT INTO staging_volumes (id, seen_at, host, total_bytes, free_bytes, min_free_bytes)
        VALUES (${volume}, now(), ${hostname()}, ${total}::float8, ${free}::float8, ${minFree}::float8)
        ON CONFLICT (id) DO UPDATE SET seen_at = now(), host = excluded.host, total_bytes = excluded.total_bytes,
          free_bytes = excluded.free_bytes, min_free_bytes = excluded.min_free_bytes`;
    },

    /**
     * Ends uploads that can never end by themselves. Returns how many. Several replicas may run
     * each statement at the same time.
     */
    async endOverdue(): Promise<number> {
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
          UPDATE upload_files SET updated_at = now(),
            state = CASE WHEN md5 IS NULL THEN 'receiving' ELSE 'staged' END::upload_file_state, ${NOTHING_SENT}
          WHERE upload_id IN (SELECT upload_id FROM stranded) AND state = 'transferring' AND ${notLeased}
        )
        SELECT * FROM stranded`;
      const back = await database.$queryRaw<StateChange[]>`
        UPDATE uploads SET state = 'queued', next_at = now(), updated_at = now(), error = NULL
        WHERE state = 'stranded' AND EXISTS (
          SELECT FROM staging_volumes v
          WHERE v.id = volume AND v.seen_at > now() - ${VOLUME_SILENCE} * interval '1 second')
        RETURNING ${STATE_CHANGE}`;
      report([...over, ...stranded, ...back]);
      return over.length;
    },

    /** Deletes old uploads and what is no longer kept. */
    async forgetOld(): Promise<void> {
      await database.$executeRaw`UPDATE uploads SET kept_until = NULL WHERE kept_until < now()`;
      await database.$executeRaw`
        DELETE FROM uploads WHERE finished_at < now() - ${RETENTION} * interval '1 day'`;
      await database.$executeRaw`DELETE FROM staging_volumes WHERE seen_at < now() - interval '30 days'`;
    },
  };
}

function fault(code: string, detail: string): string {
  return JSON.stringify({ code, detail });
}
