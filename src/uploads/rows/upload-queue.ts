// Raw SQL: claims use SKIP LOCKED, and leases and ages the clock of the database.
import type { Database } from '../../database/prisma.js';
import { currentRequestId } from '../../log-subject.js';
import { ENDED_STATES } from '../model.js';
import { NOT_STARTED, NOTHING_SENT, notLeased } from './file-repository.js';
import { ENDED, type ReportChanges, STATE_CHANGE, type StateChange } from './state-changes.js';
import { LEASE } from './upload-repository.js';

export type UploadQueue = ReturnType<typeof createUploadQueue>;

/** Takeovers after which an upload fails: it may be what crashes the processes. */
export const MAX_TAKEOVERS = 20;

/**
 * Which upload a process takes over next, and how others end uploads: a caller who cancels, a draft
 * that is deleted, a user who is gone. `report` receives changes.
 */
export function createUploadQueue(
  database: Database,
  holder: string,
  report: ReportChanges = () => undefined,
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
          UPDATE upload_files SET updated_at = now(), ${NOT_STARTED}
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
          WHERE (u.id = ${id}::uuid OR u.deposition_id = ${depositionId}::bigint) AND u.state NOT IN ${ENDED}
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
          state: { notIn: [...ENDED_STATES] },
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
            WHERE id = ${id}::uuid AND state NOT IN ${ENDED}
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

    /** The oldest upload to the deposition that is not over; null if there is none. */
    async openUpload(depositionId: number, tx: Pick<Database, 'upload'> = database): Promise<string | null> {
      const open = await tx.upload.findFirst({
        where: { depositionId, state: { notIn: [...ENDED_STATES] } },
        select: { id: true },
        orderBy: { createdAt: 'asc' },
      });
      return open?.id ?? null;
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
  };
}
