import type { Database } from '../database/prisma.js';
import type { Statements } from '../database/statements.js';

/** A handle together with what must be known of its connection. */
export interface KnownHandle {
  hash: string;
  connectionId: string;
  containerId: string;
  callbackUrl: string;
  expiresAt: Date;
  spent: boolean;
  zenodoUserId: string;
  zenodoOrigin: string;
  clientId: string;
  active: boolean;
}

/** What a new handle stands for. */
export interface NewHandle {
  hash: string;
  connectionId: string;
  containerId: string;
  callbackUrl: string;
  expiresAt: Date;
}

export type HandleRows = ReturnType<typeof createHandleRows>;

const FIND = `
  SELECT handles.hash, handles.connection_id AS "connectionId", handles.container_id AS "containerId",
    handles.callback_url AS "callbackUrl", handles.expires_at AS "expiresAt", handles.spent_at IS NOT NULL AS spent,
    connections.zenodo_user_id AS "zenodoUserId", connections.zenodo_origin AS "zenodoOrigin",
    connections.client_id AS "clientId", connections.state = 'active' AS active
  FROM handles JOIN connections ON connections.id = handles.connection_id
  WHERE handles.hash = $1`;

/** The handles given out. */
export function createHandleRows(database: Database, statements: Statements) {
  return {
    async find(hash: string): Promise<KnownHandle | null> {
      const rows = await statements.rows<KnownHandle>('find-handle', FIND, [hash]);
      return rows[0] ?? null;
    },

    /** A token of Zenodo's that is given out again for another container stands for that one from then on. */
    async insert(handle: NewHandle): Promise<void> {
      const { hash, ...rest } = handle;
      await database.handle.upsert({ where: { hash }, create: handle, update: { ...rest, spentAt: null } });
    },
  };
}
