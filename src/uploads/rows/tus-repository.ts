// Raw SQL: leases use the clock of the database, in one statement each.
import type { Prisma, TusFile, Upload } from '../../database/generated/client.js';
import type { Database } from '../../database/prisma.js';
import { CATALOGUE, type Problem, problem } from '../../errors.js';
import type { Sealed, UploadOptions } from '../model.js';
import { NOTHING_SENT, sealed } from './file-repository.js';
import { storedFault } from './json-columns.js';
import { type ReportChanges, STATE_CHANGE, type StateChange } from './state-changes.js';
import { takeFromTargets } from './tus-targets.js';

/** Lifetime of the lease on a file in seconds. It is renewed every 2 s. */
export const FILE_LEASE = 10;

/** How long an upload is kept after its last byte, in seconds. */
export const KEPT_SECONDS = 24 * 60 * 60;

/**
 * Milliseconds until the deadline of the same upload is extended again, and how many uploads are
 * remembered.
 */
const KEEP_AGAIN = 30_000;
const MAX_REMEMBERED = 1000;

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
type Transaction = Prisma.TransactionClient;

/** The result of a renewal: the lease is still held, and what others want of the file. */
interface Renewed {
  id: string;
  wanted: boolean;
  over: boolean;
  /** The upload link accepts no more bytes. */
  shut: boolean;
}

/** The rows of tus files, and the leases on them. All ages are by the clock of the database. */
export function createTusRepository(database: Database, report: ReportChanges = () => undefined) {
  /** When this process last extended the deadline of an upload, by `performance.now()`. */
  const keptAt = new Map<string, number>();
  return {
    find(id: string): Promise<TusFileOf | null> {
      return database.tusFile.findUnique({ where: { id }, include: { upload: true } });
    },

    /** The files of an upload, in the order of their announcement. */
    list(uploadId: string, tx: Pick<Transaction, 'tusFile'> = database): Promise<TusFile[]> {
      return tx.tusFile.findMany({ where: { uploadId }, orderBy: { position: 'asc' } });
    },

    /** The first files of an upload that are not complete. */
    unfinished(uploadId: string, most: number): Promise<TusFile[]> {
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
        UPDATE uploads SET deadline_at = now() + ${KEPT_SECONDS} * interval '1 second'
        WHERE id IN (SELECT id FROM uploads WHERE id = ANY(${due}::uuid[]) AND state = 'receiving'
          AND deadline_at < now() + ${KEPT_SECONDS - 60} * interval '1 second' ORDER BY id FOR UPDATE)`;
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
     * From this offset on, bytes do not count until their checksum has been verified; null
     * afterwards.
     */
    async markUnverified(id: string, from: number | null): Promise<void> {
      await database.tusFile.updateMany({ where: { id }, data: { unverifiedFrom: from } });
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
     * No more files will come: a process takes the upload over and finishes it. False if it does
     * not wait for files, or has none.
     */
    async complete(uploadId: string, options: UploadOptions): Promise<boolean> {
      const completed = await database.$executeRaw`
        UPDATE uploads SET state = 'queued', completion = ${JSON.stringify(options)}::jsonb, next_at = now(), updated_at = now(),
          deadline_at = now() + ${KEPT_SECONDS} * interval '1 second'
        WHERE id = ${uploadId}::uuid AND state = 'receiving' AND resumable AND NOT cancel_requested
          AND EXISTS (SELECT FROM tus_files t WHERE t.upload_id = uploads.id)
          AND NOT EXISTS (SELECT FROM tus_files t WHERE t.upload_id = uploads.id AND t.md5 IS NULL)`;
      return completed > 0;
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

    /**
     * Files of this volume over which a process died, if their uploads still wait for files: no
     * more than can be gone on with at once.
     */
    async expiredLeases(volume: string): Promise<string[]> {
      const rows = await database.$queryRaw<{ id: string }[]>`
        SELECT t.id FROM tus_files t JOIN uploads u ON u.id = t.upload_id
        WHERE t.lease_by IS NOT NULL AND t.lease_until < now() AND u.volume = ${volume} AND u.state = 'receiving'
          AND NOT u.cancel_requested
        ORDER BY t.lease_until LIMIT 32`;
      return rows.map(({ id }) => id);
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

    /** Deletes the zips of an upload that an interrupted finish created. */
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
  if (upload.state === 'cancelled' || upload.cancelRequested) {
    return problem('upload_gone', 'The upload was cancelled. Files that are already at Zenodo stay there.');
  }
  return problem('upload_complete', 'The upload is complete and accepts no more bytes. Start a new one.');
}
