import { Prisma } from '../../database/generated/client.js';

/**
 * What incomplete tus uploads need on a volume, by upload: `taken` bytes are there, `coming` ones
 * are still to be written. Files in folders are written twice, the second time into a zip.
 */
export function tusNeeds(volume: string): Prisma.Sql {
  return Prisma.sql`
    SELECT u.owner, sum(t.received) AS taken,
      sum(t.size - t.received + CASE WHEN u.archive = 'zip' AND t.path LIKE '%/%' THEN t.size ELSE 0 END) AS coming
    FROM uploads u JOIN tus_files t ON t.upload_id = u.id
    WHERE u.volume = ${volume} AND u.finished_at IS NULL AND u.resumable
      AND (u.state = 'receiving' OR u.completion IS NOT NULL)
    GROUP BY u.id`;
}
