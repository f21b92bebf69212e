// Raw SQL: heartbeats use the clock of the database, which all replicas share.
import type { Database } from './database/prisma.js';
import { REPLICA_HOURS } from './lifetimes.js';

/** Seconds without a heartbeat after which a process counts as ended. It sends six in that time. */
export const SILENT_SECONDS = 60;

/** A process of the service. */
export interface Replica {
  id: string;
  version: string;
  /** The name of its machine or container. */
  host: string;
  /** Ids of the encryption keys it holds. The first one encrypts. */
  keyIds: string[];
  startedAt: Date;
  /** Its last heartbeat. */
  seenAt: Date;
  /** Zenodo's rate limit in calls per minute, for all replicas together; null until Zenodo says. */
  zenodoLimit: number | null;
  /** When Zenodo last answered 429; null if never. */
  zenodoRefusedAt: Date | null;
  /** Whether it is waiting because of that. */
  holdsBack: boolean;
  /** Whether it sends webhooks; null for one of the release before, which does not say. */
  sendsWebhooks: boolean | null;
}

/** What a process reports about itself. */
export interface SignOfLife
  extends Pick<
    Replica,
    'id' | 'version' | 'host' | 'keyIds' | 'zenodoLimit' | 'holdsBack' | 'sendsWebhooks'
  > {
  /** Seconds since Zenodo last refused it a call for its number; null if it never did. */
  sinceRefusal: number | null;
}

/**
 * The processes of the service. Times are the database's, because the clocks of machines differ.
 */
export function createReplicas(database: Database) {
  return {
    /** Says that this process lives. */
    async seen({ id, version, host, keyIds, sendsWebhooks, ...zenodo }: SignOfLife): Promise<void> {
      const { zenodoLimit, sinceRefusal, holdsBack } = zenodo;
      await database.$executeRaw`
        INSERT INTO replicas (id, version, host, key_ids, started_at, seen_at, zenodo_limit, zenodo_refused_at, holds_back,
          sends_webhooks)
        VALUES (${id}::uuid, ${version}, ${host}, ${keyIds}::text[],
          now() - ${process.uptime()} * interval '1 second', now(),
          ${zenodoLimit}::int, now() - ${sinceRefusal}::float8 * interval '1 second', ${holdsBack}, ${sendsWebhooks})
        ON CONFLICT (id) DO UPDATE SET seen_at = now(), zenodo_limit = excluded.zenodo_limit,
          zenodo_refused_at = excluded.zenodo_refused_at, holds_back = excluded.holds_back`;
    },

    /** Records that this process has ended. */
    async ended(id: string): Promise<void> {
      await database.$executeRaw`DELETE FROM replicas WHERE id = ${id}::uuid`;
    },

    /** The running ones, oldest first. */
    living: (): Promise<Replica[]> => database.$queryRaw<Replica[]>`
      SELECT id::text, version, host, key_ids AS "keyIds", started_at AS "startedAt", seen_at AS "seenAt",
        zenodo_limit AS "zenodoLimit", zenodo_refused_at AS "zenodoRefusedAt", holds_back AS "holdsBack",
        sends_webhooks AS "sendsWebhooks"
      FROM replicas WHERE seen_at > now() - ${SILENT_SECONDS} * interval '1 second' ORDER BY started_at, id`,

    /** Deletes those without a heartbeat for some time. Returns how many. */
    forget: (): Promise<number> => database.$executeRaw`
      DELETE FROM replicas WHERE seen_at < now() - ${REPLICA_HOURS} * interval '1 hour'`,
  };
}
