// Raw SQL: ages are by the clock of the database, and bytes are summed inside it.
import { hostname } from 'node:os';
import type { Database } from '../../database/prisma.js';
import { KEPT_DAYS } from '../../lifetimes.js';
import { tusNeeds, tusTaken } from './tus-needs.js';

/** Seconds without a report after which a volume counts as unreachable. */
export const VOLUME_SILENCE = 60;

/** Bytes of a volume, null if unknown, and how many must stay free. */
interface VolumeSpace {
  total: number | null;
  free: number | null;
  minFree: number;
}

export type StagingVolumes = ReturnType<typeof createStagingVolumes>;

/** The staging volumes that processes can reach, and what uploads use of them. */
export function createStagingVolumes(database: Database) {
  return {
    /** Records that this process can reach the volume, and its free space. */
    async report(volume: string, { total, free, minFree }: VolumeSpace): Promise<void> {
      await database.$executeRaw`
        INSERT INTO staging_volumes (id, seen_at, host, total_bytes, free_bytes, min_free_bytes)
        VALUES (${volume}, now(), ${hostname()}, ${total}::float8, ${free}::float8, ${minFree}::float8)
        ON CONFLICT (id) DO UPDATE SET seen_at = now(), host = excluded.host, total_bytes = excluded.total_bytes,
          free_bytes = excluded.free_bytes, min_free_bytes = excluded.min_free_bytes`;
    },

    /**
     * Bytes on a volume that unfinished uploads use and have reserved, and that failed ones keep.
     */
    async held(volume: string): Promise<{ taken: number; reserved: number; kept: number }> {
      const [sums] = await database.$queryRaw<{ taken: number; reserved: number; kept: number }[]>`
        WITH tus AS (${tusNeeds(volume)})
        SELECT (coalesce(sum(reserved), 0) + (SELECT coalesce(sum(coming), 0) FROM tus))::float8 AS reserved,
          (coalesce((${tusTaken(volume)}), 0) + coalesce((
          SELECT sum(f.received) FROM upload_files f JOIN uploads u ON u.id = f.upload_id
          WHERE u.volume = ${volume} AND u.finished_at IS NULL
            AND NOT (u.resumable AND (u.state = 'receiving' OR u.completion IS NOT NULL))), 0))::float8 AS taken,
          coalesce((SELECT sum(f.received) FROM upload_files f JOIN uploads u ON u.id = f.upload_id
            WHERE u.volume = ${volume} AND u.kept_until IS NOT NULL), 0)::float8 AS kept
        FROM uploads WHERE volume = ${volume} AND finished_at IS NULL`;
      return sums ?? { taken: 0, reserved: 0, kept: 0 };
    },

    /** Deletes volumes that no process has reached for long. */
    async forgetOld(): Promise<void> {
      await database.$executeRaw`
        DELETE FROM staging_volumes WHERE seen_at < now() - ${KEPT_DAYS.stagingVolumes} * interval '1 day'`;
    },
  };
}
