// Raw SQL: sums are computed inside the database, however many rows there are.
import { Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import type { LinkUse } from '../uploads/model.js';

/** What is not counted. */
export interface ButFor {
  upload?: string;
  names?: readonly string[];
}

type Queries = Pick<Database, '$queryRaw'>;

/**
 * Names and sizes that a link has brought. Folders sent by tus only become files when all their
 * parts have arrived.
 */
function brought(uploadLinkId: string, butFor: string | null): Prisma.Sql {
  return Prisma.sql`
    SELECT f.name, coalesce(f.size, f.received) AS size, f.updated_at AS at
    FROM upload_files f JOIN uploads u ON u.id = f.upload_id
    WHERE u.upload_link_id = ${uploadLinkId}::uuid AND u.id IS DISTINCT FROM ${butFor}::uuid AND f.state <> 'failed'
    UNION ALL
    SELECT g.name, g.bytes, u.created_at
    FROM tus_targets g JOIN uploads u ON u.id = g.upload_id
    WHERE u.upload_link_id = ${uploadLinkId}::uuid AND u.id IS DISTINCT FROM ${butFor}::uuid
      AND u.finished_at IS NULL AND (u.state = 'receiving' OR u.completion IS NOT NULL)
      AND g.is_zip AND g.files > 0`;
}

/** How much a link has brought, without `butFor`. */
export async function usedByLink(
  database: Queries,
  uploadLinkId: string,
  { upload, names = [] }: ButFor = {},
): Promise<LinkUse> {
  const [sum] = await database.$queryRaw<LinkUse[]>`
    SELECT count(*)::int AS files, coalesce(sum(size), 0)::float8 AS bytes
    FROM (SELECT DISTINCT ON (name) size FROM (${brought(uploadLinkId, upload ?? null)}) b
      WHERE name <> ALL(${[...names]}) ORDER BY name, at DESC) latest`;
  return sum ?? { files: 0, bytes: 0 };
}

/** Which of these names a link has brought. */
export async function broughtByLink(
  database: Queries,
  uploadLinkId: string,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await database.$queryRaw<{ name: string }[]>`
    SELECT DISTINCT name FROM (${brought(uploadLinkId, null)}) b WHERE name = ANY(${[...names]})`;
  return new Set(rows.map(({ name }) => name));
}
