import type { Database } from '../database/prisma.js';
import type { Statements } from '../database/statements.js';

/** A connection as the keeping of its token pair needs it. Ages are judged by the database's clock: replicas' clocks differ. */
export interface ConnectionRow {
  id: string;
  zenodoUserId: string;
  accessToken: Uint8Array | null;
  refreshToken: Uint8Array | null;
  tokenExpiresAt: Date | null;
  scope: string;
  active: boolean;
  version: number;
  /** The pair is less than 60 s old. */
  fresh: boolean;
  /** A probe found the token alive less than 60 s ago. */
  proved: boolean;
  /** Not used for an hour: worth a note. */
  idle: boolean;
  refreshedAt: Date | null;
  /** Somebody took the right to refresh, and has not said what came of it. */
  leased: boolean;
}

/** A pair, sealed, on its way into a row. */
export interface SealedPair {
  accessToken: Uint8Array<ArrayBuffer>;
  refreshToken: Uint8Array<ArrayBuffer> | null;
  tokenExpiresAt: Date | null;
  scope: string;
}

/** Whose connection it is: Zenodo keeps one live token per client and user. */
export interface ConnectionKey {
  zenodoOrigin: string;
  clientId: string;
  zenodoUserId: string;
}

export type ConnectionRows = ReturnType<typeof createConnectionRows>;

const READ = `
  SELECT id, zenodo_user_id AS "zenodoUserId", access_token AS "accessToken", refresh_token AS "refreshToken",
    token_expires_at AS "tokenExpiresAt", scope, state = 'active' AS active, version,
    coalesce(refreshed_at > now() - interval '60 seconds', false) AS fresh,
    coalesce(proved_alive_at > now() - interval '60 seconds', false) AS proved,
    last_used_at < now() - interval '1 hour' AS idle, refreshed_at AS "refreshedAt",
    lease_by IS NOT NULL AS leased
  FROM connections WHERE id = $1`;

/** Single statements only: nothing is held while Zenodo is asked. */
export function createConnectionRows(database: Database, statements: Statements) {
  return {
    async read(id: string): Promise<ConnectionRow | null> {
      const rows = await statements.rows<ConnectionRow>('read-connection', READ, [id]);
      return rows[0] ?? null;
    },

    /** The id of a user's connection; an empty one is made if there is none. */
    async findOrCreate({ zenodoOrigin, clientId, zenodoUserId }: ConnectionKey): Promise<string> {
      const rows = await database.$queryRaw<{ id: string }[]>`
        INSERT INTO connections (id, zenodo_origin, client_id, zenodo_user_id, state, version)
        VALUES (gen_random_uuid(), ${zenodoOrigin}, ${clientId}, ${zenodoUserId}, 'reauthorization_required', 0)
        ON CONFLICT (zenodo_origin, client_id, zenodo_user_id) DO UPDATE SET last_used_at = now()
        RETURNING id`;
      return rows[0]?.id ?? '';
    },

    /** Takes the right to refresh, for `seconds`. False: somebody holds it, or the pair was replaced meanwhile. */
    async lease(id: string, version: number, by: string, seconds: number): Promise<boolean> {
      const count = await database.$executeRaw`
        UPDATE connections SET lease_by = ${by}, lease_until = now() + ${seconds} * interval '1 second'
        WHERE id = ${id}::uuid AND version = ${version} AND state = 'active'
          AND (lease_by IS NULL OR lease_by = ${by} OR lease_until < now())`;
      return count === 1;
    },

    async release(id: string, by: string): Promise<void> {
      await database.$executeRaw`
        UPDATE connections SET lease_by = NULL, lease_until = NULL WHERE id = ${id}::uuid AND lease_by = ${by}`;
    },

    /** Writes a new pair over the version it was made from, and ends the lease. False: another pair was written meanwhile. */
    async store(id: string, version: number, pair: SealedPair): Promise<boolean> {
      const count = await database.$executeRaw`
        UPDATE connections SET access_token = ${pair.accessToken}, refresh_token = ${pair.refreshToken},
          token_expires_at = ${pair.tokenExpiresAt}, scope = ${pair.scope}, state = 'active', version = version + 1,
          lease_by = NULL, lease_until = NULL, refreshed_at = clock_timestamp(), proved_alive_at = NULL, last_used_at = now()
        WHERE id = ${id}::uuid AND version = ${version}`;
      return count === 1;
    },

    /** Only a new authorization helps from here on: the pair is thrown away and all handles are spent. False: it was replaced meanwhile. */
    async giveUp(id: string, version: number): Promise<boolean> {
      const rows = await database.$queryRaw<{ id: string }[]>`
        WITH ended AS (
          UPDATE connections SET state = 'reauthorization_required', access_token = NULL, refresh_token = NULL,
            lease_by = NULL, lease_until = NULL
          WHERE id = ${id}::uuid AND version = ${version} RETURNING id
        ), spent AS (
          UPDATE handles SET spent_at = now() WHERE connection_id IN (SELECT id FROM ended) AND spent_at IS NULL
        )
        SELECT id FROM ended`;
      return rows.length === 1;
    },

    async provedAlive(id: string, version: number): Promise<void> {
      await database.$executeRaw`
        UPDATE connections SET proved_alive_at = now() WHERE id = ${id}::uuid AND version = ${version}`;
    },

    /** Keeps the retention clock from running out. */
    async used(id: string): Promise<void> {
      await database.$executeRaw`UPDATE connections SET last_used_at = now() WHERE id = ${id}::uuid`;
    },
  };
}
