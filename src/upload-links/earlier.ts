// Raw SQL: leases are by the clock of the database.
import type { FastifyInstance } from 'fastify';
import { Prisma } from '../database/generated/client.js';
import { problem } from '../errors.js';
import type { EarlierUploadBody } from '../schemas/upload-page.js';
import type { LinkHolder } from './upload-links.js';

/** Files that are named per earlier upload. */
const NAMED = 5;

/**
 * Unfinished uploads of other links: of the same user, application and draft, and with the same
 * treatment of folders. An application may give out a new link each time its user comes by, so the
 * earlier link may still be active.
 */
function unfinished({ caller, link }: LinkHolder) {
  return Prisma.sql`
    u.owner = ${caller.owner} AND u.connection_id = ${link.connectionId}::uuid AND u.deposition_id = ${link.depositionId}
    AND u.state = 'receiving' AND u.resumable AND NOT u.cancel_requested AND u.archive = ${link.folders}
    AND EXISTS (SELECT FROM upload_links l WHERE l.id = u.upload_link_id AND l.id <> ${link.id}::uuid
      AND l.connection_id = u.connection_id)`;
}

/** Whether bytes of an upload arrived within the last half minute. A lease lasts minutes longer. */
const ACTIVE = Prisma.sql`EXISTS (
  SELECT FROM tus_files t WHERE t.upload_id = u.id AND t.lease_by IS NOT NULL AND t.lease_until > now()
    AND t.active_at > now() - interval '30 seconds')`;

/** Unfinished uploads of other links of the same user to the draft, oldest first. */
export async function earlierUploads(app: FastifyInstance, holder: LinkHolder): Promise<EarlierUploadBody[]> {
  const found = await app.database.$queryRaw<
    { id: string; files: number; size: bigint; received: bigint; active: boolean; names: string[] }[]
  >`
    SELECT u.id, ${ACTIVE} AS active, count(f.id)::int AS files,
      coalesce(sum(f.size), 0)::bigint AS size, coalesce(sum(f.received), 0)::bigint AS received,
      coalesce((array_agg(f.path ORDER BY f.position) FILTER (WHERE f.id IS NOT NULL))[:${NAMED}::int], '{}') AS names
    FROM uploads u LEFT JOIN tus_files f ON f.upload_id = u.id
    WHERE ${unfinished(holder)}
    GROUP BY u.id ORDER BY u.created_at LIMIT 20`;
  return found.map(({ id, size, received, ...rest }) => ({
    upload_id: id,
    size: Number(size),
    received: Number(received),
    ...rest,
  }));
}

/**
 * Moves an unfinished upload of another link to this link. Throws upload_not_found, and
 * upload_unfinished while its bytes are arriving: its sender may not be done.
 */
export async function takeOver(app: FastifyInstance, holder: LinkHolder, uploadId: string): Promise<void> {
  const mine = unfinished(holder);
  const taken = await app.database.$executeRaw`
    UPDATE uploads u SET upload_link_id = ${holder.link.id}::uuid, updated_at = now()
    WHERE u.id = ${uploadId}::uuid AND ${mine} AND NOT ${ACTIVE}`;
  if (taken > 0) {
    const said = { audit: 'upload_taken_over', upload_id: uploadId, upload_link_id: holder.link.id };
    return app.log.info(said, 'an upload continues with a new upload link');
  }
  const there = await app.database.$queryRaw<
    unknown[]
  >`SELECT FROM uploads u WHERE u.id = ${uploadId}::uuid AND ${mine}`;
  if (there.length > 0) {
    throw problem('upload_unfinished', 'Bytes of this upload are arriving right now. Try again later.', {
      retry_after: 15,
    });
  }
  throw problem(
    'upload_not_found',
    'No other link to this draft has an unfinished upload with this id. Choose one of earlier_uploads.',
  );
}
