// Raw SQL: leases and ages are by the clock of the database, one statement each.
import { ended } from '../connections/upload-link-state.js';
import { Prisma, type Upload, type UploadFile } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { problem } from '../errors.js';
import { type Notice, notice } from '../notice.js';
import { type TellTurns, TURN, type Turn } from './endings.js';
import type { ArchiveMode } from './intake/layout.js';
import { type ButFor, broughtByLink, usedByLink } from './link-use.js';
import type { FileProgress, StagedPart } from './model.js';
import { settleRivalry } from './rivalry.js';
import type { Sealed } from './staging/staged.js';

/**
 * What of a file that is not under way any more is at Zenodo: all of an attempt or nothing (a file
 * that is safe keeps its state).
 */
export const NOTHING_SENT = Prisma.sql`sent = 0, rate = 0, next_at = NULL`;

/** Life of a lease, in seconds; renewed every 5 s, so that a dead process is noticed within 20. */
export const LEASE = 15;

/** How long a deletion that was asked for may be under way, in seconds. */
const DELETION = 60;

export type UploadRepository = ReturnType<typeof createUploadRepository>;

/** What is known of an upload when it begins. */
export interface NewUpload {
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
  /** Bytes of the volume to keep free for it. */
  reserved: number;
  /** After so many seconds it counts as failed, whatever state it is in. */
  seconds: number;
  /** Its files come by tus, in requests of their own: no process holds it until all have come. */
  tus?: { single: boolean; archive: ArchiveMode; personalToken: Uint8Array<ArrayBuffer> | null };
}

/** What becomes of an upload when no process works on it any more. */
export interface Ending {
  state: 'done' | 'failed' | 'waiting_for_authorization' | 'stranded' | 'cancelled';
  error?: { code: string; detail: string } | null;
  otherFiles?: string[];
  /**
   * For so many hours the bytes of a failed upload are kept for another try, unless a personal
   * token was needed for it.
   */
  keepHours?: number;
}

/** Why an upload goes back to the queue, and for how long. */
export interface SetBack {
  seconds?: number;
  error?: { code: string; detail: string } | null;
}

/**
 * The rows of uploads: they are the queue. Leases, claims and ages are judged by the database's
 * clock, each in a single statement; `holder` names the process that works on an upload, and a row
 * that somebody else holds is never written. `tell` is told what became of an upload.
 */
export function createUploadRepository(
  database: Database,
  holder: string,
  tell: TellTurns = () => undefined,
) {
  return {
    /**
     * An upload begins, under a lease of this process, for the container that its deposition was
     * made for, as far as that is known. Throws operation_in_progress while the draft is being
     * deleted.
     */
    async begin(
      upload: NewUpload,
      tx: Pick<Database, '$executeRaw' | '$queryRaw' | 'uploadLink'> = database,
    ): Promise<{ containerId: string | null }> {
      const { id, owner, connectionId, uploadLinkId, depositionId, containerId } = upload;
      const { volume, requestId, seconds, reserved, depositionCreatedAt } = upload;
      const { single = false, archive = 'zip', personalToken = null } = upload.tus ?? {};
      const held = upload.tus === undefined;
      // A call that deletes the draft has asked before, and ends this upload, or comes after it and
      // is seen here.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext(${`deposition ${depositionId}`}))`;
      // So does a user who says that they are done.
      if (uploadLinkId !== null) {
        const link = await tx.uploadLink.findUniqueOrThrow({ where: { id: uploadLinkId } });
        if (link.endedAt !== null) throw ended(link);
      }
      const [begun] = await tx.$queryRaw<{ containerId: string | null }[]>`
        INSERT INTO uploads (id, owner, connection_id, upload_link_id, deposition_id, deposition_created_at, container_id, volume, request_id, state, reserved,
          deadline_at, resumable, single, archive, personal_token, lease_by, lease_until, updated_at)
        SELECT ${id}::uuid, ${owner}, ${connectionId}::uuid, ${uploadLinkId}::uuid, ${depositionId}::bigint, ${depositionCreatedAt},
          coalesce((SELECT container_id FROM drafts WHERE owner = ${owner} AND deposition_id = ${depositionId}::bigint), ${containerId}),
          ${volume}, ${requestId}, 'receiving', ${reserved}::bigint, now() + ${seconds} * interval '1 second',
          ${!held}, ${single}, ${archive}, ${personalToken}, CASE WHEN ${held} THEN ${holder} END,
          CASE WHEN ${held} THEN now() + ${LEASE} * interval '1 second' END, now()
        WHERE NOT EXISTS (
          SELECT FROM drafts JOIN pending_actions ON draft_id = drafts.id AND kind = 'delete'
          WHERE deposition_id = ${depositionId}::bigint AND asked_at > now() - ${DELETION} * interval '1 second')
        RETURNING container_id AS "containerId"`;
      if (begun !== undefined) return begun;
      throw problem('operation_in_progress', 'The draft is being deleted, so it accepts no more files.', {
        retry_after: DELETION,
      });
    },

    /** What the uploads of a link bring or have brought. */
    usedByLink: (uploadLinkId: string, butFor?: ButFor, tx: Pick<Database, '$queryRaw'> = database) =>
      usedByLink(tx, uploadLinkId, butFor),

    /** Those of these names that a link has brought. */
    broughtByLink: (uploadLinkId: string, names: readonly string[]) =>
      broughtByLink(database, uploadLinkId, names),

    /** Leaves no trace of an upload that was refused. False if it has ended otherwise meanwhile. */
    async forget(id: string): Promise<boolean> {
      const { count } = await database.upload.deleteMany({ where: { id, leaseBy: holder } });
      return count > 0;
    },

    async addFile(
      file: Prisma.UploadFileUncheckedCreateInput,
      tx: Pick<Database, 'uploadFile'> = database,
    ): Promise<void> {
      await tx.uploadFile.create({ data: file });
    },

    /** What became of a file so far, and how often it was tried. */
    fileById: (id: string): Promise<UploadFile | null> => database.uploadFile.findUnique({ where: { id } }),

    /**
     * Writes down a zip of a folder, unless another upload that is not over is bringing one of that
     * name to the same deposition: then answers that. Only one of two that come at once is first.
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

    /**
     * What a zip of a folder holds that this service has brought to Zenodo; null if it brought none
     * with that sum, or has forgotten.
     */
    async partsOfZip(name: string, md5: string): Promise<StagedPart[] | null> {
      const [row] = await database.$queryRaw<{ parts: StagedPart[] }[]>`
        SELECT parts FROM upload_files
        WHERE name = ${name} AND md5 = ${md5} AND state IN ('uploaded', 'unchanged') AND parts IS NOT NULL LIMIT 1`;
      return row?.parts ?? null;
    },

    /**
     * The zip of a folder that an upload to the same deposition brought last under that name; null
     * if the last one brought a file.
     */
    async folderBefore(id: string, name: string): Promise<{ md5: string; parts: number } | null> {
      const [row] = await database.$queryRaw<{ md5: string; parts: number | null }[]>`
        SELECT f.md5, CASE WHEN jsonb_typeof(f.parts) = 'array' THEN jsonb_array_length(f.parts) END AS parts
        FROM upload_files f JOIN uploads u ON u.id = ${id}::uuid AND f.deposition_id = u.deposition_id
        WHERE f.name = ${name} AND f.upload_id <> u.id AND f.state IN ('uploaded', 'unchanged')
        ORDER BY f.updated_at DESC LIMIT 1`;
      return row === undefined || row.parts === null ? null : { md5: row.md5, parts: row.parts };
    },

    /** The last files of these names that were brought to the deposition by other uploads. */
    async sentBefore(
      id: string,
      names: readonly string[],
    ): Promise<{ name: string; sentAs: string | null; md5: string | null }[]> {
      if (names.length === 0) return [];
      return database.$queryRaw`
        SELECT DISTINCT ON (f.name) f.name, f.sent_as AS "sentAs", f.md5
        FROM upload_files f JOIN uploads u ON u.id = ${id}::uuid AND f.deposition_id = u.deposition_id
        WHERE f.name = ANY(${[...names]}::text[]) AND f.upload_id <> u.id AND f.state IN ('uploaded', 'unchanged')
        ORDER BY f.name, f.updated_at DESC`;
    },

    /** Names of the zips of folders that no other file of their name has replaced. */
    async folderZips(depositionId: number): Promise<string[]> {
      const found = await database.$queryRaw<{ name: string }[]>`
        SELECT name FROM (
          SELECT DISTINCT ON (name) name, jsonb_typeof(parts) AS kind FROM upload_files
          WHERE deposition_id = ${depositionId} AND state IN ('uploaded', 'unchanged')
          ORDER BY name, updated_at DESC) AS last
        WHERE kind = 'array'`;
      return found.map(({ name }) => name);
    },

    /**
     * Whether another upload brought a file of that name to the same deposition within these
     * seconds.
     */
    async wasBrought(id: string, name: string, seconds: number): Promise<boolean> {
      const [row] = await database.$queryRaw<{ brought: boolean }[]>`
        SELECT EXISTS (
          SELECT FROM upload_files f JOIN uploads u ON u.id = ${id}::uuid AND f.deposition_id = u.deposition_id
          WHERE f.name = ${name} AND f.upload_id <> u.id AND f.state IN ('uploaded', 'unchanged')
            AND f.updated_at > now() - ${seconds} * interval '1 second'
        ) AS brought`;
      return row?.brought === true;
    },

    /** All bytes of a file are on the disk. */
    async sealFile(id: string, { size, md5 }: Sealed): Promise<void> {
      await database.$executeRaw`
        UPDATE upload_files SET size = ${size}, received = ${size}, md5 = ${md5}, updated_at = now(),
          state = CASE WHEN state = 'receiving' THEN 'staged' ELSE state END
        WHERE id = ${id}::uuid`;
    },

    /** All bytes of the request are here: from now on the upload survives its process. */
    async received(
      id: string,
      {
        notices,
        ...data
      }: { personalToken: Uint8Array<ArrayBuffer> | null; notices: Notice[]; sync: boolean },
    ): Promise<void> {
      await database.upload.updateMany({
        where: { id, leaseBy: holder },
        data: { ...data, ...columnsOf(notices), state: 'transferring', completion: Prisma.DbNull },
      });
    },

    /** Bytes that are still to be written to the volume. */
    async reserve(id: string, bytes: number, tx: Pick<Database, '$executeRaw'> = database): Promise<void> {
      await tx.$executeRaw`UPDATE uploads SET reserved = ${bytes} WHERE id = ${id}::uuid AND lease_by = ${holder}`;
    },

    /** What the caller is to be told of an upload, in place of what was to be told before. */
    async notify(id: string, notices: readonly Notice[]): Promise<void> {
      await database.upload.update({ where: { id }, data: columnsOf(notices) });
    },

    /**
     * Takes the sole right to send this name to this deposition. False: another upload is sending
     * it.
     */
    async claimName(fileId: string): Promise<boolean> {
      try {
        await database.uploadFile.update({ where: { id: fileId }, data: { state: 'transferring' } });
        return true;
      } catch (error) {
        if ((error as { code?: string }).code === 'P2002') return false;
        throw error;
      }
    },

    /**
     * What an upload that began later has already brought under the same name, the last of several;
     * null if none has.
     */
    async broughtLater(fileId: string): Promise<{ md5: string | null } | null> {
      const [row] = await database.$queryRaw<{ md5: string | null }[]>`
        SELECT other.md5 FROM upload_files f JOIN uploads u ON u.id = f.upload_id
          JOIN upload_files other ON other.deposition_id = f.deposition_id AND other.name = f.name
          JOIN uploads later ON later.id = other.upload_id AND later.created_at > u.created_at
        WHERE f.id = ${fileId}::uuid AND other.state IN ('uploaded', 'unchanged')
        ORDER BY other.updated_at DESC LIMIT 1`;
      return row ?? null;
    },

    /** Gives that right back: the file is not sent for now. */
    async giveUpName(fileId: string): Promise<void> {
      await database.$executeRaw`
        UPDATE upload_files SET updated_at = now(),
          state = CASE WHEN md5 IS NULL THEN 'receiving' ELSE 'staged' END::upload_file_state,
          ${NOTHING_SENT}
        WHERE id = ${fileId}::uuid AND state = 'transferring'`;
    },

    /** The draft holds the file; whatever went wrong on the way is over. */
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
        await settleRivalry(tx, id);
      });
    },

    async updateFile(id: string, data: Prisma.UploadFileUncheckedUpdateInput): Promise<void> {
      await database.uploadFile.update({ where: { id }, data });
    },

    /** Names of the files that are on Zenodo already. */
    async safeFiles(uploadId: string): Promise<string[]> {
      const files = await database.uploadFile.findMany({
        where: { uploadId, state: { in: ['uploaded', 'unchanged'] } },
        orderBy: { position: 'asc' },
        select: { name: true },
      });
      return files.map(({ name }) => name);
    },

    /**
     * Names that other uploads have brought to the same deposition since this one began or by the
     * same link, or are bringing.
     */
    async broughtMeanwhile(id: string): Promise<string[]> {
      const files = await database.$queryRaw<{ name: string }[]>`
        SELECT f.name FROM uploads u JOIN upload_files f ON f.deposition_id = u.deposition_id AND f.upload_id <> u.id
          JOIN uploads other ON other.id = f.upload_id
        WHERE u.id = ${id}::uuid AND f.state <> 'failed'
          AND (f.state NOT IN ('uploaded', 'unchanged') OR f.updated_at >= u.created_at
            OR other.upload_link_id = u.upload_link_id)`;
      return files.map(({ name }) => name);
    },

    /**
     * Writes down how far files are. What was measured before an attempt failed is not written over
     * what is known since.
     */
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
     * Ends an upload and the lease on it; what a personal token was kept for is over. Files that
     * did not arrive are no longer under way.
     */
    async end(id: string, { state, error = null, otherFiles = [], keepHours = 0 }: Ending): Promise<void> {
      const final = state !== 'waiting_for_authorization' && state !== 'stranded';
      const turns = await database.$queryRaw<Turn[]>`
        WITH ended AS (
          UPDATE uploads SET state = ${state}::upload_state, error = ${toJson(error)}::jsonb,
            other_files = ${toJson(otherFiles)}::jsonb, lease_by = NULL, lease_until = NULL, updated_at = now(),
            finished_at = CASE WHEN ${final} THEN now() END, reserved = CASE WHEN ${final} THEN 0 ELSE reserved END,
            personal_token = CASE WHEN ${final} THEN NULL ELSE personal_token END,
            kept_until = CASE WHEN ${keepHours}::float8 > 0 AND connection_id IS NOT NULL
              THEN now() + ${keepHours}::float8 * interval '1 hour' END
          WHERE id = ${id}::uuid AND lease_by = ${holder} RETURNING ${TURN}
        ), left_over AS (
          UPDATE upload_files SET updated_at = now(),
            error = CASE WHEN ${final} THEN coalesce(error, ${toJson(error)}::jsonb) ELSE error END,
            state = CASE WHEN ${final} THEN 'failed' WHEN md5 IS NULL THEN 'receiving' ELSE 'staged' END::upload_file_state,
            ${NOTHING_SENT}
          WHERE upload_id IN (SELECT upload_id FROM ended) AND state IN ('receiving', 'staged', 'transferring')
        )
        SELECT * FROM ended`;
      tell(turns);
    },

    /**
     * Gives an upload back to the queue; a free process goes on with it, not before `seconds` have
     * passed.
     */
    async release(id: string, { seconds = 0, error = null }: SetBack = {}): Promise<void> {
      await database.$executeRaw`
        WITH released AS (
          UPDATE uploads SET state = 'queued', lease_by = NULL, lease_until = NULL, updated_at = now(),
            attempts = greatest(attempts - 1, 0), error = ${toJson(error)}::jsonb, next_at = now() + ${seconds} * interval '1 second'
          WHERE id = ${id}::uuid AND lease_by = ${holder} RETURNING id
        )
        UPDATE upload_files SET updated_at = now(),
          state = CASE WHEN md5 IS NULL THEN 'receiving' ELSE 'staged' END::upload_file_state,
          ${NOTHING_SENT}
        WHERE upload_id IN (SELECT id FROM released) AND state IN ('transferring', 'failed')
          AND ${notTaken}`;
    },

    /**
     * Extends the leases of what this process works on, and writes down how many bytes each is
     * still to get; answers those that are still its own and not too late, and whether they shall
     * end.
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

/**
 * Whether no process takes or sends a file of upload_files that comes by tus: it outlasts the
 * worker of its upload.
 */
export const notTaken = Prisma.sql`NOT EXISTS (
  SELECT FROM tus_files t WHERE t.id = upload_files.id AND t.lease_by IS NOT NULL AND t.lease_until > now())`;

/** What the caller of an upload is to be told. The release before wrote sentences alone. */
export function noticesOf({ warnings, notices }: Pick<Upload, 'warnings' | 'notices'>): Notice[] {
  const known = notices as unknown as Notice[];
  const told = new Set(known.map(({ detail }) => detail));
  const others = (warnings as string[]).filter((detail) => !told.has(detail));
  return [...known, ...others.map((detail) => notice('other', detail))];
}

function columnsOf(notices: readonly Notice[]) {
  return { notices: notices as object[], warnings: notices.map(({ detail }) => detail) };
}

/** Null stays SQL's null. */
function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
