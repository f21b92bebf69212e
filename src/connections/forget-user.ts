// Raw SQL: ids are kept in the statement that deletes their rows.
import type { Database } from '../database/prisma.js';

/**
 * Deletes a Zenodo user and all their data: tokens, rows of drafts and uploads, and events, which
 * are no longer delivered. Zenodo is not asked. The ids of uploads remain until the next cleanup
 * has removed their staged bytes: see uploads/cleanup.ts. Returns the number of connections.
 */
export async function forgetUser(database: Database, zenodoUserId: string): Promise<number> {
  const found = await database.connection.findMany({ where: { zenodoUserId }, select: { id: true } });
  const ids = found.map(({ id }) => id);
  await database.$transaction([
    // Files and history go with their uploads.
    database.$executeRaw`
      WITH gone AS (DELETE FROM uploads WHERE connection_id = ANY(${ids}::uuid[]) RETURNING id, volume)
      INSERT INTO forgotten_uploads (id, volume) SELECT id, volume FROM gone ON CONFLICT (id) DO NOTHING`,
    database.connection.deleteMany({ where: { id: { in: ids } } }),
    database.event.deleteMany({ where: { zenodoUserId } }),
  ]);
  return ids.length;
}
