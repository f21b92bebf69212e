import type { FastifyInstance } from 'fastify';
import { Problem } from '../errors.js';
import type { PageLinkBody } from '../schemas/upload-page.js';
import { countdown } from '../time.js';
import type { UploadHead } from '../uploads/rows/upload-reads.js';
import { toFault, toUploadHead, type Viewer } from '../uploads/view.js';
import type { ZenodoDeposition, ZenodoFile } from '../zenodo/deposition.js';
import { earlierUploads } from './earlier.js';
import { linkState, permits } from './link-state.js';
import { usedByLink } from './link-use.js';
import type { LinkHolder } from './upload-links.js';
import { shared } from './view.js';

/** The draft of a link: its files, or an error. */
interface KnownDraft {
  files: ZenodoFile[];
  error: Problem | null;
}

/**
 * Reads the draft of a live link. If it is published or gone, the link ends. `error`: why it cannot
 * be read now.
 */
export async function readLinkDraft(
  app: FastifyInstance,
  { caller, link }: LinkHolder,
): Promise<KnownDraft | 'published' | 'deleted'> {
  let deposition: ZenodoDeposition;
  try {
    const limits = { left: countdown(app.timings.uploadPage) };
    deposition = await app.depositions.read(caller, Number(link.depositionId), limits);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code !== 'deposition_not_found') return { files: [], error };
    await app.uploadLinks.end(link.id, 'deleted');
    return 'deleted';
  }
  if (deposition.submitted) {
    await app.uploadLinks.end(link.id, 'published');
    return 'published';
  }
  return { files: deposition.files ?? [], error: null };
}

/** The uploads of a link, oldest first, without the parts of their zips. */
async function uploadsOf(app: FastifyInstance, { caller, link }: LinkHolder): Promise<UploadHead[]> {
  const ids = await app.uploadLinks.uploadsOf(link.id);
  return Promise.all(ids.map((id) => app.uploads.readHead(id, caller)));
}

/** What the page learns about its link. */
export async function toPageLink(
  app: FastifyInstance,
  holder: LinkHolder,
  viewer: Viewer,
): Promise<PageLinkBody> {
  const limits = app.config.uploads;
  const now = app.dependencies.now();
  const isLive = linkState(holder.link, now) === 'active';
  const looked = isLive ? await readLinkDraft(app, holder) : null;
  const link =
    typeof looked === 'string' ? { ...holder.link, endedAt: new Date(now), reason: looked } : holder.link;
  const uploads = permits(link, 'look', now) ? await uploadsOf(app, holder) : [];
  const used = await usedByLink(app.database, link.id);
  const draft = looked === null || typeof looked === 'string' ? null : looked;
  const there = draft?.files.reduce((sum, { filesize }) => sum + filesize, 0) ?? 0;
  const error = draft?.error ?? null;
  return {
    ...shared(link, now),
    limits: {
      max_file_bytes: limits.fileBytes,
      max_bytes: link.maxBytes === null ? limits.depositionBytes : Number(link.maxBytes),
      max_files: link.maxFiles ?? limits.depositionFiles,
      used_bytes: used.bytes,
      used_files: used.files,
      deposition_bytes: limits.depositionBytes,
      deposition_files: limits.depositionFiles,
    },
    draft:
      draft === null || error !== null
        ? null
        : {
            files: draft.files.map(({ filename, filesize }) => ({ name: filename, size: filesize })),
            free_bytes: Math.max(0, limits.depositionBytes - there),
          },
    draft_error: error === null ? null : toFault(error, viewer),
    connection: error?.code === 'reauthorization_required' ? 'reauthorization_required' : 'active',
    uploads: uploads.map((upload) => toUploadHead(upload, viewer)),
    earlier_uploads: draft === null ? [] : await earlierUploads(app, holder),
  };
}
