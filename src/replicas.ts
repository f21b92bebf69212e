// Raw SQL: signs of life are by the clock of the database, which replicas share.
import type { Database } from './database/prisma.js';

/**
 * Seconds after which a process that was not seen counts as ended. It is seen six times as often.
 */
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
  /** Calls a minute that Zenodo takes of all replicas together; null while it has not said. */
  zenodoLimit: number | null;
  /** When Zenodo last refused it a call for its number; null if it never did. */
  zenodoRefusedAt: Date | null;
  /** Whether it waits because of that. */
  holdsBack: boolean;
}

/** What a process says of itself. */
export interface SignOfLife
  extends Pick<Replica, 'id' | 'version' | 'host' | 'keyIds' | 'zenodoLimit' | 'holdsBack'> {
  /** Seconds since Zenodo last refused it a call for its number; null if it never did. */
  sinceRefusal: number | null;
}

/**
 * The processes of the service. Times are the database's own, so that clocks of machines need not
 * agree.
 */
export function createReplicas(database: Database) {
  return {
    /** Says that this process lives. */
    async seen({ id, version, host, keyIds, ...zenodo }: SignOfLife): Promise<void> {
      const { zenodoLimit, sinceRefusal, holdsBack } = zenodo;
      await database.$executeRaw`
        INSERT INTO replicas (id, version, host, key_ids, started_at, seen_at, zenodo_limit, zenodo_refused_at, holds_back)
        VALUES (${id}::uuid, ${version}, ${host}, ${keyIds}::text[],
          now() - ${process.uptime()} * interval '1 second', now(),
          ${zenodoLimit}::int, now() - ${sinceRefusal}::float8 * interval '1 second', ${holdsBack})
        ON CONFLICT (id) DO UPDATE SET seen_at = now(), zenodo_limit = excluded.zenodo_limit,
          zenodo_refused_at = excluded.zenodo_refused_at, holds_back = excluded.holds_back`;
    },

    /** Says that this process has ended. */
    async ended(id: string): Promise<void> {
      await database.$executeRaw`DELETE FROM replicas WHERE id = ${id}::uuid`;
    },

    /** Those that live, the oldest first. */
    living: (): Promise<Replica[]> => database.$queryRaw<Replica[]>`
      SELECT id::text, version, host, key_ids AS "keyIds", started_at AS "startedAt", seen_at AS "seenAt",
        zenodo_limit AS "zenodoLimit", zenodo_refused_at AS "zenodoRefusedAt", holds_back AS "holdsBack"
      FROM replicas WHERE seen_at > now() - ${SILENT_SECONDS} * interval '1 second' ORDER BY started_at, id`,

    /** Removes those that were not seen for an hour. Returns how many these were. */
    forget: (): Promise<number> => database.$executeRaw`
      DELETE FROM replicas WHERE seen_at < now() - interval '1 hour'`,
  };
}
