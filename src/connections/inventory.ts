import type { Database } from '../database/prisma.js';

export type Inventory = ReturnType<typeof createInventory>;

/** What an operator may see and do: ids and times, never a token. */
export function createInventory(database: Database) {
  return {
    /** All connections, or those of one Zenodo user. */
    list(zenodoUserId?: string) {
      return database.connection.findMany({
        where: zenodoUserId === undefined ? {} : { zenodoUserId },
        orderBy: { createdAt: 'asc' },
        select: {
          id: true,
          zenodoOrigin: true,
          zenodoUserId: true,
          state: true,
          createdAt: true,
          refreshedAt: true,
          lastUsedAt: true,
          _count: { select: { accessTokens: true, drafts: true } },
        },
      });
    },

    /**
     * Removes a Zenodo user with everything kept of them: tokens, rows of drafts and uploads, and
     * events, which are not delivered any more. Zenodo is not asked; the staged bytes of their
     * uploads go with the next sweep. Returns how many connections there were.
     */
    async forget(zenodoUserId: string): Promise<number> {
      const found = await database.connection.findMany({ where: { zenodoUserId }, select: { id: true } });
      const ids = found.map(({ id }) => id);
      await database.$transaction([
        database.upload.deleteMany({ where: { connectionId: { in: ids } } }),
        database.connection.deleteMany({ where: { id: { in: ids } } }),
        // Those of uploads are gone by now.
        database.event.deleteMany({ where: { zenodoUserId } }),
      ]);
      return ids.length;
    },
  };
}
