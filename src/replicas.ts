import type { Database } from './database/prisma.js';

/** Seconds after which a process that was not seen counts as ended. It is seen six times as often. */
export const SILENT_SECONDS = 60;

/** A process of the service as the others know it. */
export interface Replica {
  id: string;
  version: string;
  /** The name of its machine or container. */
  host: string;
  /** Ids of the encryption keys it holds. The first one encrypts. */
  keyIds: string[];
  startedAt: Date;
  /** When it was last seen. */
  seenAt: Date;
}

export type Replicas = ReturnType<typeof createReplicas>;

/** The processes of the service. Times are the database's own, so that clocks of machines need not agree. */
export function createReplicas(database: Database) {
  return {
    /** Says that this process lives. */
    async seen({ id, version, host, keyIds }: Omit<Replica, 'startedAt' | 'seenAt'>): Promise<void> {
      await database.$executeRaw`
        INSERT INTO replicas (id, version, host, key_ids, started_at, seen_at)
        VALUES (${id}::uuid, ${version}, ${host}, ${keyIds}::text[],
          now() - ${process.uptime()} * interval '1 second', now())
        ON CONFLICT (id) DO UPDATE SET seen_at = now()`;
    },

    /** Says that this process has ended. */
    async ended(id: string): Promise<void> {
      await database.$executeRaw`DELETE FROM replicas WHERE id = ${id}::uuid`;
    },

    /** Those that live, the oldest first. */
    living: (): Promise<Replica[]> => database.$queryRaw<Replica[]>`
      SELECT id::text, version, host, key_ids AS "keyIds", started_at AS "startedAt", seen_at AS "seenAt"
      FROM replicas WHERE seen_at > now() - ${SILENT_SECONDS} * interval '1 second' ORDER BY started_at, id`,

    /** Removes those that were not seen for an hour. Returns how many these were. */
    forget: (): Promise<number> => database.$executeRaw`
      DELETE FROM replicas WHERE seen_at < now() - interval '1 hour'`,
  };
}
