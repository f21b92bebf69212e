// Raw SQL: ages are by the clock of the database, and bytes are summed where the rows are.
import type { Database } from '../../database/prisma.js';
import { requireTakesFiles } from './draft-closed.js';

/** Bytes that expire within this time may be removed at any moment. Seconds. */
const MARGIN = 60;

/**
 * Failed uploads whose bytes are kept, so that the operator can retry them. Other uploads may take
 * their space.
 */
export function createKeptUploads(database: Database) {
  return {
    /**
     * Returns one to the queue with a new deadline. `detail` and `requestId` go into its history.
     * False if its bytes are gone, or about to go. Throws operation_in_progress while the draft is
     * being deleted or published.
     */
    async retry(id: string, { detail, requestId }: { detail: string; requestId: string }): Promise<boolean> {
      return database.$transaction(async (tx) => {
        const upload = await tx.upload.findUnique({ where: { id, keptUntil: { not: null } } });
        if (upload === null) return false;
        await requireTakesFiles(tx, upload.depositionId);
        const revived = await tx.$queryRaw<{ id: string }[]>`
          WITH revived AS (
            UPDATE uploads SET state = 'queued', error = NULL, finished_at = NULL, kept_until = NULL, cancel_requested = false,
              attempts = 0, next_at = now(), updated_at = now(), deadline_at = now() + (deadline_at - created_at)
            WHERE id = ${id}::uuid AND state = 'failed' AND kept_until > now() + ${MARGIN} * interval '1 second'
            RETURNING id
          ), files AS (
            UPDATE upload_files SET state = CASE WHEN md5 IS NULL THEN 'receiving' ELSE 'staged' END::upload_file_state,
              error = NULL, attempts = 0, updated_at = now()
            WHERE upload_id IN (SELECT id FROM revived) AND state = 'failed'
          ), told AS (
            INSERT INTO upload_events (upload_id, kind, detail, request_id) SELECT id, 'operator', ${detail}, ${requestId} FROM revived
          )
          SELECT id FROM revived`;
        return revived.length > 0;
      });
    },

    /**
     * Gives up the oldest ones on a volume until this many bytes are free. Returns the ids whose
     * bytes may be removed.
     */
    async giveWay(volume: string, bytes: number): Promise<string[]> {
      const gone = await database.$queryRaw<{ id: string }[]>`
        WITH kept AS (
          SELECT u.id, u.kept_until, coalesce(sum(f.received), 0) AS bytes FROM uploads u LEFT JOIN upload_files f ON f.upload_id = u.id
          WHERE u.volume = ${volume} AND u.kept_until IS NOT NULL GROUP BY u.id
        ), ordered AS (SELECT id, sum(bytes) OVER (ORDER BY kept_until, id) - bytes AS before FROM kept)
        UPDATE uploads SET kept_until = NULL
        WHERE id IN (SELECT id FROM ordered WHERE before < ${bytes}::float8) AND kept_until IS NOT NULL RETURNING id`;
      return gone.map(({ id }) => id);
    },

    /** Bytes that are kept on a volume. */
    async bytes(volume: string): Promise<number> {
      const [sum] = await database.$queryRaw<{ bytes: number }[]>`
        SELECT coalesce(sum(f.received), 0)::float8 AS bytes FROM uploads u JOIN upload_files f ON f.upload_id = u.id
        WHERE u.volume = ${volume} AND u.kept_until IS NOT NULL`;
      return sum?.bytes ?? 0;
    },
  };
}

export type Kept = ReturnType<typeof createKeptUploads>;
