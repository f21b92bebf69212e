// Raw SQL: counts by index, and keyset pagination.
import { ConnectionState, Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import type { Cursor } from './search.js';
import { type ListPage, paged, withIdFrom } from './uploads.js';

/** Active, or the user must authorize again. */
export const CONNECTION_STATES = Object.values(ConnectionState);

/** A connection to a Zenodo user, without tokens. */
export interface ConnectionLine {
  id: string;
  zenodo_user_id: string;
  state: string;
  created_at: Date;
  refreshed_at: Date | null;
  last_used_at: Date;
  token_expires_at: Date | null;
  access_tokens: number;
  drafts: number;
  /** When the user's last upload began. */
  last_upload_at: Date | null;
  /**
   * Since when the user must authorize again; null if they need not, or if it is longer ago than
   * events are kept.
   */
  ended_at: Date | null;
  /** How it ended then: it lapsed, or the application disconnected it. */
  ended_by: 'lapsed' | 'disconnected' | null;
}

/** Connections, newest first: all, those of a Zenodo user, one by id, or those in a state. */
export async function listConnections(
  database: Database,
  { text, state }: { text?: string | undefined; state?: string | undefined },
  { size = 50, after = null }: { size?: number; after?: Cursor | null } = {},
): Promise<ListPage<ConnectionLine>> {
  const filters = [Prisma.sql`true`];
  if (text !== undefined)
    filters.push(
      Prisma.sql`(${Prisma.join([Prisma.sql`c.zenodo_user_id = ${text}`, ...withIdFrom(Prisma.sql`c.id`, text)], ' OR ')})`,
    );
  if (state !== undefined) filters.push(Prisma.sql`c.state::text = ${state}`);
  if (after !== null) filters.push(Prisma.sql`(c.created_at, c.id) < (${after.at}, ${after.id}::uuid)`);
  const rows = await database.$queryRaw<ConnectionLine[]>`
    SELECT c.id, c.zenodo_user_id, c.state::text AS state, c.created_at, c.refreshed_at, c.last_used_at, c.token_expires_at,
      (SELECT count(*)::int FROM access_tokens WHERE connection_id = c.id AND spent_at IS NULL) AS access_tokens,
      (SELECT count(*)::int FROM drafts WHERE connection_id = c.id) AS drafts,
      (SELECT max(created_at) FROM uploads WHERE connection_id = c.id) AS last_upload_at,
      e.at AS ended_at, split_part(e.type, '.', 2) AS ended_by
    FROM (SELECT * FROM connections c WHERE ${Prisma.join(filters, ' AND ')}
      ORDER BY c.created_at DESC, c.id DESC LIMIT ${size + 1}::int) c
    LEFT JOIN LATERAL (SELECT at, type FROM events
      WHERE c.state = 'reauthorization_required' AND zenodo_user_id = c.zenodo_user_id AND connection_id = c.id
        AND type IN ('connection.lapsed', 'connection.disconnected')
      ORDER BY seq DESC LIMIT 1) e ON true
    ORDER BY c.created_at DESC, c.id DESC`;
  return paged(rows, size, (row) => ({ at: row.created_at, id: row.id }));
}
