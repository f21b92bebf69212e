// Raw SQL: the prepared statement of every call (docs/adr/0010-prepared-statements.md).
import type { Prisma } from '../database/generated/client.js';
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

  const lastRequest = (where: Prisma.AccessTokenWhereInput): Promise<AuthorizationRequest | null> =>
    database.accessToken.findFirst({
      where,
      orderBy: { createdAt: 'desc' },
      select: { containerId: true, callbackUrl: true },
    });

  const requestOfDraft = async (where: Prisma.DraftWhereInput): Promise<AuthorizationRequest | null> => {
    const draft = await database.draft.findFirst({
      where,
      select: { connectionId: true, containerId: true },
    });
    if (draft === null || draft.connectionId === null || draft.containerId === null) return null;
    return lastRequest({ connectionId: draft.connectionId, containerId: draft.containerId });
  };

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
    requestFor: async (connectionId: string, depositionId: number | undefined) =>
      depositionId === undefined ? null : requestOfDraft({ connectionId, depositionId }),

    /** The same for a deposition of any user. */
    requestForDeposition: (depositionId: number) =>
      requestOfDraft({ depositionId, connectionId: { not: null } }),

    /** The last authorization request of a connection, for background work. */
    lastRequestOf: (connectionId: string) => lastRequest({ connectionId }),

    /**
     * The live connections of a container, each with its last request, and the last request of all,
     * live or not.
     */
    async requestsOfContainer(
      { zenodoOrigin, clientId }: OAuthClientKey,
      containerId: string,
    ): Promise<{ live: ConnectedRequest[]; last: AuthorizationRequest | null }> {
      const requests = await database.accessToken.findMany({
        where: { containerId, connection: { zenodoOrigin, clientId } },
        orderBy: { createdAt: 'desc' },
        distinct: ['connectionId'],
        include: { connection: { select: { state: true } } },
      });
      const live = requests.filter(
        ({ spentAt, connection }) => spentAt === null && connection.state === 'active',
      );
      return { live, last: requests[0] ?? null };
    },

    /** Whether the connection has a row for this deposition. */
    async isOwnDeposition(connectionId: string, depositionId: number): Promise<boolean> {
      const where = { connectionId, depositionId };
      return (await database.draft.findFirst({ where, select: { id: true } })) !== null;
    },
  };
}
