// Raw SQL: each kind of search uses its own index, with keyset pagination.
import { type DraftDeletion, Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { type Cursor, isDepositionId } from './search.js';
import { type ListPage, paged } from './uploads.js';

/** States of drafts, as far as this service knows. */
export const DRAFT_STATES = ['unfinished', 'published', 'deleted', 'all'] as const;
type DraftState = (typeof DRAFT_STATES)[number];

/** A draft without its metadata. */
export interface DraftLine {
  id: string;
  deposition_id: number | null;
  container_id: string | null;
  zenodo_user_id: string | null;
  made_here: boolean;
  created_at: Date;
  updated_at: Date;
  published_at: Date | null;
  deleted_at: Date | null;
  /** Who deleted it; null if that was not recorded. */
  deleted_by: DraftDeletion | null;
  /** The application's request or the operator's command that deleted it. */
  deletion_request_id: string | null;
  /** The connection that created it; null for a personal token. */
  connection_id: string | null;
}

const IN_STATE: Record<DraftState, Prisma.Sql> = {
  unfinished: Prisma.sql`d.published_at IS NULL AND d.deleted_at IS NULL AND d.made_here`,
  published: Prisma.sql`d.published_at IS NOT NULL`,
  deleted: Prisma.sql`d.deleted_at IS NOT NULL`,
  all: Prisma.sql`true`,
};

/**
 * Drafts, newest first; `text` is a deposition, a container, a Zenodo user id, or the id of the
 * request that deleted it. Zenodo is not asked.
 */
export async function listDrafts(
  database: Database,
  { text, state, olderThan }: { text?: string | undefined; state: DraftState; olderThan?: Date | undefined },
  { size = 50, after = null }: { size?: number; after?: Cursor | null } = {},
): Promise<ListPage<DraftLine>> {
  const filters = [IN_STATE[state]];
  if (olderThan !== undefined) filters.push(Prisma.sql`d.updated_at < ${olderThan}`);
  if (after !== null) filters.push(Prisma.sql`(d.created_at, d.id) < (${after.at}, ${after.id}::uuid)`);
  const order = Prisma.sql`ORDER BY d.created_at DESC, d.id DESC LIMIT ${size + 1}::int`;
  const branches = waysTo(text).map(
    (way) =>
      Prisma.sql`(SELECT d.* FROM (SELECT id, created_at FROM drafts d WHERE ${way} AND ${Prisma.join(filters, ' AND ')} ${order}) d)`,
  );
  const rows = await database.$queryRaw<DraftLine[]>`
    SELECT d.id, d.deposition_id::float8 AS deposition_id, d.container_id, c.zenodo_user_id, d.made_here, d.created_at, d.updated_at,
      d.published_at, d.deleted_at, d.connection_id,
      CASE WHEN d.deleted_at IS NOT NULL THEN d.deleted_by::text END AS deleted_by,
      CASE WHEN d.deleted_at IS NOT NULL THEN d.deletion_request_id END AS deletion_request_id
    FROM (SELECT p.id FROM (${Prisma.join(branches, ' UNION ')}) p ORDER BY p.created_at DESC, p.id DESC LIMIT ${size + 1}::int) p
    JOIN drafts d ON d.id = p.id LEFT JOIN connections c ON c.id = d.connection_id
    ORDER BY d.created_at DESC, d.id DESC`;
  return paged(rows, size, (row) => ({ at: row.created_at, id: row.id }));
}

function waysTo(text: string | undefined): Prisma.Sql[] {
  if (text === undefined) return [Prisma.sql`true`];
  return [
    Prisma.sql`d.container_id = ${text}`,
    Prisma.sql`d.connection_id IN (SELECT id FROM connections WHERE zenodo_user_id = ${text})`,
    Prisma.sql`d.deletion_request_id = ${text}`,
    ...(isDepositionId(text) ? [Prisma.sql`d.deposition_id = ${text}::bigint`] : []),
  ];
}

type Deletion = Pick<DraftLine, 'deleted_by' | 'deletion_request_id' | 'zenodo_user_id'>;

/**
 * What became of a draft, as far as this service knows: when, and of a deletion, by whom. Null if
 * it is unfinished.
 */
export function fateOfDraft({
  published_at,
  deleted_at,
  ...deletion
}: Deletion & Pick<DraftLine, 'published_at' | 'deleted_at'>) {
  if (deleted_at !== null) return { what: 'deleted', at: deleted_at, who: whoDeleted(deletion) } as const;
  return published_at === null ? null : ({ what: 'published', at: published_at, who: null } as const);
}

/** Who deleted a draft, and by which request, in words. */
function whoDeleted({ deleted_by, deletion_request_id, zenodo_user_id }: Deletion): string {
  const request = deletion_request_id === null ? '' : `, request ${deletion_request_id}`;
  switch (deleted_by) {
    case 'application':
      return `by the application ${
        zenodo_user_id === null ? 'with a personal token' : `in the name of user ${zenodo_user_id}`
      }${request}`;
    case 'operator':
      return `by the operator, with drafts prune${request}`;
    case 'age':
      return 'by the service for its age, as PRUNE_DRAFTS_AFTER_DAYS says';
    case 'elsewhere':
      return 'at Zenodo, not by this service: it was gone when the service looked';
    case null:
      return 'by whom was not written down';
  }
}
