// Raw SQL: ages are by the clock of the database, and both rows of a file change in one statement.
import type { TusFile, Upload } from '../../database/generated/client.js';
import type { Database, Transaction } from '../../database/prisma.js';
import { CATALOGUE, type Problem, problem } from '../../errors.js';
import { LIFETIMES } from '../../lifetimes.js';
import type { Sealed, UploadOptions } from '../model.js';
import { NOTHING_SENT, sealed } from './file-repository.js';
import { storedFault } from './json-columns.js';
import { type ReportChanges, STATE_CHANGE, type StateChange } from './state-changes.js';
import { takeFromTargets } from './tus-targets.js';

/** The options of an upload of one file. */
export const PLAIN: UploadOptions = { archive: 'zip', sync: false, folders: null };

export type TusFileOf = TusFile & { upload: Upload };

/** A file that was just announced. No other call knows of it yet. */
export interface Created {
  file: TusFileOf;
  /** Its name at Zenodo; null if that is only certain when all files have arrived. */
  name: string | null;
}

export type TusRepository = ReturnType<typeof createTusRepository>;

/** The rows of tus files, and how their uploads end. All ages are by the clock of the database. */
export function createTusRepository(database: Database, report: ReportChanges = () => undefined) {
  return {
    find(id: string): Promise<TusFileOf | null> {
      return database.tusFile.findUnique({ where: { id }, include: { upload: true } });
    },

    /** The files of an upload, in the order of their announcement. */
    list(uploadId: string): Promise<TusFile[]> {
      return database.tusFile.findMany({ where: { uploadId }, orderBy: { position: 'asc' } });
    },

    /** The first files of an upload that are not complete. */
    incompleteFiles(uploadId: string, most: number): Promise<TusFile[]> {
      return database.tusFile.findMany({
        where: { uploadId, md5: null },
        orderBy: { position: 'asc' },
        take: most,
      });
    },

    /** Number of announced files. */
    count: (uploadId: string): Promise<number> => database.tusFile.count({ where: { uploadId } }),

    /** The position of the next announced file. */
    async nextPosition(uploadId: string, tx: Pick<Transaction, 'tusFile'>): Promise<number> {
      // The last of an index: an aggregate of Prisma's would read all of them.
      const orderBy = { position: 'desc' } as const;
      const last = await tx.tusFile.findFirst({ where: { uploadId }, orderBy, select: { position: true } });
      return (last?.position ?? -1) + 1;
    },

    /** The upload, locked until the end of the transaction against other files that join it. */
    async lockUpload(id: string, tx: Transaction): Promise<Upload | null> {
      await tx.$queryRaw`SELECT id FROM uploads WHERE id = ${id}::uuid FOR UPDATE`;
      return tx.upload.findUnique({ where: { id } });
    },

    /**
     * From this offset on, bytes do not count until their checksum has been verified; null
     * afterwards. False if `token` no longer has the lease.
     */
    async markUnverified(id: string, token: string, from: number | null): Promise<boolean> {
      const where = { id, leaseBy: token };
      const { count } = await database.tusFile.updateMany({ where, data: { unverifiedFrom: from } });
      return count > 0;
    },

    /**
     * All bytes have arrived. One statement updates both rows of the file, so that a crash cannot
     * separate them. `upload_files` comes first, as in deletions: locking rows in different orders
     * could deadlock. `release`: a lease to release with it.
     */
    async seal(id: string, bytes: Sealed, release: string | null = null): Promise<void> {
      await database.$executeRaw`
        WITH sent AS (
          UPDATE upload_files SET ${sealed(bytes)} WHERE id = ${id}::uuid RETURNING id
        )
        UPDATE tus_files SET md5 = ${bytes.md5}, received = ${bytes.size}, unverified_from = NULL,
          wanted = wanted AND lease_by IS DISTINCT FROM ${release}::uuid,
          lease_until = CASE WHEN lease_by = ${release}::uuid THEN NULL ELSE lease_until END,
          lease_by = nullif(lease_by, ${release}::uuid)
        WHERE id = ${id}::uuid AND (SELECT count(*) FROM sent) >= 0`;
    },

    /**
     * No more files will come: a process takes the upload over and completes it. False if it does
     * not wait for files, or has none.
     */
    async complete(uploadId: string, options: UploadOptions): Promise<boolean> {
      return database.$transaction(async (tx) => {
        // A file may just be announced. The statement after the lock sees it.
        await this.lockUpload(uploadId, tx);
        const completed = await tx.$executeRaw`
        UPDATE uploads SET state = 'queued', completion = ${JSON.stringify(options)}::jsonb, next_at = now(), updated_at = now(),
          deadline_at = now() + ${LIFETIMES.upload} * interval '1 second'
        WHERE id = ${uploadId}::uuid AND state = 'receiving' AND resumable AND NOT cancel_requested
          AND EXISTS (SELECT FROM tus_files t WHERE t.upload_id = uploads.id)
          AND NOT EXISTS (SELECT FROM tus_files t WHERE t.upload_id = uploads.id AND t.md5 IS NULL)`;
        return completed > 0;
      });
    },

    /** Ends an upload to which no file can come any more, because of its draft or its user. */
    async fail(uploadId: string, fault: { code: string; detail: string }): Promise<void> {
      const changes = await database.$queryRaw<StateChange[]>`
        WITH ended AS (
          UPDATE uploads SET state = 'failed', error = ${JSON.stringify(fault)}::jsonb, finished_at = now(), updated_at = now(),
            personal_token = NULL, reserved = 0
          WHERE id = ${uploadId}::uuid AND state = 'receiving' RETURNING ${STATE_CHANGE}
        ), files AS (
          UPDATE upload_files SET state = 'failed', error = coalesce(error, ${JSON.stringify(fault)}::jsonb), updated_at = now(), ${NOTHING_SENT}
          WHERE upload_id IN (SELECT upload_id FROM ended) AND state IN ('receiving', 'staged', 'transferring')
        )
        SELECT * FROM ended`;
      report(changes);
    },

    /** Completes uploads of one file whose process died after the last byte. */
    async completeSingles(volume: string): Promise<void> {
      await database.$executeRaw`
        UPDATE uploads SET state = 'queued', completion = ${JSON.stringify(PLAIN)}::jsonb, next_at = now(), updated_at = now()
        WHERE state = 'receiving' AND single AND NOT cancel_requested AND volume = ${volume} AND EXISTS (
          SELECT FROM tus_files t WHERE t.upload_id = uploads.id AND t.md5 IS NOT NULL)`;
    },

    /** Deletes a file that another one has replaced. */
    async remove(id: string, tx: Pick<Transaction, 'tusFile' | 'uploadFile'>): Promise<void> {
      await tx.uploadFile.deleteMany({ where: { id } });
      await tx.tusFile.deleteMany({ where: { id } });
    },

    /**
     * Deletes a file that will not be sent. What is at Zenodo stays there. Throws if no file can be
     * removed from its upload.
     */
    async withdraw(file: TusFileOf): Promise<void> {
      const { id, uploadId, upload } = file;
      await database.$transaction(async (tx) => {
        const now = await this.lockUpload(uploadId, tx);
        const fault = now === null || upload.single ? null : uploadFault(now);
        if (fault !== null) throw fault;
        if ((await tx.tusFile.count({ where: { id } })) === 0) return;
        await takeFromTargets(tx, uploadId, file, upload.archive === 'never' ? 'never' : 'zip');
        await this.remove(id, tx);
      });
    },

    /** Deletes the zips of an upload that an interrupted completion created. */
    async forgetZips(uploadId: string): Promise<void> {
      await database.$executeRaw`
        DELETE FROM upload_files WHERE upload_id = ${uploadId}::uuid
          AND NOT EXISTS (SELECT FROM tus_files t WHERE t.id = upload_files.id)`;
    },
  };
}

/** Why an upload accepts no more bytes; null if it does. */
export function uploadFault(upload: Upload): Problem | null {
  if (upload.state === 'receiving' && !upload.cancelRequested) return null;
  const fault = storedFault(upload.error);
  if (upload.state === 'failed' && fault !== null) {
    const about = 'about' in CATALOGUE[fault.code];
    return problem(about ? fault.code : 'upload_gone', fault.detail);
  }
  if (upload.state === 'cancelled' || upload.cancelRequested) return cancelled();
  return problem('upload_complete', 'The upload is complete and accepts no more bytes. Start a new one.');
}

/** The problem for bytes of an upload that was cancelled. */
export function cancelled(): Problem {
  return problem('upload_gone', 'The upload was cancelled. Files that are already at Zenodo stay there.');
}
