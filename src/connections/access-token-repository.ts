// Raw SQL: the prepared statement of every call (docs/adr/0010-prepared-statements.md), and joins
// of drafts with access tokens.

import type { Statements } from '../database/prepared-statements.js';
import type { Database } from '../database/prisma.js';
import { joinReads } from '../joined-reads.js';
import type { AuthorizationRequest } from './caller.js';

/** An access token and the state of its connection. */
export interface KnownAccessToken {
  hash: string;
  connectionId: string;
  containerId: string;
  callbackUrl: string;
  expiresAt: Date;
  /** The connection was lost: the token is recognised, but no longer serves. */
  spent: boolean;
  zenodoUserId: string;
  zenodoOrigin: string;
  clientId: string;
  active: boolean;
  /**
   * The container that the deposition was created for; null if it is unknown, or no deposition was
   * given.
   */
  draftContainerId: string | null;
}

/** An authorization request, and the connection that resulted from it. */
interface ConnectedRequest extends AuthorizationRequest {
  connectionId: string;
}

/** Identifies this deployment's OAuth client. */
export interface OAuthClientKey {
  zenodoOrigin: string;
  clientId: string;
}

export type AccessTokenRepository = ReturnType<typeof createAccessTokenRepository>;

const FIND = `
  SELECT access_tokens.hash, access_tokens.connection_id AS "connectionId", access_tokens.container_id AS "containerId",
    access_tokens.callback_url AS "callbackUrl", access_tokens.expires_at AS "expiresAt", access_tokens.spent_at IS NOT NULL AS spent,
    connections.zenodo_user_id AS "zenodoUserId", connections.zenodo_origin AS "zenodoOrigin",
    connections.client_id AS "clientId", connections.state = 'active' AS active,
    (SELECT drafts.container_id FROM drafts
      WHERE drafts.owner = 'connection:' || access_tokens.connection_id AND drafts.deposition_id = $2::bigint) AS "draftContainerId"
  FROM access_tokens JOIN connections ON connections.id = access_tokens.connection_id
  WHERE access_tokens.hash = $1`;

/**
 * The issued access tokens, by hash. They also tell where a new authorization has to return to: the
 * container and the callback URL that the user came from.
 */
export function createAccessTokenRepository(database: Database, statements: Statements) {
  const find = joinReads(async (hash: string, depositionId: number | null) => {
    const rows = await statements.rows<KnownAccessToken>('find-access-token', FIND, [hash, depositionId]);
    return rows[0] ?? null;
  });

  return {
    /** Null for a token that this service did not issue. */
    find: (hash: string, depositionId: number | null = null): Promise<KnownAccessToken | null> =>
      find(hash, depositionId),

    /**
     * With `kind: 'zenodo'` the same token can be issued for another container: the last one wins.
     */
    async insert(token: ConnectedRequest & Pick<KnownAccessToken, 'hash' | 'expiresAt'>): Promise<void> {
      const { hash, ...rest } = token;
      await database.accessToken.upsert({
        where: { hash },
        create: token,
        update: { ...rest, spentAt: null },
      });
    },

    /** The last authorization request of the deposition's container; null if it is unknown. */
    async requestFor(
      connectionId: string,
      depositionId: number | undefined,
    ): Promise<AuthorizationRequest | null> {
      if (depositionId === undefined) return null;
      const rows = await database.$queryRaw<AuthorizationRequest[]>`
        SELECT access_tokens.container_id AS "containerId", access_tokens.callback_url AS "callbackUrl"
        FROM drafts JOIN access_tokens ON access_tokens.connection_id = drafts.connection_id
          AND access_tokens.container_id = drafts.container_id
        WHERE drafts.connection_id = ${connectionId}::uuid AND drafts.deposition_id = ${depositionId}
        ORDER BY access_tokens.created_at DESC LIMIT 1`;
      return rows[0] ?? null;
    },

    /** The same for a deposition of any user. */
    async requestForDeposition(depositionId: number): Promise<AuthorizationRequest | null> {
      const draft = await database.draft.findFirst({
        where: { depositionId, connectionId: { not: null } },
        select: { connectionId: true },
      });
      return draft?.connectionId ? this.requestFor(draft.connectionId, depositionId) : null;
    },

    /** The last authorization request of a connection, for background work. */
    async lastRequestOf(connectionId: string): Promise<AuthorizationRequest | null> {
      return database.accessToken.findFirst({
        where: { connectionId },
        orderBy: { createdAt: 'desc' },
        select: { containerId: true, callbackUrl: true },
      });
    },

    /**
     * The live connections of a container, each with its last request, and the last request of all,
     * live or not.
     */
    async requestsOfContainer(
      { zenodoOrigin, clientId }: OAuthClientKey,
      containerId: string,
    ): Promise<{ live: ConnectedRequest[]; last: AuthorizationRequest | null }> {
      const requests = await database.$queryRaw<(ConnectedRequest & { serves: boolean })[]>`
        SELECT DISTINCT ON (connections.id) connections.id AS "connectionId", access_tokens.container_id AS "containerId",
          access_tokens.callback_url AS "callbackUrl", access_tokens.spent_at IS NULL AND connections.state = 'active' AS serves
        FROM access_tokens JOIN connections ON connections.id = access_tokens.connection_id
        WHERE access_tokens.container_id = ${containerId} AND connections.client_id = ${clientId}
          AND connections.zenodo_origin = ${zenodoOrigin}
        ORDER BY connections.id, access_tokens.created_at DESC`;
      return { live: requests.filter(({ serves }) => serves), last: requests[0] ?? null };
    },

    /** Whether the connection has a row for this deposition. */
    async isOwnDeposition(connectionId: string, depositionId: number): Promise<boolean> {
      const where = { connectionId, depositionId };
      return (await database.draft.findFirst({ where, select: { id: true } })) !== null;
    },
  };
}
