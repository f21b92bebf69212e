import type { Database } from '../database/prisma.js';

/**
 * Removes a Zenodo user with everything kept of them: tokens, rows of drafts and uploads, and
 * events, which are not delivered any more. Zenodo is not asked; the staged bytes of their uploads
 * go with the next sweep. Returns how many connections there were.
 */
export async function forgetUser(database: Database, zenodoUserId: string): Promise<number> {
  const found = await database.connection.findMany({ where: { zenodoUserId }, select: { id: true } });
  const ids = found.map(({ id }) => id);
  await database.$transaction([
    database.upload.deleteMany({ where: { connectionId: { in: ids } } }),
    database.connection.deleteMany({ where: { id: { in: ids } } }),
    // Those of uploads are gone by now.
    database.event.deleteMany({ where: { zenodoUserId } }),
  ]);
  return ids.length;
}
