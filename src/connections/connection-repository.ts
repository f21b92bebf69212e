// Raw SQL: the prepared statement of every call (docs/adr/0010-prepared-statements.md), and ages
// and locks by the clock of the database.
import type { FastifyBaseLogger } from 'fastify';
import { Prisma } from '../database/generated/client.js';
import { createLocks, lockKey } from '../database/locks-table.js';
import type { Statements } from '../database/prepared-statements.js';
import type { Database } from '../database/prisma.js';
import { problem } from '../errors.js';
import { recordEvent } from '../events/record-event.js';
import { joinReads } from '../joined-reads.js';
import { endUploadLinks } from '../upload-links/end-links.js';
import type { TokenSet } from '../zenodo/tokens.js';
import type { OAuthClientKey } from './access-token-repository.js';
import { ownerOf } from './caller.js';
import { DecryptionError, type Encryption } from './encryption.js';
import { ReauthorizationRequired } from './reauthorization.js';

/**
 * A connection to a Zenodo user. Ages use the database's clock, because the clocks of replicas
 * differ.
 */
export interface Connection {
  id: string;
  zenodoUserId: string;
  /** Encrypted. */
  accessToken: Uint8Array | null;
  /** Encrypted. */
  refreshToken: Uint8Array | null;
  tokenExpiresAt: Date | null;
  scope: string;
  active: boolean;
  /** Increases with every new token set. Writes compare it and swap. */
  version: number;
  /** The token set is less than 60 s old. */
  fresh: boolean;
  /** A probe found the token alive less than 60 s ago. */
  proved: boolean;
  /** Unused for an hour, so that `last_used_at` should be updated. */
  idle: boolean;
  refreshedAt: Date | null;
}

/** A token that may be sent to Zenodo, and the version of its set. */
export interface LiveToken {
  accessToken: string;
  version: number;
}

export type ConnectionRepository = ReturnType<typeof createConnectionRepository>;

const READ = `
  SELECT id, zenodo_user_id AS "zenodoUserId", access_token AS "accessToken", refresh_token AS "refreshToken",
    token_expires_at AS "tokenExpiresAt", scope, state = 'active' AS active, version,
    coalesce(refreshed_at > now() - interval '60 seconds', false) AS fresh,
    coalesce(proved_alive_at > now() - interval '60 seconds', false) AS proved,
    last_used_at < now() - interval '1 hour' AS idle, refreshed_at AS "refreshedAt"
  FROM connections WHERE id = $1`;

/** Lifetime of a lock in seconds. Longer than the timeout of the token endpoint. */
const LOCK = 30;

/** Key of the lock on a connection. */
const KEY = lockKey('connection', 'connections.id');

/**
 * Connections and their token sets, which are encrypted here. Each operation is one statement: no
 * transaction is open while Zenodo is asked.
 */
export function createConnectionRepository(parts: {
  database: Database;
  statements: Statements;
  encryption: Encryption;
  now(): number;
  log: FastifyBaseLogger;
}) {
  const { database, statements, encryption, now, log } = parts;
  const locks = createLocks(database);

  const decrypt = (connection: Connection, column: 'access_token' | 'refresh_token'): string | null => {
    const stored = column === 'access_token' ? connection.accessToken : connection.refreshToken;
    if (stored === null) return null;
    try {
      return encryption.decrypt(stored, { table: 'connections', column, owner: connection.id });
    } catch (error) {
      if (!(error instanceof DecryptionError)) throw error;
      log.error(
        { connection_id: connection.id, column, reason: error.reason },
        'a stored token cannot be decrypted',
      );
      if (error.reason === 'tampered') throw new ReauthorizationRequired('unreadable');
      throw problem(
        'service_misconfigured',
        'A stored token was encrypted with a key that is missing in TOKEN_KEYS. The operator must add that key again.',
        {},
        error,
      );
    }
  };

  return {
    read: joinReads(async (id: string): Promise<Connection | null> => {
      const rows = await statements.rows<Connection>('read-connection', READ, [id]);
      return rows[0] ?? null;
    }),

    /**
     * The access token. Throws ReauthorizationRequired if there is none, or if it cannot be
     * decrypted.
     */
    liveToken(connection: Connection): LiveToken {
      const accessToken = connection.active ? decrypt(connection, 'access_token') : null;
      if (accessToken === null) throw new ReauthorizationRequired('ended');
      return { accessToken, version: connection.version };
    },

    /** Null if Zenodo issued none. Throws ReauthorizationRequired if it cannot be decrypted. */
    refreshToken(connection: Connection): string | null {
      return decrypt(connection, 'refresh_token');
    },

    /** The id of a user's connection. An empty connection is created if there is none. */
    async findOrCreate({ zenodoOrigin, clientId }: OAuthClientKey, zenodoUserId: string): Promise<string> {
      const user = { zenodoOrigin, clientId, zenodoUserId };
      const { id } = await database.connection.upsert({
        where: { zenodoOrigin_clientId_zenodoUserId: user },
        create: { ...user, state: 'reauthorization_required', version: 0 },
        update: { lastUsedAt: new Date(now()) },
        select: { id: true },
      });
      return id;
    },

    /**
     * Takes the refresh lock. Null if another process holds it, or if the token set has been
     * replaced. `overdue`: the last holder never released it.
     */
    lock: (id: string, version: number, by: string) =>
      locks.take(
        Prisma.sql`SELECT ${KEY} AS key FROM connections
          WHERE id = ${id}::uuid AND version = ${version} AND state = 'active'`,
        by,
        LOCK,
      ),

    unlock: (id: string, by: string) =>
      locks.release(Prisma.sql`SELECT ${KEY} AS key FROM connections WHERE id = ${id}::uuid`, by),

    /**
     * Replaces the token set of `version` and releases the lock. False if another set was written
     * meanwhile.
     */
    async store(id: string, version: number, tokens: TokenSet): Promise<boolean> {
      const place = { table: 'connections', owner: id };
      const accessToken = encryption.encrypt(tokens.accessToken, { ...place, column: 'access_token' });
      const refreshToken =
        tokens.refreshToken === null
          ? null
          : encryption.encrypt(tokens.refreshToken, { ...place, column: 'refresh_token' });
      const expiresAt = tokens.expiresIn === null ? null : new Date(now() + tokens.expiresIn * 1000);
      const stored = await database.$queryRaw<{ key: string }[]>`
        WITH stored AS (
          UPDATE connections SET access_token = ${accessToken}, refresh_token = ${refreshToken},
            token_expires_at = ${expiresAt}, scope = ${tokens.scope}, state = 'active', version = version + 1,
            refreshed_at = clock_timestamp(), proved_alive_at = NULL
          WHERE id = ${id}::uuid AND version = ${version} RETURNING ${KEY} AS key
        ), unlocked AS (DELETE FROM locks USING stored WHERE locks.key = stored.key)
        SELECT key FROM stored`;
      return stored.length === 1;
    },

    /**
     * Ends a connection: the token set is deleted, and all its access tokens are spent. If its user
     * disconnected it, its upload links end too; if it `lapsed`, they stay. False if the token set
     * was replaced meanwhile.
     */
    async end(id: string, version: number, why: 'lapsed' | 'disconnected'): Promise<boolean> {
      const gone = { accessToken: null, refreshToken: null };
      return database.$transaction(async (tx) => {
        const { count } = await tx.connection.updateMany({
          where: { id, version },
          data: { ...gone, state: 'reauthorization_required' },
        });
        if (count === 0) return false;
        await tx.lock.deleteMany({ where: { key: `connection:${id}` } });
        await tx.accessToken.updateMany({
          where: { connectionId: id, spentAt: null },
          data: { spentAt: new Date(now()) },
        });
        if (why === 'disconnected') await endUploadLinks(tx, { connectionId: id }, why, new Date(now()));
        const type = why === 'lapsed' ? 'connection.lapsed' : 'connection.disconnected';
        const data = { connection_id: id, state: 'reauthorization_required' };
        await recordEvent(tx, { type, owner: ownerOf(id), connectionId: id, data });
        return true;
      });
    },

    /** Ends the upload links of a lapsed connection whose user disconnects it. */
    async endLinks(id: string): Promise<void> {
      await endUploadLinks(database, { connectionId: id }, 'disconnected', new Date(now()));
    },

    async provedAlive(id: string, version: number): Promise<void> {
      await database.$executeRaw`
        UPDATE connections SET proved_alive_at = now() WHERE id = ${id}::uuid AND version = ${version}`;
    },

    /** Updates the time of last use, from which retention counts. */
    async used(id: string): Promise<void> {
      await database.connection.updateMany({ where: { id }, data: { lastUsedAt: new Date(now()) } });
    },
  };
}
