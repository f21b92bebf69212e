// Raw SQL: ages are by the clock of the database, and rows of several uploads are compared in one
// statement.
import { Prisma, type UploadFile } from '../../database/generated/client.js';
import type { Database } from '../../database/prisma.js';
import type { FileProgress, Sealed, StagedPart } from '../model.js';
import { markConflicts } from './conflicts.js';

/**
 * Columns of a file that is no longer being sent: either all of an attempt is at Zenodo, or
 * nothing. (A delivered file keeps its state.)
 */
export const NOTHING_SENT = Prisma.sql`sent = 0, rate = 0, next_at = NULL`;

/** Columns of a file whose bytes have all been staged. */
export const sealed = ({ size, md5 }: Sealed) => Prisma.sql`
  size = ${size}, received = ${size}, md5 = ${md5}, updated_at = now(),
  state = CASE WHEN state = 'receiving' THEN 'staged' ELSE state END`;

/** Whether no process receives or sends this tus file. It outlasts the worker of its upload. */
export const notLeased = Prisma.sql`NOT EXISTS (
  SELECT FROM tus_files t WHERE t.id = upload_files.id AND t.lease_by IS NOT NULL AND t.lease_until > now())`;

/**
 * Lines in the history of an upload. Changes of its state are always recorded, attempts only up to
 * this number: it covers a day of 503.
 */
const MAX_EVENTS = 1000;

/** A failed attempt to send a file to Zenodo. */
interface FailedAttempt {
  fileId: string;
  /** Failed attempts at this file, including this one. */
  attempts: number;
  /** False if the rate limit held the call back. */
  made: boolean;
  error: { code: string; detail: string };
  /** The status of Zenodo's answer, if there was one. */
  zenodoStatus: number | null;
  /** Milliseconds until the next attempt; null if none is planned. */
  wait: number | null;
}

export type FileRepository = ReturnType<typeof createFileRepository>;

/** The rows of files, and the history of attempts to send them. `holder` is this process. */
export function createFileRepository(database: Database, holder: string) {
  /** False if another file of that name and deposition is marked as being sent. */
  async function take(fileId: string): Promise<boolean> {
    try {
      await database.uploadFile.update({ where: { id: fileId }, data: { state: 'transferring' } });
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === 'P2002') return false;
      throw error;
    }
  }

  /**
   * Takes the right to a name from a file that nobody sends: its upload has ended, or no lease on
   * it is alive. False if there is none.
   */
  async function free(fileId: string): Promise<boolean> {
    const freed = await database.$executeRaw`
      UPDATE upload_files SET updated_at = now(), ${NOTHING_SENT},
        state = CASE WHEN u.finished_at IS NOT NULL THEN 'failed'
          WHEN upload_files.md5 IS NULL THEN 'receiving' ELSE 'staged' END::upload_file_state
      FROM upload_files mine, uploads u
      WHERE mine.id = ${fileId}::uuid AND upload_files.deposition_id = mine.deposition_id
        AND upload_files.name = mine.name AND upload_files.state = 'transferring' AND u.id = upload_files.upload_id
        AND (u.lease_until IS NULL OR u.lease_until < now()) AND ${notLeased}`;
    return freed > 0;
  }

  return {
    async addFile(
      file: Prisma.UploadFileUncheckedCreateInput,
      tx: Pick<Database, 'uploadFile'> = database,
    ): Promise<void> {
      await tx.uploadFile.create({ data: file });
    },

    fileById: (id: string): Promise<UploadFile | null> => database.uploadFile.findUnique({ where: { id } }),

    /**
     * Adds the row of a zip, unless another unfinished upload is sending one of that name to the
     * same deposition: then returns that one. Of two concurrent calls only one is first.
     */
    async addFolder(
      file: Prisma.UploadFileUncheckedCreateInput,
    ): Promise<{ id: string; parts: StagedPart[] } | null> {
      const { uploadId, depositionId, name } = file;
      return database.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`deposition ${depositionId}`}))`;
        const [other] = await tx.$queryRaw<{ id: string; parts: StagedPart[] }[]>`
          SELECT u.id, f.parts FROM upload_files f JOIN uploads u ON u.id = f.upload_id
          WHERE f.deposition_id = ${depositionId} AND f.name = ${name} AND u.id <> ${uploadId}::uuid AND f.parts IS NOT NULL
            AND u.state NOT IN ('done', 'failed', 'cancelled') AND f.state NOT IN ('uploaded', 'unchanged', 'failed')
          LIMIT 1`;
        if (other !== undefined) return other;
        await tx.uploadFile.create({ data: file });
        return null;
      });
    },

    /** All bytes of a file have been staged. */
    async sealFile(id: string, bytes: Sealed): Promise<void> {
      await database.$executeRaw`UPDATE upload_files SET ${sealed(bytes)} WHERE id = ${id}::uuid`;
    },

    /**
     * Claims the exclusive right to send this name to this deposition, also from an upload that no
     * process works on. False if another upload holds it.
     */
    async claimName(fileId: string): Promise<boolean> {
      if (await take(fileId)) return true;
      return (await free(fileId)) && take(fileId);
    },

    /** Releases the claim. The file is not sent for now. */
    async giveUpName(fileId: string): Promise<void> {
      await database.$executeRaw`
        UPDATE upload_files SET updated_at = now(),
          state = CASE WHEN md5 IS NULL THEN 'receiving' ELSE 'staged' END::upload_file_state,
          ${NOTHING_SENT}
        WHERE id = ${fileId}::uuid AND state = 'transferring'`;
    },

    /** The draft has the file. Earlier errors are cleared. */
    async arrived(
      { id, size, attempts, md5 }: { id: string; size: number; attempts: number; md5: string | null },
      state: 'uploaded' | 'unchanged',
    ): Promise<void> {
      const sent = state === 'uploaded' ? { sent: size } : {};
      const settled = { error: Prisma.DbNull, lastError: Prisma.DbNull, nextAt: null };
      await database.$transaction(async (tx) => {
        await tx.uploadFile.update({
          where: { id },
          data: { state, attempts, md5, ...settled, ...sent },
          select: { id: true },
        });
        await markConflicts(tx, id);
      });
    },

    async updateFile(id: string, data: Prisma.UploadFileUncheckedUpdateInput): Promise<void> {
      await database.uploadFile.update({ where: { id }, data });
    },

    /** Names of the files that are at Zenodo. */
    async safeFiles(uploadId: string): Promise<string[]> {
      const files = await database.uploadFile.findMany({
        where: { uploadId, state: { in: ['uploaded', 'unchanged'] } },
        orderBy: { position: 'asc' },
        select: { name: true },
      });
      return files.map(({ name }) => name);
    },

    /** Records progress. Values measured before an attempt failed do not overwrite later ones. */
    async progress(files: FileProgress[]): Promise<void> {
      const column = <K extends keyof FileProgress>(name: K) => files.map((file) => file[name]);
      await database.$executeRaw`
        UPDATE upload_files SET received = p.received, updated_at = now(),
          sent = CASE WHEN next_at IS NULL AND upload_files.attempts <= p.attempts THEN p.sent ELSE 0 END,
          rate = CASE WHEN next_at IS NULL AND upload_files.attempts <= p.attempts THEN p.rate ELSE 0 END,
          attempts = greatest(upload_files.attempts, p.attempts)
        FROM unnest(${column('id')}::uuid[], ${column('received')}::bigint[], ${column('sent')}::bigint[],
          ${column('rate')}::float8[], ${column('attempts')}::int[]) AS p(id, received, sent, rate, attempts)
        WHERE upload_files.id = p.id AND upload_files.state IN ('receiving', 'staged', 'transferring')`;
    },

    /**
     * Records a failed attempt in the file and in the history of its upload. The file then waits,
     * with nothing at Zenodo.
     */
    async attemptFailed(attempt: FailedAttempt): Promise<void> {
      const { fileId, attempts, made, error, zenodoStatus, wait } = attempt;
      await database.$executeRaw`
        WITH waiting AS (
          UPDATE upload_files SET attempts = ${attempts}, sent = 0, rate = 0, last_error = ${JSON.stringify(error)}::jsonb,
            next_at = now() + ${wait}::float8 * interval '1 millisecond', updated_at = now()
          WHERE id = ${fileId}::uuid RETURNING upload_id, name, next_at
        )
        INSERT INTO upload_events (upload_id, kind, file_name, attempt, code, detail, zenodo_status, next_at, replica, request_id)
        SELECT u.id, (CASE WHEN ${made} THEN 'attempt_failed' ELSE 'waiting' END)::upload_event_kind, w.name,
          CASE WHEN ${made} THEN ${attempts}::int END, ${error.code}, ${error.detail}, ${zenodoStatus}::int, w.next_at, ${holder}, u.request_id
        FROM waiting w JOIN uploads u ON u.id = w.upload_id
        WHERE (SELECT count(*) FROM (SELECT FROM upload_events e WHERE e.upload_id = u.id LIMIT ${MAX_EVENTS}) told) < ${MAX_EVENTS}`;
    },

    /** Which of these files may begin their next attempt. */
    async due(fileIds: string[]): Promise<string[]> {
      const rows = await database.$queryRaw<{ id: string }[]>`
        SELECT id FROM upload_files WHERE id = ANY(${fileIds}::uuid[]) AND next_at <= now()`;
      return rows.map(({ id }) => id);
    },

    /** The next attempt begins. */
    async attemptBegins(fileId: string): Promise<void> {
      await database.$executeRaw`UPDATE upload_files SET next_at = NULL, updated_at = now() WHERE id = ${fileId}::uuid`;
    },
  };
}
