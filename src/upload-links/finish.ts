import type { FastifyInstance } from 'fastify';
import type { Static } from 'typebox';
import { lockUploadsOf } from '../database/transaction-locks.js';
import { problem } from '../errors.js';
import type { FinishedSchema } from '../schemas/upload-page.js';
import { uploadStateOf } from '../uploads/view.js';
import { endUploadLinks } from './end-links.js';
import { returnUrlOf } from './return-url.js';
import type { LinkHolder } from './upload-links.js';

/**
 * The user is done: ends the link, and returns where the browser goes. Throws upload_unfinished
 * while bytes are arriving, because they would be lost, and upload_link_ended if the link ended
 * otherwise.
 */
export async function finishUploadLink(
  app: FastifyInstance,
  { caller, link }: LinkHolder,
): Promise<Static<typeof FinishedSchema>> {
  app.uploadLinks.require(link, 'look');
  const { id, depositionId, returnUrl } = link;
  await app.database.$transaction(async (tx) => {
    // An upload that begins concurrently is seen here, or sees that the link has ended: see
    // uploads/rows/upload-repository.ts.
    await lockUploadsOf(tx, depositionId);
    const receiving = await tx.upload.count({ where: { uploadLinkId: id, state: 'receiving' } });
    if (receiving > 0) throw unfinished();
    const now = new Date(app.dependencies.now());
    if (link.endedAt === null) await endUploadLinks(tx, { id }, 'finished', now);
  });
  const last = (await app.uploadLinks.uploadsOf(id)).at(-1) ?? null;
  const state = last === null ? 'none' : uploadStateOf(await app.uploads.read(last, caller));
  return { return_url: returnUrlOf({ id, returnUrl }, last, state), upload_id: last, state };
}

function unfinished() {
  return problem(
    'upload_unfinished',
    'Files are still arriving. Wait for them, or cancel their upload with DELETE /uploads/{upload_id}.',
    { retry_after: 5 },
  );
}
