// Raw SQL: files of several uploads to a deposition are compared in one statement.
import { Prisma } from '../../database/generated/client.js';
import type { Database } from '../../database/prisma.js';
import type { StagedPart } from '../model.js';
import { storedParts } from './json-columns.js';

export type SentFiles = ReturnType<typeof createSentFiles>;

/** What other uploads have sent to a deposition, or are sending. */
export function createSentFiles(database: Database) {
  return {
    /**
     * The parts of a zip that this service made, by name and MD5; null if it made none, or has
     * forgotten. An upload that was cancelled, or that is being sent elsewhere, may have brought a
     * zip to Zenodo that its row does not call uploaded.
     */
    async partsOfZip(name: string, md5: string): Promise<StagedPart[] | null> {
      const where = { name, md5, parts: { not: Prisma.DbNull } };
      const row = await database.uploadFile.findFirst({ where, select: { parts: true } });
      return row && storedParts(row);
    },

    /**
     * The zip that another upload to the deposition last sent under that name; null if the last one
     * was not a zip.
     */
    async folderBefore(id: string, name: string): Promise<{ md5: string; parts: number } | null> {
      const [row] = await database.$queryRaw<{ md5: string; parts: number | null }[]>`
        SELECT f.md5, CASE WHEN jsonb_typeof(f.parts) = 'array' THEN jsonb_array_length(f.parts) END AS parts
        FROM upload_files f JOIN uploads u ON u.id = ${id}::uuid AND f.deposition_id = u.deposition_id
        WHERE f.name = ${name} AND f.upload_id <> u.id AND f.state IN ('uploaded', 'unchanged')
        ORDER BY f.updated_at DESC LIMIT 1`;
      return row === undefined || row.parts === null ? null : { md5: row.md5, parts: row.parts };
    },

    /** The last files of these names that other uploads sent to the deposition. */
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

    /**
     * Zips of folders that no other file of their name has replaced. `coming`: the upload that
     * brings it is not over, so that it may not be on the draft yet.
     */
    async folderZips(depositionId: number): Promise<{ name: string; coming: boolean }[]> {
      return database.$queryRaw`
        SELECT name, coming FROM (
          SELECT DISTINCT ON (f.name) f.name, jsonb_typeof(f.parts) AS kind,
            f.state NOT IN ('uploaded', 'unchanged') AS coming
          FROM upload_files f JOIN uploads u ON u.id = f.upload_id
          WHERE f.deposition_id = ${depositionId}
            AND (f.state IN ('uploaded', 'unchanged') OR f.state <> 'failed' AND u.finished_at IS NULL)
          ORDER BY f.name, coming DESC, f.updated_at DESC) AS last
        WHERE kind = 'array'`;
    },

    /**
     * The last file of the same name that an upload which began later has sent; null if there is
     * none.
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

    /**
     * Names that other uploads to the deposition are sending, have sent since this one began, or
     * have sent by the same link.
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
  };
}
