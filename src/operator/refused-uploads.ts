// Raw SQL: each kind of search uses its own index, with keyset pagination.
import { Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { type Cursor, isDepositionId, type Search } from './search.js';
import { type ListPage, paged, withIdFrom } from './uploads.js';

/** An upload that was refused before it was accepted. */
export interface RefusalLine {
  id: string;
  at: Date;
  status: number;
  code: string;
  detail: string;
  container_id: string | null;
  deposition_id: number | null;
  zenodo_user_id: string | null;
  connection_id: string | null;
  /** As in the log; null if it was refused before it had an id. */
  upload_id: string | null;
  request_id: string;
  replica: string;
}

/** Refused uploads of a search, newest first. They have no files to search for. */
export async function listRefusals(
  database: Database,
  search: Search,
  { size = 50, after = null }: { size?: number; after?: Cursor | null } = {},
): Promise<ListPage<RefusalLine>> {
  const filters = Prisma.join([Prisma.sql`true`, ...filtersOf(search, after)], ' AND ');
  const order = Prisma.sql`ORDER BY r.at DESC, r.id DESC LIMIT ${size + 1}::int`;
  const branches = waysTo(search.text).map(
    (way) => Prisma.sql`(SELECT r.id, r.at FROM refused_uploads r WHERE ${way} AND ${filters} ${order})`,
  );
  const rows = await database.$queryRaw<RefusalLine[]>`
    SELECT r.id, r.at, r.status, r.code, r.detail, r.container_id, r.deposition_id::float8 AS deposition_id, c.zenodo_user_id,
      r.connection_id, r.upload_id, r.request_id, r.replica
    FROM (SELECT r.id FROM (${Prisma.join(branches, ' UNION ')}) r ${order}) p
    JOIN refused_uploads r ON r.id = p.id LEFT JOIN connections c ON c.id = r.connection_id
    ORDER BY r.at DESC, r.id DESC`;
  return paged(rows, size, (row) => ({ at: row.at, id: row.id }));
}

function waysTo(text: string | undefined): Prisma.Sql[] {
  if (text === undefined) return [Prisma.sql`true`];
  return [
    Prisma.sql`r.container_id = ${text}`,
    Prisma.sql`r.request_id = ${text}`,
    ofUser(text),
    ...(isDepositionId(text) ? [Prisma.sql`r.deposition_id = ${text}::bigint`] : []),
    ...withIdFrom(Prisma.sql`r.upload_id`, text),
  ];
}

function filtersOf(search: Search, after: Cursor | null): Prisma.Sql[] {
  const { container, deposition, user, request, file, since, until } = search;
  const filters: Prisma.Sql[] = [];
  if (container !== undefined) filters.push(Prisma.sql`r.container_id = ${container}`);
  if (deposition !== undefined)
    filters.push(
      isDepositionId(deposition) ? Prisma.sql`r.deposition_id = ${deposition}::bigint` : Prisma.sql`false`,
    );
  if (user !== undefined) filters.push(ofUser(user));
  if (request !== undefined) filters.push(Prisma.sql`r.request_id = ${request}`);
  if (file !== undefined) filters.push(Prisma.sql`false`);
  if (since !== undefined) filters.push(Prisma.sql`r.at >= ${since}`);
  if (until !== undefined) filters.push(Prisma.sql`r.at < ${until}`);
  if (after !== null) filters.push(Prisma.sql`(r.at, r.id) < (${after.at}, ${after.id}::uuid)`);
  return filters;
}

function ofUser(id: string): Prisma.Sql {
  return Prisma.sql`r.connection_id IN (SELECT id FROM connections WHERE zenodo_user_id = ${id})`;
}
