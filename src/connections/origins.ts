import type { Database } from '../database/prisma.js';
import type { Flow } from './flows.js';

/** A flow, and the connection that it made. */
export interface ConnectedFlow extends Flow {
  connectionId: string;
}

export type Origins = ReturnType<typeof createOrigins>;

/** Which flow made what: a re-authorization must lead the browser back to where the user is at work. */
export function createOrigins(database: Database) {
  return {
    /** The last flow of the container that a deposition was made for; null if that is not known. */
    async of(connectionId: string, depositionId: number | undefined): Promise<Flow | null> {
      if (depositionId === undefined) return null;
      const rows = await database.$queryRaw<Flow[]>`
        SELECT handles.container_id AS "containerId", handles.callback_url AS "callbackUrl"
        FROM drafts JOIN handles ON handles.connection_id = drafts.connection_id
          AND handles.container_id = drafts.container_id
        WHERE drafts.connection_id = ${connectionId}::uuid AND drafts.deposition_id = ${depositionId}
        ORDER BY handles.created_at DESC LIMIT 1`;
      return rows[0] ?? null;
    },

    /** The last flow of the container that a deposition was made for, whoever's it is. */
    async ofDeposition(depositionId: number): Promise<Flow | null> {
      const draft = await database.draft.findFirst({
        where: { depositionId, connectionId: { not: null } },
        select: { connectionId: true },
      });
      return draft?.connectionId ? this.of(draft.connectionId, depositionId) : null;
    },

    /** Whether a deposition was made, or is looked after, for a connection. */
    async isOwn(connectionId: string, depositionId: number): Promise<boolean> {
      const found = await database.draft.findFirst({
        where: { connectionId, depositionId },
        select: { id: true },
      });
      return found !== null;
    },

    /** The live connections of a container, each with its last flow there; and the last flow of all, live or not. */
    async ofContainer(
      client: { zenodoOrigin: string; clientId: string },
      containerId: string,
    ): Promise<{ live: ConnectedFlow[]; last: Flow | null }> {
      const flows = await database.$queryRaw<(ConnectedFlow & { serves: boolean })[]>`
        SELECT DISTINCT ON (connections.id) connections.id AS "connectionId", handles.container_id AS "containerId",
          handles.callback_url AS "callbackUrl", handles.spent_at IS NULL AND connections.state = 'active' AS serves
        FROM handles JOIN connections ON connections.id = handles.connection_id
        WHERE handles.container_id = ${containerId} AND connections.client_id = ${client.clientId}
          AND connections.zenodo_origin = ${client.zenodoOrigin}
        ORDER BY connections.id, handles.created_at DESC`;
      return { live: flows.filter((flow) => flow.serves), last: flows[0] ?? null };
    },

    /** The last flow of a connection, for work that goes on without a caller. */
    async lastOf(connectionId: string): Promise<Flow | null> {
      return database.handle.findFirst({
        where: { connectionId },
        orderBy: { createdAt: 'desc' },
        select: { containerId: true, callbackUrl: true },
      });
    },
  };
}
