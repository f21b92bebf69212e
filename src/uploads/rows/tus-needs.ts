import { Prisma } from '../../database/generated/client.js';

/** The tus uploads on a volume, `u`, that still receive files or whose zips are not made yet. */
function openOn(volume: string): Prisma.Sql {
  return Prisma.sql`u.volume = ${volume} AND u.finished_at IS NULL AND u.resumable
    AND (u.state = 'receiving' OR u.completion IS NOT NULL)`;
}

/**
 * What each incomplete tus upload needs of a volume. `coming`: bytes that are not written yet.
 * `whole`: these and the bytes that are. A file in a folder is written twice, the second time into
 * a zip. `most`: counts the whole as coming, and reads no row of a file. Of 20,000 files that are
 * announced one after the other, each would have to look at all before it.
 */
export function tusNeeds(volume: string, { most = false } = {}): Prisma.Sql {
  const whole = Prisma.sql`coalesce(sum(g.bytes * CASE WHEN g.is_zip THEN 2 ELSE 1 END), 0)`;
  const coming = Prisma.sql`coalesce(sum(g.bytes) FILTER (WHERE g.is_zip), 0) + coalesce((
        SELECT sum(t.size - t.received) FROM tus_files t WHERE t.upload_id = u.id AND t.md5 IS NULL), 0)`;
  return Prisma.sql`
    SELECT u.owner, ${whole} AS whole, ${most ? whole : coming} AS coming
    FROM uploads u LEFT JOIN tus_targets g ON g.upload_id = u.id
    WHERE ${openOn(volume)}
    GROUP BY u.id`;
}

/** The bytes of incomplete tus uploads that are on a volume. */
export function tusTaken(volume: string): Prisma.Sql {
  return Prisma.sql`
    SELECT sum(t.received) FROM uploads u JOIN tus_files t ON t.upload_id = u.id WHERE ${openOn(volume)}`;
}
