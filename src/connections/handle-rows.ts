import type { Database } from '../database/prisma.js';

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

/** The handles given out. */
export function createHandleRows(database: Database) {
  return {
    async find(hash: string): Promise<KnownHandle | null> {
      const row = await database.handle.findUnique({ where: { hash }, include: { connection: true } });
      if (row === null) return null;
      const { connection, spentAt, createdAt: _, ...handle } = row;
      const { zenodoUserId, zenodoOrigin, clientId, state } = connection;
      return {
        ...handle,
        spent: spentAt !== null,
        zenodoUserId,
        zenodoOrigin,
        clientId,
        active: state === 'active',
      };
    },

    /** A token of Zenodo's that is given out again for another container stands for that one from then on. */
    async insert(handle: NewHandle): Promise<void> {
      const { hash, ...rest } = handle;
      await database.handle.upsert({ where: { hash }, create: handle, update: { ...rest, spentAt: null } });
    },
  };
}
