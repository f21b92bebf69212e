// Raw SQL: ages are by the clock of the database, and rows of several uploads are compared in one
// statement.

import { isAlreadyThere } from '../../database/failures.js';
import { Prisma, type UploadFile, type UploadFileState } from '../../database/generated/client.js';
import type { Database } from '../../database/prisma.js';
import { lockUploadsOf } from '../../database/transaction-locks.js';
import type { FileProgress, Sealed, StagedPart } from '../model.js';
import { markConflicts } from './conflicts.js';
import { LeaseLost } from './lease-lost.js';
import { ENDED } from './state-changes.js';

/**
 * Columns of a file that is no longer being sent: either all of an attempt is at Zenodo, or
 * nothing. (A delivered file keeps its state.)
 */
export const NOTHING_SENT = Prisma.sql`sent = 0, rate = 0, next_at = NULL`;

/** Columns of a file that waits for its turn. */
export const NOT_STARTED = Prisma.sql`
  state = CASE WHEN md5 IS NULL THEN 'receiving' ELSE 'staged' END::upload_file_state, ${NOTHING_SENT}`;

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

/** A file that this process sends: under a lease of its own, else under that on its upload. */
interface HeldFile {
  id: string;
  token?: string | undefined;
}

/** A failed attempt to send a file to Zenodo. */
interface FailedAttempt {
  file: HeldFile;
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

/**
 * The rows of files, and the history of attempts to send them. `holder` is this process: it writes
 * about a file that it sends only while it holds the lease.
 */
export function createFileRepository(database: Database, holder: string) {
  /** Whether this process holds the lease that a file is sent under. */
  const isHeld = ({ token }: HeldFile) =>
    token === undefined
      ? Prisma.sql`EXISTS (SELECT FROM uploads h WHERE h.id = upload_files.upload_id AND h.lease_by = ${holder})`
      : Prisma.sql`EXISTS (SELECT FROM tus_files h WHERE h.id = upload_files.id AND h.lease_by = ${token}::uuid)`;

  /** False if another file of that name is marked as being sent there. Throws LeaseLost. */
  async function take(file: HeldFile): Promise<boolean> {
    const taken = database.$executeRaw`
      UPDATE upload_files SET state = 'transferring', updated_at = now() WHERE id = ${file.id}::uuid AND ${isHeld(file)}`;
    return taken.then(
      (count) => {
        requireHeld(count);
        return true;
      },
      (error: unknown) => {
        if (isAlreadyThere(error)) return false;
        throw error;
      },
    );
  }

  /**
   * Takes the right to a name from a file that no process sends: its upload has ended, or no lease
   * on it is alive. False if there is none.
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
        await lockUploadsOf(tx, depositionId);
        const [other] = await tx.$queryRaw<{ id: string; parts: StagedPart[] }[]>`
          SELECT u.id, f.parts FROM upload_files f JOIN uploads u ON u.id = f.upload_id
          WHERE f.deposition_id = ${depositionId} AND f.name = ${name} AND u.id <> ${uploadId}::uuid AND f.parts IS NOT NULL
            AND u.state NOT IN ${ENDED} AND f.state NOT IN ('uploaded', 'unchanged', 'failed')
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
     * process works on. False if another upload holds it. Throws LeaseLost.
     */
    async claimName(file: HeldFile): Promise<boolean> {
      if (await take(file)) return true;
      return (await free(file.id)) && take(file);
    },

    /** Releases the claim. The file is not sent for now. */
    async giveUpName(file: HeldFile): Promise<void> {
      await database.$executeRaw`
        UPDATE upload_files SET updated_at = now(), ${NOT_STARTED}
        WHERE id = ${file.id}::uuid AND state = 'transferring' AND ${isHeld(file)}`;
    },

    /**
     * The draft has the file. Earlier errors are cleared. Throws LeaseLost, also if another upload
     * has claimed the name since.
     */
    async arrived(
      file: HeldFile & { size: number; attempts: number; md5: string | null },
      state: 'uploaded' | 'unchanged',
    ): Promise<void> {
      const { id, size, attempts, md5 } = file;
      await database.$transaction(async (tx) => {
        const count = await tx.$executeRaw`
          UPDATE upload_files SET state = ${state}::upload_file_state, attempts = ${attempts}, md5 = ${md5},
            error = NULL, last_error = NULL, next_at = NULL, updated_at = now(),
            sent = CASE WHEN ${state === 'uploaded'} THEN ${size}::bigint ELSE sent END
          WHERE id = ${id}::uuid AND state = 'transferring' AND ${isHeld(file)}`;
        requireHeld(count);
        await markConflicts(tx, id);
      });
    },

    /** The file is not brought to Zenodo, for now or for good. Throws LeaseLost. */
    async failed(
      file: HeldFile & { attempts: number },
      { state, error }: { state: UploadFileState; error: { code: string; detail: string } },
    ): Promise<void> {
      const count = await database.$executeRaw`
        UPDATE upload_files SET state = ${state}::upload_file_state, attempts = ${file.attempts},
          error = ${JSON.stringify(error)}::jsonb, updated_at = now(), ${NOTHING_SENT}
        WHERE id = ${file.id}::uuid AND ${isHeld(file)}`;
      requireHeld(count);
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
     * with nothing at Zenodo. Throws LeaseLost.
     */
    async attemptFailed(attempt: FailedAttempt): Promise<void> {
      const { file, attempts, made, error, zenodoStatus, wait } = attempt;
      const rows = await database.$queryRaw<unknown[]>`
        WITH waiting AS (
          UPDATE upload_files SET attempts = ${attempts}, sent = 0, rate = 0, last_error = ${JSON.stringify(error)}::jsonb,
            next_at = now() + ${wait}::float8 * interval '1 millisecond', updated_at = now()
          WHERE id = ${file.id}::uuid AND ${isHeld(file)} RETURNING upload_id, name, next_at
        ), told AS (
          INSERT INTO upload_events (upload_id, kind, file_name, attempt, code, detail, zenodo_status, next_at, replica, request_id)
          SELECT u.id, (CASE WHEN ${made} THEN 'attempt_failed' ELSE 'waiting' END)::upload_event_kind, w.name,
            CASE WHEN ${made} THEN ${attempts}::int END, ${error.code}, ${error.detail}, ${zenodoStatus}::int, w.next_at, ${holder}, u.request_id
          FROM waiting w JOIN uploads u ON u.id = w.upload_id
          WHERE (SELECT count(*) FROM (SELECT FROM upload_events e WHERE e.upload_id = u.id LIMIT ${MAX_EVENTS}) told) < ${MAX_EVENTS}
        )
        SELECT name FROM waiting`;
      requireHeld(rows.length);
    },

    /** Which of these files may begin their next attempt. */
    async due(fileIds: string[]): Promise<string[]> {
      const rows = await database.$queryRaw<{ id: string }[]>`
        SELECT id FROM upload_files WHERE id = ANY(${fileIds}::uuid[]) AND next_at <= now()`;
      return rows.map(({ id }) => id);
    },

    /** The next attempt begins. Throws LeaseLost. */
    async attemptBegins(file: HeldFile): Promise<void> {
      const count = await database.$executeRaw`
        UPDATE upload_files SET next_at = NULL, updated_at = now() WHERE id = ${file.id}::uuid AND ${isHeld(file)}`;
      requireHeld(count);
    },
  };
}

function requireHeld(count: number): void {
  if (count === 0) throw new LeaseLost();
}
