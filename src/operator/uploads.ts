// Raw SQL: each kind of search uses its own index, with keyset pagination.
import { Prisma } from '../database/generated/client.js';
import type { Database } from '../database/prisma.js';
import { ENDED } from '../uploads/rows/state-changes.js';
import { type Cursor, idsFrom, isDepositionId, type Search, writeCursor } from './search.js';

/** A line of the list, without tokens and without metadata. */
export interface UploadLine {
  id: string;
  state: string;
  container_id: string | null;
  deposition_id: number;
  /** Null for a personal token, or a user who was deleted. */
  zenodo_user_id: string | null;
  connection_id: string | null;
  request_id: string;
  created_at: Date;
  finished_at: Date | null;
  /** The error code: why it failed, or what it waits for. */
  code: string | null;
  detail: string | null;
  files: number;
  bytes: number;
}

/** A page of a list, and where the next one begins. */
export interface ListPage<T> {
  rows: T[];
  next: string | null;
}

/** A user and a reason, and how often uploads failed. */
export interface FailureGroup {
  zenodo_user_id: string | null;
  code: string | null;
  /** Since the requested time. */
  count: number;
  /**
   * The first failure after which none of the user's uploads succeeded; null if one succeeded after
   * the last failure.
   */
  failing_since: Date | null;
  last: Date;
  /** When an upload of the user last succeeded; null if none did in 30 days. */
  last_done: Date | null;
}

/** Failures that are read to group them. */
const GROUPED = 5000;

/** Characters of a path that are indexed, as in the migration. A search has no more. */
const PATH = Prisma.raw('255');

const TRUE = Prisma.sql`true`;

/** Uploads listed if several ids have the same beginning. */
const CHOICES = 10;

/** Uploads, newest first. */
export async function listUploads(
  database: Database,
  search: Search,
  { size = 50, after = null }: { size?: number; after?: Cursor | null } = {},
): Promise<ListPage<UploadLine>> {
  const { text, file } = search;
  const ways = text === undefined ? [TRUE] : waysTo(text);
  // Each with its own index: one condition with all three would read every file of a common name.
  const files = file === undefined ? [TRUE] : ofFile(file);
  const both = ways.flatMap((way) => files.map((one) => Prisma.sql`${way} AND ${one}`));
  const filters = Prisma.join([Prisma.sql`true`, ...filtersOf(search, after)], ' AND ');
  const order = Prisma.sql`ORDER BY u.created_at DESC, u.id DESC LIMIT ${size + 1}::int`;
  const branches = both.map(
    (way) => Prisma.sql`(SELECT u.id, u.created_at FROM uploads u WHERE ${way} AND ${filters} ${order})`,
  );
  const found = Prisma.sql`SELECT u.id FROM (${Prisma.join(branches, ' UNION ')}) u ${order}`;
  return paged(await linesOf(database, found), size, (row) => ({ at: row.created_at, id: row.id }));
}

/** Uploads that failed since `since`, latest first. */
export async function failedSince(
  database: Database,
  since: Date,
  size: number,
): Promise<ListPage<UploadLine>> {
  const found = Prisma.sql`
    SELECT u.id FROM uploads u WHERE u.state = 'failed' AND u.finished_at > ${since}
    ORDER BY u.finished_at DESC, u.id DESC LIMIT ${size + 1}::int`;
  const rows = await linesOf(database, found, Prisma.sql`u.finished_at DESC, u.id DESC`);
  return paged(rows, size, (row) => ({ at: row.finished_at ?? row.created_at, id: row.id }));
}

/**
 * Failures since `since` by user and code, most frequent first. Reads the latest 5,000; what was
 * before is looked up for the groups that are shown.
 */
export function failureGroups(database: Database, since: Date): Promise<FailureGroup[]> {
  return database.$queryRaw<FailureGroup[]>`
    WITH failed AS (
      SELECT connection_id, owner, error->>'code' AS code, finished_at FROM uploads
      WHERE state = 'failed' AND finished_at > ${since} ORDER BY finished_at DESC LIMIT ${GROUPED}::int
    ), groups AS (
      SELECT owner, connection_id, code, count(*)::int AS count, max(finished_at) AS last
      FROM failed GROUP BY owner, connection_id, code ORDER BY count DESC, last DESC LIMIT 50
    )
    SELECT c.zenodo_user_id, g.code, g.count, f.finished_at AS failing_since, g.last, d.last_done
    FROM groups g LEFT JOIN connections c ON c.id = g.connection_id
    LEFT JOIN LATERAL (SELECT max(finished_at) AS last_done FROM uploads
      WHERE connection_id = g.connection_id AND state = 'done') d ON true
    LEFT JOIN LATERAL (SELECT finished_at FROM uploads
      WHERE owner = g.owner AND state = 'failed' AND error->>'code' IS NOT DISTINCT FROM g.code
        AND finished_at > coalesce(d.last_done, '-infinity')
      ORDER BY finished_at LIMIT 1) f ON true
    ORDER BY g.count DESC, g.last DESC`;
}

/** Alternative conditions, each with an index. */
function waysTo(text: string): Prisma.Sql[] {
  return [
    Prisma.sql`u.container_id = ${text}`,
    ofRequest(text),
    ofUser(text),
    ...ofFile(text),
    ...(isDepositionId(text) ? [ofDeposition(text)] : []),
    ...withIdFrom(Prisma.sql`u.id`, text),
  ];
}

/** The condition that an id begins with a text; empty if no id does. */
export function withIdFrom(column: Prisma.Sql, text: string, least?: number): Prisma.Sql[] {
  const ids = idsFrom(text, least);
  return ids === null ? [] : [Prisma.sql`${column} BETWEEN ${ids.first}::uuid AND ${ids.last}::uuid`];
}

/** Fewer characters of an id match too many. */
export const LEAST_OF_ID = 4;

/** Ids of uploads or webhooks that begin with a text, as many as a person can choose from. */
export async function idsBegunWith(
  database: Database,
  table: 'uploads' | 'events',
  text: string,
): Promise<string[]> {
  const [begun] = withIdFrom(Prisma.sql`id`, text, LEAST_OF_ID);
  if (begun === undefined) return [];
  const rows = await database.$queryRaw<{ id: string }[]>`
    SELECT id FROM ${Prisma.raw(table)} WHERE ${begun} ORDER BY id LIMIT ${CHOICES}::int`;
  return rows.map(({ id }) => id);
}

function filtersOf(search: Search, after: Cursor | null): Prisma.Sql[] {
  const { container, deposition, user, request, state, since, until } = search;
  const filters: Prisma.Sql[] = [];
  if (container !== undefined) filters.push(Prisma.sql`u.container_id = ${container}`);
  if (deposition !== undefined)
    filters.push(isDepositionId(deposition) ? ofDeposition(deposition) : Prisma.sql`false`);
  if (user !== undefined) filters.push(ofUser(user));
  if (request !== undefined) filters.push(ofRequest(request));
  if (state === 'open') filters.push(Prisma.sql`u.finished_at IS NULL AND u.state NOT IN ${ENDED}`);
  else if (state === 'refused') filters.push(Prisma.sql`false`);
  else if (state !== undefined) filters.push(Prisma.sql`u.state = ${state}::upload_state`);
  if (since !== undefined) filters.push(Prisma.sql`u.created_at >= ${since}`);
  if (until !== undefined) filters.push(Prisma.sql`u.created_at < ${until}`);
  if (after !== null) filters.push(Prisma.sql`(u.created_at, u.id) < (${after.at}, ${after.id}::uuid)`);
  return filters;
}

function ofDeposition(id: string): Prisma.Sql {
  return Prisma.sql`u.deposition_id = ${id}::bigint`;
}

function ofUser(id: string): Prisma.Sql {
  return Prisma.sql`u.connection_id IN (SELECT id FROM connections WHERE zenodo_user_id = ${id})`;
}

/** By the request that began it, or one that changed it later. */
function ofRequest(id: string): Prisma.Sql {
  return Prisma.sql`u.id IN (SELECT id FROM uploads WHERE request_id = ${id}
    UNION SELECT upload_id FROM upload_events
    WHERE request_id = ${id} AND kind IN ('authorized', 'cancel_requested', 'cancelled', 'operator'))`;
}

/**
 * Alternatives: by the beginning of a name, or of the path that a file was sent as. In a LIKE
 * pattern, a backslash escapes the next character. That a path is there tells the planner how few
 * there are.
 */
function ofFile(name: string): Prisma.Sql[] {
  const pattern = `${name.replace(/[\\%_]/g, '\\$&')}%`;
  return [
    Prisma.sql`u.id IN (SELECT upload_id FROM upload_files WHERE name LIKE ${pattern})`,
    Prisma.sql`u.id IN (SELECT upload_id FROM upload_files
      WHERE sent_as IS NOT NULL AND left(sent_as, ${PATH}) LIKE ${pattern})`,
    Prisma.sql`u.id IN (SELECT upload_id FROM tus_files WHERE left(path, ${PATH}) LIKE ${pattern})`,
  ];
}

/** The lines of the uploads in a query. */
export function linesOf(
  database: Database,
  found: Prisma.Sql,
  order: Prisma.Sql = Prisma.sql`u.created_at DESC, u.id DESC`,
): Promise<UploadLine[]> {
  return database.$queryRaw<UploadLine[]>`
    SELECT u.id, u.state::text AS state, u.container_id, u.deposition_id::float8 AS deposition_id, c.zenodo_user_id,
      u.connection_id, u.request_id, u.created_at, u.finished_at, u.error->>'code' AS code, u.error->>'detail' AS detail,
      f.files, f.bytes
    FROM (${found}) p JOIN uploads u ON u.id = p.id LEFT JOIN connections c ON c.id = u.connection_id
    CROSS JOIN LATERAL (SELECT count(*)::int AS files, coalesce(sum(size), 0)::float8 AS bytes
      FROM upload_files WHERE upload_id = u.id) f
    ORDER BY ${order}`;
}

/** Removes the additional row that was read to find out whether there is a next page. */
export function paged<T>(rows: T[], size: number, place: (row: T) => Cursor): ListPage<T> {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > size && last !== undefined ? writeCursor(place(last)) : null };
}
