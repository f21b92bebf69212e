// Raw SQL: what is moving is decided by the clock of the database, over the files of several
// uploads.
import type { FastifyInstance } from 'fastify';
import { Prisma } from '../database/generated/client.js';
import type { ConcurrentBody } from '../schemas/upload-page.js';
import type { LinkHolder } from './upload-links.js';

/** Whether bytes of a tus upload arrived within the last half minute. */
const MOVES = Prisma.sql`EXISTS (
  SELECT FROM tus_files t WHERE t.upload_id = u.id AND coalesce(t.active_at, t.created_at) > now() - interval '30 seconds')`;

/**
 * Unfinished uploads to the draft of a link, however they arrive. `resumable`: a condition for tus
 * uploads whose files are still arriving. `butFor`: an upload to leave out.
 */
function running({ link }: LinkHolder, butFor: string | null, resumable: Prisma.Sql) {
  return Prisma.sql`
    u.deposition_id = ${link.depositionId} AND u.id IS DISTINCT FROM ${butFor}::uuid AND NOT u.cancel_requested
    AND (u.state IN ('queued', 'transferring') OR u.state = 'receiving' AND CASE WHEN u.resumable
      THEN ${resumable} ELSE u.lease_until > now() END)`;
}

/**
 * Other uploads in progress to the draft. A link may know how much they bring, because it shares
 * the space there, but neither names nor senders: these may be the user's own work elsewhere.
 */
export async function concurrentUploads(
  app: FastifyInstance,
  holder: LinkHolder,
  butFor: string | null,
): Promise<ConcurrentBody> {
  const [row] = await app.database.$queryRaw<ConcurrentBody[]>`
    SELECT count(*)::int AS uploads, coalesce(sum(files), 0)::int AS files,
      coalesce(sum(size), 0)::float8 AS size, coalesce(sum(received), 0)::float8 AS received
    FROM uploads u
      CROSS JOIN LATERAL (SELECT count(*) AS c, sum(size) AS s, sum(received) AS r FROM tus_files WHERE upload_id = u.id) t
      CROSS JOIN LATERAL (
        SELECT count(*) AS c, sum(coalesce(size, received)) AS s, sum(received) AS r FROM upload_files WHERE upload_id = u.id) f
      CROSS JOIN LATERAL (SELECT
        CASE WHEN t.c > 0 THEN t.c ELSE f.c END AS files,
        CASE WHEN t.c > 0 THEN t.s ELSE f.s END AS size,
        CASE WHEN t.c > 0 THEN t.r ELSE f.r END AS received) n
    WHERE ${running(holder, butFor, MOVES)}`;
  return row ?? { uploads: 0, files: 0, size: 0, received: 0 };
}

/**
 * Which of these names other uploads bring to the draft of a link. A silent tus upload counts as
 * long as it is kept, because its user may continue it.
 */
export async function contestedNames(
  app: FastifyInstance,
  holder: LinkHolder,
  names: string[],
  butFor: string | null,
): Promise<ReadonlySet<string>> {
  const found = await app.database.$queryRaw<{ name: string }[]>`
    SELECT n.name FROM uploads u CROSS JOIN LATERAL (
      SELECT name FROM upload_files WHERE upload_id = u.id AND state NOT IN ('failed', 'uploaded', 'unchanged')
      UNION ALL
      SELECT name FROM tus_targets t WHERE upload_id = u.id AND files > 0 AND NOT EXISTS (
        SELECT FROM upload_files f WHERE f.upload_id = u.id AND f.name = t.name)
    ) n
    WHERE ${running(holder, butFor, Prisma.sql`u.deadline_at > now()`)} AND n.name = ANY(${names})`;
  return new Set(found.map(({ name }) => name));
}
