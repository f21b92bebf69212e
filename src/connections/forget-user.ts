import type { Database } from '../database/prisma.js';

/**
 * Deletes a Zenodo user and all their data: tokens, rows of drafts and uploads, and events, which
 * are no longer delivered. Zenodo is not asked. The next cleanup removes staged bytes. Returns the
 * number of connections.
 */
export async function forgetUser(database: Database, zenodoUserId: string): Promise<number> {
  const found = await database.connection.findMany({ where: { zenodoUserId }, select: { id: true } });
  const ids = found.map(({ id }) => id);
  await database.$transaction([
    database.upload.deleteMany({ where: { connectionId: { in: ids } } }),
    database.connection.deleteMany({ where: { id: { in: ids } } }),
    // Files and history go with their uploads.
    database.event.deleteMany({ where: { zenodoUserId } }),
  ]);
  return ids.length;
}
