// Raw SQL: the attempt and the row of its file are written in one statement.
import type { Database } from '../database/prisma.js';

/**
 * Lines that the history of one upload takes; its state is told beyond that, attempts no more: a
 * day of 503 is told by a thousand.
 */
const MAX_EVENTS = 1000;

/** An attempt to bring a file to Zenodo that failed. */
export interface FailedAttempt {
  fileId: string;
  /** Failed attempts at this file so far, this one too. */
  attempts: number;
  error: { code: string; detail: string };
  /** What Zenodo answered, if it did. */
  zenodoStatus: number | null;
  /** Milliseconds until the next attempt; null if there is none for now. */
  wait: number | null;
}

export type AttemptRows = ReturnType<typeof createAttemptRows>;

/** What is written down of single attempts. `holder` names the process that makes them. */
export function createAttemptRows(database: Database, holder: string) {
  return {
    /**
     * The file waits for its next attempt, and none of it is at Zenodo; the history of its upload
     * tells why.
     */
    async failed({ fileId, attempts, error, zenodoStatus, wait }: FailedAttempt): Promise<void> {
      await database.$executeRaw`
        WITH waiting AS (
          UPDATE upload_files SET attempts = ${attempts}, sent = 0, rate = 0, last_error = ${JSON.stringify(error)}::jsonb,
            next_at = now() + ${wait}::float8 * interval '1 millisecond', updated_at = now()
          WHERE id = ${fileId}::uuid RETURNING upload_id, name, next_at
        )
        INSERT INTO upload_events (upload_id, kind, file_name, attempt, code, detail, zenodo_status, next_at, replica, request_id)
        SELECT u.id, 'attempt_failed', w.name, ${attempts}, ${error.code}, ${error.detail}, ${zenodoStatus}::int, w.next_at, ${holder}, u.request_id
        FROM waiting w JOIN uploads u ON u.id = w.upload_id
        WHERE (SELECT count(*) FROM (SELECT FROM upload_events e WHERE e.upload_id = u.id LIMIT ${MAX_EVENTS}) told) < ${MAX_EVENTS}`;
    },

    /** The next attempt begins. */
    async begins(fileId: string): Promise<void> {
      await database.$executeRaw`UPDATE upload_files SET next_at = NULL, updated_at = now() WHERE id = ${fileId}::uuid`;
    },
  };
}
